import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from server import clock
from server.bus.memory import MemoryBus
from server.errors import (
    CloseCode,
    Gap,
    OldGeneration,
    OthersClientId,
    Refusal,
    Stopping,
    Trouble,
    UnknownCharter,
)
from server.live import rooms as module
from server.live import wire
from server.live.engine import Engine
from server.live.journal import Batch, Entry, Journal, Opened
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Room
from server.live.rooms import Rooms
from server.people.signing_in import roles_of
from server.people.tables import MembershipRow
from server.settings import Settings
from server.store import Store
from tests.server.live.faults import Faults, faults_of
from tests.server.live.sinks import (
    ANN,
    BEN,
    FakeSink,
    as_seen,
    news,
    people,
    questions,
    reader,
    receipts,
    updates,
)
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until

SETTINGS = Settings(settle_after=3600, settle_at_most=3600, presence_tick=0.001)


class OwnWay(Journal):
    """A journal whose answers a test may hold back, and that may fail when it is read."""

    hold: asyncio.Event | None = None
    unread = 0

    async def append(self, batches: Sequence[Batch]) -> dict[str, int]:
        if self.hold is not None:
            await self.hold.wait()
        return await super().append(batches)

    async def open(self, charter_id: str) -> Opened | None:
        self._fail()
        return await super().open(charter_id)

    async def since(self, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
        self._fail()
        return await super().since(charter_id, seq)

    def _fail(self) -> None:
        if self.unread:
            self.unread -= 1
            raise Trouble


class Server:
    """The rooms of one server, and how people come in."""

    def __init__(self, store: Store, bus: MemoryBus, settings: Settings) -> None:
        self.journal = OwnWay(store)
        self.engine = Engine(settings)
        self.rooms = Rooms(store, bus, self.engine, self.journal, settings)

    async def close(self) -> None:
        await self.rooms.stop()
        await self.engine.aclose()
        await self.journal.aclose()

    async def enter(
        self, charter: Stored, who: Identity, *, may_write: bool = True
    ) -> tuple[Room, Reader, FakeSink]:
        room = await self.rooms.open(charter.charter_id)
        arrived, sink = reader(who, may_write=may_write)
        self.rooms.enter(room, arrived, None)
        sink.take()
        arrived.asked_again = False  # the greeting is answered
        return room, arrived, sink

    async def send(self, room: Room, who: Reader, edit: bytes, *, answer: bool = False) -> None:
        """A frame arrives: refusals close the connection, as the socket does it."""
        try:
            await self.rooms.receive(room, who, wire.Edit(edit, answer))
        except Refusal as refusal:
            who.end(refusal)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WATCH", 0.02)


@pytest.fixture
async def new_server(store: Store, impatience: None) -> AsyncIterator[Callable[[], Any]]:
    bus, servers = MemoryBus(), []

    async def make(bus: MemoryBus = bus, **settings: Any) -> Server:
        server = Server(store, bus, replace(SETTINGS, **settings))
        servers.append(server)
        await server.rooms.start()
        return server

    yield make
    for server in servers:
        await server.close()


@pytest.fixture
async def server(new_server: Callable[[], Any]) -> Server:
    made: Server = await new_server()
    return made


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
def faults(store: Store) -> Iterator[Faults]:
    with faults_of(store) as faults:
        yield faults


async def stored(server: Server, charter: Stored) -> str:
    """The words of the first statement, as they are stored."""
    opened = await server.journal.open(charter.charter_id)
    assert opened is not None
    return as_seen(opened.state, *(entry.change for entry in opened.tail))["s1"]


async def saved(sink: FakeSink, count: int) -> None:
    await until(lambda: sink.closed or count in receipts(sink.frames), f"receipt {count}")
    assert sink.closed is None


async def test_words_reach_others_and_the_journal(server: Server, charter: Stored) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    _, _, bens = await server.enter(charter, BEN)
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Hello. "))
    await saved(anns, 1)
    assert "Hello. I choose" in as_seen(charter.state, *updates(bens.frames))["s1"]
    assert "Hello. I choose" in await stored(server, charter)


async def test_an_unknown_charter_has_no_room(server: Server) -> None:
    with pytest.raises(UnknownCharter):
        await server.rooms.open("nothing")
    assert len(server.rooms) == 0


async def test_a_hall_that_arrives_at_once_finds_one_room(server: Server, charter: Stored) -> None:
    rooms = await asyncio.gather(*(server.rooms.open(charter.charter_id) for _ in range(50)))
    assert len(set(rooms)) == 1


async def test_an_old_page_is_not_let_in(server: Server, charter: Stored) -> None:
    room = await server.rooms.open(charter.charter_id)
    with pytest.raises(OldGeneration):
        server.rooms.enter(room, reader()[0], 0)
    server.rooms.enter(room, reader()[0], 1)


async def test_a_room_with_nobody_in_it_leaves_memory(server: Server, charter: Stored) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Hello. "))
    await saved(anns, 1)
    server.rooms.leave(room, ann)
    await until(lambda: len(server.rooms) == 0, "the room to leave memory")
    assert "Hello." in await stored(server, charter)
    assert await server.journal.unsettled() == []


# A failing database


async def test_a_failing_commit_touches_its_author_only(
    server: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    _, ben, bens = await server.enter(charter, BEN)
    page = Writer(11, charter.state)
    faults.cut = True
    await server.send(room, ann, page.type("s1", 0, "Ann. "))
    await until(lambda: anns.closed, "the author to be told")
    assert anns.closed == (CloseCode.TROUBLE, "Trouble")
    faults.mend()
    server.rooms.leave(room, ann)
    await until(lambda: questions(bens.frames), "the room to begin again")
    await server.send(room, ben, Writer(12, charter.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    again, ann, anns = await server.enter(charter, ANN)
    assert again is room
    await server.send(again, ann, page.state(), answer=True)
    await saved(anns, 1)
    assert bens.closed is None
    words = await stored(server, charter)
    assert "Ann. " in words
    assert "Ben. " in words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_named(server: Server, charter: Stored, faults: Faults) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    _, _, bens = await server.enter(charter, BEN)
    faults.full = True
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "x" * 100_000))
    await until(lambda: anns.closed, "the author to be told")
    assert anns.closed == (CloseCode.TROUBLE, "DiskFull")
    assert updates(bens.frames) == []


async def test_what_came_in_while_a_commit_failed_leaves_no_hole(
    server: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    page = Writer(11, charter.state)
    server.journal.hold = asyncio.Event()
    faults.cut = True
    await server.send(room, ann, page.type("s1", 0, "1"))
    await until(lambda: room in server.rooms._committing, "the commit to begin")
    await server.send(room, ann, page.type("s1", 0, "2"))
    server.journal.hold.set()
    await until(lambda: anns.closed, "the author to be told")
    faults.mend()
    server.rooms.leave(room, ann)
    room, ann, anns = await server.enter(charter, ANN)
    assert await stored(server, charter) == "<paragraph>I choose who I live with.</paragraph>"
    await server.send(room, ann, page.state(), answer=True)
    await saved(anns, 1)
    assert "21I choose" in await stored(server, charter)


async def test_other_charters_of_a_failing_commit_go_on_too(
    store: Store, server: Server, charter: Stored, faults: Faults
) -> None:
    other = await store_charter(store, "cornwall")
    room, ann, anns = await server.enter(charter, ANN)
    next_door, ben, bens = await server.enter(other, BEN)
    faults.cut = True
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Ann. "))
    await until(lambda: anns.closed, "the author to be told")
    faults.mend()
    await server.send(next_door, ben, Writer(12, other.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    assert "Ben. " in await stored(server, other)


async def test_what_is_stored_but_could_not_be_shown_is_shown_later(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    server, other = await new_server(), await new_server(MemoryBus())
    room, ann, anns = await server.enter(charter, ANN)
    _, _, raes = await server.enter(charter, Identity("p-rae", "Rae", None), may_write=False)
    server.journal.hold = asyncio.Event()
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Ann. "))
    there, ben, bens = await other.enter(charter, BEN)
    await other.send(there, ben, Writer(12, charter.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    server.journal.unread = 3
    server.journal.hold.set()
    await saved(anns, 1)
    assert anns.closed is None
    shown = as_seen(charter.state, *updates(raes.frames))["s1"]
    assert "Ann. " in shown
    assert "Ben. " in shown


async def test_who_comes_while_a_room_begins_again_waits_for_it(
    server: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    faults.cut = True
    server.journal.unread = 2
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Lost. "))
    await until(lambda: anns.closed, "the author to be told")
    assert room in server.rooms._recovering
    await server.rooms.open(charter.charter_id)
    assert room not in server.rooms._recovering
    assert 11 not in room.known.clocks


# Gaps


async def test_an_edit_after_a_gap_is_asked_about_and_the_second_one_refused(
    server: Server, charter: Stored
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    page = Writer(11, charter.state)
    page.type("s1", 0, "1")
    await server.send(room, ann, page.type("s1", 0, "2"))
    assert questions(anns.frames)
    with pytest.raises(Gap):
        await server.rooms.receive(room, ann, wire.Edit(page.type("s1", 0, "3"), False))


# Several servers


async def test_servers_show_one_another_what_is_written_and_who_is_here(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_server(), await new_server()
    room, ann, _ = await here.enter(charter, ANN)
    _, _, bens = await there.enter(charter, BEN)
    room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    here.rooms.presence_changed(room)
    await here.send(room, ann, Writer(11, charter.state).type("s1", 0, "Over there. "))
    await until(lambda: updates(bens.frames) and people(bens.frames), "words and presence")
    assert "Over there." in as_seen(charter.state, *updates(bens.frames))["s1"]
    third = await new_server()
    _, _, late = await third.enter(charter, BEN)
    await until(lambda: people(late.frames), "who is here, asked of the other servers")


async def test_all_servers_tell_of_news_beside_the_words(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_server(), await new_server()
    _, _, anns = await here.enter(charter, ANN)
    _, ben, bens = await there.enter(charter, BEN)
    here.rooms.tell_news(charter.charter_id, "settled")
    assert news(anns.frames) == news(bens.frames) == ["settled"]
    ben.tells_news = False
    there.rooms.tell_news(charter.charter_id, "settled")
    assert news(anns.frames) == ["settled", "settled"]
    assert news(bens.frames) == ["settled"]


async def test_without_a_bus_words_still_cross_a_little_later(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_server(MemoryBus()), await new_server(MemoryBus())
    room, ann, _ = await here.enter(charter, ANN)
    _, _, bens = await there.enter(charter, BEN)
    await here.send(room, ann, Writer(11, charter.state).type("s1", 0, "Slowly. "))
    await until(lambda: updates(bens.frames), "the words")
    assert "Slowly." in as_seen(charter.state, *updates(bens.frames))["s1"]


async def test_two_servers_writing_at_once_lose_nothing(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    servers = [await new_server(), await new_server()]
    places = [await one.enter(charter, who) for one, who in zip(servers, (ANN, BEN), strict=True)]
    pages = [Writer(number, charter.state) for number in (11, 12)]
    for number in range(20):
        for server, page, (room, person, _) in zip(servers, pages, places, strict=True):
            await server.send(room, person, page.type("s2", 0, f"{number} "))
    for _, _, sink in places:
        await saved(sink, 20)
    await until(
        lambda: places[0][0].snapshot() and places[0][0].seq == places[1][0].seq, "both to agree"
    )
    views = [as_seen(room.snapshot()) for room, _, _ in places]
    assert views[0] == views[1]
    assert all(views[0]["s2"].count(f"{number} ") >= 2 for number in range(20))
    assert all(sink.closed is None for _, _, sink in places)


async def test_one_client_id_on_two_servers_stays_with_the_first(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_server(MemoryBus()), await new_server(MemoryBus())
    room, ann, anns = await here.enter(charter, ANN)
    far, ben, bens = await there.enter(charter, BEN)
    there.journal.hold = asyncio.Event()
    await there.send(far, ben, Writer(11, charter.state).type("s1", 0, "Ben. "))
    await here.send(room, ann, Writer(11, charter.state).type("s1", 0, "Ann. "))
    await saved(anns, 1)
    there.journal.hold.set()
    await until(lambda: bens.closed, "Ben to be told")
    assert bens.closed == (CloseCode.TROUBLE, "Trouble")
    there.rooms.leave(far, ben)
    far, ben, _ = await there.enter(charter, BEN)
    edit = wire.Edit(Writer(11, charter.state).type("s1", 0, "Benjamin. "), False)
    with pytest.raises(OthersClientId):
        await there.rooms.receive(far, ben, edit)
    assert "Ben. " not in await stored(here, charter)


# Settling early


async def test_text_that_was_deleted_again_does_not_fill_a_charter(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    server = await new_server(document_limit=len(charter.state) + 3_000)
    room, ann, anns = await server.enter(charter, ANN)
    page = Writer(11, charter.state)
    for count in range(1, 21, 2):
        await server.send(room, ann, page.type("s1", 0, "x" * 1_000))
        await saved(anns, count)
        await server.send(room, ann, page.delete("s1", 0, 1_000))
        await saved(anns, count + 1)


async def test_a_charter_that_is_full_says_so(
    new_server: Callable[..., Any], charter: Stored
) -> None:
    server = await new_server(document_limit=len(charter.state) + 3_000)
    room, ann, anns = await server.enter(charter, ANN)
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "x" * 4_000))
    assert anns.closed == (CloseCode.DOCUMENT_FULL, "DocumentFull")


# Permits


async def test_who_comes_in_while_permits_are_checked_is_not_sent_away(
    server: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, anns = await server.enter(charter, ANN)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow_roles_of(*question: Any) -> Any:
        asked.set()
        await may_answer.wait()
        return await roles_of(*question)

    monkeypatch.setattr(module, "roles_of", slow_roles_of)
    await asked.wait()
    _, _, bens = await server.enter(charter, BEN)
    may_answer.set()
    asked.clear()
    await asked.wait()
    assert (anns.closed, bens.closed) == (None, None)


async def test_a_room_that_opens_while_counters_are_asked_for_stays_open(
    server: Server, store: Store, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await store_charter(store, "cornwall")
    await server.enter(charter, ANN)
    asked, may_answer = asyncio.Event(), asyncio.Event()
    counters = server.journal.counters

    async def slow_counters(charter_ids: Iterable[str]) -> Any:
        known = list(charter_ids)
        asked.set()
        await may_answer.wait()
        return await counters(known)

    monkeypatch.setattr(server.journal, "counters", slow_counters)
    await asked.wait()
    _, _, sink = await server.enter(other, ANN)
    may_answer.set()
    asked.clear()
    await asked.wait()
    assert sink.closed is None


async def test_who_may_no_longer_write_or_read_is_told(
    store: Store, server: Server, charter: Stored
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    mine = (MembershipRow.person_id == "p-ann") & (MembershipRow.group_id == charter.group_id)
    async with store.session() as session:
        await session.execute(update(MembershipRow).where(mine).values(role="reader"))
    await until(lambda: news(anns.frames), "the news")
    assert not ann.may_write
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "No. "))
    assert anns.closed == (CloseCode.READ_ONLY, "ReadOnly")
    _, _, sink = await server.enter(charter, ANN, may_write=False)
    async with store.session() as session:
        await session.execute(update(MembershipRow).where(mine).values(ended_at=clock.now()))
    await until(lambda: sink.closed, "the end")
    assert sink.closed == (CloseCode.MAY_NOT, "MayNot")


async def test_what_a_closed_connection_had_sent_is_not_taken(
    server: Server, charter: Stored
) -> None:
    room, ann, _ = await server.enter(charter, ANN)
    ann.end(OldGeneration())
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Old. "))
    assert room.take().batch is None


# Stopping


async def test_stopping_writes_everything_and_tells_everybody(
    server: Server, charter: Stored
) -> None:
    room, ann, anns = await server.enter(charter, ANN)
    _, _, bens = await server.enter(charter, BEN)
    await server.send(room, ann, Writer(11, charter.state).type("s1", 0, "Last words. "))
    await server.rooms.stop()
    assert receipts(anns.frames) == [1]
    assert "Last words." in as_seen(charter.state, *updates(bens.frames))["s1"]
    for sink in (anns, bens):
        assert news(sink.frames) == ["stopping"]
        assert sink.closed == (CloseCode.SERVICE_RESTART, "Stopping")
    assert await server.journal.unsettled() == []
    with pytest.raises(Stopping):
        await server.rooms.open(charter.charter_id)
