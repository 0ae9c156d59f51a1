import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, update

from server import clock
from server.bus.memory import MemoryBus
from server.errors import (
    CloseCode,
    Gap,
    OldGeneration,
    OthersClientId,
    Stopping,
    UnknownCharter,
)
from server.live import rooms as module
from server.live import wire
from server.people.signing_in import who_by_token_hash
from server.people.tables import MembershipRow, PersonRow, SessionRow, SupportRow
from server.people.telling import permits_changed
from server.settings import Settings
from server.store import Store
from tests.server.live.faults import Faults, faults_of
from tests.server.live.servers import Server, saved, stored
from tests.server.live.sinks import (
    ANN,
    BEN,
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


async def test_servers_show_one_another_what_is_written_and_who_is_here(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(), await new_own()
    room, ann, _ = await here.enter(charter, ANN)
    _, _, bens = await there.enter(charter, BEN)
    room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    here.rooms.presence_changed(room)
    await here.send(room, ann, Writer(11, charter.state).type("s1", 0, "Over there. "))
    await until(lambda: updates(bens.frames) and people(bens.frames), "words and presence")
    assert "Over there." in as_seen(charter.state, *updates(bens.frames))["s1"]
    third = (await new_own()).rooms
    # The answer may be in the greeting already, or come after it.
    arrived, late = reader(BEN)
    third.enter(await third.open(charter.charter_id), arrived, None)
    await until(lambda: people(late.frames), "who is here, asked of the other servers")


async def test_all_servers_tell_of_news_beside_the_words(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(), await new_own()
    _, _, anns = await here.enter(charter, ANN)
    _, ben, bens = await there.enter(charter, BEN)
    here.rooms.tell_news(charter.charter_id, "settled")
    assert news(anns.frames) == news(bens.frames) == ["settled"]
    ben.tells_news = False
    there.rooms.tell_news(charter.charter_id, "settled")
    assert news(anns.frames) == ["settled", "settled"]
    assert news(bens.frames) == ["settled"]


async def test_without_a_bus_words_still_cross_a_little_later(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(MemoryBus()), await new_own(MemoryBus())
    room, ann, _ = await here.enter(charter, ANN)
    _, _, bens = await there.enter(charter, BEN)
    await here.send(room, ann, Writer(11, charter.state).type("s1", 0, "Slowly. "))
    await until(lambda: updates(bens.frames), "the words")
    assert "Slowly." in as_seen(charter.state, *updates(bens.frames))["s1"]


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


# Permits


async def test_who_comes_in_while_permits_are_checked_is_not_sent_away(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, anns = await own.enter(charter, ANN)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slowly(*question: Any) -> Any:
        asked.set()
        await may_answer.wait()
        return await who_by_token_hash(*question)

    monkeypatch.setattr(module, "who_by_token_hash", slowly)
    await asked.wait()
    _, _, bens = await own.enter(charter, BEN)
    may_answer.set()
    asked.clear()
    await asked.wait()
    assert (anns.closed, bens.closed) == (None, None)


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


async def test_who_may_no_longer_write_or_read_is_told(
    store: Store, own: Server, charter: Stored
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    mine = (MembershipRow.person_id == "p-ann") & (MembershipRow.group_id == charter.group_id)
    async with store.session() as session:
        await session.execute(update(MembershipRow).where(mine).values(role="reader"))
    await until(lambda: news(anns.frames), "the news")
    assert not ann.may_write
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "No. "))
    assert anns.closed == (CloseCode.READ_ONLY, "ReadOnly")
    _, _, sink = await own.enter(charter, ANN, may_write=False)
    async with store.session() as session:
        await session.execute(update(MembershipRow).where(mine).values(ended_at=clock.now()))
    await until(lambda: sink.closed, "the end")
    assert sink.closed == (CloseCode.MAY_NOT, "MayNot")


async def test_another_name_is_seen_wherever_its_person_is(
    store: Store, own: Server, charter: Stored
) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    _, _, bens = await own.enter(charter, BEN)
    room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    own.rooms.presence_changed(room)
    await until(lambda: ANN.name in str(people(bens.frames)), "her name")
    bens.take()
    async with store.session() as session:
        await session.execute(
            update(PersonRow).where(PersonRow.id == "p-ann").values(name="a member")
        )
        permits_changed(session, own.bus)
    await until(lambda: people(bens.frames), "the news")
    assert "a member" in str(people(bens.frames))
    assert ANN.name not in str(people(bens.frames))


async def test_who_is_signed_out_is_sent_away_at_once(
    store: Store, own: Server, charter: Stored
) -> None:
    _, _, anns = await own.enter(charter, ANN)
    async with store.session() as session:
        await session.execute(delete(SessionRow).where(SessionRow.person_id == "p-ann"))
        permits_changed(session, own.bus)
    await until(lambda: anns.closed, "the end")
    assert anns.closed == (CloseCode.NOT_SIGNED_IN, "NotSignedIn")


async def helps(store: Store, own: Server, support_id: str | None) -> None:
    """Ben's session helps Ann under this yes from now on; None: it helps nobody."""
    async with store.session() as session:
        if support_id is not None:
            now = clock.now()
            support = SupportRow(
                id=support_id, person_id="p-ann", supporter_id="p-ben", asked_at=now, yes_at=now
            )
            session.add(support)
            await session.flush()
        bens = update(SessionRow).where(SessionRow.person_id == "p-ben")
        await session.execute(bens.values(helping_id=support_id))
        permits_changed(session, own.bus)


async def test_a_page_begins_anew_when_its_person_begins_or_stops_to_help(
    store: Store, own: Server, charter: Stored
) -> None:
    _, _, before = await own.enter(charter, BEN)
    await helps(store, own, "yes")
    await until(lambda: before.closed, "the end")
    assert before.closed == (CloseCode.HELP_BEGAN, "HelpBegan")
    _, _, helping = await own.enter(charter, replace(BEN, for_id="p-ann"))
    _, _, anns = await own.enter(charter, ANN)
    await helps(store, own, None)
    await until(lambda: helping.closed, "the end")
    assert helping.closed == (CloseCode.HELP_ENDED, "HelpEnded")
    assert anns.closed is None


async def test_help_ends_with_the_yes_also_for_who_may_not_be_here_without_it(
    store: Store, own: Server, charter: Stored
) -> None:
    await helps(store, own, "yes")
    bens = (MembershipRow.person_id == "p-ben") & (MembershipRow.group_id == charter.group_id)
    async with store.session() as session:
        await session.execute(update(MembershipRow).where(bens).values(ended_at=clock.now()))
    room, ben, sink = await own.enter(charter, replace(BEN, for_id="p-ann"))
    await own.send(room, ben, Writer(11, charter.state).type("s1", 0, "For Ann. "))
    await saved(sink, 1)
    async with store.session() as session:
        await session.execute(update(SupportRow).values(ended_at=clock.now()))
        permits_changed(session, own.bus)
    await until(lambda: sink.closed, "the end")
    assert sink.closed == (CloseCode.HELP_ENDED, "HelpEnded")


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
