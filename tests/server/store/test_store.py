import asyncio
import random
import re
from contextlib import closing
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


class Zebras:
    """A table whose rows of many lengths come, change and go by seeded chance, each with a name."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'charter.sqlite'}")
        self.files = [folder / f"charter.sqlite{end}" for end in ("", "-wal", "-shm")]
        self._engine = self.store.plain_engine()
        self._kept = self._engine.connect()  # the log goes when the last connection does

    def live(self, seed: int = 1, days: int = 3_000) -> None:
        chance = random.Random(seed)
        kept = self._kept
        kept.exec_driver_sql("CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT)")
        for day in range(days):
            text = f"zebra{day:05}" + "x" * chance.choice([40, 300, 800, 2000, 9000])
            place = chance.randrange(400)
            if chance.random() < 0.5:
                kept.exec_driver_sql("INSERT OR REPLACE INTO words VALUES (?, ?)", (place, text))
            else:
                kept.exec_driver_sql(
                    "DELETE FROM words WHERE id = "
                    "(SELECT id FROM words WHERE id >= ? ORDER BY id LIMIT 1)",
                    (place,),
                )
        kept.commit()

    def ghosts(self, raw: bytes) -> set[bytes]:
        """The names of rows that are gone, as far as these bytes have them."""
        texts = self._kept.exec_driver_sql("SELECT text FROM words").scalars().all()
        self._kept.commit()
        return set(re.findall(rb"zebra\d{5}", raw)) - {text[:10].encode() for text in texts}

    def free_pages(self) -> list[bytes]:
        """The pages that SQLite keeps for later (sqlite.org/fileformat2.html, "The Freelist")."""
        raw, free = self.files[0].read_bytes(), []

        def number(at: int) -> int:
            return int.from_bytes(raw[at : at + 4])

        trunk = number(32)
        while trunk:
            start = (trunk - 1) * 4096
            free.append(raw[start : start + 4096])
            for one in range(number(start + 4)):
                leaf = (number(start + 8 + 4 * one) - 1) * 4096
                free.append(raw[leaf : leaf + 4096])
            trunk = number(start)
        return free

    def close(self) -> None:
        self._kept.close()
        self._engine.dispose()


def test_deleted_rows_are_in_no_log_and_no_free_page_once_the_log_is_empty(tmp_path: Path) -> None:
    with closing(Zebras(tmp_path)) as zebras:
        zebras.live()
        database, log, shared = zebras.files
        assert zebras.ghosts(log.read_bytes())
        assert zebras.store.empty_log()
        assert log.stat().st_size == 0
        assert not zebras.ghosts(shared.read_bytes())
        free = zebras.free_pages()
        assert free
        assert not zebras.ghosts(b"".join(free))
        # What may be left: copies in unused parts of pages, of very few rows.
        assert len(zebras.ghosts(database.read_bytes())) < 15


def test_deleted_rows_are_in_no_file_once_they_are_wiped(tmp_path: Path) -> None:
    with closing(Zebras(tmp_path)) as zebras:
        zebras.live()  # with this seed SQLite 3.40 leaves a copy in the unused part of a page
        assert zebras.store.wipe(["words"])
        assert not any(zebras.ghosts(file.read_bytes()) for file in zebras.files)
        assert zebras.free_pages() == []


def test_a_log_is_emptied_although_another_connection_works_on_it_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Zebras(tmp_path)) as zebras:
        zebras.live(days=10)
        engine = zebras.store.plain_engine()
        reading = engine.execution_options(reading=True).connect()
        reading.exec_driver_sql("SELECT * FROM words").all()
        # It goes away while we wait for another try.
        monkeypatch.setattr("server.store.store.time.sleep", lambda _: reading.close())
        assert zebras.store.empty_log()
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
