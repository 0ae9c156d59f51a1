"""Changes that the server itself makes: taking words from elsewhere, putting words back, importing.

Each is an edit like any other: an engine worker works it out against what is stored, and the one
ordered writer commits it, alone, together with what is to be recorded beside it. What people write
meanwhile is merged with it by the document, and nobody's pending edits suffer when it is refused.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from pycrdt import Doc
from sqlalchemy import Connection

from server.errors import (
    BeingWritten,
    CannotOpen,
    DocumentFull,
    Gap,
    OthersClientId,
    Refusal,
    Stopping,
    Trouble,
    UnknownCharter,
)
from server.live import update as updates
from server.live.engine import Engine
from server.live.journal import Journal
from server.live.room import Room
from server.writing.authors import Author

if TYPE_CHECKING:
    from server.live.rooms import Rooms
    from server.live.writer import Writer

Edit = Callable[[Doc[Any]], object]
Record = Callable[[Connection], None]

# A generation that begins meanwhile, or a charter that had to settle first, is a reason to start
# again; more often than this it is trouble.
_TRIES = 4
# How long other servers have to say who writes in a room that was just opened here, in seconds.
_ANSWERS_IN = 0.3

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Change:
    """A change on its way to the writer; `done` gets its number, or None to start again."""

    room: Room
    generation: int
    update: bytes
    author: Author | None
    items: Collection[str]
    record: Record | None
    done: asyncio.Future[int | None]


class Changing:
    """Brings changes of the server's own to the one ordered writer."""

    def __init__(self, journal: Journal, engine: Engine, rooms: "Rooms", writer: "Writer") -> None:
        self._journal = journal
        self._engine = engine
        self._rooms = rooms
        self._writer = writer
        self._waiting: deque[_Change] = deque()
        self._held: Counter[Room] = Counter()
        self._ended = False

    def __len__(self) -> int:
        """How many changes wait for the writer."""
        return len(self._waiting)

    def holds(self, room: Room) -> bool:
        """Whether a room is needed although nobody may be in it."""
        return room in self._held

    async def change(
        self,
        charter_id: str,
        edit: Edit,
        *,
        author: Author | None,
        items: Collection[str],
        record: Record | None,
    ) -> int:
        """As `Rooms.change` says it."""
        for _ in range(_TRIES):
            async with self._open(charter_id) as room:
                seq = await self._try(room, edit, author, items, record)
            if seq is not None:
                return seq
        raise Trouble

    async def refuse_if_written(
        self, charter_id: str, items: Collection[str], author: Author | None
    ) -> None:
        """As `Rooms.refuse_if_written` says it."""
        async with self._open(charter_id) as room:
            await asyncio.sleep(self._rooms.neighbours.all_heard_in(room, _ANSWERS_IN))
            self._refuse_if_written(room, items, author)

    @asynccontextmanager
    async def _open(self, charter_id: str) -> AsyncIterator[Room]:
        room = await self._rooms.open(charter_id)
        self._held[room] += 1
        try:
            yield room
        finally:
            self._held[room] -= 1
            if not self._held[room]:
                del self._held[room]
            self._rooms.forget_if_idle(room)

    async def _try(
        self,
        room: Room,
        edit: Edit,
        author: Author | None,
        items: Collection[str],
        record: Record | None,
    ) -> int | None:
        """The change's number, or None when it has to be worked out again."""
        self._refuse_if_written(room, items, author)
        opened = await self._journal.open(room.charter_id)
        if opened is None:
            raise UnknownCharter
        try:
            update = await self._engine.change(opened.state, opened.tail, edit)
        except CannotOpen:
            # Perhaps it was the edit; but if it is the document, settling sets it right.
            await self._rooms.settling.settle(room.charter_id)
            if room.generation == opened.generation:
                raise
            return None
        await self._rooms.catch_up(room)
        if items:
            await asyncio.sleep(self._rooms.neighbours.all_heard_in(room, _ANSWERS_IN))
        if self._ended:
            raise Stopping
        done: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Change(room, opened.generation, update, author, items, record, done))
        self._writer.wake()
        try:
            return await done
        except DocumentFull:
            # Much of it may be deleted again, and only settling lets go of it.
            if room.checkpoint_seq == room.seq:
                raise
            await self._rooms.settling.settle(room.charter_id)
            return None
        except Trouble:
            # Nobody knows whether it was stored; the room does, once it has begun again.
            again = await self._rooms.open(room.charter_id)
            if again.generation == opened.generation and _is_in(update, again):
                return again.seq
            raise

    # Called by the writer

    async def write(self) -> None:
        """Commit all changes that wait, each by itself."""
        while self._waiting:
            change = self._waiting.popleft()
            if change.done.done():  # nobody waits for it any more
                continue
            try:
                seq = await self._write(change)
            except asyncio.CancelledError:
                _refuse(change, Stopping())
                raise
            except Exception as error:
                _refuse(change, error)
            else:
                if not change.done.done():
                    change.done.set_result(seq)

    async def _write(self, change: _Change) -> int | None:
        room = change.room
        if not self._rooms.is_sound(room) or room.generation != change.generation:
            return None
        self._refuse_if_written(room, change.items, change.author)
        try:
            batch = room.batch_of(change.update, change.author)
        except (Gap, OthersClientId):
            # The room began again from less, or chance gave out a client id for a second time.
            return None
        if not batch.changes and change.record is None:
            return room.seq
        return await self._writer.commit_alone(room, batch, change.record)

    def end(self) -> None:
        """No change is written any more: tell those who wait."""
        self._ended = True
        while self._waiting:
            _refuse(self._waiting.popleft(), Stopping())

    def _refuse_if_written(self, room: Room, items: Collection[str], by: Author | None) -> None:
        person_id = None if by is None else by.person_id
        for name in room.presence.writers(items, self._rooms.now(), except_for=person_id):
            raise BeingWritten(name)


def _is_in(update: bytes, room: Room) -> bool:
    """Whether a room has what an update brings; only one that puts something in can tell."""
    structs = updates.read(update, trusted=True).structs
    return bool(structs) and all(room.known.clock(one) >= end for one, (_, end) in structs.items())


def _refuse(change: _Change, error: Exception) -> None:
    if not change.done.done():
        change.done.set_exception(error)
    elif not isinstance(error, Refusal):
        log.error("change_failed", charter=change.room.charter_id, exc_info=error)
