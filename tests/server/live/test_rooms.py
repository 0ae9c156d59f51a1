import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from server.bus.memory import MemoryBus
from server.errors import (
    CloseCode,
    Gap,
    OldGeneration,
    OthersClientId,
    Stopping,
    UnknownCharter,
)
from server.live import wire
from server.settings import Settings
from server.store import Store
from tests.server.live.faults import Faults, faults_of
from tests.server.live.servers import Server, saved, stored
from tests.server.live.sinks import (
    ANN,
    BEN,
    as_seen,
    news,
    questions,
    reader,
    receipts,
    updates,
)
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until

SETTINGS = Settings(settle_after=3600, settle_at_most=3600, presence_tick=0.001)


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
def faults(store: Store) -> Iterator[Faults]:
    with faults_of(store) as faults:
        yield faults


async def test_words_reach_others_and_the_journal(own: Server, charter: Stored) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    _, _, bens = await own.enter(charter, BEN)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Hello. "))
    await saved(anns, 1)
    assert "Hello. I choose" in as_seen(charter.state, *updates(bens.frames))["s1"]
    assert "Hello. I choose" in await stored(own, charter)


async def test_an_unknown_charter_has_no_room(own: Server) -> None:
    with pytest.raises(UnknownCharter):
        await own.rooms.open("nothing")
    assert len(own.rooms) == 0


async def test_a_hall_that_arrives_at_once_finds_one_room(own: Server, charter: Stored) -> None:
    rooms = await asyncio.gather(*(own.rooms.open(charter.charter_id) for _ in range(50)))
    assert len(set(rooms)) == 1


async def test_an_old_page_is_not_let_in(own: Server, charter: Stored) -> None:
    room = await own.rooms.open(charter.charter_id)
    with pytest.raises(OldGeneration):
        own.rooms.enter(room, reader()[0], 0)
    own.rooms.enter(room, reader()[0], 1)


async def test_a_room_with_nobody_in_it_leaves_memory(own: Server, charter: Stored) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Hello. "))
    await saved(anns, 1)
    own.rooms.leave(room, ann)
    await until(lambda: len(own.rooms) == 0, "the room to leave memory")
    assert "Hello." in await stored(own, charter)
    assert await own.journal.unsettled() == []


# A failing database


async def test_an_edit_after_a_gap_is_asked_about_and_the_second_one_refused(
    own: Server, charter: Stored
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    page = Writer(11, charter.state)
    page.type("s1", 0, "1")
    await own.send(room, ann, page.type("s1", 0, "2"))
    assert questions(anns.frames)
    with pytest.raises(Gap):
        await own.rooms.receive(room, ann, wire.Edit(page.type("s1", 0, "3"), False))


# Several servers


async def test_two_servers_writing_at_once_lose_nothing(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    servers = [await new_own(), await new_own()]
    places = [await one.enter(charter, who) for one, who in zip(servers, (ANN, BEN), strict=True)]
    pages = [Writer(number, charter.state) for number in (11, 12)]
    for number in range(20):
        for own, page, (room, person, _) in zip(servers, pages, places, strict=True):
            await own.send(room, person, page.type("s2", 0, f"{number} "))
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
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(MemoryBus()), await new_own(MemoryBus())
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
    new_own: Callable[..., Any], charter: Stored
) -> None:
    own = await new_own(document_limit=len(charter.state) + 3_000)
    room, ann, anns = await own.enter(charter, ANN)
    page = Writer(11, charter.state)
    for count in range(1, 21, 2):
        await own.send(room, ann, page.type("s1", 0, "x" * 1_000))
        await saved(anns, count)
        await own.send(room, ann, page.delete("s1", 0, 1_000))
        await saved(anns, count + 1)


async def test_a_charter_that_is_full_says_so(new_own: Callable[..., Any], charter: Stored) -> None:
    own = await new_own(document_limit=len(charter.state) + 3_000)
    room, ann, anns = await own.enter(charter, ANN)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "x" * 4_000))
    assert anns.closed == (CloseCode.DOCUMENT_FULL, "DocumentFull")


async def test_a_room_that_opens_while_counters_are_asked_for_stays_open(
    own: Server, store: Store, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await store_charter(store, "cornwall")
    await own.enter(charter, ANN)
    asked, may_answer = asyncio.Event(), asyncio.Event()
    counters = own.journal.counters

    async def slow_counters(charter_ids: Iterable[str]) -> Any:
        known = list(charter_ids)
        asked.set()
        await may_answer.wait()
        return await counters(known)

    monkeypatch.setattr(own.journal, "counters", slow_counters)
    await asked.wait()
    _, _, sink = await own.enter(other, ANN)
    may_answer.set()
    asked.clear()
    await asked.wait()
    assert sink.closed is None


async def test_what_a_closed_connection_had_sent_is_not_taken(own: Server, charter: Stored) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    ann.end(OldGeneration())
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Old. "))
    assert room.take().batch is None


# Stopping


async def test_stopping_writes_everything_and_tells_everybody(own: Server, charter: Stored) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    _, _, bens = await own.enter(charter, BEN)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Last words. "))
    await own.rooms.stop()
    assert receipts(anns.frames) == [1]
    assert "Last words." in as_seen(charter.state, *updates(bens.frames))["s1"]
    for sink in (anns, bens):
        assert news(sink.frames) == ["stopping"]
        assert sink.closed == (CloseCode.SERVICE_RESTART, "Stopping")
    assert await own.journal.unsettled() == []
    with pytest.raises(Stopping):
        await own.rooms.open(charter.charter_id)
