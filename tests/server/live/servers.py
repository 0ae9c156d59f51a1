"""Servers with rooms and no sockets, and what is stored by them."""

import asyncio
from collections.abc import Sequence

from server.bus.port import Bus
from server.errors import (
    Refusal,
    Trouble,
)
from server.live import wire
from server.live.engine import Engine
from server.live.entries import Batch, Entry, Opened
from server.live.journal import Journal
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Room
from server.live.rooms import Rooms
from server.settings import Settings
from server.store import Store
from tests.server.live.sinks import (
    FakeSink,
    as_seen,
    reader,
    receipts,
)
from tests.server.live.stored import Stored
from tests.support.waiting import until

SETTINGS = Settings(settle_after=3600, settle_at_most=3600, presence_tick=0.001)


class OwnWay(Journal):
    """A journal whose answers a test may hold back, and that may fail when it is read."""

    hold: asyncio.Event | None = None
    unread = 0

    async def append(self, batches: Sequence[Batch]) -> dict[str, int]:
        if self.hold is not None:
            await self.hold.wait()
        return await super().append(batches)

    async def open(self, charter_id: str) -> Opened | None:
        self._fail()
        return await super().open(charter_id)

    async def since(self, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
        self._fail()
        return await super().since(charter_id, seq)

    def _fail(self) -> None:
        if self.unread:
            self.unread -= 1
            raise Trouble


class Server:
    """The rooms of one server, and how people come in."""

    def __init__(self, store: Store, bus: Bus, settings: Settings) -> None:
        self.bus = bus
        self.journal = OwnWay(store)
        self.engine = Engine(settings)
        self.rooms = Rooms(store, bus, self.engine, self.journal, settings)

    async def close(self) -> None:
        await self.rooms.stop()
        await self.engine.aclose()
        await self.journal.aclose()

    async def enter(
        self, charter: Stored, who: Identity, *, may_write: bool = True
    ) -> tuple[Room, Reader, FakeSink]:
        room = await self.rooms.open(charter.charter_id)
        arrived, sink = reader(who, may_write=may_write)
        self.rooms.enter(room, arrived, None)
        sink.take()
        arrived.asked_again = False  # the greeting is answered
        return room, arrived, sink

    async def send(self, room: Room, who: Reader, edit: bytes, *, answer: bool = False) -> None:
        """A frame arrives: refusals close the connection, as the socket does it."""
        try:
            await self.rooms.receive(room, who, wire.Edit(edit, answer))
        except Refusal as refusal:
            who.end(refusal)


async def stored(server: Server, charter: Stored) -> str:
    """The words of the first statement, as they are stored."""
    opened = await server.journal.open(charter.charter_id)
    assert opened is not None
    return as_seen(opened.state, *(entry.change for entry in opened.tail))["s1"]


async def saved(sink: FakeSink, count: int) -> None:
    await until(lambda: sink.closed or count in receipts(sink.frames), f"receipt {count}")
    assert sink.closed is None
