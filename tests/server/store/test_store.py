import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from server import clock
from server.errors import BadSetting
from server.people.tables import AccessTokenRow, GroupRow
from server.store import Store


def group(name: str) -> GroupRow:
    return GroupRow(id=name, slug=name, name=name)


async def groups(store: Store) -> list[str]:
    async with store.reading() as session:
        return list(await session.scalars(select(GroupRow.name).order_by(GroupRow.name)))


async def test_a_unit_of_work_is_kept_whole(store: Store) -> None:
    async with store.session() as session:
        session.add_all([group("devon"), group("cornwall")])
    assert await groups(store) == ["cornwall", "devon"]


async def test_a_unit_of_work_that_fails_leaves_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.session() as session:
            session.add(group("devon"))
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await groups(store) == []


async def test_others_see_nothing_before_the_end(store: Store) -> None:
    async with store.session() as session:
        session.add(group("devon"))
        await session.flush()
        assert await groups(store) == []
    assert await groups(store) == ["devon"]


async def test_a_reader_waits_for_no_writer(store: Store) -> None:
    async with store.session() as writing:
        writing.add(group("devon"))
        await writing.flush()
        async with store.reading() as reading:
            assert await reading.scalar(select(func.count()).select_from(GroupRow)) == 0


async def test_writers_at_once_all_get_their_turn(store: Store) -> None:
    async def write(number: int) -> None:
        async with store.session() as session:
            taken = await session.scalar(select(func.count()).select_from(GroupRow))
            assert taken is not None
            session.add(group(f"{number:02}"))

    await asyncio.gather(*(write(number) for number in range(20)))
    assert len(await groups(store)) == 20


async def test_a_key_of_nobody_is_refused(store: Store) -> None:
    async def add() -> None:
        async with store.session() as session:
            session.add(
                AccessTokenRow(id="a", token_hash="b", person_id="nobody", created_at=clock.now())
            )

    with pytest.raises(IntegrityError):
        await add()


async def test_a_plain_engine_reaches_the_same_database(store: Store) -> None:
    async with store.session() as session:
        session.add(group("devon"))

    def names() -> list[str]:
        engine = store.plain_engine()
        try:
            with engine.begin() as connection:
                return list(connection.scalars(select(GroupRow.name)))
        finally:
            engine.dispose()

    assert await asyncio.to_thread(names) == ["devon"]


async def test_a_database_that_is_there_gives_a_sign_of_life(store: Store) -> None:
    await store.check()


async def test_a_database_that_is_away_is_noticed() -> None:
    store = Store("postgresql://charter@127.0.0.1:1/none")
    with pytest.raises(DBAPIError):
        await store.check()
    await store.close()


@pytest.mark.parametrize("address", ["mysql://charter@db/charter", "charter.sqlite", "x://"])
def test_another_kind_of_database_is_refused(address: str) -> None:
    with pytest.raises(BadSetting):
        Store(address)


async def test_an_address_needs_to_name_no_driver() -> None:
    for address in ("postgres://db/charter", "postgresql+asyncpg://db/charter"):
        store = Store(address)
        assert store.url.drivername == "postgresql+psycopg"
        assert not store.is_sqlite
        await store.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
)
async def test_sqlite_is_set_to_lose_nothing_and_to_forget_what_is_deleted(
    sqlite_url: str, pragma: str, value: object
) -> None:
    store = Store(sqlite_url)
    async with store.session() as session:
        assert await session.scalar(text(f"PRAGMA {pragma}")) == value

    def asked() -> object:
        engine = store.plain_engine()
        try:
            with engine.connect() as connection:
                return connection.scalar(text(f"PRAGMA {pragma}"))
        finally:
            engine.dispose()

    assert await asyncio.to_thread(asked) == value
    await store.close()


def test_no_commit_makes_a_stretched_log_longer(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    engine = store.plain_engine()
    log = tmp_path / "a.sqlite-wal"
    with engine.connect() as kept:  # the log goes when the last connection does
        kept.exec_driver_sql("CREATE TABLE words (text TEXT)")
        kept.commit()
        store.stretch_log()
        length = log.stat().st_size
        for _ in range(50):
            with engine.begin() as connection:
                connection.exec_driver_sql("INSERT INTO words VALUES ('more')")
        assert log.stat().st_size == length >= 4_000_000
        tables = kept.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
        assert tables == ["words"]
    engine.dispose()


def test_what_was_deleted_is_in_no_file_once_they_are_wiped(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'charter.sqlite'}")
    engine = store.plain_engine()
    with engine.connect() as kept:  # the log goes when the last connection does
        kept.exec_driver_sql("CREATE TABLE words (text TEXT)")
        kept.exec_driver_sql("INSERT INTO words VALUES ('zebraquartz')")
        kept.commit()
        kept.exec_driver_sql("DELETE FROM words")
        kept.commit()
        files = sorted(tmp_path.iterdir())
        assert any(b"zebraquartz" in file.read_bytes() for file in files)
        assert store.wipe(["words"])
        assert not any(b"zebraquartz" in file.read_bytes() for file in files)
    engine.dispose()


def test_a_log_that_somebody_reads_is_not_wiped(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'charter.sqlite'}")
    engine = store.plain_engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE words (text TEXT)")
    with engine.execution_options(reading=True).connect() as reading:
        reading.exec_driver_sql("SELECT * FROM words").all()
        assert not store.wipe(["words"])
    assert store.wipe(["words"])
    engine.dispose()


def test_a_wipe_is_owed_until_it_is_done(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'charter.sqlite'}")
    engine = store.plain_engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE words (text TEXT)")
        store.owe_wipe(connection)
    assert store.owes_wipe()
    assert store.wipe(["words"])
    assert not store.owes_wipe()
    with engine.connect() as connection:
        store.owe_wipe(connection)
        connection.rollback()
    assert not store.owes_wipe()
    engine.dispose()


def test_a_table_that_is_in_use_is_freed_and_not_written_anew(postgresql_url: str) -> None:
    store = Store(postgresql_url)
    engine = store.plain_engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE words (text TEXT)")
    assert store.wipe(["words"])
    with engine.connect() as reading:
        reading.exec_driver_sql("SELECT * FROM words").all()
        assert not store.wipe(["words"])
    engine.dispose()
