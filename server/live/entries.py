"""Entries of the journals in the database: writing them, and what is read of them.

Each function works in the transaction of the connection that it is given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import OperationalError

from server import clock
from server.errors import DiskFull, Trouble
from server.live.tables import CheckpointRow, ClientRow, EntryRow
from server.store.compiled import Compiled
from server.writing.authors import Author, author
from server.writing.tables import CharterRow


@dataclass(frozen=True, slots=True)
class Entry:
    """Edits of one author as one Yjs update; `seq` is its place in the Charter's journal."""

    seq: int
    author: Author | None
    change: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What one room wants written: an update an author, and client ids seen for the first time.

    `record` writes what stands beside a change of the server's own. A batch that has one goes to
    `append` alone, because all of the commit is undone when it raises.
    """

    charter_id: str
    generation: int
    changes: tuple[tuple[Author | None, bytes], ...]
    clients: tuple[tuple[int, Author | None], ...] = ()
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
    clients: Mapping[int, Author | None]


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a Charter's journal stands, and who it belongs to."""

    seq: int
    generation: int
    group_id: str
    visibility: str


# What runs with every commit.

_charters = CharterRow.__table__.c
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

# What is read whenever a Charter opens or settles.

_entry_rows = EntryRow.__table__.c
_checkpoints, _clients = CheckpointRow.__table__.c, ClientRow.__table__.c
_CHARTER = Compiled(
    select(_charters.generation, _charters.schema, _charters.group_id, _charters.visibility).where(
        _charters.id == bindparam("charter")
    )
)
_CHECKPOINT = Compiled(
    select(_checkpoints.seq, _checkpoints.state, _checkpoints.known).where(
        _checkpoints.charter_id == bindparam("charter")
    )
)
_ENTRIES = Compiled(
    select(_entry_rows.seq, _entry_rows.person_id, _entry_rows.for_id, _entry_rows.change)
    .where(_entry_rows.charter_id == bindparam("charter"), _entry_rows.seq > bindparam("after"))
    .order_by(_entry_rows.seq)
)
_CLIENTS = Compiled(
    select(_clients.client_id, _clients.person_id, _clients.for_id).where(
        _clients.charter_id == bindparam("charter")
    )
)


def append(connection: Connection, batches: Sequence[Batch]) -> dict[str, int]:
    """Write all batches; returns the last number of each Charter that took its own.

    Raises NotRecorded.
    """
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
        raise NotRecorded(refusal_of(error)) from error
    except Exception as error:
        raise NotRecorded(error) from error


def _entries_of(batch: Batch, first: int, at: datetime) -> Iterator[dict[str, object]]:
    for number, (by, change) in enumerate(batch.changes, start=first):
        yield {
            "charter_id": batch.charter_id,
            "seq": number,
            "batch": clock.new_id(),
            "person_id": None if by is None else by.person_id,
            "for_id": None if by is None else by.for_id,
            "change": change,
            "at": at,
        }


def _own(connection: Connection, batch: Batch) -> bool:
    """Give client ids to the authors who used them first; False when others have them already.

    The Charter's row is held meanwhile: nobody on another server can take one in between.
    """
    held = connection.scalar(
        select(CharterRow.generation).where(CharterRow.id == batch.charter_id).with_for_update()
    )
    owned = _owned(connection, batch)
    if held != batch.generation or not owned.items() <= dict(batch.clients).items():
        return False
    new = [
        {
            "charter_id": batch.charter_id,
            "client_id": client_id,
            "person_id": None if by is None else by.person_id,
            "for_id": None if by is None else by.for_id,
        }
        for client_id, by in batch.clients
        if client_id not in owned
    ]
    if new:
        connection.execute(insert(ClientRow), new)
    return True


def _owned(connection: Connection, batch: Batch) -> dict[int, Author | None]:
    """Who has the client ids that a room sees for the first time: somebody on another server."""
    rows = connection.execute(
        select(ClientRow.client_id, ClientRow.person_id, ClientRow.for_id).where(
            ClientRow.charter_id == batch.charter_id,
            ClientRow.client_id.in_([client_id for client_id, _ in batch.clients]),
        )
    )
    return _owners(rows.all())


def _owners(rows: Iterable[Sequence[Any]]) -> dict[int, Author | None]:
    # A Charter has far more client ids than authors, and an open room keeps them all.
    once: dict[tuple[str | None, str | None], Author | None] = {}
    owners = {}
    for client_id, *by in rows:
        pair = (by[0], by[1])
        if pair not in once:
            once[pair] = author(*pair)
        owners[client_id] = once[pair]
    return owners


def _entries(connection: Connection, charter_id: str, after: int) -> tuple[Entry, ...]:
    found = _ENTRIES.rows(connection, {"charter": charter_id, "after": after})
    return tuple(Entry(seq, author(by, for_id), change) for seq, by, for_id, change in found)


def open_now(connection: Connection, charter_id: str) -> Opened | None:
    """All that is stored of a document; None for an unknown Charter."""
    named = {"charter": charter_id}
    charter = next(iter(_CHARTER.rows(connection, named)), None)
    if charter is None:
        return None
    generation, schema, group_id, visibility = charter
    stored = next(iter(_CHECKPOINT.rows(connection, named)), (0, b"", b""))
    checkpoint_seq, state, known = stored
    tail = _entries(connection, charter_id, checkpoint_seq)
    return Opened(
        charter_id=charter_id,
        generation=generation,
        schema=schema,
        group_id=group_id,
        visibility=visibility,
        seq=tail[-1].seq if tail else checkpoint_seq,
        checkpoint_seq=checkpoint_seq,
        state=state,
        known=known,
        tail=tail,
        clients=_owners(_CLIENTS.rows(connection, named)),
    )


def since(connection: Connection, charter_id: str, seq: int) -> tuple[Entry, ...] | None:
    """The entries after `seq`; None when a checkpoint has already replaced some of them."""
    entries = _entries(connection, charter_id, seq)
    whole = [entry.seq for entry in entries] == list(range(seq + 1, seq + 1 + len(entries)))
    if entries and whole:
        return entries
    last = connection.scalar(select(CharterRow.last_seq).where(CharterRow.id == charter_id))
    return () if not entries and last == seq else None


def counters(connection: Connection, charter_ids: list[str]) -> dict[str, Counter]:
    """Where these Charters stand; unknown ones are left out."""
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


def unsettled(connection: Connection) -> list[str]:
    """The Charters whose read side is behind their journal."""
    behind = CharterRow.settled_seq < CharterRow.last_seq
    return list(connection.scalars(select(CharterRow.id).where(behind)))


def refusal_of(error: Exception) -> Trouble:
    """What a database's error is to those who write."""
    # What the driver says, and not our statement: its values hold people's words.
    text = str(getattr(error, "orig", error)).lower()
    if "disk is full" in text or "no space left" in text or "could not extend" in text:
        return DiskFull()
    return Trouble()
