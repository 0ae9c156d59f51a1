"""The journal of edits: the truth of what was written, and in which order.

Everything here is plain blocking SQLAlchemy, run on threads of its own: one thread writes (so
that commits are ordered and each holds the edits of all rooms), a few read. Pages never wait for
it, and a commit costs the event loop one hop instead of one a statement.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from server import clock
from server.errors import DiskFull, Trouble
from server.live.tables import CheckpointRow, ClientRow, EntryRow, SetAsideRow
from server.live.thread import WorkThread
from server.store import Store
from server.store.compiled import Compiled
from server.writing import sittings
from server.writing.charter import Charter
from server.writing.read_side import store_reading
from server.writing.tables import CharterRow

P = ParamSpec("P")
T = TypeVar("T")
_READERS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Edits of one person as one Yjs update; `seq` is its place in the Charter's journal."""

    seq: int
    person_id: str | None
    change: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one room wants written: an update a person, and client ids seen for the first time.

    `record` writes what stands beside a change of the server's own. A batch that has one goes to
    `append` alone, because all of the commit is undone when it raises.
    """

    charter_id: str
    generation: int
    changes: tuple[tuple[str | None, bytes], ...]
    clients: tuple[tuple[int, str | None], ...] = ()
    record: Callable[[Connection], None] | None = None


class NotRecorded(Exception):  # noqa: N818 -- never shown to anybody: it carries what was raised
    """A batch's `record` raised `error`, and nothing at all was written."""

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


