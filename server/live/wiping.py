"""Wiping the files of the database after something was forgotten, while nobody writes.

What was deleted is overwritten and out of the log at once. But a page of the file may keep a copy
in its unused part, and to be rid of that the files are written anew, which keeps everybody from
saving for as long as it takes (docs/decisions/forgetting.md). So it waits for a quiet moment.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from server.live.rooms import Rooms
from server.store import Store

_HOLD_WORDS = frozenset(
    (
        *("checkpoints", "decisions", "edition_items", "hidings", "items", "journal"),
        *("reports", "set_aside", "sitting_changes", "wordings"),
    )
)
# So many seconds without an edit are a quiet moment; after so many more it waits for none.
_QUIET = 3.0
_AT_LATEST = 3600.0
_LOOK = 0.5
# Seconds until it is tried again; four times as many each time, because each try is a nuisance.
_AGAIN = 10.0

log = structlog.get_logger(__name__)


class Wiping:
    """Wipes the files of one database as soon as nobody is writing in any room of this server."""

    def __init__(self, store: Store, rooms: Rooms) -> None:
        self._store = store
        self._rooms = rooms
        self._tables: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Do what an earlier run did not come to; nobody writes yet."""
        if await asyncio.to_thread(self._store.owes_wipe):
            self._tables = _HOLD_WORDS
            if not await self._wipe():
                self._begin()

    async def ask(self, tables: Collection[str] = ()) -> None:
        """Empty the log now, and wipe the files soon; `tables` are more that held some of it."""
        self._tables |= _HOLD_WORDS.union(tables)
        await self._done_by(self._store.empty_log)
        self._begin()

    async def done(self) -> None:
        """Wait until the files are wiped, or it was given up because the server stops."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Do at once what is still to be done: nobody writes any more."""
        self._stopping.set()
        await self.done()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._wipe_when_quiet(), name="wiping")

    async def _wipe_when_quiet(self) -> None:
        latest = self._rooms.now() + _AT_LATEST
        again = _AGAIN
        while self._tables:
            waits = self._rooms.quiet_for() < _QUIET and self._rooms.now() < latest
            if waits and not self._stopping.is_set():
                await self._pause(_LOOK)
            elif not await self._wipe():
                if self._stopping.is_set():  # the next start does it
                    return
                await self._pause(again)
                again = min(4 * again, _AT_LATEST)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _wipe(self) -> bool:
        tables, self._tables = self._tables, frozenset()
        if not await self._done_by(self._store.wipe, tables):
            self._tables |= tables
            return False
        with suppress(sqlite3.Error):  # a log of the wrong length is only slower
            await asyncio.to_thread(self._store.stretch_log)
        return True

    async def _done_by(self, work: Callable[..., bool], *args: object) -> bool:
        try:
            done = await asyncio.to_thread(work, *args)
        except (SQLAlchemyError, sqlite3.Error) as error:
            log.warning("wiping_failed", error=type(error).__name__)
            return False
        if not done:
            log.warning("files_not_wiped", work=work.__name__)
        return done
