"""What was written when: the sittings of a Charter, and what one item said before.

Read from the rows that `sittings` recorded, in a number of queries that does not grow with them.
Words that were forgotten for good are not here any more; that they were is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import UnknownPage
from server.people.tables import PersonRow
from server.writing import authors, titles
from server.writing.authors import Author
from server.writing.charter import Kind
from server.writing.diary import Deed, deed
from server.writing.tables import (
    EditionItemRow,
    EditionRow,
    ItemRow,
    RemovalRow,
    SittingChangeRow,
    SittingRow,
    WordingRow,
)
from server.writing.titles import Retitled
from server.writing.versions import Version, Versions, settled

_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A sitting as the diary tells it: `deeds` counts what was done, by kind of item.

    `persons` are names, in the order in which they began. `took_out` tells that words of it were
    forgotten for good.
    """

    id: str
    began_at: datetime
    last_at: datetime
    is_over: bool
    persons: tuple[str, ...]
    deeds: Mapping[tuple[Kind, Deed], int]
    took_out: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Somebody had earlier words of an item forgotten for good; `part`: see RemovalRow."""

    item_id: str
    part: str
    digest: str
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Diary:
    """One page of the diary, newest first, with what else was done in that time."""

    entries: tuple[Entry, ...]
    removals: tuple[Removal, ...]
    page: int
    pages: int
    retitled: tuple[Retitled, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one item in a sitting, and who wrote in it."""

    item_id: str
    before: Version | None
    after: Version | None
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an item said for a while, and who had written it (nobody: it was there at first).

    `key` names it: the sitting, and whether it is what was there before it or after; or the edition
    that has it, where it came and went within a sitting.
    """

    key: str
    version: Version
    since: datetime | None
    until: datetime | None
    persons: tuple[str, ...]


async def diary(session: AsyncSession, charter_id: str, page: int = 1, at_once: int = 20) -> Diary:
    """A page of the sittings of a Charter, with the one that is going on. Pages count from 1.

    Raises UnknownPage for a page that there is not.
    """
    whole = select(func.count()).select_from(SittingRow)
    count = await session.scalar(whole.where(SittingRow.charter_id == charter_id)) or 0
    pages = max(1, -(-count // at_once))
    if not 1 <= page <= pages:
        raise UnknownPage
    rows = await session.scalars(
        select(SittingRow)
        .where(SittingRow.charter_id == charter_id)
        .order_by(SittingRow.last_at.desc(), SittingRow.id)
        .offset((page - 1) * at_once)
        .limit(at_once + 1)
    )
    found = rows.all()
    sittings, older = found[:at_once], found[at_once:]
    newer = (
        await session.scalar(
            select(func.min(SittingRow.last_at)).where(
                SittingRow.charter_id == charter_id, SittingRow.last_at > sittings[0].last_at
            )
        )
        if sittings
        else None
    )
    table = SittingChangeRow.__table__.c
    changes = (
        await session.execute(
            select(
                table.sitting_id,
                table.before,
                table.before_digest,
                table.after,
                table.after_digest,
                table.persons,
                table.removed_at,
            )
            .where(table.sitting_id.in_([sitting.id for sitting in sittings]))
            .order_by(table.item_id)
        )
    ).all()
    names = await _names(
        session, (one for row in changes for one in authors.from_json(row.persons))
    )
    entries = []
    for sitting in sittings:
        of_it = [row for row in changes if row.sitting_id == sitting.id]
        deeds: dict[tuple[Kind, Deed], int] = {}
        for row in of_it:
            done = deed(row.before, row.before_digest, row.after, row.after_digest)
            if done is not None:
                key = (Kind((row.after or row.before)["kind"]), done)
                deeds[key] = deeds.get(key, 0) + 1
        entries.append(
            Entry(
                id=sitting.id,
                began_at=sitting.began_at,
                last_at=sitting.last_at,
                is_over=sitting.ended_at is not None,
                persons=authors.named(
                    names, (one for row in of_it for one in authors.from_json(row.persons))
                ),
                deeds=deeds,
                took_out=any(row.removed_at is not None for row in of_it),
            )
        )

    def is_of_page(at: datetime) -> bool:
        return (newer is None or at < newer) and (not older or at >= older[0].last_at)

    removed = await removals(session, charter_id)
    retitled = await titles.changes(session, charter_id)
    return Diary(
        entries=tuple(entry for entry in entries if entry.deeds or entry.took_out),
        removals=tuple(each for each in removed if is_of_page(each.at)),
        page=page,
        pages=pages,
        retitled=tuple(each for each in retitled if is_of_page(each.at)),
    )


async def sitting(
    session: AsyncSession, charter_id: str, sitting_id: str
) -> tuple[SittingRow, tuple[Change, ...]]:
    """One sitting with all that changed in it. Raises UnknownPage."""
    row = await session.get(SittingRow, sitting_id)
    if row is None or row.charter_id != charter_id:
        raise UnknownPage
    found = await session.scalars(
        select(SittingChangeRow).where(SittingChangeRow.sitting_id == sitting_id)
    )
    changes = found.all()
    names = await _names(
        session, (one for change in changes for one in authors.from_json(change.persons))
    )
    versions = await Versions.of(session, charter_id, changes)
    return row, tuple(
        Change(
            change.item_id,
            versions.before(row, change),
            versions.after(row, change),
            authors.named(names, authors.from_json(change.persons)),
        )
        for change in changes
    )


async def earlier(
    session: AsyncSession, charter_id: str, item_id: str, *, hide: bool = True
) -> Sequence[Earlier]:
    """All that an item ever said, as far as sittings tell, newest first; the present words too.

    Only who may hide words is shown those that are hidden (`hide` is False).
    """
    found = await session.execute(
        select(SittingRow, SittingChangeRow)
        .join(SittingChangeRow, SittingChangeRow.sitting_id == SittingRow.id)
        .where(SittingRow.charter_id == charter_id, SittingChangeRow.item_id == item_id)
        .order_by(SittingRow.last_at, SittingRow.id)
    )
    rows = [(row, change) for row, change in found]
    names = await _names(
        session, (one for _, change in rows for one in authors.from_json(change.persons))
    )
    versions = await Versions.of(session, charter_id, [change for _, change in rows], hide=hide)
    told: list[Earlier] = []
    for number, (row, change) in enumerate(rows):
        following = rows[number + 1][0].last_at if number + 1 < len(rows) else None
        before, after = versions.before(row, change), versions.after(row, change)
        if number == 0 and before is not None:
            told.append(Earlier(f"{row.id}-before", before, None, row.last_at, ()))
        if after is not None:
            persons = authors.named(names, authors.from_json(change.persons))
            told.append(Earlier(f"{row.id}-after", after, row.last_at, following, persons))
    told += await _published(session, charter_id, item_id, told, versions)
    return sorted(told, key=lambda one: one.since or _FIRST, reverse=True)


async def _published(
    session: AsyncSession,
    charter_id: str,
    item_id: str,
    told: Sequence[Earlier],
    versions: Versions,
) -> list[Earlier]:
    """What only editions still know that an item said."""
    found = await session.execute(
        select(EditionRow, EditionItemRow, WordingRow)
        .join(EditionItemRow, EditionItemRow.edition_id == EditionRow.id)
        .join(WordingRow, WordingRow.digest == EditionItemRow.wording_digest)
        .where(EditionRow.charter_id == charter_id, EditionItemRow.item_id == item_id)
        .order_by(EditionRow.number)
    )
    known = {one.version.said for one in told}
    more: list[Earlier] = []
    for edition, row, says in found:
        version = versions.published(edition, row, says)
        if version.said in known:
            continue
        known.add(version.said)
        at = edition.published_at
        more.append(Earlier(f"{edition.id}-edition", version, at, at, ()))
    return more


async def present(session: AsyncSession, charter_id: str, item_id: str) -> Version | None:
    """What an item says now, as it last settled."""
    row = await session.get(ItemRow, (charter_id, item_id))
    if row is None:
        return None
    says = await session.get(WordingRow, row.wording_digest)
    return settled(row, says)


async def with_earlier_words(session: AsyncSession, charter_id: str) -> frozenset[str]:
    """The items of a Charter that ever said something else."""
    found = await session.scalars(
        select(SittingChangeRow.item_id)
        .join(SittingRow, SittingRow.id == SittingChangeRow.sitting_id)
        .where(SittingRow.charter_id == charter_id)
        .distinct()
    )
    return frozenset(found)


async def removals(
    session: AsyncSession, charter_id: str, item_id: str | None = None
) -> tuple[Removal, ...]:
    """What was forgotten for good in a Charter, or of one of its items, newest first."""
    wanted = (
        select(RemovalRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == RemovalRow.removed_by)
        .where(RemovalRow.charter_id == charter_id)
        .order_by(RemovalRow.removed_at.desc(), RemovalRow.item_id)
    )
    if item_id is not None:
        wanted = wanted.where(RemovalRow.item_id == item_id)
    return tuple(
        Removal(row.item_id, row.part, row.digest, row.removed_at, name)
        for row, name in await session.execute(wanted)
    )


async def _names(session: AsyncSession, those: Iterable[Author]) -> dict[str, str]:
    found = await session.execute(
        select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(authors.ids_of(those)))
    )
    return {row.id: row.name for row in found}
