from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server import clock
from server.bus.memory import MemoryBus
from server.errors import BeingWritten, CloseCode, NothingChosen, OthersClientId, StillSaid
from server.live import wire
from server.live.engine import Engine
from server.live.entries import Batch
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.reader import Reader
from server.live.rooms import Rooms
from server.live.tables import SetAsideRow
from server.people.tables import AuditRow
from server.settings import Settings
from server.store import Base, Store
from server.writing import editions, history
from server.writing.authors import Author
from server.writing.edition import digest
from server.writing.read_side import read_charter
from server.writing.removing import Chosen
from server.writing.tables import EditionRow
from tests.server.live.sinks import ANN, FakeSink, news, reader
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until

SETTINGS = Settings(settle_after=3600, settle_at_most=3600)
SECRET = "zebraquartz"


class House:
    """A server's rooms, its database, and one Charter in it."""

    def __init__(self, store: Store, charter: Stored) -> None:
        self.store, self.charter, self.id = store, charter, charter.charter_id
        self.journal = Journal(store)
        self.engine = Engine(SETTINGS)
        self.rooms = Rooms(store, MemoryBus(), self.engine, self.journal, SETTINGS)
        self.forgetting = Forgetting(store, self.journal, self.engine, self.rooms)
        self.page = Writer(11, charter.state)
        self.said: list[bytes] = []

    async def close(self) -> None:
        await self.rooms.stop()
        await self.forgetting.wiping.stop()
        await self.engine.aclose()
        await self.journal.aclose()

    async def enter(self, generation: int | None = 1) -> tuple[Reader, FakeSink]:
        room = await self.rooms.open(self.id)
        ann, sink = reader(ANN)
        self.rooms.enter(room, ann, generation)
        return ann, sink

    async def say(self, ann: Reader, edit: bytes) -> None:
        """Write something, and have it settle."""
        room = await self.rooms.open(self.id)
        before = room.seq
        await self.rooms.receive(room, ann, wire.Edit(edit, False))
        await until(lambda: room.seq > before, "the edit to be stored")
        await self.rooms.settling.settle(self.id)
        self.said.append(edit)

    async def say_the_secret(self) -> tuple[Reader, FakeSink]:
        """Ann types a secret bit by bit, publishes it, and takes it out again."""
        ann, sink = await self.enter()
        await self.say(ann, self.page.type("s1", 0, f"{SECRET[:5]}"))
        await self.say(ann, self.page.type("s1", 5, f"{SECRET[5:]}. "))
        async with self.store.session() as session:
            self.edition = (await editions.publish(session, self.id)).id
        await self.say(ann, self.page.delete("s1", 0, len(SECRET) + 2))
        return ann, sink

    async def secrets(self) -> Chosen:
        """All earlier words of the statement that hold the secret."""
        async with self.store.reading() as session:
            found = await history.earlier(session, self.id, "s1")
        hold = [one for one in found if SECRET in str(one.version.item)]
        return Chosen("s1", frozenset(one.version.digest for one in hold))

    async def every_value(self) -> str:
        """All that any row of any table says."""
        told: list[str] = []
        async with self.store.reading() as session:
            for table in Base.metadata.sorted_tables:
                rows = await session.execute(select(table))
                told += (repr(tuple(row)) for row in rows)
        return "\n".join(told)


@pytest.fixture
async def house(store: Store) -> AsyncIterator[House]:
    house = House(store, await store_charter(store))
    await house.rooms.start()
    yield house
    await house.close()


def in_files(folder: Path, what: str = SECRET) -> list[str]:
    """The database's files that hold these letters."""
    return [
        file.name
        for file in sorted(folder.glob("charter.sqlite*"))
        if what.encode() in file.read_bytes()
    ]


async def test_the_secret_is_in_no_row_of_any_table(house: House) -> None:
    await house.say_the_secret()
    assert SECRET in await house.every_value()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    assert SECRET not in await house.every_value()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_secret_is_in_no_file_of_the_database(house: House, tmp_path: Path) -> None:
    await house.say_the_secret()
    assert in_files(tmp_path)
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    await house.forgetting.wiping.done()
    assert in_files(tmp_path) == []
    # A part of it may stand alone in a page of the file.
    assert in_files(tmp_path, SECRET[:5]) == in_files(tmp_path, SECRET[5:]) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_secret_is_out_of_the_log_although_people_go_on_writing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.rooms, "quiet_for", lambda: -1.0)
    await house.say_the_secret()
    assert "charter.sqlite-wal" in in_files(tmp_path)
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    assert "charter.sqlite-wal" not in in_files(tmp_path)
    assert house.store.owes_wipe()
    await house.forgetting.wiping.stop()
    assert in_files(tmp_path) == []
    assert not house.store.owes_wipe()


async def test_everybody_is_sent_to_the_new_generation(house: House) -> None:
    _, sink = await house.say_the_secret()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    assert news(sink.frames)[-1] == "generation"
    assert sink.closed == (CloseCode.OLD_GENERATION, "OldGeneration")
    room = await house.rooms.open(house.id)
    assert room.generation == 2
    assert SECRET.encode() not in room.snapshot()


