"""The journal of edits: the truth of what was written, and in which order.

Everything here is plain blocking SQLAlchemy, run on threads of its own: one thread writes (so
that commits are ordered and each holds the edits of all rooms), a few read. Pages never wait for
it, and a commit costs the event loop one hop instead of one a statement.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
)
from sqlalchemy.exc import SQLAlchemyError

from server.live import checkpoints, entries
from server.live.checkpoints import Checkpoint
from server.live.entries import (
    Batch,
    Counter,
    Entry,
    NotRecorded,
    Opened,
    refusal_of,
)
from server.live.thread import WorkThread
from server.store import Store
from server.writing import sittings

P = ParamSpec("P")
T = TypeVar("T")
_READERS = 2


class Journal:
    """The journals of all Charters in one database."""

    def __init__(self, store: Store, sitting_quiet: timedelta = sittings.QUIET) -> None:
        self._sitting_quiet = sitting_quiet
        self._engine: Engine = store.plain_engine()
        # Each look at a Charter is of one moment, however many questions it takes.
        moment = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._looking = self._engine.execution_options(reading=True, **moment)
        self._driver = self._engine.dialect.loaded_dbapi
        # The writer's own, kept open: borrowing one for each commit takes as long as the commit.
        self._connection: Connection | None = None
        self._writer = WorkThread("journal-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="journal-reader")

    async def append(self, batches: Sequence[Batch]) -> dict[str, int]:
        """Write all batches in one commit; durable when this returns.

        Returns the last sequence number of each Charter. One whose generation is over is left
        out, and one with a client id that belongs to another person by now. Raises NotRecorded with
        what a batch's `record` raised, and Trouble or DiskFull when the commit failed or its
        outcome is unknown.
        """
        return await self._write(entries.append, batches)

    async def checkpoint(self, new: Sequence[Checkpoint]) -> set[str]:
        """Replace checkpoints and the read side in one commit; returns the Charters it took.

        One that is not newer than the stored one, or of another generation, is left alone.
        """
        return await self._write(checkpoints.store, new, self._sitting_quiet)

    async def sittings(self) -> list[str]:
        """The Charters whose sitting is going on, as far as anybody has noted."""
        return await self._read(sittings.going_on)

    async def end_sittings(
        self, charter_ids: Collection[str], quiet_since: datetime | None = None
    ) -> None:
        """End the sittings of these Charters; with `quiet_since`, where nobody wrote since."""
        await self._write(sittings.end, charter_ids, quiet_since)

    async def set_aside(
        self,
        charter_id: str,
        generation: int,
        fallen: Callable[[Opened], Sequence[Entry]],
        reason: str,
    ) -> Sequence[Entry]:
        """Take entries out of the journal and begin a new generation of the document.

        `fallen` chooses them from all that is stored at that moment: nobody writes meanwhile, so
        nothing that stands on them stays behind. Returns what it chose; when that is nothing, or
        another generation has begun already, nothing is done.
        """
        return await self._write(checkpoints.set_aside, charter_id, generation, fallen, reason)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction of its own; nobody on this server writes meanwhile."""
        return await self._write(work)

    async def open(self, charter_id: str) -> Opened | None:
        return await self._read(entries.open_now, charter_id)

    async def since(self, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
        """The entries after `seq`; None when a checkpoint has already replaced some of them."""
        return await self._read(entries.since, charter_id, seq)

    async def counters(self, charter_ids: Iterable[str]) -> dict[str, Counter]:
        return await self._read(entries.counters, list(charter_ids))

    async def unsettled(self) -> list[str]:
        """The Charters whose read side is behind their journal."""
        return await self._read(entries.unsettled)

    async def aclose(self) -> None:
        """Finish what is being written, then let go of the database."""
        await self._writer.aclose()
        await asyncio.to_thread(self._readers.shutdown, wait=True)
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()

    async def _write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            if self._connection is None:
                self._connection = self._engine.connect()
            try:
                with self._connection.begin():
                    return work(self._connection, *args, **kwargs)
            except NotRecorded:
                raise
            except BaseException:
                # What the connection is still good for is not worth finding out.
                broken, self._connection = self._connection, None
                broken.invalidate()
                broken.close()
                raise

        try:
            return await self._writer.run(run)
        except (SQLAlchemyError, self._driver.Error) as error:
            raise refusal_of(error) from error

    async def _read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            with self._looking.connect() as connection, connection.begin():
                return work(connection, *args, **kwargs)

        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, run)
        except SQLAlchemyError as error:
            raise refusal_of(error) from error
