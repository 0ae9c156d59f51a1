"""Whatever people do, in whatever order it arrives, everybody ends with the same Charter."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.support.live_client import LiveClient
from tests.support.server_process import ServerProcess
from tests.support.waiting import NeverCameError, until
from tests.support.yjs_peer import YjsPeers
from tests.together.hands import Chance, Hand, NodeHand, PythonHand
from tests.together.views import View

DEEDS = 300
NAMES = ("Ann", "Ben", "Cerys", "Dafydd", "Eve")


class Room:
    """A server, a Charter, and the people in it."""

    def __init__(self, server: ServerProcess, peers: YjsPeers, closing: AsyncExitStack) -> None:
        self.server = server
        self.peers = peers
        self.closing = closing
        self.charter = server.import_charter()
        self.hands: list[Hand] = []

    async def python(self, name: str) -> PythonHand:
        token = self.server.token(name)
        client = LiveClient(self.server.live_address, self.charter, token)
        self.closing.push_async_callback(client.close)
        hand = PythonHand(name, await client.connect())
        self.hands.append(hand)
        return hand

    async def node(self, name: str, split: bool = False) -> NodeHand:
        token = self.server.token(name)
        peer = await self.peers.open(name, self.server.live_address, self.charter, token)
        hand = NodeHand(peer, split)
        self.hands.append(hand)
        return hand

    async def agree(self, seed: int) -> View:
        """Bring everybody back and wait until all see the same; returns what they see."""

        async def all_see_the_same() -> bool:
            # Each time, as a line that the server has ended may look alive a little longer.
            for hand in self.hands:
                await hand.come_back()
            first, *others = [await hand.view() for hand in self.hands]
            return all(other == first for other in others)

        try:
            await until(all_see_the_same, "everybody to see the same", 60)
        except NeverCameError:
            views = {hand.name: await hand.view() for hand in self.hands}
            pytest.fail(
                f"seed {seed}: {_differences(views)}\n{self.server.log.read_text()[-4000:]}"
            )
        return await self.hands[0].view()


def _differences(views: dict[str, View]) -> str:
    """Who sees what, wherever not all see the same; for the message of a failing test."""
    lines = []
    for item in sorted({item for view in views.values() for item in view["items"]}):
        seen = {name: view["items"].get(item, {}) for name, view in views.items()}
        for key in sorted({key for value in seen.values() for key in value}):
            groups: dict[str, list[str]] = {}
            for name, value in seen.items():
                groups.setdefault(json.dumps(value.get(key), ensure_ascii=False), []).append(name)
            if len(groups) > 1:
                lines += [f"{item} {key}, {', '.join(names)}: {v}" for v, names in groups.items()]
    return "\n".join(lines)


@pytest.fixture
async def room(
    new_server: Callable[..., ServerProcess], database_url: str, yjs_peers: YjsPeers
) -> AsyncIterator[Room]:
    server = new_server(
        database_url=None if database_url.startswith("sqlite") else database_url,
        settle_after=0.2,
        log_format="json",
    ).start()
    async with AsyncExitStack() as closing:
        yield Room(server, yjs_peers, closing)


def statements(view: View) -> list[str]:
    return sorted(item for item, value in view["items"].items() if value["kind"] == "statement")


@pytest.mark.parametrize("seed", range(3))
async def test_many_hands_end_with_one_charter(room: Room, seed: int) -> None:
    for name in NAMES[:3]:
        await room.python(name)
    for name in NAMES[3:]:
        await room.node(name)
    chance = Chance(seed, statements(await room.hands[0].view()))
    for number in range(DEEDS):
        await chance.deed(chance.random.choice(room.hands))
        if number % 100 == 50:
            room.server.kill()
            room.server.start()
        elif number % 100 == 99:
            room.server.restart()

    agreed = await room.agree(seed)

    late = await room.python("Late")
    assert await late.view() == agreed, f"seed {seed}"
    room.server.restart()
    assert await room.agree(seed) == agreed, f"seed {seed}"
    assert not [line for line in room.server.logged() if line.get("level") == "error"]


@pytest.mark.parametrize("seed", range(2))
async def test_offsets_inside_an_emoji_still_end_with_one_charter(room: Room, seed: int) -> None:
    for name in NAMES[:3]:
        await room.node(name, split=True)
    chance = Chance(seed, statements(await room.hands[0].view()))
    for number in range(DEEDS):
        await chance.deed(chance.random.choice(room.hands))
        if number == DEEDS // 2:
            room.server.kill()
            room.server.start()

    agreed = await room.agree(seed)

    # A checkpoint that does not read back the same must not replace the journal.
    room.server.restart()
    await room.node("Late")
    assert await room.agree(seed) == agreed, f"seed {seed}"
