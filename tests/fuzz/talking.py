"""Says to the real app, on real sockets, what `frames.py` draws, while somebody writes there."""

import asyncio
import logging
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from pycrdt import Doc, Map, create_sync_message
from structlog.processors import format_exc_info
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from server.errors import CloseCode, Refusal
from server.live import wire
from server.live.connection import LiveProtocol
from tests.fuzz.frames import Broken, Drawing, Said, Talk
from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.postgres import PostgresCluster
from tests.support.programs import free_port
from tests.support.serving import Quiet
from tests.support.waiting import until
from tests.support.world import ASKERS, Visit, visit

# Frames in one copy of the world; then a new one, for words in it are written and taken out.
_AT_ONCE = 4_000
# How many talk at a time, and after how many talks the honest writer writes a word.
_TOGETHER, _EACH = 4, 24
_PATIENCE = 20.0
_MINE = "written-by-an-honest-one"
_OURS = {int(code) for code in CloseCode} | {1000, 1001}
# What a line that breaks the rules of WebSockets itself is told, by the library.
_OF_A_BROKEN_LINE = {1002, 1005, 1007, 1009}
# Told in the log as an error, and meant: a text that no engine opens is put beside.
_MEANT = {"set_aside"}


@dataclass
class Heard:
    """How often each end came, and what should never have come."""

    frames: int = 0
    talks: int = 0
    words: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def talk(frames: int, number: int, cluster: PostgresCluster | None = None) -> Heard:
    """Say so many frames, drawn from this seed, to the app on SQLite or in this cluster."""
    heard = Heard()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="our-charter-fuzz-") as folder, _listening(heard):
        place = 0
        while heard.frames < frames:
            most = min(frames, heard.frames + _AT_ONCE)
            async with _room(Path(folder) / str(place), place, cluster) as (there, port):
                await _Hall(there, port, heard).hold(f"{number} {place}", most)
            place += 1
    heard.seconds = time.monotonic() - began
    return heard


@asynccontextmanager
async def _room(
    folder: Path, place: int, cluster: PostgresCluster | None
) -> AsyncIterator[tuple[Visit, int]]:
    """The whole app behind a real server in this process; each Charter is for others to read."""
    # The pace is the machine's, not a person's.
    async with visit(folder, cluster, frames_per_second=1_000_000) as there:
        await there.show(("group", "groups", "everybody")[place % 3])
        port = free_port()
        config = uvicorn.Config(
            there.app,
            port=port,
            ws=LiveProtocol,
            ws_max_size=there.app.state.settings.frame_limit,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
        )
        async with Quiet(config).serving():
            yield there, port


