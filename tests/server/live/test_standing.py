import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, update

from server import clock
from server.errors import (
    CloseCode,
)
from server.live import standing as module
from server.live import wire
from server.people.signing_in import who_by_token_hash
from server.people.tables import MembershipRow, PersonRow, SessionRow, SupportRow
from server.people.telling import permits_changed
from server.store import Store
from tests.server.live.servers import Server, saved
from tests.server.live.sinks import (
    ANN,
    BEN,
    news,
    people,
)
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


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
    own.rooms.neighbours.presence_changed(room)
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
