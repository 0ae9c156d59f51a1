"""The one ordered writer of all open rooms.

It takes what waits in every room that is due and appends it to the journal in one commit. A room is
due at once when it was quiet, and after a pause that grows with its readers when it was not: so the
cost grows with readers, not with readers times writers. What a commit made durable it shows; after
one that failed, or may have, a room begins again from what is stored.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from server import metrics
from server.errors import Stopping, Trouble, UnknownCharter
from server.live.changing import Changing, Record
from server.live.engine import Engine
from server.live.entries import Batch, NotRecorded
from server.live.journal import Journal
from server.live.room import UNNOTED, Room, Taken
from server.settings import Settings

if TYPE_CHECKING:
    from server.live.rooms import Rooms

# Settle at once when this part of the document's limit has come since the last time: most of it may
# be deleted again, and only settling lets go of it.
_SETTLE_EARLY = 4
# After a recovery that failed too, try again after this many seconds.
_TRY_AGAIN = 1.0

log = structlog.get_logger(__name__)


class Writer:
    """Commits what waits in rooms, and what the server itself changes."""

    def __init__(
        self, journal: Journal, engine: Engine, rooms: "Rooms", settings: Settings
    ) -> None:
        self._journal = journal
        self._rooms = rooms
        self._settings = settings
        self._due: set[Room] = set()
        self._committing: set[Room] = set()
        self._recovering: dict[Room, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self.changing = Changing(journal, engine, rooms, self)

    def waiting(self) -> int:
        """How many edits wait for the next commit."""
        return sum(room.waiting for room in self._due)

    def needs(self, room: Room) -> bool:
        """Whether something of a room is on its way."""
        waits = room in self._due or room in self._committing or room in self._recovering
        return waits or self.changing.holds(room)

    def is_due(self, room: Room) -> bool:
        """Whether something waits for a commit."""
        return room in self._due

    def is_recovering(self, room: Room) -> bool:
        """Whether a room is beginning again: nothing can be taken in meanwhile."""
        return room in self._recovering

    async def recovered(self, room: Room) -> None:
        """Wait while a room is beginning again."""
        while task := self._recovering.get(room):
            await asyncio.wait([task])

    def note(self, room: Room) -> None:
        """Something in a room waits for the next commit."""
        self._due.add(room)
        self._wake.set()

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Write what waits now, and then no more."""
        self._stopping = True
        self._wake.set()

    async def stopped(self) -> None:
        """Wait until no room is beginning again."""
        await asyncio.gather(*self._recovering.values(), return_exceptions=True)

    async def write_for_ever(self) -> None:
        """Write until `stop` and nothing waits."""
        while self._due or self.changing or not self._stopping:
            await self._wake.wait()
            await self.changing.write()
            now = self._rooms.now()
            ready = [room for room in self._due if self._stopping or self._ready_at(room) <= now]
            if not ready:
                self._wake.clear()
                soonest = min((self._ready_at(room) for room in self._due), default=None)
                if soonest is not None:
                    asyncio.get_running_loop().call_at(soonest, self._wake.set)
                continue
            self._due.difference_update(ready)
            await self._commit(ready)

    def _ready_at(self, room: Room) -> float:
        pause = self._settings.tick_per_reader * len(room.readers)
        return room.last_broadcast + min(pause, self._settings.tick_at_most)

    async def _commit(self, ready: list[Room]) -> None:
        taken = {room: room.take() for room in ready}
        self._committing = set(ready)
        batches = [one.batch for one in taken.values() if one.batch is not None]
        started = self._rooms.now()
        try:
            last = await self._journal.append(batches) if batches else {}
        except Exception as error:
            trouble = trouble_of("commit_failed", error)
            for room, one in taken.items():
                self._begin_again(room, one, trouble)
        else:
            metrics.commit_seconds.record(self._rooms.now() - started)
            metrics.commit_edits.record(sum(len(batch.changes) for batch in batches))
            for room, one in taken.items():
                try:
                    await self._show(room, one, last)
                except Exception as error:
                    trouble_of("showing_failed", error)
                    self._begin_again(room, one, None)
        finally:
            self._committing.clear()

    async def _show(self, room: Room, taken: Taken, lasts: Mapping[str, int]) -> None:
        """Show what is durable now to everybody in its room."""
        if taken.batch is None:
            room.acknowledge(taken)
            return
        last = lasts.get(room.charter_id)
        if last is None or taken.batch.generation != room.generation:
            # Another generation began, or another server's person had the client id first.
            await self.reload(room)
            for reader in taken.authors:
                reader.end(Trouble())
            return
        first = last - len(taken.changes) + 1
        if first - 1 > room.seq:
            # Other servers wrote in between: their entries come first.
            entries = await self._journal.since(room.charter_id, room.seq)
            if entries is None or taken.batch.generation != room.generation:
                await self.reload(room)
                room.acknowledge(taken)
                return
            room.absorb([entry for entry in entries if entry.seq < first], self._rooms.now())
        started = self._rooms.now()
        room.committed(taken, last, started)
        metrics.edits.add(len(taken.changes))
        metrics.edit_bytes.add(sum(len(change) for change in taken.changes))
        metrics.fan_out_seconds.record(self._rooms.now() - started)
        self._rooms.neighbours.written(room, last)
        if room.unsettled_bytes > self._settings.document_limit // _SETTLE_EARLY:
            self._rooms.settling.soon(room.charter_id)
        else:
            self._rooms.settling.later(room.charter_id)

    async def commit_alone(self, room: Room, batch: Batch, record: Record | None) -> int | None:
        """Commit a change of the server's own; returns its number, or None to make it again.

        Called by the writer only. Raises what `record` raised, and Trouble when it was not stored.
        """
        taken = Taken(batch, [change for _, change in batch.changes], {}, loads=UNNOTED)
        try:
            lasts = await self._journal.append([replace(batch, record=record)])
        except NotRecorded as refused:
            raise refused.error from None
        except Exception as error:
            trouble = trouble_of("commit_failed", error)
            self._begin_again(room, taken, trouble)
            raise trouble from None
        if room.charter_id not in lasts:
            await self.reload(room)
            return None
        try:
            if taken.changes:
                await self._show(room, taken, lasts)
        except Exception as error:
            trouble_of("showing_failed", error)
            self._begin_again(room, taken, None)
        return lasts[room.charter_id]

    # After a failure

    def _begin_again(self, room: Room, taken: Taken, trouble: Trouble | None) -> None:
        """After a commit that failed or may have, begin again from what is stored.

        Its authors are closed with a passing code; they come again with what was not stored.
        Without `trouble` it is stored, but could not be shown.
        """
        if trouble is not None:
            for reader in taken.authors:
                reader.end(trouble)
        # What came in since builds upon what was not stored.
        self._due.discard(room)
        if room not in self._recovering:
            self._recovering[room] = asyncio.create_task(self._recover(room, taken, trouble))

    async def _recover(self, room: Room, taken: Taken, trouble: Trouble | None) -> None:
        try:
            while not self._stopping:
                try:
                    await self.reload(room)
                except Trouble:
                    await asyncio.sleep(_TRY_AGAIN)
                    continue
                if trouble is None:
                    room.acknowledge(taken)
                return
            room.end(Stopping())
        except Exception as error:
            # Whoever comes again finds a fresh room.
            room.end(trouble_of("recovery_failed", error))
            self._rooms.give_up(room)
        finally:
            del self._recovering[room]

    async def reload(self, room: Room) -> None:
        """Begin a room again from what is stored."""
        while True:
            opened = await self._journal.open(room.charter_id)
            if opened is None:
                room.end(UnknownCharter())
                return
            if room.reload(opened, self._rooms.now()):
                return


def trouble_of(what: str, error: Exception) -> Trouble:
    """Log what went wrong; returns it as it is told to those whom it touches."""
    trouble = error if isinstance(error, Trouble) else Trouble()
    log.error(what, refusal=trouble.kind, exc_info=None if trouble is error else error)
    metrics.refusals.add(kind=trouble.kind)
    return trouble
