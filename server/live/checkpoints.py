"""Checkpoints in the database: they replace entries and bring the read side up to date.

Each function works in the transaction of the connection that it is given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from server import clock
from server.live.entries import Entry, Opened, open_now
from server.live.tables import CheckpointRow, EntryRow, SetAsideRow
from server.store.compiled import Compiled
from server.writing import sittings
from server.writing.authors import Author
from server.writing.charter import Charter
from server.writing.read_side import store_reading
from server.writing.tables import CharterRow


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The document up to entry `seq` as an engine worker read it, and who touched which item.

    In `changed` the last author to touch an item stands last. Unless it is `whole`, `charter` has
    only the items in `changed`.
    """

    charter_id: str
    generation: int
    seq: int
    state: bytes
    known: bytes
    charter: Charter
    changed: Mapping[str, Sequence[Author | None]]
    whole: bool = True


# What runs with every checkpoint.

_charters, _entry_rows = CharterRow.__table__.c, EntryRow.__table__.c
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


def store(connection: Connection, checkpoints: Sequence[Checkpoint], quiet: timedelta) -> set[str]:
    """Replace checkpoints, the read side with them; returns the Charters that it took."""
    taken = set()
    for new in sorted(checkpoints, key=lambda one: one.charter_id):
        stands = {"charter": new.charter_id, "of_generation": new.generation, "seq": new.seq}
        if not _SETTLE.run(connection, stands):
            continue
        _replace_checkpoint(connection, new)
        span = _take_entries(connection, new)
        only = None if new.whole else new.changed.keys()
        last = {item_id: authors[-1] for item_id, authors in new.changed.items()}
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


def set_aside(
    connection: Connection,
    charter_id: str,
    generation: int,
    fallen: Callable[[Opened], Sequence[Entry]],
    reason: str,
) -> Sequence[Entry]:
    """Take entries out, as `fallen` chooses them, and begin a new generation of the document."""
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
                "person_id": None if entry.author is None else entry.author.person_id,
                "change": entry.change,
                "reason": reason,
                "at": at,
            }
            for entry in entries
        ],
    )
    return entries
