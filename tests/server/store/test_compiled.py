from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
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
)
ROWS: list[dict[str, Any]] = [
    {"id": "a", "count": 2**53 - 1, "content": b"\x00\xff'\"", "at": MOMENT},
    {"id": "it's", "count": None, "content": b"", "at": None},
]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = Store(database_url).plain_engine()
    things.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_rows_are_stored_as_sqlalchemy_would_store_them(engine: Engine) -> None:
    add = Compiled(insert(things), engine.dialect)
    with engine.begin() as connection, closing(connection.connection.cursor()) as cursor:
        add.run_each(cursor, ROWS)
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
        .returning(things.c.count),
        engine.dialect,
    )
    with engine.begin() as connection, closing(connection.connection.cursor()) as cursor:
        count_up.run(cursor, {"which": "a", "less": 1, "then": MOMENT})
        assert cursor.fetchone() == (2**53 - 2,)
        count_up.run(cursor, {"which": "nothing", "less": 1, "then": MOMENT})
        assert cursor.fetchone() is None


def test_the_order_in_which_values_are_given_means_nothing(engine: Engine) -> None:
    add = Compiled(insert(things), engine.dialect)
    with engine.begin() as connection, closing(connection.connection.cursor()) as cursor:
        add.run(cursor, dict(reversed(ROWS[0].items())))
    with engine.begin() as connection:
        assert connection.scalar(select(things.c.count)) == 2**53 - 1
