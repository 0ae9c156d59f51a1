"""A client of the live socket in Python: pycrdt and `websockets`, speaking y-websocket's protocol.

Edits of `doc` are sent as they happen while connected; what is written offline goes with the next
`connect`. Counts what it sent and what the server said is saved.
"""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pycrdt import (
    Decoder,
    Doc,
    TransactionEvent,
    create_sync_message,
    create_update_message,
    handle_sync_message,
    write_message,
    write_var_uint,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.waiting import NeverCameError

SYNC, AWARENESS, AUTH, QUERY_AWARENESS, SAVED, NEWS = 0, 1, 2, 3, 100, 101
STEP1, STEP2, UPDATE = 0, 1, 2


def payload(frame: bytes) -> bytes:
    """The state or update inside a sync frame."""
    return Decoder(frame[2:]).read_message() or b""


def clocks(state: bytes) -> dict[int, int]:
    """Client id → clock of a state vector."""
    decoder = Decoder(state)
    return {
        decoder.read_var_uint(): decoder.read_var_uint() for _ in range(decoder.read_var_uint())
    }


class LiveClient:
    """One person at a Charter. `saved` and `sent` count the Edit frames of one connection."""

    def __init__(
        self,
        live_address: str,
        charter: str,
        token: str | None,
        query: str = "tell=saved,news",
        client_id: int | None = None,
    ) -> None:
        self.address = f"{live_address}/{charter}?{query}"
        self.token = token
        # 32 bits, as yjs has them: pycrdt's own ids have 53, which y-py cuts off.
        self.doc: Doc[Any] = Doc(client_id=client_id or random.getrandbits(32))
        self.socket: ClientConnection | None = None
        self.synced = False
        self.sent = 0
        self.saved = 0
        self.news: list[str] = []
        self.frames: list[bytes] = []
        self.others: dict[int, dict[str, Any] | None] = {}
        self.close_code: int | None = None
        self._applying = False
        self._stirred = asyncio.Event()
        self._clock = 0
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscription = self.doc.observe(self._changed)

    @property
    def connected(self) -> bool:
        return self.socket is not None and self.close_code is None

    async def connect(self, wait: bool = True) -> "LiveClient":
        """Connect, and wait until the server's part of the document is here."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else None
        self._waiting = asyncio.Queue()
        self.synced, self.sent, self.saved, self.close_code = False, 0, 0, None
        self.socket = await connect(
            self.address,
            additional_headers=headers,
            max_size=None,
            ping_interval=None,
            compression=None,
        )
        with suppress(ConnectionClosed):
            await self.socket.send(create_sync_message(self.doc))
        self._tasks = [
            asyncio.create_task(self._read(self.socket)),
            asyncio.create_task(self._write(self.socket)),
        ]
        if wait:
            await self.when(lambda: self.synced or self.close_code, "the document to arrive")
        return self

    async def disconnect(self) -> None:
        """Leave. What is written from now on waits for the next `connect`."""
        if self.socket is not None:
            await self.socket.close()
        await self._end()

    async def cut(self) -> None:
        """Lose the line, without a goodbye and with what was not sent yet."""
        if self.socket is not None:
            self.socket.transport.abort()
        await self._end()

    async def close(self) -> None:
        await self.disconnect()
        self.doc.unobserve(self._subscription)

    async def all_saved(self, seconds: float = 20.0) -> None:
        """Wait until the server has said that all that was sent is durable."""
        await self.when(
            lambda: self._waiting.empty() and self.saved >= self.sent, "all to be saved", seconds
        )

    async def closed(self, seconds: float = 20.0) -> int:
        """Wait until the server ends the connection; returns its close code."""
        await self.when(lambda: self.close_code is not None, "the server to close", seconds)
        assert self.close_code is not None
        return self.close_code

    async def when(self, holds: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        """Wait until something holds, looking each time that this client has heard something."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError:
            raise NeverCameError(f"waited {seconds:g} s for {what}") from None

    def send(self, frame: bytes) -> None:
        """Send any bytes as one frame, after what is already waiting."""
        self._waiting.put_nowait(frame)

    def presence(self, state: dict[str, Any] | None, client_id: int | None = None) -> None:
        """Tell where this person is; None is leaving."""
        self._clock += 1
        said = json.dumps(state).encode()
        client = write_var_uint(self.doc.client_id if client_id is None else client_id)
        update = write_var_uint(1) + client + write_var_uint(self._clock) + write_message(said)
        self.send(bytes([AWARENESS]) + write_message(update))

    def apply(self, update: bytes) -> None:
        """Take an update of others in, without sending it on."""
        self._applying = True
        try:
            self.doc.apply_update(update)
        finally:
            self._applying = False

    def _changed(self, event: TransactionEvent) -> None:
        update = event.update
        if not self._applying and self.socket is not None and self.close_code is None:
            self.sent += 1
            self._waiting.put_nowait(create_update_message(update))

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                assert isinstance(frame, bytes)
                self._hear(frame)
        except ConnectionClosed:
            pass
        self.close_code = socket.close_code or 1006
        self._stirred.set()

    async def _write(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await socket.send(await self._waiting.get())
                self._stirred.set()

    def _hear(self, frame: bytes) -> None:
        self.frames.append(frame)
        decoder = Decoder(frame[1:])
        match frame[0]:
            case 0:
                self._hear_sync(frame)
            case 1:
                self._hear_presence(decoder.read_message() or b"")
            case 100:
                self.saved = decoder.read_var_uint()
            case 101:
                self.news.append(decoder.read_var_string())
        self._stirred.set()

    def _hear_sync(self, frame: bytes) -> None:
        self._applying = True
        try:
            reply = handle_sync_message(frame[1:], self.doc)
        finally:
            self._applying = False
        if reply is not None:
            self.sent += 1
            self._waiting.put_nowait(reply)
        if frame[1] == STEP2:
            self.synced = True

    def _hear_presence(self, update: bytes) -> None:
        decoder = Decoder(update)
        for _ in range(decoder.read_var_uint()):
            client, _clock = decoder.read_var_uint(), decoder.read_var_uint()
            self.others[client] = json.loads(decoder.read_var_string())

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self.socket, self.synced = [], None, False
