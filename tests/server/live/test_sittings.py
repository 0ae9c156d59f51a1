from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server import clock
from server.bus.memory import MemoryBus
from server.errors import Trouble
from server.live import sittings as module
from server.live import wire
from server.live.engine import Engine
from server.live.entries import Batch
from server.live.journal import Journal
from server.live.reader import Reader
from server.live.room import Room
from server.live.rooms import Rooms
from server.live.settling import settle
from server.settings import Settings
from server.store import Store
from server.writing.authors import Author
from server.writing.tables import SittingChangeRow, SittingRow
from tests.server.live.sinks import ANN, BEN, reader
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until

SETTINGS = Settings(settle_after=0.02, settle_at_most=0.1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BACK_WITHIN", 0.05)


class House:
    """A server's rooms and all that stands behind them."""

    def __init__(self, store: Store, charter: Stored, settings: Settings) -> None:
        self.store, self.charter = store, charter
        self.journal = Journal(store, timedelta(seconds=settings.sitting_quiet))
        self.engine = Engine(settings)
        self.rooms = Rooms(store, MemoryBus(), self.engine, self.journal, settings)

    async def close(self) -> None:
        await self.rooms.stop()
        await self.engine.aclose()
        await self.journal.aclose()

    async def enter(self, who: object = ANN) -> tuple[Room, Reader]:
        room = await self.rooms.open(self.charter.charter_id)
        arrived, _ = reader(who)  # type: ignore[arg-type]  # ANN or BEN
        self.rooms.enter(room, arrived, None)
        return room, arrived

    async def sittings(self) -> list[SittingRow]:
        async with self.store.reading() as session:
            return list(await session.scalars(select(SittingRow).order_by(SittingRow.began_at)))

    async def going_on(self) -> bool:
        return [row.ended_at for row in await self.sittings()] == [None]

    async def over(self) -> bool:
        rows = await self.sittings()
        return len(rows) == 1 and rows[0].ended_at is not None


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
async def house(store: Store, charter: Stored) -> AsyncIterator[House]:
    house = House(store, charter, SETTINGS)
    await house.rooms.start()
    yield house
    await house.close()


def typed(house: House, client: int = 11, text: str = "Now. ") -> wire.Edit:
    return wire.Edit(Writer(client, house.charter.state).type("s1", 0, text), False)


async def test_a_sitting_goes_on_while_somebody_is_there(house: House) -> None:
    room, ann = await house.enter()
    _, ben = await house.enter(BEN)
    await house.rooms.receive(room, ann, typed(house))
    await until(house.going_on, "a sitting")
    house.rooms.leave(room, ann)
    await house.rooms.settling.settle(room.charter_id)
    assert await house.going_on()
    house.rooms.leave(room, ben)
    await until(house.over, "the sitting to be over")


async def test_who_comes_right_back_goes_on_in_the_same_sitting(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BACK_WITHIN", 3600)
    room, ann = await house.enter()
    await house.rooms.receive(room, ann, typed(house))
    await until(house.going_on, "a sitting")
    house.rooms.leave(room, ann)
    await house.rooms.settling.sittings._look_at(house.charter.charter_id)
    room, ann = await house.enter()
    await house.rooms.settling.sittings._look_at(house.charter.charter_id)
    await house.rooms.receive(room, ann, typed(house, 12, "Again. "))
    await house.rooms.settling.settle(room.charter_id)
    assert await house.going_on()


async def test_a_sitting_can_be_ended_for_a_step_of_its_own(house: House) -> None:
    room, ann = await house.enter()
    await house.rooms.receive(room, ann, typed(house))
    await until(house.going_on, "a sitting")
    await house.rooms.settling.sittings.end(room.charter_id)
    assert await house.over()


async def test_it_tells_everybody_who_touched_a_statement(house: House) -> None:
    room, ann = await house.enter()
    _, ben = await house.enter(BEN)
    await house.rooms.receive(room, ann, typed(house))
    await house.rooms.receive(room, ben, typed(house, 12, "And on. "))
    await until(house.going_on, "a sitting")
    await house.rooms.settling.settle(room.charter_id)
    async with house.store.reading() as session:
        (change,) = (await session.scalars(select(SittingChangeRow))).all()
    assert (change.item_id, sorted(change.persons)) == ("s1", [["p-ann", None], ["p-ben", None]])


async def test_a_sitting_ends_when_nobody_writes_for_a_while(store: Store, charter: Stored) -> None:
    house = House(store, charter, replace(SETTINGS, sitting_quiet=0.2))
    await house.rooms.start()
    room, ann = await house.enter()
    await house.rooms.receive(room, ann, typed(house))
    await until(house.over, "the sitting to be over")
    assert ann in room.readers
    await house.close()


async def test_a_sitting_that_a_crash_left_open_ends_at_the_next_start(
    store: Store, charter: Stored
) -> None:
    async with aclosing(Journal(store)) as journal, aclosing(Engine(SETTINGS)) as engine:
        edit = Writer(11, charter.state).type("s1", 0, "x")
        await journal.append([Batch(charter.charter_id, 1, ((Author("p-ann"), edit),))])
        await settle(journal, engine, charter.charter_id)
    house = House(store, charter, SETTINGS)
    assert await house.going_on()
    await house.rooms.start()
    assert await house.over()
    await house.close()


async def test_what_was_written_before_a_crash_is_told_at_its_own_time(
    store: Store, charter: Stored
) -> None:
    async with aclosing(Journal(store)) as journal:
        edit = Writer(11, charter.state).type("s1", 0, "x")
        await journal.append([Batch(charter.charter_id, 1, ((Author("p-ann"), edit),))])
    house = House(store, charter, SETTINGS)
    await house.rooms.start()
    started = clock.now()
    await until(house.over, "the sitting to be over")
    (sitting,) = await house.sittings()
    assert sitting.began_at == sitting.last_at < started
    await house.close()


async def test_an_end_that_could_not_be_stored_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = house.journal.end_sittings
    failed: list[bool] = []

    async def end_sittings(*arguments: object) -> None:
        if not failed:
            failed.append(True)
            raise Trouble
        await end(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(house.journal, "end_sittings", end_sittings)
    room, ann = await house.enter()
    await house.rooms.receive(room, ann, typed(house))
    await until(house.going_on, "a sitting")
    house.rooms.leave(room, ann)
    await until(lambda: failed, "an end that fails")
    await until(house.over, "the sitting to be over")
