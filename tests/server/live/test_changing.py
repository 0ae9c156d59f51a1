"""Changes of the server's own, on a real database with real engine workers."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from server.bus.memory import MemoryBus
from server.store import Store
from server.writing.document import Part
from server.writing.edits import Edit, SetText, apply
from server.writing.rich_text import from_text
from tests.server.live.sinks import ANN, as_seen, updates
from tests.server.live.stored import Stored, store_charter
from tests.server.live.test_rooms import SETTINGS, Server, stored


@pytest.fixture
async def server(store: Store) -> AsyncIterator[Server]:
    made = Server(store, MemoryBus(), SETTINGS)
    await made.rooms.start()
    yield made
    await made.close()


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


def says(text: str, item: str = "s1") -> partial[None]:
    edits: list[Edit] = [SetText(item, Part.WORDS, from_text(text))]
    return partial(apply, edits=edits)


async def test_everybody_in_the_room_sees_it_at_once(server: Server, charter: Stored) -> None:
    room, _, anns = await server.enter(charter, ANN)
    seq = await server.rooms.change(charter.charter_id, says("We decide."), person_id="p-ben")
    assert seq == room.seq == 1
    assert "We decide." in as_seen(charter.state, *updates(anns.frames))["s1"]
    assert "We decide." in await stored(server, charter)
