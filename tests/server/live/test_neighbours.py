from collections.abc import Callable
from typing import Any

import pytest

from server.bus.memory import MemoryBus
from server.live import wire
from server.store import Store
from tests.server.live.sinks import (
    ANN,
    BEN,
    as_seen,
    news,
    people,
    reader,
    updates,
)
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support.waiting import until


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


async def test_servers_show_one_another_what_is_written_and_who_is_here(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(), await new_own()
    room, ann, _ = await here.enter(charter, ANN)
    _, _, bens = await there.enter(charter, BEN)
    room.hear(ann, wire.Presence(((7, 1, b"{}"),)), 0)
    here.rooms.neighbours.presence_changed(room)
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
