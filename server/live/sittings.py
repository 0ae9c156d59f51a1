"""When a sitting ends: people have written nothing for a while, or the room is empty.

What a sitting is made of is noted as Charters settle (`writing/sittings.py`). Here is only the
clock. A sitting that a crash left open ends at the next start.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from server import clock
from server.errors import Trouble
from server.live.journal import Journal
from server.settings import Settings

if TYPE_CHECKING:
    from server.live.rooms import Rooms

_LOOK_EVERY = 1.0
_LOOK_AT_MOST = 0.02
# Who loads the page again, or walks to where the network is better, has not left.
_BACK_WITHIN = 60.0

log = structlog.get_logger(__name__)


class Sittings:
    """Ends the sittings of the Charters that settle on this server."""

    def __init__(self, journal: Journal, rooms: "Rooms", settings: Settings) -> None:
        self._journal = journal
        self._rooms = rooms
        self._quiet = settings.sitting_quiet
        self._wrote: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self, unsettled: Collection[str] = ()) -> None:
        """End what an earlier run left open, and from now on whatever falls quiet.

        What is `unsettled` still belongs to its sitting, and settles first.
        """
        if left := set(await self._journal.sittings()).difference(unsettled):
            await self._journal.end_sittings(left)
        self._task = asyncio.create_task(self._end_for_ever(), name="sittings")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wrote(self, charter_id: str) -> None:
        """Something that was written in a Charter has settled."""
        self._wrote[charter_id] = self._rooms.now()

    async def end(self, charter_id: str) -> None:
        """End a sitting now: what comes next is a step of its own. Raises Trouble."""
        await self._journal.end_sittings([charter_id])

    async def _end_for_ever(self) -> None:
        while True:
            await asyncio.sleep(max(_LOOK_AT_MOST, min(_LOOK_EVERY, _BACK_WITHIN, self._quiet)))
            for charter_id in tuple(self._wrote):
                try:
                    await self._look_at(charter_id)
                except Exception as error:
                    # Looked at again: it does no harm that a sitting is open for longer.
                    refused = isinstance(error, Trouble)
                    log.error("sitting_not_ended", exc_info=None if refused else error)

    async def _look_at(self, charter_id: str) -> None:
        now = self._rooms.now()
        if self._is_empty(charter_id):
            since, patience = self._left.setdefault(charter_id, now), _BACK_WITHIN
        else:
            self._left.pop(charter_id, None)
            since, patience = self._wrote[charter_id], self._quiet
        patience = min(patience, self._quiet)
        if now - since < patience:
            return
        # Somebody may have written since on another server, which then ends it.
        quiet_since = clock.now() - timedelta(seconds=patience)
        await self._journal.end_sittings([charter_id], quiet_since)
        self._wrote.pop(charter_id, None)
        self._left.pop(charter_id, None)

    def _is_empty(self, charter_id: str) -> bool:
        room = self._rooms.get(charter_id)
        return room is None or not (room.readers or room.presence.everybody())
