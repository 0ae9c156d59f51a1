"""Our own versions: Charters of one group, made from an edition of another group's Charter.

A version begins with a fresh document that says what the edition says, under the same ids: no
drafting history leaks from one group to another. A version of a version is one like any other.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.live.actions import start_charter
from server.live.work import Begun
from server.people.rules import slug_of
from server.people.tables import GroupRow
from server.writing.charter import Charter
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


def begin_from(edition: Charter, title: str | None = None) -> Charter:
    """What a version says at its start: the edition's words, in its order, under its ids.

    Reasons are the other group's, and so is what it left out.
    """
    kept = (replace(item, why=()) for item in edition.items if not item.left_out)
    return replace(edition, title=title or edition.title, items=tuple(kept))


async def make_version(
    session: AsyncSession,
    edition: EditionRow,
    charter: Charter,
    begun: Begun,
    *,
    group: GroupRow,
    person_id: str | None,
) -> CharterRow:
    """Make a group's own version of an edition.

    `charter` is what `begin_from` gave, and `begun` what `Engine.begin` made of it.
    """
    taken = set(await session.scalars(select(CharterRow.slug)))
    slug = slug_of(group.name, {*taken, "new"}, otherwise="charter")
    row = await start_charter(session, charter, begun, group_id=group.id, slug=slug, by=person_id)
    session.add(
        AdaptationRow(
            charter_id=row.id,
            of_charter_id=edition.charter_id,
            edition_id=edition.id,
            made_at=clock.now(),
            made_by=person_id,
        )
    )
    await session.flush()
    return row


async def versions_in(
    session: AsyncSession, of_charter_id: str, group_ids: Sequence[str]
) -> Sequence[CharterRow]:
    """The versions that these groups have made of a Charter, the oldest first."""
    rows = await session.scalars(
        select(CharterRow)
        .join(AdaptationRow, AdaptationRow.charter_id == CharterRow.id)
        .where(AdaptationRow.of_charter_id == of_charter_id, CharterRow.group_id.in_(group_ids))
        .order_by(AdaptationRow.made_at, CharterRow.id)
    )
    return rows.all()


async def versions_of(session: AsyncSession, charter_id: str) -> Sequence[CharterRow]:
    """Every version made of a Charter, the oldest first."""
    rows = await session.scalars(
        select(CharterRow)
        .join(AdaptationRow, AdaptationRow.charter_id == CharterRow.id)
        .where(AdaptationRow.of_charter_id == charter_id)
        .order_by(AdaptationRow.made_at, CharterRow.id)
    )
    return rows.all()
