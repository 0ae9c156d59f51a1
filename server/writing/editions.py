"""Editions in the database: they are made once, and read. No row of them is ever changed.

What is forgotten for good is the exception: its words go, its digests stay (`tables`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import EmptyCharter, PublishedMeanwhile, UnknownCharter, UnknownEdition
from server.people.tables import GroupRow
from server.writing import edition as form
from server.writing import rich_text, wording
from server.writing.charter import Charter, Kind
from server.writing.edition import Edition, EditionItem
from server.writing.hidden import Hiding, Unseen, in_words
from server.writing.read_side import read_charter
from server.writing.tables import (
    AdaptationRow,
    CharterRow,
    EditionItemRow,
    EditionRow,
    WordingRow,
)

# Above this, no database keeps a number: somebody only tries addresses.
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to see to before publishing; `link` leads to where that is done."""

    sentence: str
    link: str
    link_text: str


# Asked by the publish page, in a session that only reads.
BeforePublishing = Callable[[AsyncSession, CharterRow, Charter], Awaitable[Sequence[Problem]]]
# Called in the transaction that makes an edition; `store.after_commit` tells others afterwards.
AfterPublishing = Callable[[AsyncSession, CharterRow, EditionRow], Awaitable[None]]


async def publish(
    session: AsyncSession,
    charter_id: str,
    *,
    name: str = "",
    note: str = "",
    people: Sequence[str] = (),
    by: str | None = None,
    number: int | None = None,
    words: str | None = None,
    stands_on: EditionRow | None = None,
    at: datetime | None = None,
) -> EditionRow:
    """Make an edition of what the read side of a Charter says now; `by` is a person's id.

    `number` is the one that it shall have, and `words` the `digest_of_words` that was shown to
    whoever publishes; where either is no longer right, PublishedMeanwhile is raised and nothing
    made. `stands_on` is the edition of the other Charter that our own version stands on; when it is
    not said, the one it was made from. Raises EmptyCharter where there is nothing to publish, and
    UnknownCharter.
    """
    # Nobody settles the Charter or publishes it while its rows are read.
    row = await session.scalar(
        select(CharterRow).where(CharterRow.id == charter_id).with_for_update()
    )
    if row is None:
        raise UnknownCharter
    group = await session.get_one(GroupRow, row.group_id)
    charter = await read_charter(session, charter_id)
    items = form.items_of(charter)
    if not form.says_something(items):
        raise EmptyCharter
    shown = form.digest_of_words(charter.title, charter.summary, charter.language, items)
    before = await newest(session, charter_id)
    next_number = 1 if before is None else before.number + 1
    if number not in {None, next_number} or words not in {None, shown}:
        raise PublishedMeanwhile
    adaptation = await session.get(AdaptationRow, charter_id)
    if stands_on is None and adaptation is not None:
        stands_on = await session.get_one(EditionRow, adaptation.edition_id)
    said = Edition(
        charter_id=charter_id,
        by=group.name,
        number=next_number,
        name=name,
        note=note,
        published_at=(at or clock.now()).replace(microsecond=0),
        title=charter.title,
        summary=charter.summary,
        language=charter.language,
        people=tuple(people),
        stands_on=None if stands_on is None else stands_on.digest,
        items=items,
    )
    made = form.composed(said)
    edition = _row(made, None if stands_on is None else stands_on.id, by)
    session.add(edition)
    try:
        await session.flush()
    except IntegrityError as error:
        # Another organiser published this number since we looked.
        raise PublishedMeanwhile from error
    session.add_all(_item_row(edition.id, place, item) for place, item in enumerate(items))
    await session.flush()
    return edition


async def of(session: AsyncSession, charter_id: str) -> Sequence[EditionRow]:
    """The editions of a Charter, the newest first."""
    found = await session.scalars(
        select(EditionRow)
        .where(EditionRow.charter_id == charter_id)
        .order_by(EditionRow.number.desc())
    )
    return found.all()