async def test_what_the_charter_says_now_stays_as_it_is(house: House) -> None:
    await house.say_the_secret()
    async with house.store.reading() as session:
        before = await read_charter(session, house.id)
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    ann, _ = await house.enter(2)
    fresh = Writer(12, (await house.rooms.open(house.id)).snapshot())
    await house.say(ann, fresh.type("s2", 0, "Still: "))
    async with house.store.reading() as session:
        after = await read_charter(session, house.id)
    assert after.items[:2] == before.items[:2]
    assert "Still: " in str(after.items[2])


async def test_the_edition_is_removed_and_still_verifies(house: House) -> None:
    await house.say_the_secret()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    async with house.store.reading() as session:
        read = await editions.read(session, house.edition)
        row = await session.get(EditionRow, house.edition)
    assert [item.id for item in read.items if item.is_removed] == ["s1"]
    assert row is not None
    assert digest(read) == row.digest


async def test_a_stale_copy_of_a_stock_client_cannot_bring_the_words_back(house: House) -> None:
    """It does not say of which generation it is, and sends all that it has."""
    await house.say_the_secret()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    ann, _ = await house.enter(None)
    room = await house.rooms.open(house.id)
    *typed, deleted = house.said
    for stale in (house.charter.state, house.page.state(), *typed):
        with pytest.raises(OthersClientId):
            await house.rooms.receive(room, ann, wire.Edit(stale, True))
    await house.rooms.receive(room, ann, wire.Edit(deleted, False))  # asked for what it stands on
    assert room.waiting == 0
    assert SECRET.encode() not in room.snapshot()


async def test_what_was_set_aside_keeps_its_person_and_loses_its_words(house: House) -> None:
    async with house.store.session() as session:
        session.add(
            SetAsideRow(
                id="x",
                charter_id=house.id,
                seq=1,
                person_id="p-ben",
                change=SECRET.encode(),
                reason="bad",
                at=clock.now(),
            )
        )
    await house.say_the_secret()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    async with house.store.reading() as session:
        row = await session.get(SetAsideRow, "x")
    assert row is not None
    assert (row.person_id, row.change) == ("p-ben", b"")


async def test_words_that_are_still_there_change_nothing(house: House) -> None:
    ann, sink = await house.enter()
    await house.say(ann, house.page.type("s1", 0, SECRET))
    with pytest.raises(StillSaid):
        await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    with pytest.raises(NothingChosen):
        await house.forgetting.forget(house.id, Chosen("s1"), "p-ann")
    assert sink.closed is None
    assert (await house.rooms.open(house.id)).generation == 1


async def test_who_goes_on_writing_is_asked_to_stop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.say_the_secret()
    begin = house.engine.begin

    async def begin_while_somebody_writes(charter: Any) -> Any:
        await house.journal.append(
            [Batch(house.id, 1, ((Author("p-ann"), house.page.type("s2", 0, "x")),))]
        )
        return await begin(charter)

    monkeypatch.setattr(house.engine, "begin", begin_while_somebody_writes)
    with pytest.raises(BeingWritten):
        await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    monkeypatch.setattr(house.engine, "begin", begin)
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")


async def test_other_features_forget_in_the_same_transaction(house: House) -> None:
    told: list[tuple[str, Chosen]] = []
    house.forgetting = Forgetting(
        house.store,
        house.journal,
        house.engine,
        house.rooms,
        [lambda _connection, charter_id, chosen: told.append((charter_id, chosen))],
    )
    await house.say_the_secret()
    chosen = await house.secrets()
    await house.forgetting.forget(house.id, chosen, "p-ann")
    assert told == [(house.id, chosen)]


async def test_the_words_are_gone_from_every_row_although_somebody_reads_the_log(
    house: House,
) -> None:
    await house.say_the_secret()
    chosen = await house.secrets()
    async with house.store.reading() as session:
        await session.execute(text("SELECT count(*) FROM groups"))
        await house.forgetting.forget(house.id, chosen, "p-ann")
    assert SECRET not in await house.every_value()


async def test_what_came_and_went_in_one_sitting_can_be_forgotten_too(house: House) -> None:
    ann, _ = await house.enter()
    await house.say(ann, house.page.type("s1", 0, SECRET))
    await house.say(ann, house.page.delete("s1", 0, len(SECRET)))
    assert SECRET in await house.every_value()
    await house.forgetting.forget(house.id, Chosen("s1", between=True), "p-ann")
    assert SECRET not in await house.every_value()
    assert (await house.rooms.open(house.id)).generation == 2


async def test_people_at_another_server_are_sent_on_within_a_second(house: House) -> None:
    other = House(house.store, house.charter)
    await other.rooms.start()
    try:
        await house.say_the_secret()
        _, sink = await other.enter(None)
        await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
        await until(lambda: sink.closed, "the other server to look")
        assert sink.closed == (CloseCode.OLD_GENERATION, "OldGeneration")
        assert SECRET.encode() not in (await other.rooms.open(house.id)).snapshot()
    finally:
        await other.close()


async def test_forgetting_is_recorded_without_any_of_the_words(house: House) -> None:
    await house.say_the_secret()
    await house.forgetting.forget(house.id, await house.secrets(), "p-ann")
    async with house.store.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.what == "forgot"))).one()
    assert (row.person_id, row.charter_id) == ("p-ann", house.id)
    assert row.details == {"statements": 1}
