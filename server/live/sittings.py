"""When a sitting ends: people have written nothing for a while, or the room is empty.

What a sitting is made of is noted as Charters settle (`writing/sittings.py`). Here is only the
clock. A sitting that a crash left open ends at the next start; whoever comes right back goes on in
it. Another server may know better who is still there: it opens the sitting again as it settles.
"""

import asyncio
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

log = structlog.get_logger(__name__)


class Sittings:
    """Ends the sittings of the Charters that settle on this server."""

    def __init__(self, journal: Journal, rooms: "Rooms", settings: Settings) -> None:
        self._journal = journal
        self._rooms = rooms
        self._quiet = settings.sitting_quiet
        self._quiet_at: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """End what an earlier run left open, and from now on whatever falls quiet."""
        if left := await self._journal.sittings():
            await self._journal.end_sittings(left)
        self._task = asyncio.create_task(self._end_for_ever(), name="sittings")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def settled(self, charter_id: str, *, changed: bool) -> None:
        """A Charter has settled: its sitting goes on, or is over when everybody has left."""
        if changed:
            self._quiet_at[charter_id] = self._rooms.now() + self._quiet
        if charter_id not in self._quiet_at:
            return
        room = self._rooms.get(charter_id)
        if room is None or not (room.readers or room.presence.everybody()):
            await self._end([charter_id], quiet_for=0.0)

    async def _end_for_ever(self) -> None:
        while True:
            await asyncio.sleep(min(_LOOK_EVERY, self._quiet))
            now = self._rooms.now()
            if due := [one for one, at in self._quiet_at.items() if at <= now]:
                await self._end(due, quiet_for=self._quiet)

    async def _end(self, charter_ids: list[str], quiet_for: float) -> None:
        since = clock.now() - timedelta(seconds=quiet_for)
        try:
            await self._journal.end_sittings(charter_ids, since)
        except Trouble as trouble:
            # Tried again a second later: nothing is lost by a sitting that is open for longer.
            log.warning("sitting_not_ended", refusal=trouble.kind)
            again = self._rooms.now()
            self._quiet_at |= dict.fromkeys(charter_ids, again)
            return
        for charter_id in charter_ids:
            self._quiet_at.pop(charter_id, None)
