"""What only one person wrote: what can be forgotten with them, because nobody built on it.

A statement counts when this person added it and nobody else ever wrote in it; of others, only the
reason that this person alone gave. What an edition has, another version, another statement's origin
or an offer, stays: somebody built on it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.people.tables import MembershipRow
from server.writing import rich_text, sittings, wording
from server.writing.authors import Author, from_json
from server.writing.charter import Kind
from server.writing.removing import Chosen
from server.writing.tables import (
    CharterRow,
    EditionItemRow,
    ItemRow,
    SittingChangeRow,
    SittingRow,
    WordingRow,
)


@dataclass(frozen=True, slots=True)
class Own:
    """An item, or (not `whole`) the reason of one, that only one person wrote.

    `is_there` tells that the Charter still says it. `words` and `whys` are digests of all that it
    ever said.
    """

    item_id: str
    whole: bool
    is_there: bool
    words: frozenset[str]
    whys: frozenset[str]

    @property
    def chosen(self) -> Chosen:
        """What is to be forgotten of it."""
        return Chosen(self.item_id, self.words, self.whys, between=True)


async def charters_of(session: AsyncSession, person_id: str) -> Sequence[CharterRow]:
    """The Charters of the groups that a person is or was in."""
    groups = select(MembershipRow.group_id).where(MembershipRow.person_id == person_id)
    rows = await session.scalars(
        select(CharterRow).where(CharterRow.group_id.in_(groups)).order_by(CharterRow.id)
    )
    return rows.all()


async def own_words(session: AsyncSession, charter_id: str, person_id: str) -> list[Own]:
    """What only this person wrote in a Charter, as it last settled."""
    histories = await _histories(session, charter_id, person_id)
    rows = {
        row.item_id: row
        for row in await session.scalars(select(ItemRow).where(ItemRow.charter_id == charter_id))
    }
    blank = await _blank(session, histories.values())
    found = []
    for item_id, changes in sorted(histories.items()):
        own = _own(item_id, changes, rows.get(item_id), person_id, blank)
        if own is not None and not await _is_built_on(session, charter_id, own):
            found.append(own)
    return _not_said_by_others(found, rows.values())


async def _histories(
    session: AsyncSession, charter_id: str, person_id: str
) -> dict[str, list[SittingChangeRow]]:
    """All changes, the first one first, of each item that this person touched."""
    of_charter = (
        select(SittingChangeRow)
        .join(SittingRow, SittingRow.id == SittingChangeRow.sitting_id)
        .where(SittingRow.charter_id == charter_id)
        .order_by(SittingRow.began_at, SittingRow.id)
    )
    # The column holds ids: random letters, which stand for nobody else anywhere in it.
    touched = of_charter.where(cast(SittingChangeRow.persons, Text).contains(person_id))
    wanted = {row.item_id for row in await session.scalars(touched)}
    found: dict[str, list[SittingChangeRow]] = {}
    if wanted:
        for row in await session.scalars(of_charter):
            if row.item_id in wanted:
                found.setdefault(row.item_id, []).append(row)
    return found


async def _blank(
    session: AsyncSession, histories: Iterable[Sequence[SittingChangeRow]]
) -> frozenset[str]:
    """The digests that say nothing: every new statement begins with one of them."""
    every = {
        digest
        for changes in histories
        for change in changes
        for digest in (change.before_digest, change.after_digest)
        if digest is not None
    }
    rows = await session.scalars(select(WordingRow).where(WordingRow.digest.in_(every)))
    says = {row.digest for row in rows if row.words or row.meaning or row.picture}
    return frozenset(every - says)


def _own(
    item_id: str,
    changes: Sequence[SittingChangeRow],
    row: ItemRow | None,
    person_id: str,
    blank: Collection[str],
) -> Own | None:
    authors = [from_json(change.persons) for change in changes]
    if not all(each and all(_is_by(one, person_id) for one in each) for each in authors):
        return None
    sides = [side for change in changes for side in (change.before, change.after) if side]
    if any(side["kind"] != Kind.STATEMENT for side in sides):
        return None
    whys = frozenset(_why(side["why"]) for side in sides if side["why"])
    first = changes[0].before
    if first is None:
        digests = {each for one in changes for each in (one.before_digest, one.after_digest)}
        words = frozenset(each for each in digests if each is not None) - set(blank)
        return Own(item_id, True, row is not None, words, whys)
    if first["why"] or not whys:
        return None
    return Own(item_id, False, row is not None and bool(row.why), frozenset(), whys)


def _is_by(author: Author, person_id: str) -> bool:
    """Whether these are the person's own words: typed by them, or by a supporter for them."""
    return (author.for_id or author.person_id) == person_id


async def _is_built_on(session: AsyncSession, charter_id: str, own: Own) -> bool:
    changes, items = SittingChangeRow.__table__.c, ItemRow.__table__.c
    words = sorted(own.words)
    published = EditionItemRow.item_id == own.item_id
    if not own.whole:
        published &= EditionItemRow.why_digest.in_(sorted(own.whys))
    asked = [exists().where(published)]
    if own.whole:
        asked += [
            exists().where(ItemRow.item_id == own.item_id, ItemRow.charter_id != charter_id),
            exists().where(items.wording_digest.in_(words), ItemRow.charter_id != charter_id),
            exists().where(cast(ItemRow.origins, Text).contains(f'"{own.item_id}"')),
            exists().where(
                changes.sitting_id == SittingRow.id,
                SittingRow.charter_id != charter_id,
                or_(changes.before_digest.in_(words), changes.after_digest.in_(words)),
            ),
            # Editions, offers, and whatever else keeps words beside the Charter and its history.
            *(
                exists().where(column.in_(words))
                for column in sittings.references()
                if column.table not in {ItemRow.__table__, SittingChangeRow.__table__}
            ),
        ]
    return bool(await session.scalar(select(or_(*asked))))


def _not_said_by_others(found: Sequence[Own], rows: Iterable[ItemRow]) -> list[Own]:
    """Without those whose words stand in another statement as well."""
    going = {own.item_id for own in found if own.whole}
    staying = {row.wording_digest for row in rows if row.item_id not in going}
    return [own for own in found if not own.words & staying]


def _why(stored: Any) -> str:
    return wording.digest_of_why(rich_text.from_json(stored))