async def newest(session: AsyncSession, charter_id: str) -> EditionRow | None:
    """The newest edition of a Charter, or None."""
    return await session.scalar(
        select(EditionRow)
        .where(EditionRow.charter_id == charter_id)
        .order_by(EditionRow.number.desc())
        .limit(1)
    )


async def numbered(session: AsyncSession, charter_id: str, number: int) -> EditionRow:
    """One edition of a Charter. Raises UnknownEdition."""
    if not 0 < number < _MOST:
        raise UnknownEdition
    found = await session.scalar(
        select(EditionRow).where(EditionRow.charter_id == charter_id, EditionRow.number == number)
    )
    if found is None:
        raise UnknownEdition
    return found


async def read_edition(session: AsyncSession, edition_id: str) -> Charter:
    """What an edition says; words that were forgotten are empty. Raises UnknownEdition."""
    return (await read(session, edition_id)).charter


async def read(session: AsyncSession, edition_id: str) -> Edition:
    """A whole edition, as its digest is computed over. Raises UnknownEdition."""
    row = await session.get(EditionRow, edition_id)
    if row is None:
        raise UnknownEdition
    stands_on = (
        None if row.stands_on_id is None else await session.get(EditionRow, row.stands_on_id)
    )
    # Words that another Charter has too are still in the store; this one does not show them.
    unseen = await Unseen.of(session, row.charter_id)
    found = await session.execute(
        select(EditionItemRow, WordingRow)
        .join(WordingRow, WordingRow.digest == EditionItemRow.wording_digest)
        .where(EditionItemRow.edition_id == edition_id)
        .order_by(EditionItemRow.place)
    )
    return Edition(
        charter_id=row.charter_id,
        by=row.by,
        number=row.number,
        name=row.name,
        note=row.note,
        published_at=row.published_at,
        title=row.title,
        summary=row.summary,
        language=row.language,
        people=tuple(row.people),
        stands_on=None if stands_on is None else stands_on.digest,
        items=tuple(_item(item, says, unseen, row.published_at) for item, says in found),
    )


def _row(made: Edition, stands_on_id: str | None, published_by: str | None) -> EditionRow:
    return EditionRow(
        id=clock.new_id(),
        charter_id=made.charter_id,
        by=made.by,
        number=made.number,
        name=made.name,
        note=made.note,
        title=made.title,
        summary=made.summary,
        language=made.language,
        people=list(made.people),
        stands_on_id=stands_on_id,
        digest=form.digest(made),
        published_at=made.published_at,
        published_by=published_by,
    )


def _item_row(edition_id: str, place: int, item: EditionItem) -> EditionItemRow:
    return EditionItemRow(
        edition_id=edition_id,
        place=place,
        item_id=item.id,
        kind=str(item.kind),
        position=item.position,
        wording_digest=item.wording_digest,
        left_out=item.left_out,
        why=rich_text.to_json(item.why or ()),
        why_digest=item.why_digest,
        origins=list(item.origins),
    )


def _item(row: EditionItemRow, says: WordingRow, unseen: Unseen, at: datetime) -> EditionItem:
    why = rich_text.from_json(row.why or ())
    forgotten = not why and row.why_digest != form.NO_WHY
    hidden_why = unseen.why(row.item_id, row.why_digest)
    hidden = unseen.words(row.item_id, says.digest, at)
    return EditionItem(
        id=row.item_id,
        kind=Kind(row.kind),
        wording_digest=row.wording_digest,
        why_digest=row.why_digest,
        left_out=row.left_out,
        origins=tuple(row.origins),
        wording=None if says.removed_at is not None or hidden else _wording(says),
        why=None if forgotten or hidden_why is not None else why,
        position=row.position,
        words_hidden=in_words(hidden) if isinstance(hidden, Hiding) else None,
        why_hidden=None if hidden_why is None else in_words(hidden_why),
    )


def _wording(row: WordingRow) -> wording.Wording:
    return wording.Wording(
        rich_text.from_json(row.words), rich_text.from_json(row.meaning), row.picture
    )