@dataclass(frozen=True, slots=True)
class Opened:
    """All that is stored of a document: its checkpoint, the entries since, and who owns clients."""

    charter_id: str
    generation: int
    schema: int
    group_id: str
    visibility: str
    seq: int
    checkpoint_seq: int
    state: bytes
    known: bytes
    tail: tuple[Entry, ...]
    clients: Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The document up to entry `seq` as an engine worker read it, and who touched which item.

    In `changed` the last person to touch an item stands last. Unless it is `whole`, `charter` has
    only the items in `changed`.
    """

    charter_id: str
    generation: int
    seq: int
    state: bytes
    known: bytes
    charter: Charter
    changed: Mapping[str, Sequence[str | None]]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a Charter's journal stands, and who it belongs to."""

    seq: int
    generation: int
    group_id: str
    visibility: str


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
        return await self._write(_append, batches)

    async def checkpoint(self, checkpoints: Sequence[Checkpoint]) -> set[str]:
        """Replace checkpoints and the read side in one commit; returns the Charters it took.

        One that is not newer than the stored one, or of another generation, is left alone.
        """
        return await self._write(_checkpoint, checkpoints, self._sitting_quiet)

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
        return await self._write(_set_aside, charter_id, generation, fallen, reason)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction of its own; nobody on this server writes meanwhile."""
        return await self._write(work)

    async def open(self, charter_id: str) -> Opened | None:
        return await self._read(open_now, charter_id)

    async def since(self, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
        """The entries after `seq`; None when a checkpoint has already replaced some of them."""
        return await self._read(_since, charter_id, seq)

    async def counters(self, charter_ids: Iterable[str]) -> dict[str, Counter]:
        return await self._read(_counters, list(charter_ids))

    async def unsettled(self) -> list[str]:
        """The Charters whose read side is behind their journal."""
        return await self._read(_unsettled)

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
            raise _refusal(error) from error

    async def _read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            with self._looking.connect() as connection:
                return work(connection, *args, **kwargs)

        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._readers, run)
        except SQLAlchemyError as error:
            raise _refusal(error) from error


def _refusal(error: Exception) -> Trouble:
    # What the driver says, and not our statement: its values hold people's words.
    text = str(getattr(error, "orig", error)).lower()
    if "disk is full" in text or "no space left" in text or "could not extend" in text:
        return DiskFull()
    return Trouble()


# What runs with every commit and every checkpoint.

_charters, _entry_rows = CharterRow.__table__.c, EntryRow.__table__.c
_COUNT_UP = Compiled(
    update(CharterRow)
    .where(
        _charters.id == bindparam("charter"),
        _charters.generation == bindparam("of_generation"),
    )
    .values(last_seq=_charters.last_seq + bindparam("more"))
    .returning(_charters.last_seq)
)
_ADD_ENTRY = Compiled(insert(EntryRow))
_SETTLE = Compiled(
    update(CharterRow)
    .where(
        _charters.id == bindparam("charter"),
        _charters.generation == bindparam("of_generation"),
        _charters.settled_seq < bindparam("seq"),
    )
    .values(settled_seq=bindparam("seq"))
)
_TAKE_ENTRIES = Compiled(
    delete(EntryRow)
    .where(_entry_rows.charter_id == bindparam("charter"), _entry_rows.seq <= bindparam("seq"))
    .returning(_entry_rows.at)
)
_CHECKPOINT = ("seq", "generation", "state", "known", "at")
_ADD_CHECKPOINT = Compiled(insert(CheckpointRow))
_REPLACE_CHECKPOINT = Compiled(
    update(CheckpointRow)
    .where(CheckpointRow.__table__.c.charter_id == bindparam("charter"))
    .values({name: bindparam(name) for name in _CHECKPOINT})
)


def _append(connection: Connection, batches: Sequence[Batch]) -> dict[str, int]:
    last: dict[str, int] = {}
    entries: list[dict[str, object]] = []
    at = clock.now()
    # Always in the same order, so that two servers never wait for each other in a ring.
    for batch in sorted(batches, key=lambda one: one.charter_id):
        if batch.clients and not _own(connection, batch):
            continue
        counted = _COUNT_UP.rows(
            connection,
            {
                "charter": batch.charter_id,
                "of_generation": batch.generation,
                "more": len(batch.changes),
            },
        )
        if not counted:
            continue
        [(last_seq,)] = counted
        last[batch.charter_id] = last_seq
        entries += _entries_of(batch, last_seq - len(batch.changes) + 1, at)
        if batch.record is not None:
            _record(connection, batch.record)
    if entries:
        _ADD_ENTRY.run_each(connection, entries)
    return last


def _record(connection: Connection, record: Callable[[Connection], None]) -> None:
    try:
        record(connection)
    except OperationalError as error:
        raise NotRecorded(_refusal(error)) from error
    except Exception as error:
        raise NotRecorded(error) from error


def _entries_of(batch: Batch, first: int, at: datetime) -> Iterator[dict[str, object]]:
    for number, (person_id, change) in enumerate(batch.changes, start=first):
        yield {
            "charter_id": batch.charter_id,
            "seq": number,
            "batch": clock.new_id(),
            "person_id": person_id,
            "change": change,
            "at": at,
        }


def _own(connection: Connection, batch: Batch) -> bool:
    """Give client ids to the people who used them first; False when others have them already.

    The Charter's row is held meanwhile: nobody on another server can take one in between.
    """
    held = connection.scalar(
        select(CharterRow.generation).where(CharterRow.id == batch.charter_id).with_for_update()
    )
    owned = _owned(connection, batch)
    if held != batch.generation or not owned.items() <= dict(batch.clients).items():
        return False
    new = [
        {"charter_id": batch.charter_id, "client_id": client_id, "person_id": person_id}
        for client_id, person_id in batch.clients
        if client_id not in owned
    ]
    if new:
        connection.execute(insert(ClientRow), new)
    return True


def _owned(connection: Connection, batch: Batch) -> dict[int, str | None]:
    """Who has the client ids that a room sees for the first time: somebody on another server."""
    rows = connection.execute(
        select(ClientRow.client_id, ClientRow.person_id).where(
            ClientRow.charter_id == batch.charter_id,
            ClientRow.client_id.in_([client_id for client_id, _ in batch.clients]),
        )
    )
    return dict(rows.all())


def _entries(connection: Connection, charter_id: str, after: int) -> tuple[Entry, ...]:
    rows = connection.execute(
        select(EntryRow.seq, EntryRow.person_id, EntryRow.change)
        .where(EntryRow.charter_id == charter_id, EntryRow.seq > after)
        .order_by(EntryRow.seq)
    )
    return tuple(Entry(seq, person_id, change) for seq, person_id, change in rows)


def open_now(connection: Connection, charter_id: str) -> Opened | None:
    """All that is stored of a document."""
    charter = connection.execute(
        select(
            CharterRow.generation,
            CharterRow.schema,
            CharterRow.group_id,
            CharterRow.visibility,
            CharterRow.last_seq,
        ).where(CharterRow.id == charter_id)
    ).one_or_none()
    if charter is None:
        return None
    stored = connection.execute(
        select(CheckpointRow.seq, CheckpointRow.state, CheckpointRow.known).where(
            CheckpointRow.charter_id == charter_id
        )
    ).one_or_none()
    checkpoint_seq, state, known = stored or (0, b"", b"")
    tail = _entries(connection, charter_id, checkpoint_seq)
    owners = connection.execute(
        select(ClientRow.client_id, ClientRow.person_id).where(ClientRow.charter_id == charter_id)
    )
    return Opened(
        charter_id=charter_id,
        generation=charter.generation,
        schema=charter.schema,
        group_id=charter.group_id,
        visibility=charter.visibility,
        seq=tail[-1].seq if tail else checkpoint_seq,
        checkpoint_seq=checkpoint_seq,
        state=state,
        known=known,
        tail=tail,
        clients={row.client_id: row.person_id for row in owners},
    )


def _since(connection: Connection, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
    entries = _entries(connection, charter_id, seq)
    whole = [entry.seq for entry in entries] == list(range(seq + 1, seq + 1 + len(entries)))
    if entries and whole:
        return entries
    last = connection.scalar(select(CharterRow.last_seq).where(CharterRow.id == charter_id))
    return () if not entries and last == seq else None


def _counters(connection: Connection, charter_ids: list[str]) -> dict[str, Counter]:
    rows = connection.execute(
        select(
            CharterRow.id,
            CharterRow.last_seq,
            CharterRow.generation,
            CharterRow.group_id,
            CharterRow.visibility,
        ).where(CharterRow.id.in_(charter_ids))
    )
    return {row.id: Counter(*row[1:]) for row in rows}


def _unsettled(connection: Connection) -> list[str]:
    behind = CharterRow.settled_seq < CharterRow.last_seq
    return list(connection.scalars(select(CharterRow.id).where(behind)))


def _checkpoint(
    connection: Connection, checkpoints: Sequence[Checkpoint], quiet: timedelta
) -> set[str]:
    taken = set()
    for new in sorted(checkpoints, key=lambda one: one.charter_id):
        stands = {"charter": new.charter_id, "of_generation": new.generation, "seq": new.seq}
        if not _SETTLE.run(connection, stands):
            continue
        _replace_checkpoint(connection, new)
        span = _take_entries(connection, new)
        only = None if new.whole else new.changed.keys()
        last = {item_id: persons[-1] for item_id, persons in new.changed.items()}
        touched = store_reading(connection, new.charter_id, new.charter, new.seq, last, only=only)
        sittings.record(connection, new.charter_id, touched, new.changed, span, quiet=quiet)
        taken.add(new.charter_id)
    return taken


def _take_entries(connection: Connection, new: Checkpoint) -> sittings.Span:
    """Let go of the entries that a checkpoint replaces; returns when they were written."""
    gone = _TAKE_ENTRIES.rows(connection, {"charter": new.charter_id, "seq": new.seq})
    written = [at for (at,) in gone] or [clock.now()]
    return sittings.Span(min(written), max(written))


def _replace_checkpoint(connection: Connection, new: Checkpoint) -> None:
    values = {
        "seq": new.seq,
        "generation": new.generation,
        "state": new.state,
        "known": new.known,
        "at": clock.now(),
    }
    if not _REPLACE_CHECKPOINT.run(connection, {"charter": new.charter_id, **values}):
        _ADD_CHECKPOINT.run(connection, {"charter_id": new.charter_id, **values})


def _set_aside(
    connection: Connection,
    charter_id: str,
    generation: int,
    fallen: Callable[[Opened], Sequence[Entry]],
    reason: str,
) -> Sequence[Entry]:
    # Held until the end: nobody can write an entry meanwhile.
    held = connection.scalar(
        select(CharterRow.generation).where(CharterRow.id == charter_id).with_for_update()
    )
    opened = open_now(connection, charter_id)
    if held != generation or opened is None or not (entries := fallen(opened)):
        return ()
    connection.execute(
        update(CharterRow).where(CharterRow.id == charter_id).values(generation=generation + 1)
    )
    connection.execute(
        update(CheckpointRow)
        .where(CheckpointRow.charter_id == charter_id)
        .values(generation=generation + 1)
    )
    gone = [entry.seq for entry in entries]
    connection.execute(
        delete(EntryRow).where(EntryRow.charter_id == charter_id, EntryRow.seq.in_(gone))
    )
    # Numbers go on from what is left, so that a room that has it all knows it has.
    left = select(func.max(EntryRow.seq)).where(EntryRow.charter_id == charter_id)
    settled = CharterRow.settled_seq
    connection.execute(
        update(CharterRow)
        .where(CharterRow.id == charter_id)
        .values(last_seq=func.coalesce(left.scalar_subquery(), settled))
    )
    at = clock.now()
    connection.execute(
        insert(SetAsideRow),
        [
            {
                "id": clock.new_id(),
                "charter_id": charter_id,
                "seq": entry.seq,
                "person_id": entry.person_id,
                "change": entry.change,
                "reason": reason,
                "at": at,
            }
            for entry in entries
        ],
    )
    return entries
