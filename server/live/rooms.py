"""All open rooms of this server: who comes and goes, what they write, and what is done each second.

`writer.py` commits and shows what is written.
"""

import asyncio
import math
from collections.abc import Collection

import structlog

from server import metrics
from server.bus.port import Bus
from server.errors import DocumentFull, Gap, OldGeneration, Stopping, UnknownCharter
from server.live import standing, wire
from server.live.changing import Edit, Record
from server.live.engine import Engine
from server.live.guard import Unsettled
from server.live.journal import Journal
from server.live.neighbours import Neighbours
from server.live.reader import Reader
from server.live.room import Room
from server.live.settling import Settling
from server.live.writer import Writer, trouble_of
from server.settings import Settings
from server.store import Store
from server.writing.authors import Author

# How often every server asks its open Charters' counters and memberships, in seconds.
WATCH = 1.0
_STOP_AT_MOST = 20.0

log = structlog.get_logger(__name__)


class Rooms:
    """The rooms that are open on this server."""

    def __init__(
        self, store: Store, bus: Bus, engine: Engine, journal: Journal, settings: Settings
    ) -> None:
        self._store = store
        self._journal = journal
        self._settings = settings
        self._rooms: dict[str, Room] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self.neighbours = Neighbours(bus, self, settings)
        self.settling = Settling(journal, engine, self, settings)
        self.writer = Writer(journal, engine, self, settings)

    def __len__(self) -> int:
        return len(self._rooms)

    def queued(self) -> int:
        """How many bytes wait in the queues of all readers."""
        return sum(r.sink.waiting() for room in self._rooms.values() for r in room.readers)

    def quiet_for(self) -> float:
        """Seconds since anybody wrote in a room that is open here."""
        if self.writer.waiting():
            return 0.0
        last = max((room.last_broadcast for room in self._rooms.values()), default=-math.inf)
        return self.now() - last

    def get(self, charter_id: str) -> Room | None:
        return self._rooms.get(charter_id)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    # Life of the server

    async def start(self) -> None:
        self.neighbours.start()
        self._tasks = [
            asyncio.create_task(self.writer.write_for_ever(), name="writer"),
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
        self.writer.stop()
        writer, watch = self._tasks
        try:
            await asyncio.wait_for(writer, _STOP_AT_MOST)
        except TimeoutError:
            log.error("stopped_before_all_was_written")
        self.writer.changing.end()
        for room in tuple(self._rooms.values()):
            room.end(Stopping())
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await self.neighbours.stop()
        await self.writer.stopped()
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
            elif self.writer.is_recovering(room):
                await self.writer.recovered(room)
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
        self.neighbours.presence_changed(room)
        if not room.readers:
            self.settling.soon(room.charter_id)
            self.forget_if_idle(room)

    def forget_if_idle(self, room: Room) -> None:
        """Let a room leave memory when nobody is in it and nothing of it waits."""
        is_settled = room.checkpoint_seq == room.seq
        if not room.readers and is_settled and not self.writer.needs(room):
            self.give_up(room)

    def give_up(self, room: Room) -> None:
        """Let a room leave memory; whoever comes again finds a fresh one."""
        if self._rooms.get(room.charter_id) is room:
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
        self.neighbours.opened(room)

    # Writing

    def receive_at_once(self, room: Room, reader: Reader, edit: wire.Edit) -> bool:
        """Take an edit into the next commit; False while the room is beginning again.

        Raises what `Room.receive` does.
        """
        if self.writer.is_recovering(room):
            return False
        room.receive(reader, edit)
        self.writer.note(room)
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
        await self.writer.recovered(room)
        if not reader.closed:
            self.receive_at_once(room, reader, edit)

    async def catch_up(self, room: Room) -> None:
        """Read what other servers have written in this Charter since we last looked."""
        generation = room.generation
        entries = await self._journal.since(room.charter_id, room.seq)
        if room.generation != generation:
            return
        if entries is None:
            await self.writer.reload(room)
        elif entries:
            room.absorb(entries, self.now())

    async def change(
        self,
        charter_id: str,
        edit: Edit,
        *,
        author: Author | None,
        items: Collection[str] = (),
        record: Record | None = None,
    ) -> int:
        """Change a Charter from outside its room; returns the change's number once it is durable.

        An engine worker makes `edit` (which must be picklable, see `writing/edits.py`) against what
        is stored, and everybody in the room is shown it as an edit of that author under a fresh
        client id. What arrives meanwhile is merged with it. `record` runs in the same transaction,
        on the journal's thread, also when the edit changes nothing: both are written, or neither.

        Raises BeingWritten when somebody else is writing in one of `items` just now, on whichever
        server; what `edit` refuses, and CannotOpen when it fails; what `record` raises;
        UnknownCharter, DocumentFull, Stopping, and Trouble when it could not be stored.
        """
        return await self.writer.changing.change(
            charter_id, edit, author=author, items=items, record=record
        )

    async def refuse_if_written(
        self, charter_id: str, items: Collection[str], *, author: Author | None
    ) -> None:
        """Raise BeingWritten as `change` would, without changing anything."""
        await self.writer.changing.refuse_if_written(charter_id, items, author)

    def is_sound(self, room: Room) -> bool:
        """Whether a room is the open one of its Charter, and not beginning again."""
        return self._rooms.get(room.charter_id) is room and not self.writer.is_recovering(room)

    def tell_news(self, charter_id: str, topic: str) -> None:
        """Tell everybody in a Charter's room, on every server, of something beside the words."""
        if room := self._rooms.get(charter_id):
            room.news(topic)
        self.neighbours.news(charter_id, topic)

    async def generation_ended(self, charter_id: str) -> None:
        """A new generation of a Charter began: send everybody to it."""
        if room := self._rooms.get(charter_id):
            await self.writer.reload(room)

    # Each second

    async def _watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(WATCH)
            try:
                await self._watch()
            except Exception as error:
                trouble_of("watch_failed", error)

    async def _watch(self) -> None:
        if not self._rooms:
            return
        now = self.now()
        # Rooms that open while we ask were not asked about.
        asked = tuple(self._rooms.values())
        counters = await self._journal.counters(room.charter_id for room in asked)
        for room in asked:
            if self.writer.is_recovering(room):
                continue
            counter = counters.get(room.charter_id)
            if counter is None:
                room.end(UnknownCharter())
                continue
            if counter.generation != room.generation:
                await self.writer.reload(room)
            elif counter.seq > room.seq and not self.writer.is_due(room):
                await self.catch_up(room)
            room.group_id, room.visibility = counter.group_id, counter.visibility
            room.presence.expire(now)
            room.catch_up(now, self._settings.reader_patience)
            room.forget_frames()
            self.forget_if_idle(room)
        await self.check_permits()

    async def check_permits(self) -> None:
        """Judge anew who may be here and who may write, and show new names."""
        await standing.judge(self._store, self._rooms.values())
        for room in self._rooms.values():
            self.neighbours.presence_changed(room)


def _mourn(task: asyncio.Task[None]) -> None:
    """A task that should never end of itself has: that is a bug, and must be loud."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("task_died", task=task.get_name(), exc_info=error)
