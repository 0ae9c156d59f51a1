"""Recording sittings: who wrote when, which items they touched, and what became of them.

While people write, each settle opens or goes on with the sitting of the Charter, in the
transaction that stores the reading. An item's state before is kept from the first time, its state
after is replaced each time, and wordings in between are noted, because they go when it ends.

This is on the path of every settle: four small statements, and no wording is read.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from server import clock
from server.people import audit
from server.people.audit import What
from server.store.base import Base
from server.store.compiled import Compiled
from server.writing.authors import Author, from_json, to_json
from server.writing.charter import Kind
from server.writing.tables import CharterRow, SittingChangeRow, SittingRow, WordingRow

QUIET = timedelta(minutes=10)
# A row is written anew at each settle, so it must not grow with the evening.
_MOST_PASSED = 100

State = Mapping[str, Any]
"""An item's row of the read side: `{kind, position, wording_digest, left_out, why, origins}`."""

# What runs with every settle.
_sittings, _changes = SittingRow.__table__.c, SittingChangeRow.__table__.c
_OPEN = Compiled(
    select(_sittings.id, _sittings.last_at)
    .where(_sittings.charter_id == bindparam("charter"), _sittings.ended_at.is_(None))
    .order_by(_sittings.last_at.desc())
)
_GO_ON = Compiled(
    update(SittingRow)
    .where(_sittings.id == bindparam("sitting"))
    .values(last_at=bindparam("last_at"))
)
_ADD_SITTING = Compiled(insert(SittingRow))
_THIS_CHANGE = (
    _changes.sitting_id == bindparam("sitting"),
    _changes.item_id == bindparam("item"),
)
_NOTED = Compiled(
    select(_changes.before_digest, _changes.after_digest, _changes.passed, _changes.persons).where(
        *_THIS_CHANGE
    )
)
_ADD_CHANGE = Compiled(insert(SittingChangeRow))
_CHANGE_AGAIN = Compiled(
    update(SittingChangeRow)
    .where(*_THIS_CHANGE)
    .values({name: bindparam(name) for name in ("after", "after_digest", "passed", "persons")})
)


@dataclass(frozen=True, slots=True)
class Touched:
    """An item before a settle and after it; None: there was no such item."""

    item_id: str
    before: State | None
    after: State | None


@dataclass(frozen=True, slots=True)
class _Noted:
    """What a sitting has noted of an item so far."""

    before_digest: str | None
    after_digest: str | None
    passed: Sequence[str]
    persons: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """When the first and the last of some edits was written."""

    first: datetime
    last: datetime


def record(
    connection: Connection,
    charter_id: str,
    touched: Sequence[Touched],
    authors: Mapping[str, Sequence[Author | None]],
    span: Span,
    *,
    quiet: timedelta = QUIET,
) -> None:
    """Note what a settle changed in the sitting that is going on, or in a new one.

    `authors` are those who touched each item, None for the server. A sitting goes on when less
    than `quiet` lies between two edits.
    """
    if not touched:
        return
    sitting_id = _going_on(connection, charter_id, span, quiet)
    known = {
        one.item_id: _Noted(*row)
        for one in touched
        for row in _NOTED.rows(connection, {"sitting": sitting_id, "item": one.item_id})
    }
    new: list[dict[str, Any]] = []
    again: list[dict[str, Any]] = []
    for one in touched:
        by = [author for author in authors.get(one.item_id, ()) if author is not None]
        after = _side("after", one.after)
        noted = known.get(one.item_id)
        if noted is None:
            before = _side("before", one.before)
            persons = to_json(by)
            new.append(
                {"item_id": one.item_id, "passed": [], "persons": persons, **before, **after}
            )
        else:
            passed = _passed(connection, noted, after["after_digest"])
            persons = to_json(dict.fromkeys([*from_json(noted.persons), *by]))
            again.append({"item": one.item_id, "passed": passed, "persons": persons, **after})
    if new:
        _ADD_CHANGE.run_each(
            connection, [{"sitting_id": sitting_id, "removed_at": None, **row} for row in new]
        )
    if again:
        _CHANGE_AGAIN.run_each(connection, [{"sitting": sitting_id, **row} for row in again])


def going_on(connection: Connection) -> list[str]:
    """The Charters whose sitting has not ended."""
    open_ones = select(SittingRow.charter_id).where(SittingRow.ended_at.is_(None)).distinct()
    return list(connection.scalars(open_ones))


