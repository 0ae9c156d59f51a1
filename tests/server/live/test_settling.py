from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import select

from server.bus.memory import MemoryBus
from server.errors import CannotOpen, CloseCode, Trouble
from server.live import settling as module
from server.live import wire
from server.live.engine import Edit, Engine
from server.live.entries import Batch
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.live.settling import BadEdits, set_aside, settle
from server.live.tables import SetAsideRow
from server.live.work import Settled
from server.settings import Settings
from server.store import Store
from server.writing.authors import Author
from server.writing.read_side import read_charter
from tests.server.live.sinks import ANN, as_seen, news, reader, receipts
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until

SETTINGS = Settings(settle_after=0.05, settle_at_most=0.2)
POISON = b"Poison"


class Touchy(Engine):
    """A real engine whose workers cannot open anything that holds the word Poison."""

    weary = 0

    async def settle(self, state: bytes, tail: Any) -> Settled:
        if self.weary:
            self.weary -= 1
            raise CannotOpen
        if any(POISON in edit.change for edit in cast("list[Edit]", tail)):
            raise CannotOpen
        return await super().settle(state, tail)

    async def find_bad(self, state: bytes, tail: Any, first: int = 0) -> int | None:
        edits = cast("list[Edit]", tail)
        return next((n for n, edit in enumerate(edits) if POISON in edit.change), None)


@pytest.fixture
async def engine() -> AsyncIterator[Touchy]:
    engine = Touchy(SETTINGS)
    yield engine
    await engine.aclose()


@pytest.fixture
async def journal(store: Store) -> AsyncIterator[Journal]:
    journal = Journal(store)
    yield journal
    await journal.aclose()


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
async def rooms(
    store: Store, journal: Journal, engine: Touchy, charter: Stored
) -> AsyncIterator[Rooms]:
    rooms = Rooms(store, MemoryBus(), engine, journal, SETTINGS)
    yield rooms
    await rooms.stop()


async def write(journal: Journal, charter: Stored, *edits: tuple[str, bytes]) -> None:
    for person, edit in edits:
        await journal.append([Batch(charter.charter_id, 1, ((Author(person), edit),))])


async def words(store: Store, charter: Stored, item: str = "s1") -> str:
    """The words of a statement on the read side."""
    async with store.reading() as session:
        read = await read_charter(session, charter.charter_id)
    return str(next(each.words for each in read.items if each.id == item))


async def test_settling_brings_the_read_side_and_the_checkpoint_up_to_the_journal(
    store: Store, journal: Journal, engine: Touchy, charter: Stored
) -> None:
    page = Writer(11, charter.state)
    edits = [("p-ann", page.type("s1", 0, "Settled. ")), ("p-ann", page.delete("s1", 0, 3))]
    await write(journal, charter, *edits)
    checkpoint = await settle(journal, engine, charter.charter_id)
    assert checkpoint is not None
    assert checkpoint.changed == {"s1": (Author("p-ann"),)}
    assert "tled. I choose" in await words(store, charter)
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert (opened.checkpoint_seq, opened.tail) == (2, ())
    assert "tled. I choose" in as_seen(opened.state)["s1"]
    assert b"Settled." not in opened.state


async def test_there_is_nothing_to_settle_twice(
    journal: Journal, engine: Touchy, charter: Stored
) -> None:
    await write(journal, charter, ("p-ann", Writer(11, charter.state).type("s1", 0, "x")))
    assert await settle(journal, engine, charter.charter_id) is not None
    assert await settle(journal, engine, charter.charter_id) is None
    assert await settle(journal, engine, "nothing") is None


async def test_an_edit_no_worker_can_open_is_set_aside_with_what_stands_on_it_and_no_more(
    store: Store, journal: Journal, engine: Touchy, charter: Stored
) -> None:
    bad, good = Writer(11, charter.state), Writer(12, charter.state)
    await write(
        journal,
        charter,
        ("p-ben", good.type("s2", 0, "Good. ")),
        ("p-ann", bad.type("s1", 0, "Poison. ")),
        ("p-ann", bad.type("s1", 4, "on it")),
        ("p-ben", good.type("s2", 0, "Better. ")),
    )
    with pytest.raises(BadEdits) as found:
        await settle(journal, engine, charter.charter_id)
    assert await set_aside(journal, engine, found.value.opened)
    async with store.reading() as session:
        aside = (await session.scalars(select(SetAsideRow).order_by(SetAsideRow.seq))).all()
    assert [(row.seq, row.person_id) for row in aside] == [(2, "p-ann"), (3, "p-ann")]
    assert await settle(journal, engine, charter.charter_id) is not None
    assert "Better. Good. I can" in await words(store, charter, "s2")
    assert await journal.unsettled() == []


async def test_all_bad_edits_are_set_aside_at_once(
    journal: Journal, engine: Touchy, charter: Stored
) -> None:
    """One new generation for all: each makes everybody's page load again."""
    ann, ben = Writer(11, charter.state), Writer(12, charter.state)
    edits = [("p-ann", ann.move("s1", "Poison1")), ("p-ben", ben.type("s2", 0, "Good. "))]
    await write(journal, charter, *edits, ("p-ann", ann.move("s1", "Poison2")))
    with pytest.raises(BadEdits) as found:
        await settle(journal, engine, charter.charter_id)
    assert await set_aside(journal, engine, found.value.opened)
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert opened.generation == 2
    assert [entry.change for entry in opened.tail] == [edits[1][1]]


