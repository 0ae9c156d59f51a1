"""A member's program that sends nothing but hostile updates, while others write in the same room.

The others are stock yjs clients: what came past the guard must not harm a page either. Of the
hundred thousand, `tests/server/live/test_guard.py` sends each at the guard; the first of them go
the whole way here. `HOSTILE_UPDATES=100000` sends them all, which takes some ten minutes.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pycrdt import create_update_message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.errors import CloseCode
from server.live.known import Known
from tests.server.live.hostile import made
from tests.support.live_client import SAVED, STEP1, STEP2, SYNC
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.support.yjs_peer import YjsPeer, YjsPeers

SEED = 20_260_722
COUNT = int(os.environ.get("HOSTILE_UPDATES", "4000"))
PATIENCE = 20.0
NOTHING = bytes((SYNC, STEP2, 2, 0, 0))
LONGEST = 0.05
GROWTH = 50 * 1024 * 1024
MINE = "annsownstatement"


class Crowd:
    """Ann, who writes in a statement of her own, and Rhys, who may only read; both stock clients.

    When a new generation begins they load their pages again.
    """

    def __init__(self, server: ServerProcess, peers: YjsPeers) -> None:
        self.server = server
        self.peers = peers
        self.charter = server.import_charter()
        server.come_in("Rhys", role="reader")
        self.tokens = {name: server.token(name) for name in ("Ann", "Rhys", "Mallory")}
        self.open: dict[str, YjsPeer] = {}
        self.loads: Counter[str] = Counter()
        self.written = ""

    async def peer(self, name: str) -> YjsPeer:
        if name in self.open:
            closed = await self.open[name].ask("closed")
            if closed is None:
                return self.open[name]
            assert closed["code"] == CloseCode.OLD_GENERATION, f"{name} was closed: {closed}"
            await self.open.pop(name).ask("close")
        self.loads[name] += 1
        self.open[name] = await self.peers.open(
            f"{name} {self.loads[name]}", self.server.live_address, self.charter, self.tokens[name]
        )
        return self.open[name]

    async def begin(self) -> None:
        """Ann adds a statement of her own, and writes in it."""
        await (await self.peer("Ann")).ask(
            "add", item=MINE, kind="statement", position="a0", words=""
        )
        await until(self._is_known, "Rhys to know Ann's statement")
        await self.write(0)

    async def _is_known(self) -> bool:
        return MINE in (await (await self.peer("Rhys")).view())["items"]

    async def write(self, number: int) -> None:
        """Ann writes one more word; Rhys sees it, and all before it."""
        word = f"{number} "
        await (await self.peer("Ann")).ask("write", item=MINE, part="words", place=1.0, text=word)
        self.written += word
        await until(self._seen, f"Rhys to see Ann's word {number}")

    async def _seen(self) -> bool:
        reader = await self.peer("Rhys")
        return self.written == await reader.text(MINE)


class Mallory:
    """Sends one update after another, and comes back each time that she is thrown out."""

    def __init__(self, crowd: Crowd) -> None:
        self._address = f"{crowd.server.live_address}/{crowd.charter}?tell=saved"
        self._headers = {"Authorization": f"Bearer {crowd.tokens['Mallory']}"}
        self._socket: ClientConnection | None = None
        self._sent = 0

    async def send(self, update: bytes) -> str:
        """What becomes of it: "taken", "gap", or the name of a close code."""
        socket = self._socket or await self._come_in()
        try:
            await socket.send(create_update_message(update))
            self._sent += 1
            while True:
                async with asyncio.timeout(PATIENCE):
                    frame = await socket.recv()
                assert isinstance(frame, bytes)
                if frame[0] == SAVED and frame[1:] == _number(self._sent):
                    return "taken"
                if frame[:2] == bytes((SYNC, STEP1)):
                    await self.leave()
                    return "gap"
        except ConnectionClosed:
            self._socket = None
            return CloseCode(socket.close_code or 0).name

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def _come_in(self) -> ClientConnection:
        self._socket = await connect(
            self._address,
            additional_headers=self._headers,
            max_size=None,
            ping_interval=None,
            compression=None,
        )
        await self._socket.recv()  # the greeting asks what she has: nothing that is new
        await self._socket.send(NOTHING)
        self._sent = 1
        return self._socket


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def _loop_time(server: ServerProcess) -> float:
    """The processor time that the server's event loop has taken, in seconds."""
    on_cpu = Path(f"/proc/{server.pid}/task/{server.pid}/schedstat").read_text("ascii").split()[0]
    return int(on_cpu) / 1e9


def _memory(server: ServerProcess, kind: str) -> int:
    """The memory of the server's process in bytes: `VmRSS` now, `VmHWM` at its peak."""
    status = Path(f"/proc/{server.pid}/status").read_text("ascii")
    return int(status.split(f"{kind}:")[1].split()[0]) * 1024


@pytest.fixture
async def crowd(
    new_server: Callable[..., ServerProcess], yjs_peers: YjsPeers
) -> AsyncIterator[Crowd]:
    # The pace is the machine's, not a person's.
    server = new_server(frames_per_second=1_000_000, log_format="json").start()
    crowd = Crowd(server, yjs_peers)
    yield crowd
    server.stop()


async def test_hostile_updates_are_refused_or_harmless_and_nobody_else_notices(
    crowd: Crowd,
) -> None:
    server = crowd.server
    # What Mallory knows. Words that she knows of she may take out, for she is a member.
    stored = await (await crowd.peer("Rhys")).update()
    await crowd.begin()
    mallory = Mallory(crowd)
    ends: Counter[str] = Counter()
    longest, before = 0.0, _memory(server, "VmRSS")

    for number, update in enumerate(made(SEED, COUNT, Known.from_update(stored), stored), start=1):
        took: list[float] = []
        while not took or (min(took) > longest and len(took) < 3):
            # What others cost meanwhile only adds: the best of three counts.
            began = _loop_time(server)
            end = await mallory.send(update)
            took.append(_loop_time(server) - began)
        longest = max(longest, min(took))
        ends[end] += 1
        if number % 25 == 0:
            await crowd.write(number)
    await mallory.leave()

    print(f"{COUNT}: {dict(ends)}, at most {longest * 1000:.1f} ms,", end=" ")
    print(f"{(_memory(server, 'VmHWM') - before) / 2**20:.1f} MB more", dict(crowd.loads))
    assert set(ends) <= {"taken", "gap", "DAMAGED_UPDATE", "FRAME_TOO_LARGE", "OTHERS_CLIENT_ID"}
    assert ends["taken"] > COUNT // 50, ends  # otherwise nothing was tried
    assert longest < LONGEST
    assert _memory(server, "VmHWM") - before < GROWTH
    await _all_see_the_same(crowd)
    server.restart()
    await _all_see_the_same(crowd)
    told = {str(line.get("event")) for line in server.logged() if line.get("level") == "error"}
    assert told <= {"set_aside"}


async def _all_see_the_same(crowd: Crowd) -> None:
    """Ann, Rhys and somebody who comes late see one Charter, with every word of Ann's."""

    async def agree() -> bool:
        views = [await (await crowd.peer(name)).view() for name in ("Ann", "Rhys")]
        return views[0] == views[1] and await _late_view(crowd) == views[0]

    await until(agree, "everybody to see the same", 60)
    assert await (await crowd.peer("Rhys")).text(MINE) == crowd.written


async def _late_view(crowd: Crowd) -> dict[str, object]:
    late = await crowd.peers.open(
        "late", crowd.server.live_address, crowd.charter, crowd.tokens["Ann"]
    )
    view = await late.view()
    await late.ask("close")
    return view