def end(
    connection: Connection, charter_ids: Collection[str], quiet_since: datetime | None = None
) -> None:
    """End the sittings of these Charters; with `quiet_since`, only where nobody wrote since.

    What came to nothing is dropped, a sitting in which nothing changed with it, and so are
    wordings on the way that nothing else refers to. The audit record is told who wrote.
    """
    wanted = select(SittingRow.id).where(
        SittingRow.charter_id.in_(charter_ids), SittingRow.ended_at.is_(None)
    )
    if quiet_since is not None:
        wanted = wanted.where(SittingRow.last_at <= quiet_since)
    for sitting_id in list(connection.scalars(wanted.with_for_update())):
        _end(connection, sitting_id)


def _end(connection: Connection, sitting_id: str) -> None:
    changes = SittingChangeRow.__table__.c
    of_it = changes.sitting_id == sitting_id
    rows = connection.execute(select(SittingChangeRow.__table__).where(of_it)).all()
    nothing = [row.item_id for row in rows if _came_to_nothing(row)]
    if nothing:
        connection.execute(delete(SittingChangeRow).where(of_it, changes.item_id.in_(nothing)))
    if len(nothing) == len(rows):
        connection.execute(delete(SittingRow).where(SittingRow.id == sitting_id))
    else:
        connection.execute(update(SittingChangeRow).where(of_it).values(passed=[]))
        connection.execute(
            update(SittingRow).where(SittingRow.id == sitting_id).values(ended_at=clock.now())
        )
        _say_who_wrote(connection, sitting_id, [row for row in rows if row.item_id not in nothing])
    forget_unused(connection, {digest for row in rows for digest in row.passed})


def _say_who_wrote(
    connection: Connection, sitting_id: str, rows: Sequence[Row[*tuple[Any, ...]]]
) -> None:
    """Note in the audit record in how many statements each author wrote."""
    wrote = Counter(
        author
        for row in rows
        if (row.after or row.before or {}).get("kind") == Kind.STATEMENT
        for author in from_json(row.persons)
    )
    if not wrote:
        return
    charter_id, group_id = connection.execute(
        select(CharterRow.id, CharterRow.group_id)
        .join(SittingRow, SittingRow.charter_id == CharterRow.id)
        .where(SittingRow.id == sitting_id)
    ).one()
    for (person_id, for_id), statements in wrote.items():
        audit.record_on(
            connection,
            What.WROTE,
            by=person_id,
            for_id=for_id,
            group_id=group_id,
            charter_id=charter_id,
            statements=statements,
        )


def forget_unused(connection: Connection, digests: Collection[str]) -> None:
    """Delete those of these wordings that no row of any table refers to."""
    if not digests:
        return
    used = (exists().where(column == WordingRow.digest) for column in references())
    connection.execute(
        delete(WordingRow).where(WordingRow.digest.in_(sorted(digests)), *(~each for each in used))
    )


def references() -> list[Any]:
    """Every column of every table that refers to a wording."""
    wording = WordingRow.__table__.c.digest
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column is wording
    ]


def _going_on(connection: Connection, charter_id: str, span: Span, quiet: timedelta) -> str:
    """The sitting that edits of this time belong to: the one going on, or a new one."""
    for newest, last_at in _OPEN.rows(connection, {"charter": charter_id}):
        if span.first - last_at <= quiet:
            _GO_ON.run(connection, {"sitting": newest, "last_at": max(span.last, last_at)})
            return str(newest)
        _end(connection, newest)
    sitting_id = clock.new_id()
    _ADD_SITTING.run(
        connection,
        {
            "id": sitting_id,
            "charter_id": charter_id,
            "began_at": span.first,
            "last_at": span.last,
            "ended_at": None,
        },
    )
    return sitting_id


def _side(name: str, state: State | None) -> dict[str, Any]:
    """One side of a change: its state, and apart from it the digest of its wording."""
    if state is None:
        return {name: None, f"{name}_digest": None}
    rest = {key: value for key, value in state.items() if key != "wording_digest"}
    return {name: rest, f"{name}_digest": state["wording_digest"]}


def _passed(connection: Connection, noted: _Noted, after: str | None) -> list[str]:
    """The wordings on the way, with the one that was the newest until now."""
    passed = list(noted.passed)
    last = noted.after_digest
    if last is not None and last not in {noted.before_digest, after, *passed}:
        passed.append(last)
    if len(passed) <= _MOST_PASSED:
        return passed
    # The newest one is still referred to by the row that is about to be written.
    forget_unused(connection, passed[:-1])
    return passed[-1:]


def _came_to_nothing(row: Row[*tuple[Any, ...]]) -> bool:
    same = row.before == row.after and row.before_digest == row.after_digest
    return same and row.removed_at is None
