"""Forgetting earlier words for good, in all rows that hold what a Charter said.

The digest of a wording stays where an edition or the history needs it; its words go. Words that
another Charter has as well stay in the store for that one, and are not shown in this one any more:
nobody can take words out of what another group has (docs/decisions/forgetting.md).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, exists, insert, or_, select, union, update

from server import clock
from server.errors import NothingChosen, StillSaid
from server.people.tables import ReportRow
from server.writing import rich_text, sittings, wording
from server.writing.tables import (
    EditionItemRow,
    EditionRow,
    HidingRow,
    ItemRow,
    RemovalRow,
    SittingChangeRow,
    SittingRow,
    WordingRow,
)

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which earlier words of an item to forget: digests of wordings and of reasons.

    `between`: also what came and went within one sitting, which history has no words of.
    """

    item_id: str
    words: frozenset[str] = frozenset()
    whys: frozenset[str] = frozenset()
    between: bool = False


def remove(connection: Connection, charter_id: str, chosen: Chosen, person_id: str | None) -> None:
    """Forget these words of an item, in the transaction that begins its document afresh.

    Its sitting ends, so that no words on the way are left. Raises StillSaid where the Charter says
    them now, in this item or another one, and NothingChosen where they are none of its words.
    """
    sittings.end(connection, [charter_id])
    refuse_what_is_still_said(connection, charter_id, chosen)
    now = clock.now()
    found = _mark_history(connection, charter_id, chosen, now)
    found |= _mark_editions(connection, charter_id, chosen)
    found |= _empty_hidings(connection, charter_id, chosen)
    _empty_reports(connection, charter_id, chosen)
    if not chosen.words | chosen.whys <= found or not (found or chosen.between):
        raise NothingChosen
    _note(connection, charter_id, chosen, person_id, now)
    emptied = [one for one in sorted(chosen.words) if not kept_for(connection, charter_id, one)]
    connection.execute(
        update(WordingRow)
        .where(WordingRow.digest.in_(emptied))
        .values(words=[], meaning=[], picture=None, removed_at=now)
    )
    _sweep(connection)


def refuse_what_is_still_said(connection: Connection, charter_id: str, chosen: Chosen) -> None:
    """Raise StillSaid where some of these are present words of the Charter."""
    present = connection.execute(
        select(ItemRow.item_id, ItemRow.wording_digest, ItemRow.why).where(
            ItemRow.charter_id == charter_id
        )
    )
    for row in present:
        if row.wording_digest in chosen.words:
            raise StillSaid
        if row.item_id == chosen.item_id and row.why and _why(row.why) in chosen.whys:
            raise StillSaid


def kept_for(connection: Connection, charter_id: str, digest: str) -> set[str]:
    """The other Charters that have a wording too and have not forgotten it; it stays for them."""
    found = set(connection.scalars(_holders(digest))) - {charter_id}
    forgot = set(
        connection.scalars(select(RemovalRow.charter_id).where(RemovalRow.digest == digest))
    )
    says_now = set(
        connection.scalars(select(ItemRow.charter_id).where(ItemRow.wording_digest == digest))
    )
    return (found - forgot) | says_now


def _holders(digest: str) -> Select[Any]:
    changes = SittingChangeRow.__table__.c
    every = union(
        select(ItemRow.charter_id).where(ItemRow.wording_digest == digest),
        select(EditionRow.charter_id)
        .join(EditionItemRow, EditionItemRow.edition_id == EditionRow.id)
        .where(EditionItemRow.wording_digest == digest),
        select(SittingRow.charter_id)
        .join(SittingChangeRow, changes.sitting_id == SittingRow.id)
        .where((changes.before_digest == digest) | (changes.after_digest == digest)),
    ).subquery()
    return select(every.c.charter_id)