class _Hall:
    """One room: an honest writer, and all the others."""

    def __init__(self, there: Visit, port: int, heard: Heard) -> None:
        self._there = there
        self._address = f"ws://127.0.0.1:{port}/live"
        self._heard = heard
        self._ids = there.world.ids
        self._written = ""
        self._honest: LiveClient | None = None

    async def hold(self, seed: str, most: int) -> None:
        honest = await self._writer()
        stored = honest.doc.get_update()
        pen.add(honest.doc, _MINE, "statement", "a0", "")
        await honest.all_saved()
        drawing = Drawing(int.from_bytes(seed.encode()), stored, [self._ids[a] for a in ASKERS[1:]])
        while self._heard.frames < most:
            for _ in range(_EACH // _TOGETHER):
                talks = [drawing.talk() for _ in range(_TOGETHER)]
                await asyncio.gather(*map(self._one, talks))
            await self._write()
        await self._is_unharmed()
        await (await self._writer()).close()

    async def _one(self, talk: Talk) -> None:
        heard = self._heard
        heard.talks += 1
        heard.frames += len(talk.says)
        try:
            end = await self._said(talk)
        except TimeoutError:
            end = "WRONG no answer"
        heard.ends[end] += 1
        if end.startswith("WRONG"):
            heard.wrong.append(f"{end}: {str(talk)[:600]}")

    async def _said(self, talk: Talk) -> str:
        """Come in and say it all; what becomes of the connection."""
        path = self._ids["charter_id"] if talk.path is None else talk.path
        secret = self._there.world.secrets.get(talk.asker)
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        try:
            socket = await connect(
                f"{self._address}/{path}?{talk.query}",
                additional_headers=headers | dict(talk.headers),
                max_size=None,
                ping_interval=None,
                compression=None,
                close_timeout=2,
            )
        except InvalidHandshake as refused:
            status = getattr(getattr(refused, "response", None), "status_code", 0)
            return f"turned away {status}" if 400 <= status < 500 else f"WRONG {refused!r}"
        broken = any(isinstance(said, Broken) for said in talk.says)
        try:
            for said in talk.says:
                if isinstance(said, Broken):
                    socket.transport.write(said.line)
                else:
                    await socket.send(said)
            if broken:
                return await _left(socket)
            await socket.send(create_sync_message(Doc()))
            await _answered(socket, 1 + sum(map(_asks, talk.says)))
        except ConnectionClosed:
            return _end(socket.close_code, broken)
        await socket.close()
        return "answered"

    # The honest writer

    async def _writer(self) -> LiveClient:
        """An organiser's page; loaded again when a new generation has begun."""
        honest = self._honest
        if honest is not None and honest.close_code is None:
            return honest
        if honest is not None:
            if honest.close_code != CloseCode.OLD_GENERATION:
                self._heard.wrong.append(f"the honest writer was closed: {honest.close_code}")
            self._heard.ends["(the honest writer began anew)"] += 1
            await honest.close()
        self._honest = await self._client("organiser").connect()
        return self._honest

    def _client(self, name: str) -> LiveClient:
        return LiveClient(self._address, self._ids["charter_id"], self._there.world.secrets[name])

    async def _write(self) -> None:
        honest = await self._writer()
        word = f"{self._heard.words} "
        pen.write(honest.doc, _MINE, 1.0, word)
        await honest.when(
            lambda: honest.close_code is not None or honest.saved >= honest.sent, "a word saved"
        )
        if honest.close_code is None:
            self._written += word
            self._heard.words += 1
            honest.frames.clear()

    async def _is_unharmed(self) -> None:
        """Who comes late finds what the honest one sees, and a worker can open it for a page."""
        late = await self._client("second").connect()

        async def same() -> bool:
            nonlocal late
            honest = await self._writer()
            if late.close_code is not None:  # a new generation has begun
                await late.close()
                late = await self._client("second").connect()
            return _view(late.doc) == _view(honest.doc)

        await until(same, "everybody to see the same")
        if pen.words(late.doc, _MINE) != self._written:
            self._heard.wrong.append(f"words were lost: {pen.words(late.doc, _MINE)[:200]}")
        await late.close()
        settling = self._there.app.state.rooms.settling
        await settling.settle(self._ids["charter_id"])
        browser = self._there.browser("organiser")
        for page in ("/charters/home", "/charters/home/draft"):
            shown = await browser.get(page)
            if shown.status_code != 200:
                self._heard.wrong.append(f"GET {page}: {shown.status_code}")
        draft = await browser.get("/charters/home/draft")
        if self._written.strip() not in " ".join(draft.text.split()):
            self._heard.wrong.append("the draft has not the honest writer's words")


async def _left(socket: ClientConnection) -> str:
    """Listen for a moment, and go: whatever we said now might be taken for the rest of it."""
    try:
        async with asyncio.timeout(0.05):
            while True:
                await socket.recv()
    except TimeoutError:
        socket.transport.abort()
        return "broke the line"


def _asks(said: Said) -> bool:
    """Whether a frame is a question, which is answered."""
    if not isinstance(said, bytes):
        return False
    try:
        return isinstance(wire.decode(said), wire.Question)
    except Refusal:
        return False


def _view(doc: Doc[Any]) -> dict[str, object]:
    """All items as this page has them; a member's program may have put anything there."""
    items = pen.items_of(doc)
    found: dict[str, object] = {}
    for key in items.keys():  # noqa: SIM118 -- pycrdt's maps go over their entries otherwise
        value = items[key]
        if isinstance(value, Map):
            found[key] = {part: str(value[part]) for part in value.keys()}  # noqa: SIM118 -- as above
        else:
            found[key] = str(value)
    return found


async def _answered(socket: ClientConnection, times: int) -> None:
    """Wait for so many answers."""
    answer = bytes((wire.Message.SYNC, wire.Sync.STEP2))
    async with asyncio.timeout(_PATIENCE):
        while times:
            frame = await socket.recv()
            times -= isinstance(frame, bytes) and frame[:2] == answer


def _end(code: int | None, broken: bool) -> str:
    if broken and code in _OF_A_BROKEN_LINE:
        return f"broke the line {code}"
    if code not in _OURS:
        return f"WRONG closed with {code}"
    return CloseCode(code).name if code in set(CloseCode) else str(code)


@contextmanager
def _listening(heard: Heard) -> Iterator[None]:
    """Hear of every error that is logged, by us, by the server or by the loop."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.wrong.append(f"logged: {self.format(record)[-1_500:]}")

    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    try:
        with capture_logs([format_exc_info]) as told:
            yield
    finally:
        logging.getLogger().removeHandler(listener)
    for line in told:
        if line["log_level"] in {"error", "critical"} and line["event"] not in _MEANT:
            heard.wrong.append(
                f"logged: {line['event']} {str(line.get('exception', line))[-1_500:]}"
            )
