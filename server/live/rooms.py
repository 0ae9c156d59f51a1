"""All open rooms of this server: one ordered writer for them, and what is done each second.

The writer takes what waits in every room that is due and appends it to the journal in one
commit. A room is due at once when it was quiet, and after a pause that grows with its readers
when it was not: so the cost grows with readers, not with readers times writers.
"""

import asyncio
import base64
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import structlog

from server import clock, metrics
from server.bus.port import Bus, Message
from server.errors import (
    DocumentFull,
    Gap,
    MayNot,
    OldGeneration,
    Refusal,
    Stopping,
    Trouble,
    UnknownCharter,
)
from server.live import wire
from server.live.changing import Changing, Edit, Record
from server.live.engine import Engine
from server.live.guard import Unsettled
from server.live.journal import Batch, Journal, NotRecorded
from server.live.presence import Entry as PresenceEntry
from server.live.reader import Reader
from server.live.room import UNNOTED, Room, Taken
from server.live.settling import Settling
from server.people.permits import Action, Who, may
from server.people.signing_in import roles_of
from server.settings import Settings
from server.store import Store

# How often every server asks its open Charters' counters and memberships, in seconds.
WATCH = 1.0
# Settle at once when this part of the document's limit has come since the last time: most of it may
# be deleted again, and only settling lets go of it.
_SETTLE_EARLY = 4
_STOP_AT_MOST = 20.0

log = structlog.get_logger(__name__)