def _mark_history(
    connection: Connection, charter_id: str, chosen: Chosen, now: datetime
) -> set[str]:
    """Mark the changes that held these words; returns the digests that the item had."""
    changes = SittingChangeRow.__table__.c
    words = sorted(chosen.words)
    rows = connection.execute(
        select(SittingChangeRow.__table__)
        .join(SittingRow, SittingRow.id == changes.sitting_id)
        .where(
            SittingRow.charter_id == charter_id,
            or_(
                changes.item_id == chosen.item_id,
                changes.before_digest.in_(words),
                changes.after_digest.in_(words),
            ),
        )
    )
    found: set[str] = set()
    for row in rows.all():
        here = {row.before_digest, row.after_digest} & chosen.words
        sides = {}
        for name in ("before", "after") if row.item_id == chosen.item_id else ():
            state = getattr(row, name)
            if state is not None and state["why"] and (why := _why(state["why"])) in chosen.whys:
                here.add(why)
                # None, where an empty list would say that there was no reason.
                sides[name] = {**state, "why": None}
        if row.item_id == chosen.item_id:
            found |= here
        if here:
            connection.execute(
                update(SittingChangeRow)
                .where(changes.sitting_id == row.sitting_id, changes.item_id == row.item_id)
                .values(removed_at=now, **sides)
            )
    return found


def _mark_editions(connection: Connection, charter_id: str, chosen: Chosen) -> set[str]:
    """Take reasons out of the editions; returns the digests of all that they have of it."""
    of_it = and_(
        EditionItemRow.edition_id.in_(
            select(EditionRow.id).where(EditionRow.charter_id == charter_id)
        ),
        EditionItemRow.item_id == chosen.item_id,
    )
    rows = connection.execute(
        select(EditionItemRow.wording_digest, EditionItemRow.why_digest).where(of_it)
    )
    found = {digest for row in rows for digest in row} & (chosen.words | chosen.whys)
    connection.execute(
        update(EditionItemRow)
        .where(of_it, EditionItemRow.why_digest.in_(sorted(chosen.whys)))
        .values(why=[])
    )
    return found


def _empty_hidings(connection: Connection, charter_id: str, chosen: Chosen) -> set[str]:
    """Take the content out of what is hidden of it; returns the digests of that."""
    hidings = HidingRow.__table__.c
    of_it = and_(hidings.charter_id == charter_id, hidings.item_id == chosen.item_id)
    those = hidings.digest.in_(sorted(chosen.words | chosen.whys))
    found = set(connection.scalars(select(HidingRow.digest).where(of_it, those)))
    connection.execute(update(HidingRow).where(of_it, those).values(content=None))
    return found


def _empty_reports(connection: Connection, charter_id: str, chosen: Chosen) -> None:
    """Take the words out of all reports about this item: they may be what is forgotten."""
    reports = ReportRow.__table__.c
    about_it = and_(reports.charter_id == charter_id, reports.item_id == chosen.item_id)
    connection.execute(update(ReportRow).where(about_it).values(words=""))


def _note(
    connection: Connection,
    charter_id: str,
    chosen: Chosen,
    person_id: str | None,
    now: datetime,
) -> None:
    parts = {clock.new_id(): "between"} if chosen.between else {}
    parts |= dict.fromkeys(chosen.words, "words") | dict.fromkeys(chosen.whys, "why")
    of_it = and_(RemovalRow.charter_id == charter_id, RemovalRow.item_id == chosen.item_id)
    noted = set(connection.scalars(select(RemovalRow.digest).where(of_it)))
    new = [
        {
            "charter_id": charter_id,
            "item_id": chosen.item_id,
            "digest": digest,
            "part": part,
            "removed_at": now,
            "removed_by": person_id,
        }
        for digest, part in parts.items()
        if digest not in noted
    ]
    if new:
        connection.execute(insert(RemovalRow), new)


def _sweep(connection: Connection) -> None:
    """Delete every wording that nothing refers to: it may hold a part of what was forgotten."""
    used = [exists().where(column == WordingRow.digest) for column in sittings.references()]
    unused = set(connection.scalars(select(WordingRow.digest).where(*(~each for each in used))))
    # Sittings that go on elsewhere let go of theirs when they end.
    on_the_way = connection.scalars(
        select(SittingChangeRow.passed)
        .join(SittingRow, SittingRow.id == SittingChangeRow.sitting_id)
        .where(SittingRow.ended_at.is_(None))
    )
    for passed in on_the_way:
        unused -= set(passed)
    for some in _in_parts(sorted(unused)):
        connection.execute(delete(WordingRow).where(WordingRow.digest.in_(some)))


def _in_parts(digests: Collection[str]) -> Iterable[list[str]]:
    every = list(digests)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]


def _why(stored: Any) -> str:
    return wording.digest_of_why(rich_text.from_json(stored))
