from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from server.store import Store
from server.store.base import Instant
from server.store.compiled import Compiled

MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))

things = Table(
    "things",
    MetaData(),
    Column("id", String(10), primary_key=True),
    Column("count", BigInteger),
    Column("content", LargeBinary),
    Column("at", Instant),
    Column("said", JSON),
)
ROWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "count": 2**53 - 1,
        "content": b"\x00\xff'\"",
        "at": MOMENT,
        "said": [{"text": "tŷ 😀"}],
    },
    {"id": "it's", "count": None, "content": b"", "at": None, "said": None},
]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = Store(database_url).plain_engine()
    things.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_rows_are_stored_as_sqlalchemy_would_store_them(engine: Engine) -> None:
    with engine.begin() as connection:
        Compiled(insert(things)).run_each(connection, ROWS)
    with engine.begin() as connection:
        found = connection.execute(select(things).order_by(things.c.id)).mappings().all()
    assert [dict(row) for row in found] == ROWS
    assert found[0]["at"].tzinfo is UTC


def test_an_update_gives_back_what_it_was_asked_for(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(things), ROWS)
    count_up = Compiled(
        update(things)
        .where(things.c.id == bindparam("which"), things.c.at == bindparam("then"))
        .values(count=things.c.count - bindparam("less"))
        .returning(things.c.count, things.c.at)
    )
    with engine.begin() as connection:
        found = count_up.rows(connection, {"which": "a", "less": 1, "then": MOMENT})
        assert found == [(2**53 - 2, MOMENT)]
        assert count_up.rows(connection, {"which": "no", "less": 1, "then": MOMENT}) == []


def test_the_order_in_which_values_are_given_means_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        Compiled(insert(things)).run(connection, dict(reversed(ROWS[0].items())))
    with engine.begin() as connection:
        assert connection.scalar(select(things.c.count)) == 2**53 - 1


def test_what_is_found_is_as_sqlalchemy_would_find_it(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(things), ROWS)
    find = Compiled(select(things).where(things.c.id == bindparam("which")))
    with engine.begin() as connection:
        for row in ROWS:
            [found] = find.rows(connection, {"which": row["id"]})
            assert found == tuple(row.values())


def test_it_tells_how_many_rows_it_touched(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(things), ROWS)
    erase = Compiled(delete(things).where(things.c.id == bindparam("which")))
    with engine.begin() as connection:
        assert erase.run(connection, {"which": "a"}) == 1
        assert erase.run(connection, {"which": "a"}) == 0


def test_one_statement_serves_several_databases(engine: Engine, tmp_path: Path) -> None:
    add = Compiled(insert(things))
    other = Store(f"sqlite:///{tmp_path / 'other.sqlite'}").plain_engine()
    things.metadata.create_all(other)
    for each in (engine, other):
        with each.begin() as connection:
            add.run_each(connection, ROWS)
            assert connection.scalar(select(func.count()).select_from(things)) == 2
    other.dispose()
