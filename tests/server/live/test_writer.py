import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server.bus.memory import MemoryBus
from server.errors import (
    CloseCode,
)
from server.live.presence import Identity
from server.settings import Settings
from server.store import Store
from tests.server.live.faults import Faults, faults_of
from tests.server.live.servers import Server, saved, stored
from tests.server.live.sinks import (
    ANN,
    BEN,
    as_seen,
    questions,
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


async def test_a_failing_commit_touches_its_author_only(
    own: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    _, ben, bens = await own.enter(charter, BEN)
    page = Writer(11, charter.state)
    faults.cut = True
    await own.send(room, ann, page.type("s1", 0, "Ann. "))
    await until(lambda: anns.closed, "the author to be told")
    assert anns.closed == (CloseCode.TROUBLE, "Trouble")
    faults.mend()
    own.rooms.leave(room, ann)
    await until(lambda: questions(bens.frames), "the room to begin again")
    await own.send(room, ben, Writer(12, charter.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    again, ann, anns = await own.enter(charter, ANN)
    assert again is room
    await own.send(again, ann, page.state(), answer=True)
    await saved(anns, 1)
    assert bens.closed is None
    words = await stored(own, charter)
    assert "Ann. " in words
    assert "Ben. " in words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_named(own: Server, charter: Stored, faults: Faults) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    _, _, bens = await own.enter(charter, BEN)
    faults.full = True
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "x" * 100_000))
    await until(lambda: anns.closed, "the author to be told")
    assert anns.closed == (CloseCode.TROUBLE, "DiskFull")
    assert updates(bens.frames) == []


async def test_what_came_in_while_a_commit_failed_leaves_no_hole(
    own: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    page = Writer(11, charter.state)
    own.journal.hold = asyncio.Event()
    faults.cut = True
    await own.send(room, ann, page.type("s1", 0, "1"))
    await until(lambda: room in own.rooms.writer._committing, "the commit to begin")
    await own.send(room, ann, page.type("s1", 0, "2"))
    own.journal.hold.set()
    await until(lambda: anns.closed, "the author to be told")
    faults.mend()
    own.rooms.leave(room, ann)
    room, ann, anns = await own.enter(charter, ANN)
    assert await stored(own, charter) == "<paragraph>I choose who I live with.</paragraph>"
    await own.send(room, ann, page.state(), answer=True)
    await saved(anns, 1)
    assert "21I choose" in await stored(own, charter)


async def test_other_charters_of_a_failing_commit_go_on_too(
    store: Store, own: Server, charter: Stored, faults: Faults
) -> None:
    other = await store_charter(store, "cornwall")
    room, ann, anns = await own.enter(charter, ANN)
    next_door, ben, bens = await own.enter(other, BEN)
    faults.cut = True
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Ann. "))
    await until(lambda: anns.closed, "the author to be told")
    faults.mend()
    await own.send(next_door, ben, Writer(12, other.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    assert "Ben. " in await stored(own, other)


async def test_what_is_stored_but_could_not_be_shown_is_shown_later(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    own, other = await new_own(), await new_own(MemoryBus())
    room, ann, anns = await own.enter(charter, ANN)
    _, _, raes = await own.enter(charter, Identity("p-rae", "Rae", None), may_write=False)
    own.journal.hold = asyncio.Event()
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Ann. "))
    there, ben, bens = await other.enter(charter, BEN)
    await other.send(there, ben, Writer(12, charter.state).type("s1", 0, "Ben. "))
    await saved(bens, 1)
    own.journal.unread = 3
    own.journal.hold.set()
    await saved(anns, 1)
    assert anns.closed is None
    shown = as_seen(charter.state, *updates(raes.frames))["s1"]
    assert "Ann. " in shown
    assert "Ben. " in shown


async def test_who_comes_while_a_room_begins_again_waits_for_it(
    own: Server, charter: Stored, faults: Faults
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    faults.cut = True
    own.journal.unread = 2
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Lost. "))
    await until(lambda: anns.closed, "the author to be told")
    assert room in own.rooms.writer._recovering
    await own.rooms.open(charter.charter_id)
    assert room not in own.rooms.writer._recovering
    assert 11 not in room.known.clocks


# Gaps