class Rooms:
    """The rooms that are open on this server."""

    def __init__(
        self, store: Store, bus: Bus, engine: Engine, journal: Journal, settings: Settings
    ) -> None:
        self.name = clock.new_id()
        self._store = store
        self._bus = bus
        self._journal = journal
        self._settings = settings
        self._rooms: dict[str, Room] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._due: set[Room] = set()
        self._committing: set[Room] = set()
        self._recovering: dict[Room, asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._presence_timers: dict[Room, asyncio.TimerHandle] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.settling = Settling(journal, engine, self, settings)
        self._changing = Changing(journal, engine, self)

    def __len__(self) -> int:
        return len(self._rooms)

    def waiting(self) -> int:
        """How many edits wait for the next commit."""
        return sum(room.waiting for room in self._due)

    def queued(self) -> int:
        """How many bytes wait in the queues of all readers."""
        return sum(r.sink.waiting() for room in self._rooms.values() for r in room.readers)

    def get(self, charter_id: str) -> Room | None:
        return self._rooms.get(charter_id)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    # Life of the server

    async def start(self) -> None:
        self._unsubscribe = self._bus.subscribe(self._hear_bus)
        self._tasks = [
            asyncio.create_task(self._write_for_ever(), name="writer"),
            asyncio.create_task(self._watch_for_ever(), name="watch"),
        ]
        for task in self._tasks:
            task.add_done_callback(_mourn)
        await self.settling.start()

    async def stop(self) -> None:
        """Tell everybody, write everything, close every connection, settle every Charter."""
        if self._stopping or not self._tasks:
            return
        self._stopping = True
        for room in self._rooms.values():
            for reader in room.readers:
                reader.news("stopping")
        self._wake.set()
        writer, watch = self._tasks
        try:
            await asyncio.wait_for(writer, _STOP_AT_MOST)
        except TimeoutError:
            log.error("stopped_before_all_was_written")
        self._changing.end()
        for room in tuple(self._rooms.values()):
            room.end(Stopping())
        watch.cancel()
        waiting = [watch, *self._errands, *self._recovering.values()]
        await asyncio.gather(*waiting, return_exceptions=True)
        self._unsubscribe()
        await self.settling.stop(_STOP_AT_MOST)

    # Coming and going

    async def open(self, charter_id: str) -> Room:
        """The room of a Charter, loaded when it is not in memory.

        Raises UnknownCharter or Stopping.
        """
        # Looked up again after each wait: an idle room may have left memory meanwhile.
        while not self._stopping:
            room = self._rooms.get(charter_id)
            if room is None:
                await self._open(charter_id)
            elif room in self._recovering:
                await self._recovered(room)
            else:
                return room
        raise Stopping

    def enter(self, room: Room, reader: Reader, generation: int | None) -> None:
        """Let a reader in; raises OldGeneration when its page is of an earlier one."""
        if generation is not None and generation != room.generation:
            raise OldGeneration
        room.join(reader)
        metrics.readers.add()

    def leave(self, room: Room, reader: Reader) -> None:
        if reader not in room.readers:
            return
        room.leave(reader)
        metrics.readers.add(-1)
        self.presence_changed(room)
        if not room.readers:
            self.settling.soon(room.charter_id)
            self.forget_if_idle(room)

    def forget_if_idle(self, room: Room) -> None:
        """Let a room leave memory when nobody is in it and nothing of it waits."""
        waits = room in self._due or room in self._committing or room in self._recovering
        waits = waits or self._changing.holds(room)
        idle = not room.readers and not waits and room.checkpoint_seq == room.seq
        if idle and self._rooms.get(room.charter_id) is room:
            del self._rooms[room.charter_id]
            metrics.rooms.set(len(self._rooms))

    async def _open(self, charter_id: str) -> None:
        # Many may arrive at once: the first one loads, the others wait for it.
        task = self._loading.get(charter_id)
        if task is None:
            task = self._loading[charter_id] = asyncio.create_task(self._load(charter_id))
            task.add_done_callback(lambda _: self._loading.pop(charter_id, None))
        await asyncio.shield(task)

    async def _load(self, charter_id: str) -> None:
        opened = await self._journal.open(charter_id)
        if opened is None:
            raise UnknownCharter
        room = Room(opened, document_limit=self._settings.document_limit)
        room.opened_at = self.now()
        self._rooms[charter_id] = room
        metrics.rooms.set(len(self._rooms))
        self._publish("who-is-here", charter_id)

    # Writing

    def receive_at_once(self, room: Room, reader: Reader, edit: wire.Edit) -> bool:
        """Take an edit into the next commit; False while the room is beginning again.

        Raises what `Room.receive` does.
        """
        if room in self._recovering:
            return False
        room.receive(reader, edit)
        self._due.add(room)
        self._wake.set()
        return True

    async def receive(self, room: Room, reader: Reader, edit: wire.Edit) -> None:
        """Take an edit into the next commit; raises what `Room.receive` does.

        An edit that leaves a gap is asked for again, once we know what other servers wrote.
        Once the Charter has settled it is known what clients deleted by themselves, and how much
        is left of what was written and deleted since.
        """
        try:
            await self._take_in(room, reader, edit)
        except (Unsettled, DocumentFull):
            await self.settling.settle(room.charter_id)
            await self._take_in(room, reader, edit)
        except Gap:
            await self.catch_up(room)
            try:
                await self._take_in(room, reader, edit)
            except Gap:
                room.answer_gap(reader)

    async def _take_in(self, room: Room, reader: Reader, edit: wire.Edit) -> None:
        # What a room believes to have is not true again before it has recovered.
        await self._recovered(room)
        if not reader.closed:
            self.receive_at_once(room, reader, edit)

    async def catch_up(self, room: Room) -> None:
        """Read what other servers have written in this Charter since we last looked."""
        generation = room.generation
        entries = await self._journal.since(room.charter_id, room.seq)
        if room.generation != generation:
            return
        if entries is None:
            await self._reload(room)
        elif entries:
            room.absorb(entries, self.now())

    async def change(
        self,
        charter_id: str,
        edit: Edit,
        *,
        person_id: str | None,
        items: Collection[str] = (),
        record: Record | None = None,
    ) -> int:
        """Change a Charter from outside its room; returns the change's number once it is durable.

        An engine worker makes `edit` (which must be picklable, see `writing/edits.py`) against what
        is stored, and everybody in the room is shown it as an edit of that person under a fresh
        client id. What arrives meanwhile is merged with it. `record` runs in the same transaction,
        on the journal's thread, also when the edit changes nothing: both are written, or neither.

        Raises BeingWritten when somebody else is writing in one of `items` just now, on whichever
        server; what `edit` refuses, and CannotOpen when it fails; what `record` raises;
        UnknownCharter, DocumentFull, Stopping, and Trouble when it could not be stored.
        """
        return await self._changing.change(
            charter_id, edit, person_id=person_id, items=items, record=record
        )

    def wake(self) -> None:
        """There is something for the writer."""
        self._wake.set()

    def is_sound(self, room: Room) -> bool:
        """Whether a room is the open one of its Charter, and not beginning again."""
        return self._rooms.get(room.charter_id) is room and room not in self._recovering

    def heard_others_in(self, room: Room, answers_in: float) -> float:
        """Seconds until all servers have had so long to say who is in a room."""
        if self._bus.is_alone:
            return 0.0
        return max(0.0, room.opened_at + answers_in - self.now())

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
            trouble = self._trouble("commit_failed", error)
            self._begin_again(room, taken, trouble)
            raise trouble from None
        if room.charter_id not in lasts:
            await self._reload(room)
            return None
        try:
            if taken.changes:
                await self._show(room, taken, lasts)
        except Exception as error:
            self._trouble("showing_failed", error)
            self._begin_again(room, taken, None)
        return lasts[room.charter_id]

    async def _write_for_ever(self) -> None:
        while self._due or self._changing or not self._stopping:
            await self._wake.wait()
            await self._changing.write()
            now = self.now()
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
        started = self.now()
        try:
            last = await self._journal.append(batches) if batches else {}
        except Exception as error:
            trouble = self._trouble("commit_failed", error)
            for room, one in taken.items():
                self._begin_again(room, one, trouble)
        else:
            metrics.commit_seconds.record(self.now() - started)
            metrics.commit_edits.record(sum(len(batch.changes) for batch in batches))
            for room, one in taken.items():
                try:
                    await self._show(room, one, last)
                except Exception as error:
                    self._trouble("showing_failed", error)
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
            await self._reload(room)
            for reader in taken.authors:
                reader.end(Trouble())
            return
        first = last - len(taken.changes) + 1
        if first - 1 > room.seq:
            # Other servers wrote in between: their entries come first.
            entries = await self._journal.since(room.charter_id, room.seq)
            if entries is None or taken.batch.generation != room.generation:
                await self._reload(room)
                room.acknowledge(taken)
                return
            room.absorb([entry for entry in entries if entry.seq < first], self.now())
        started = self.now()
        room.committed(taken, last, started)
        metrics.edits.add(len(taken.changes))
        metrics.edit_bytes.add(sum(len(change) for change in taken.changes))
        metrics.fan_out_seconds.record(self.now() - started)
        self._publish("written", room.charter_id, seq=last)
        if room.unsettled_bytes > self._settings.document_limit // _SETTLE_EARLY:
            self.settling.soon(room.charter_id)
        else:
            self.settling.later(room.charter_id)

    # After a failure

    def _trouble(self, what: str, error: Exception) -> Trouble:
        """Log what went wrong; returns it as it is told to those whom it touches."""
        trouble = error if isinstance(error, Trouble) else Trouble()
        log.error(what, refusal=trouble.kind, exc_info=None if trouble is error else error)
        metrics.refusals.add(kind=trouble.kind)
        return trouble

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
                    await self._reload(room)
                except Trouble:
                    await asyncio.sleep(WATCH)
                    continue
                if trouble is None:
                    room.acknowledge(taken)
                return
            room.end(Stopping())
        except Exception as error:
            # Whoever comes again finds a fresh room.
            room.end(self._trouble("recovery_failed", error))
            if self._rooms.get(room.charter_id) is room:
                del self._rooms[room.charter_id]
        finally:
            del self._recovering[room]

    async def _recovered(self, room: Room) -> None:
        """Wait while a room is beginning again."""
        while task := self._recovering.get(room):
            await asyncio.wait([task])

    async def _reload(self, room: Room) -> None:
        while True:
            opened = await self._journal.open(room.charter_id)
            if opened is None:
                room.end(UnknownCharter())
                return
            if room.reload(opened, self.now()):
                return

    def tell_news(self, charter_id: str, topic: str) -> None:
        """Tell everybody in a Charter's room, on every server, of something beside the words."""
        self._tell_news(charter_id, topic)
        self._publish("news", charter_id, told=topic)

    def _tell_news(self, charter_id: str, topic: str) -> None:
        if room := self._rooms.get(charter_id):
            for reader in room.readers:
                reader.news(topic)

    async def generation_ended(self, charter_id: str) -> None:
        """A new generation of a Charter began: send everybody to it."""
        if room := self._rooms.get(charter_id):
            await self._reload(room)

    # Who is here

    def presence_changed(self, room: Room) -> None:
        """Tell who is here soon: gathered, so that many changes make one message."""
        if not room.presence.has_changes or room in self._presence_timers:
            return
        pause = room.presence_pause(self._settings.presence_tick)
        self._presence_timers[room] = asyncio.get_running_loop().call_later(
            pause, self._tell_presence, room
        )

    def _tell_presence(self, room: Room) -> None:
        self._presence_timers.pop(room, None)
        self._tell_servers(room, room.tell_presence(self.now()))

    def _tell_servers(self, room: Room, ours: list[PresenceEntry]) -> None:
        if ours:
            told = base64.b64encode(wire.encode_awareness(ours)).decode("ascii")
            self._publish("presence", room.charter_id, told=told)

    def _publish(self, topic: str, charter_id: str, **more: object) -> None:
        self._bus.publish(topic, {"server": self.name, "charter": charter_id, **more})

    # What other servers say

    def _hear_bus(self, topic: str, message: Message) -> None:
        if message.get("server") == self.name:
            return
        room = self._rooms.get(str(message.get("charter")))
        if room is None:
            return
        if topic == "written" and int(str(message["seq"])) > room.seq:
            self._errand(self.catch_up(room))
        elif topic == "presence":
            heard = wire.decode(base64.b64decode(str(message["told"])))
            if isinstance(heard, wire.Presence):
                room.presence.absorb(message["server"], heard.entries, self.now())
                self.presence_changed(room)
        elif topic == "news":
            self._tell_news(room.charter_id, str(message["told"]))
        elif topic == "who-is-here":
            self._tell_servers(room, room.presence.ours())

    # Each second

    async def _watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            try:
                await self._watch()
            except Exception as error:
                self._trouble("watch_failed", error)

    async def _watch(self) -> None:
        if not self._rooms:
            return
        now = self.now()
        # Rooms that open while we ask were not asked about.
        asked = tuple(self._rooms.values())
        counters = await self._journal.counters(room.charter_id for room in asked)
        for room in asked:
            if room in self._recovering:
                continue
            counter = counters.get(room.charter_id)
            if counter is None:
                room.end(UnknownCharter())
                continue
            if counter.generation != room.generation:
                await self._reload(room)
            elif counter.seq > room.seq and room not in self._due:
                await self.catch_up(room)
            room.group_id, room.visibility = counter.group_id, counter.visibility
            room.presence.expire(now)
            self.presence_changed(room)
            room.catch_up(now, self._settings.reader_patience)
            room.forget_frames()
            self.forget_if_idle(room)
        await self.check_permits()

    async def check_permits(self) -> None:
        """Close whoever may no longer read, and note who may no longer, or now, write."""
        people = {r.who.person_id for room in self._rooms.values() for r in room.readers}
        if not people:
            return
        async with self._store.reading() as session:
            roles = await roles_of(session, people)
        for room in self._rooms.values():
            for reader in tuple(room.readers):
                # Who came in while we asked was let in by the same rule just now.
                now_in = roles.get(reader.who.person_id)
                judged_by = (now_in, room.group_id, room.visibility)
                if now_in is None or reader.judged_by == judged_by:
                    continue
                reader.judged_by = judged_by
                self._judge(room, reader, Who(reader.who.person_id, reader.who.name, roles=now_in))

    def _judge(self, room: Room, reader: Reader, who: Who) -> None:
        if not may(who, Action.WATCH, room):
            reader.news("permissions")
            reader.end(MayNot())
        elif may(who, Action.WRITE, room) != reader.may_write:
            reader.may_write = not reader.may_write
            reader.news("permissions")

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Refusal as refusal:
            log.error("errand_failed", refusal=refusal.kind)


def _mourn(task: asyncio.Task[None]) -> None:
    """A task that should never end of itself has: that is a bug, and must be loud."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("task_died", task=task.get_name(), exc_info=error)