async def test_what_came_after_the_search_and_stands_on_a_bad_edit_falls_too(
    store: Store, journal: Journal, engine: Touchy, charter: Stored
) -> None:
    """Others go on writing while a worker looks for the bad edit, perhaps right beside it."""
    bad = Writer(11, charter.state)
    await write(journal, charter, ("p-ann", bad.type("s1", 0, "Poison. ")))
    with pytest.raises(BadEdits) as found:
        await settle(journal, engine, charter.charter_id)
    beside = Writer(12, bad.state())
    await write(journal, charter, ("p-ben", beside.type("s1", 4, "on it")))
    await write(journal, charter, ("p-ben", Writer(13, charter.state).type("s2", 0, "Good. ")))
    assert await set_aside(journal, engine, found.value.opened)
    assert await settle(journal, engine, charter.charter_id) is not None
    assert "Good. I can" in await words(store, charter, "s2")
    assert (await words(store, charter, "s1")).count("on it") == 0


async def test_an_edit_that_fails_only_once_is_not_to_blame(
    journal: Journal, engine: Touchy, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(journal, charter, ("p-ann", Writer(11, charter.state).type("s1", 0, "Fine. ")))
    engine.weary = 1
    with pytest.raises(BadEdits) as found:
        await settle(journal, engine, charter.charter_id)
    answers = iter([0, None])

    async def find_bad(state: bytes, tail: Any, first: int) -> int | None:
        return next(answers)

    monkeypatch.setattr(engine, "find_bad", find_bad)
    with pytest.raises(Trouble):
        await set_aside(journal, engine, found.value.opened)
    assert await settle(journal, engine, charter.charter_id) is not None


async def test_where_every_edit_opens_alone_nothing_is_set_aside(
    journal: Journal, engine: Touchy, charter: Stored
) -> None:
    await write(journal, charter, ("p-ann", Writer(11, charter.state).type("s1", 0, "Fine. ")))
    engine.weary = 1
    with pytest.raises(BadEdits) as found:
        await settle(journal, engine, charter.charter_id)
    with pytest.raises(Trouble):
        await set_aside(journal, engine, found.value.opened)
    assert await settle(journal, engine, charter.charter_id) is not None


# While people write


async def test_a_charter_settles_soon_after_the_last_edit(
    store: Store, rooms: Rooms, charter: Stored
) -> None:
    await rooms.start()
    room = await rooms.open(charter.charter_id)
    ann, anns = reader(ANN)
    rooms.enter(room, ann, None)
    edit = wire.Edit(Writer(11, charter.state).type("s1", 0, "Soon. "), False)
    await rooms.receive(room, ann, edit)
    await until(lambda: room.checkpoint_seq == 1, "the checkpoint")
    assert "Soon." in await words(store, charter)
    await until(lambda: news(anns.frames), "the page to hear of it")
    assert news(anns.frames) == ["settled"]


async def test_a_busy_charter_settles_while_people_go_on(rooms: Rooms, charter: Stored) -> None:
    await rooms.start()
    room = await rooms.open(charter.charter_id)
    ann, _ = reader(ANN)
    rooms.enter(room, ann, None)
    page = Writer(11, charter.state)

    async def go_on() -> bool:
        await rooms.receive(room, ann, wire.Edit(page.type("s1", 0, "x"), False))
        return room.checkpoint_seq > 0

    await until(go_on, "a checkpoint")


async def test_what_an_earlier_run_left_is_settled_at_the_start(
    journal: Journal, rooms: Rooms, charter: Stored
) -> None:
    await write(journal, charter, ("p-ann", Writer(11, charter.state).type("s1", 0, "x")))
    await rooms.start()

    async def all_settled() -> bool:
        return await journal.unsettled() == []

    await until(all_settled, "everything to be settled")


async def test_people_are_sent_to_the_new_generation_without_the_bad_edit(
    store: Store, rooms: Rooms, charter: Stored
) -> None:
    await rooms.start()
    room = await rooms.open(charter.charter_id)
    ann, anns = reader(ANN)
    rooms.enter(room, ann, 1)
    edit = wire.Edit(Writer(11, charter.state).type("s1", 0, "Poison. "), False)
    await rooms.receive(room, ann, edit)
    await until(lambda: receipts(anns.frames), "the edit to be stored")
    await until(lambda: anns.closed, "the new generation")
    assert news(anns.frames) == ["generation"]
    assert anns.closed == (CloseCode.OLD_GENERATION, "OldGeneration")
    rooms.leave(room, ann)
    again = await rooms.open(charter.charter_id)
    assert again.generation == 2
    assert as_seen(again.snapshot()) == as_seen(charter.state)


async def test_a_settling_that_failed_is_tried_again(
    rooms: Rooms, engine: Touchy, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TRY_AGAIN", 0.01)
    engine.weary = 2
    await rooms.start()
    room = await rooms.open(charter.charter_id)
    ann, _ = reader(ANN)
    rooms.enter(room, ann, None)
    edit = wire.Edit(Writer(11, charter.state).type("s1", 0, "x"), False)
    await rooms.receive(room, ann, edit)
    await until(lambda: room.checkpoint_seq == 1, "the checkpoint")


async def test_a_stop_settles_what_is_left(
    store: Store, journal: Journal, engine: Touchy, charter: Stored
) -> None:
    later = replace(SETTINGS, settle_after=3600, settle_at_most=3600)
    rooms = Rooms(store, MemoryBus(), engine, journal, later)
    await rooms.start()
    room = await rooms.open(charter.charter_id)
    ann, _ = reader(ANN)
    rooms.enter(room, ann, None)
    edit = wire.Edit(Writer(11, charter.state).type("s1", 0, "Last. "), False)
    await rooms.receive(room, ann, edit)
    await rooms.stop()
    assert await journal.unsettled() == []
    assert "Last." in await words(store, charter)
