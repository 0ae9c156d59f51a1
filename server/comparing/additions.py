"""What comparing adds to the reading page of a Charter: ways to see what is different."""

from collections.abc import Sequence
from urllib.parse import urlencode

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.tables import CharterRow, EditionRow


async def of_comparing(
    session: AsyncSession, who: Who | None, row: CharterRow, _group: GroupRow
) -> Sequence[Note | Link]:
    """The newest edition beside the one it was made from, and beside any other."""
    theirs, base = aliased(CharterRow), aliased(EditionRow)
    newest = select(func.max(EditionRow.number)).where(EditionRow.charter_id == row.id)
    found = (
        await session.execute(
            select(EditionRow.number, base.number, theirs)
            .outerjoin(base, base.id == EditionRow.stands_on_id)
            .outerjoin(theirs, theirs.id == base.charter_id)
            .where(EditionRow.charter_id == row.id, EditionRow.number == newest.scalar_subquery())
        )
    ).one_or_none()
    if found is None:
        return []
    number, base_number, made_from = found
    own = f"{row.slug}@{number}"
    links = [Link("Compare it with another", f"/compare?{urlencode({'b': own})}")]
    if made_from is not None and may(who, Action.READ, made_from):
        both = urlencode({"a": f"{made_from.slug}@{base_number}", "b": own})
        links.insert(0, Link("What is different here, and why", f"/compare?{both}"))
    return links
