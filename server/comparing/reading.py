"""Reading stored editions, drafts and wordings for the table of all local versions.

The number of queries is the same for one place and for a thousand.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Integer, Text, and_, bindparam, cast, func, or_, select, true, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.comparing.everywhere import Said, Words
from server.comparing.matrix import Entry
from server.errors import MayNot, NotSignedIn, UnknownCharter, UnknownEdition
from server.people.permits import Action, Who, groups_of, may, visible_to
from server.people.tables import GroupRow
from server.writing import rich_text
from server.writing.charter import Kind
from server.writing.edition import NO_WHY
from server.writing.hidden import WHY, WORDS, hidden_of_many
from server.writing.tables import (
    AdaptationRow,
    CharterRow,
    EditionItemRow,
    EditionRow,
    ItemRow,
    WordingRow,
)

# Up to here digests are named one by one; for more the database finds them itself.
_NAMED = 500


@dataclass(frozen=True, slots=True)
class National:
    """The edition that all versions are held against; `newest` is the newest of that Charter."""

    charter: CharterRow
    group: GroupRow
    edition: EditionRow
    newest: int


@dataclass(frozen=True, slots=True)
class Place:
    """One column: a place's newest edition, or its draft (`number` is None).

    `base_number` is the national edition it stands on. `name` is what its group is called,
    `language` that of its words.
    """

    charter_id: str
    slug: str
    group_id: str
    visibility: str
    settled: str
    name: str
    language: str
    edition_id: str | None
    number: int | None
    base_id: str | None
    base_number: int | None

    @property
    def is_draft(self) -> bool:
        return self.edition_id is None

    @property
    def key(self) -> str:
        """What tells it from everything else that this place ever says."""
        return self.edition_id or f"{self.charter_id} {self.settled}"

    @property
    def version(self) -> str:
        """As the compare page calls it."""
        return self.slug if self.number is None else f"{self.slug}@{self.number}"


# Made once: to make a question anew takes longer than the database takes to answer it.
_newer, _base, _draft_base = aliased(EditionRow), aliased(EditionRow), aliased(EditionRow)
_NEWEST = (
    select(func.max(_newer.number)).where(_newer.charter_id == CharterRow.id).scalar_subquery()
)
_NATIONAL = (
    select(CharterRow, GroupRow, EditionRow, _NEWEST)
    .join(GroupRow, GroupRow.id == CharterRow.group_id)
    .outerjoin(
        EditionRow,
        and_(EditionRow.charter_id == CharterRow.id, EditionRow.number == bindparam("number")),
    )
    .where(CharterRow.slug == bindparam("slug"))
)
_PLACES = (
    select(
        CharterRow.id,
        CharterRow.slug,
        CharterRow.group_id,
        CharterRow.visibility,
        CharterRow.generation,
        CharterRow.settled_seq,
        GroupRow.name,
        CharterRow.language,
        EditionRow.id.label("edition_id"),
        EditionRow.language.label("edition_language"),
        EditionRow.number,
        _base.id.label("base_id"),
        _base.number.label("base_number"),
        _draft_base.id.label("draft_base_id"),
        _draft_base.number.label("draft_base_number"),
    )
    .join(AdaptationRow, AdaptationRow.charter_id == CharterRow.id)
    .join(GroupRow, GroupRow.id == CharterRow.group_id)
    .join(_draft_base, _draft_base.id == AdaptationRow.edition_id)
    .outerjoin(
        EditionRow,
        and_(EditionRow.charter_id == CharterRow.id, EditionRow.number == _NEWEST),
    )
    .outerjoin(_base, _base.id == EditionRow.stands_on_id)
    .where(
        AdaptationRow.of_charter_id == bindparam("charter_id"),
        or_(
            CharterRow.visibility.in_(bindparam("visible", expanding=True)),
            CharterRow.group_id.in_(bindparam("own", expanding=True)),
        ),
    )
)


async def find_national(session: AsyncSession, who: Who | None, slug: str, number: int) -> National:
    """An edition of a Charter that one may read.

    Raises UnknownCharter, UnknownEdition, NotSignedIn or MayNot.
    """
    asked = {"slug": slug, "number": number}
    found = (await session.execute(_NATIONAL, asked)).one_or_none()
    if found is None:
        raise UnknownCharter
    charter, group, edition, newest = found
    if not may(who, Action.READ, charter):
        raise NotSignedIn if who is None else MayNot
    if edition is None:
        raise UnknownEdition
    return National(charter, group, edition, newest)


async def places_of(session: AsyncSession, who: Who | None, charter_id: str) -> list[Place]:
    """The versions of a Charter that one may see, by the name of their place.

    Each place's newest edition, and the drafts of one's own groups.
    """
    asked = {"charter_id": charter_id, "own": list(groups_of(who)), "visible": visible_to(who)}
    found = await session.execute(_PLACES, asked)
    places: list[Place] = []
    for row in found:
        place = Place(
            row.id,
            row.slug,
            row.group_id,
            row.visibility,
            f"{row.generation}.{row.settled_seq}",
            row.name,
            row.language,
            None,
            None,
            row.draft_base_id,
            row.draft_base_number,
        )
        if may(who, Action.WATCH, place):
            places.append(place)
        if row.edition_id is not None and may(who, Action.READ, place):
            places.append(
                replace(
                    place,
                    language=row.edition_language,
                    edition_id=row.edition_id,
                    number=row.number,
                    base_id=row.base_id,
                    base_number=row.base_number,
                )
            )
    return sorted(places, key=lambda place: (place.name.casefold(), place.slug, place.is_draft))


async def said(
    session: AsyncSession, places: Sequence[Place], item_ids: Collection[str] | None = None
) -> list[Said]:
    """What places have of these items, or of all items for which they wrote why.

    In the order of the places. Three queries, however many places there are.
    """
    columns = {place.edition_id: at for at, place in enumerate(places) if not place.is_draft}
    drafts = {place.charter_id: at for at, place in enumerate(places) if place.is_draft}
    charters = {place.edition_id: place.charter_id for place in places}
    hidden = await hidden_of_many(session, set(charters.values()))
    published = select(
        EditionItemRow.edition_id,
        EditionItemRow.item_id,
        EditionItemRow.wording_digest,
        EditionItemRow.left_out,
        EditionItemRow.why,
        EditionItemRow.why_digest,
    ).where(
        EditionItemRow.edition_id.in_(columns),
        EditionItemRow.why_digest != NO_WHY
        if item_ids is None
        else EditionItemRow.item_id.in_(item_ids),
    )
    found = []
    for edition_id, item_id, digest, left_out, why, why_digest in await session.execute(published):
        why_hidden = (charters[edition_id], item_id, WHY, why_digest) in hidden
        is_there = not why_hidden and (why or why_digest == NO_WHY)
        reason = rich_text.from_json(why) if is_there else None
        found.append(
            Said(columns[edition_id], item_id, digest, left_out, reason, why_hidden=why_hidden)
        )
    if drafts:
        columns_of = (ItemRow.item_id, ItemRow.wording_digest, ItemRow.left_out, ItemRow.why)
        drafted = select(ItemRow.charter_id, *columns_of).where(
            ItemRow.charter_id.in_(drafts),
            true() if item_ids is None else ItemRow.item_id.in_(item_ids),
        )
        found += [
            Said(drafts[charter_id], item_id, digest, left_out, rich_text.from_json(why))
            for charter_id, item_id, digest, left_out, why in await session.execute(drafted)
        ]
    return sorted(found, key=lambda each: each.place)


async def words_of(
    session: AsyncSession, digests: Collection[str], hidden: Collection[str] = ()
) -> dict[str, Words]:
    """Stored wordings by digest, as many as one page shows; of `hidden` ones nothing is told."""
    if not digests:
        return {}
    found = await session.scalars(select(WordingRow).where(WordingRow.digest.in_(digests)))
    return {row.digest: _words(row, row.digest in hidden) for row in found}


async def hidden_in(session: AsyncSession, national: National, places: Sequence[Place]) -> set[str]:
    """The wordings that this table does not show, because somebody hid them (`writing/hidden.py`).

    What a place hides of its own is shown of no place here. But no place takes out of the table
    what the national edition says.
    """
    ours = national.charter.id
    found = await hidden_of_many(session, {ours, *(place.charter_id for place in places)})
    if not found:
        return set()
    gone = {digest for charter_id, _, part, digest in found if part == WORDS and charter_id == ours}
    theirs = {digest for _, _, part, digest in found if part == WORDS} - gone
    if theirs:
        theirs -= set(
            await session.scalars(
                select(EditionItemRow.wording_digest).where(
                    EditionItemRow.edition_id == national.edition.id,
                    EditionItemRow.wording_digest.in_(theirs),
                )
            )
        )
    return gone | theirs


def _words(row: WordingRow, is_hidden: bool) -> Words:
    if is_hidden:
        return Words((), (), None, removed=True, hidden=True)
    return Words(
        rich_text.from_json(row.words),
        rich_text.from_json(row.meaning),
        row.picture,
        row.removed_at is not None,
    )


@dataclass(frozen=True, slots=True)
class StoredText:
    """A stored wording, its words as the JSON they are kept in: equal words are equal JSON."""

    words: str
    meaning: str
    picture: str | None
    removed: bool

    @property
    def lines(self) -> list[str]:
        """The words, each paragraph or bullet a line."""
        return _lines(self.words)

    @property
    def plain(self) -> str:
        """All that it says: the words, and what they mean."""
        return "\n".join(_lines(self.words) + _lines(self.meaning))


def _lines(stored: str) -> list[str]:
    """The lines of a stored text. Of a thousand places there are many: no values are made of it."""
    return [
        "".join([run["text"] for run in runs])
        for block in json.loads(stored)
        for runs in ([block["paragraph"]] if "paragraph" in block else block["bullets"])
    ]


async def entries(session: AsyncSession, edition_ids: Collection[str]) -> dict[str, list[Entry]]:
    """What these editions have, in reading order, by edition."""
    found = await session.execute(
        select(
            EditionItemRow.edition_id,
            EditionItemRow.item_id,
            EditionItemRow.wording_digest,
            # Numbers are what the database has; to make each a bool would take as long as reading.
            type_coerce(EditionItemRow.left_out, Integer),
            type_coerce(EditionItemRow.kind == str(Kind.HEADING), Integer),
            type_coerce(EditionItemRow.why_digest != NO_WHY, Integer),
        )
        .where(EditionItemRow.edition_id.in_(edition_ids))
        .order_by(EditionItemRow.edition_id, EditionItemRow.place)
    )
    return {
        edition_id: [Entry._make(row[1:]) for row in rows]
        for edition_id, rows in groupby(found.all(), key=itemgetter(0))
    }


async def drafted(session: AsyncSession, charter_ids: Collection[str]) -> dict[str, list[Entry]]:
    """What these Charters say now, in reading order, by Charter."""
    found = await session.execute(
        select(
            ItemRow.charter_id,
            ItemRow.position,
            ItemRow.item_id,
            ItemRow.wording_digest,
            ItemRow.left_out,
            ItemRow.kind,
            ItemRow.why,
        ).where(ItemRow.charter_id.in_(charter_ids))
    )
    entries: dict[str, list[Entry]] = {}
    # Sorted here: a database may order text by the rules of some language.
    for charter_id, _, item_id, digest, left_out, kind, why in sorted(found, key=lambda r: r[:3]):
        entry = Entry(item_id, digest, left_out, kind == Kind.HEADING, bool(why))
        entries.setdefault(charter_id, []).append(entry)
    return entries


async def texts(
    session: AsyncSession,
    digests: Collection[str],
    edition_ids: Collection[str],
    charter_ids: Collection[str],
) -> dict[str, StoredText]:
    """The wordings of these digests, all of which are in these editions and drafts."""
    if not digests:
        return {}
    columns = (WordingRow.digest, cast(WordingRow.words, Text), cast(WordingRow.meaning, Text))
    asked = select(*columns, WordingRow.picture, WordingRow.removed_at.is_not(None))
    if len(digests) <= _NAMED:
        asked = asked.where(WordingRow.digest.in_(digests))
    else:
        # Databases take only so many values in one question.
        in_editions = select(EditionItemRow.wording_digest).where(
            EditionItemRow.edition_id.in_(edition_ids)
        )
        in_drafts = select(ItemRow.wording_digest).where(ItemRow.charter_id.in_(charter_ids))
        asked = asked.where(
            or_(WordingRow.digest.in_(in_editions), WordingRow.digest.in_(in_drafts))
        )
    found = await session.execute(asked)
    return {
        digest: StoredText(said, meaning, picture, removed)
        for digest, said, meaning, picture, removed in found
        if digest in digests
    }
