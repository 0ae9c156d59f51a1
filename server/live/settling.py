"""Settling: from the journal to a checkpoint and the read side, in an engine worker.

About a second after the last edit, at least every few seconds while people write, when a room
empties, and at the start for whatever an earlier run left. If a worker cannot open what was
written, the edit that stops it is found and set aside, and a new generation begins.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from server.errors import CannotOpen, Refusal, Trouble
from server.live.checkpoints import Checkpoint
from server.live.engine import Engine
from server.live.entries import Entry, Opened
from server.live.guard import standing_on
from server.live.journal import Journal
from server.live.room import known_of
from server.live.sittings import Sittings
from server.settings import Settings

if TYPE_CHECKING:
    from server.live.rooms import Rooms

_LOOK_EVERY = 0.1
# After a failure that may pass (a full disk, a busy worker), try again after this many seconds.
_TRY_AGAIN = 5.0

log = structlog.get_logger(__name__)


class Settling:
    """Decides when each Charter settles, and does it, a few at a time."""

    def __init__(
        self, journal: Journal, engine: Engine, rooms: "Rooms", settings: Settings
    ) -> None:
        self._journal = journal
        self._engine = engine
        self._rooms = rooms
        self._settings = settings
        self.sittings = Sittings(journal, rooms, settings)
        self._first: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._loop_task: asyncio.Task[None] | None = None
        # One Charter in each worker, and one more being read or stored meanwhile.
        self._at_once = settings.engine_workers + 1

    async def start(self) -> None:
        unsettled = await self._journal.unsettled()
        await self.sittings.start(unsettled)
        for charter_id in unsettled:
            self.soon(charter_id)
        self._loop_task = asyncio.create_task(self._settle_for_ever(), name="settling")

    def later(self, charter_id: str) -> None:
        """Something was written: settle when it has been quiet, or at the latest in a while."""
        now = self._rooms.now()
        first = self._first.setdefault(charter_id, now)
        self._due[charter_id] = min(
            now + self._settings.settle_after, first + self._settings.settle_at_most
        )

    def soon(self, charter_id: str) -> None:
        self._due[charter_id] = self._rooms.now()

    async def settle(self, charter_id: str) -> None:
        """Settle one Charter up to its journal's present number. Raises what stopped it."""
        self._first.pop(charter_id, None)
        try:
            checkpoint = await settle(self._journal, self._engine, charter_id)
        except BadEdits as bad:
            if await set_aside(self._journal, self._engine, bad.opened):
                await self._rooms.generation_ended(charter_id)
                self.soon(charter_id)
            return
        if checkpoint is not None:
            self.sittings.wrote(charter_id)
        if checkpoint is not None and (room := self._rooms.get(charter_id)):
            room.checkpointed(checkpoint)
            self._rooms.forget_if_idle(room)
        if checkpoint is not None:
            self._rooms.tell_news(charter_id, "settled")

    async def stop(self, at_most: float) -> None:
        """Settle everything that is left, for at most so many seconds."""
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        await self.sittings.stop()
        try:
            async with asyncio.timeout(at_most):
                await asyncio.gather(*self._running.values(), return_exceptions=True)
                for charter_id in await self._journal.unsettled():
                    await self.settle(charter_id)
        except (TimeoutError, Refusal) as error:
            # Nothing is lost: the journal holds it, and the next start settles it.
            log.warning("left_unsettled", error=type(error).__name__)

    async def _settle_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            now = self._rooms.now()
            for charter_id, due in sorted(self._due.items(), key=lambda item: item[1]):
                if due > now or len(self._running) >= self._at_once:
                    break
                if charter_id not in self._running:
                    del self._due[charter_id]
                    task = asyncio.create_task(self._try(charter_id))
                    self._running[charter_id] = task

    async def _try(self, charter_id: str) -> None:
        try:
            await self.settle(charter_id)
        except Exception as error:
            refused = isinstance(error, Refusal)
            log.error("settling_failed", charter=charter_id, exc_info=None if refused else error)
            self._due[charter_id] = self._rooms.now() + _TRY_AGAIN
        finally:
            del self._running[charter_id]


class BadEdits(Exception):  # noqa: N818 -- never shown to anybody: it only asks for `set_aside`
    """No worker could open what was written since the last checkpoint."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened.charter_id)
        self.opened = opened


async def settle(journal: Journal, engine: Engine, charter_id: str) -> Checkpoint | None:
    """Store a checkpoint and the read side of one Charter; None when there was nothing new.

    Raises BadEdits when a worker could not open it, and Trouble when it could not be stored.
    """
    opened = await journal.open(charter_id)
    if opened is None or not opened.tail:
        return None
    try:
        settled = await engine.settle(opened.state, opened.tail)
    except CannotOpen as error:
        raise BadEdits(opened) from error
    if settled.reading.dropped:
        log.warning("reading_dropped", charter=charter_id, parts=len(settled.reading.dropped))
    checkpoint = Checkpoint(
        charter_id=charter_id,
        generation=opened.generation,
        seq=opened.seq,
        state=settled.state,
        known=settled.known,
        charter=settled.reading.charter,
        changed=settled.changed,
        whole=settled.whole,
    )
    return checkpoint if await journal.checkpoint([checkpoint]) else None


async def set_aside(journal: Journal, engine: Engine, opened: Opened) -> bool:
    """Find the edits that no worker can open, and take them out with all that stands on them.

    Returns whether a new generation began. Raises Trouble when every edit opens alone: then it
    was the machine and not the words, and trying again later will do.
    """
    bad = await _bad(engine, opened)
    if not bad:
        raise Trouble
    aside = await journal.set_aside(
        opened.charter_id,
        opened.generation,
        lambda stored: _fallen(stored, bad),
        "An engine worker could not open it.",
    )
    for entry in aside:
        log.error(
            "set_aside",
            charter=opened.charter_id,
            seq=entry.seq,
            by=entry.author and entry.author.person_id,
        )
    return bool(aside)


async def _bad(engine: Engine, opened: Opened) -> set[int]:
    """The numbers of all entries that no worker can open; each has failed twice.

    All at once, for each new generation makes everybody's page load again.
    """
    tail = list(opened.tail)
    bad: set[int] = set()
    first = 0
    while (place := await engine.find_bad(opened.state, tail, first)) is not None:
        if await engine.find_bad(opened.state, tail[: place + 1], place) != place:
            raise Trouble
        bad.add(tail.pop(place).seq)
        first = place
    return bad


def _fallen(stored: Opened, bad: set[int]) -> list[Entry]:
    """The bad entries, and those that cannot be read without them: they would leave a gap."""
    places = {place for place, entry in enumerate(stored.tail) if entry.seq in bad}
    known = known_of(replace(stored, tail=()))
    standing = standing_on(known, [entry.change for entry in stored.tail], places)
    return [stored.tail[place] for place in sorted(places.union(standing))]
