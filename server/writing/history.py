"""What was written when: the sittings of a Charter, and what one item said before.

Read from the rows that `sittings` recorded, in a number of queries that does not grow with them.
Words that were forgotten for good are not here any more; that they were is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import UnknownPage
from server.people.tables import PersonRow
from server.writing import authors, rich_text, titles, wording
from server.writing.authors import Author
from server.writing.charter import Item, Kind
from server.writing.diary import Deed, deed
from server.writing.edition import NO_WHY
from server.writing.hidden import Hiding, Unseen
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

State = Mapping[str, Any]

_STATE = ("kind", "position", "left_out", "why", "origins")
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
class Version:
    """An item as it was said at some moment; what was forgotten or hidden of it is empty.

    `hidings` tell what of it is hidden, and why.
    """

    item: Item
    digest: str
    words_removed: bool = False
    why_removed: bool = False
    hidings: tuple[Hiding, ...] = ()

    @property
    def why_digest(self) -> str:
        return wording.digest_of_why(self.item.why)

    @property
    def words_hiding(self) -> Hiding | None:
        return next((one for one in self.hidings if not one.is_why), None)

    @property
    def why_hiding(self) -> Hiding | None:
        return next((one for one in self.hidings if one.is_why), None)

    @property
    def is_whole(self) -> bool:
        return not (self.words_removed or self.why_removed)


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
    versions = await _Versions.of(session, charter_id, changes)
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
    versions = await _Versions.of(session, charter_id, [change for _, change in rows], hide=hide)
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
    versions: "_Versions",
) -> list[Earlier]:
    """What only editions still know that an item said."""
    found = await session.execute(
        select(EditionRow, EditionItemRow, WordingRow)
        .join(EditionItemRow, EditionItemRow.edition_id == EditionRow.id)
        .join(WordingRow, WordingRow.digest == EditionItemRow.wording_digest)
        .where(EditionRow.charter_id == charter_id, EditionItemRow.item_id == item_id)
        .order_by(EditionRow.number)
    )
    known = {_said(one.version) for one in told}
    more: list[Earlier] = []
    for edition, row, says in found:
        version = versions.published(edition, row, says)
        if _said(version) in known:
            continue
        known.add(_said(version))
        at = edition.published_at
        more.append(Earlier(f"{edition.id}-edition", version, at, at, ()))
    return more


def _said(version: Version) -> tuple[str, str | None]:
    """What tells two versions apart to a reader."""
    return version.digest, None if version.why_removed else version.why_digest


async def present(session: AsyncSession, charter_id: str, item_id: str) -> Version | None:
    """What an item says now, as it last settled."""
    row = await session.get(ItemRow, (charter_id, item_id))
    if row is None:
        return None
    says = await session.get(WordingRow, row.wording_digest)
    state = {name: getattr(row, name) for name in _STATE}
    return _version(item_id, state, row.wording_digest, says)


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


class _Versions:
    """Makes items of the two sides of changes, without what readers do not see (`hidden.Unseen`).

    A wording that another Charter still has is in the store, and may not be shown here.
    """

    def __init__(self, wordings: Mapping[str, WordingRow], unseen: Unseen) -> None:
        self._wordings = wordings
        self._unseen = unseen

    @classmethod
    async def of(
        cls,
        session: AsyncSession,
        charter_id: str,
        changes: Iterable[SittingChangeRow],
        *,
        hide: bool = True,
    ) -> "_Versions":
        digests = {digest for each in changes for digest in (each.before_digest, each.after_digest)}
        rows = await session.scalars(
            select(WordingRow).where(WordingRow.digest.in_(digests - {None}))
        )
        unseen = await Unseen.of(session, charter_id, hide=hide)
        return cls({row.digest: row for row in rows}, unseen)

    def before(self, sitting: SittingRow, change: SittingChangeRow) -> Version | None:
        return self._side(sitting, change.item_id, change.before, change.before_digest)

    def after(self, sitting: SittingRow, change: SittingChangeRow) -> Version | None:
        return self._side(sitting, change.item_id, change.after, change.after_digest)

    def published(self, edition: EditionRow, row: EditionItemRow, says: WordingRow) -> Version:
        state = {name: getattr(row, name) for name in _STATE}
        if not row.why and row.why_digest != NO_WHY:
            state["why"] = None
        return self._made(row.item_id, state, row.wording_digest, says, edition.published_at)

    def _side(
        self, sitting: SittingRow, item_id: str, state: State | None, digest: str | None
    ) -> Version | None:
        if state is None or digest is None:
            return None
        return self._made(item_id, state, digest, self._wordings.get(digest), sitting.last_at)

    def _made(
        self, item_id: str, state: State, digest: str, says: WordingRow | None, at: datetime
    ) -> Version:
        found: list[Hiding] = []
        unseen = self._unseen.words(item_id, digest, at)
        if isinstance(unseen, Hiding):
            found.append(unseen)
        if state["why"]:
            why = wording.digest_of_why(rich_text.from_json(state["why"]))
            hidden_why = self._unseen.why(item_id, why)
            if hidden_why is not None:
                found.append(hidden_why)
                state = {**state, "why": None}
        gone = says is None or says.removed_at is not None or unseen
        return _version(item_id, state, digest, None if gone else says, tuple(found))


def _version(
    item_id: str,
    state: State,
    digest: str,
    shown: WordingRow | None,
    hidings: tuple[Hiding, ...] = (),
) -> Version:
    why = state["why"]
    return Version(
        Item(
            id=item_id,
            kind=Kind(state["kind"]),
            position=state["position"],
            words=() if shown is None else rich_text.from_json(shown.words),
            meaning=() if shown is None else rich_text.from_json(shown.meaning),
            picture=None if shown is None else shown.picture,
            why=rich_text.from_json(why or ()),
            left_out=state["left_out"],
            origins=tuple(state["origins"]),
        ),
        digest,
        words_removed=shown is None,
        why_removed=why is None,
        hidings=hidings,
    )


async def _names(session: AsyncSession, those: Iterable[Author]) -> dict[str, str]:
    found = await session.execute(
        select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(authors.ids_of(those)))
    )
    return {row.id: row.name for row in found}
