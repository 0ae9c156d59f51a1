"""What publishing adds to the reading page of a Charter."""

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.publishing import adoptions, namings
from server.writing import editions
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.tables import CharterRow, EditionRow


async def of_editions(
    session: AsyncSession, who: Who | None, row: CharterRow, group: GroupRow
) -> Sequence[Note | Link]:
    """The newest edition, who adopted it, being named, and links to all of that."""
    newest = await editions.newest(session, row.id)
    number = 1 if newest is None else newest.number + 1
    found: list[Note | Link] = []
    if newest is not None:
        adopted = await adoptions.newest_of(session, row)
        values = {"newest": newest, "adopted": adopted, "slug": row.slug, "group": group}
        found.append(Note("publishing/newest.html", values))
    if who is not None and await _asks_for_name(session, who, row, number):
        found.append(Note("publishing/may_we_name.html", {"slug": row.slug, "number": number}))
    return [*found, *_links(who, row, newest)]


async def _asks_for_name(session: AsyncSession, who: Who, row: CharterRow, number: int) -> bool:
    """Whether this person wrote here, and said nothing yet about being named."""
    return (
        may(who, Action.WATCH, row)
        and await namings.has_written(session, row.id, who.person_id)
        and await namings.said_by(session, row.id, number, who.person_id) is None
    )


def _links(who: Who | None, row: CharterRow, newest: EditionRow | None) -> Iterator[Link]:
    if may(who, Action.ORGANISE, row):
        yield Link("Publish a new edition", f"/charters/{row.slug}/publish")
    if newest is not None:
        yield Link("All editions", f"/charters/{row.slug}/editions")
        yield Link("Who adopted it", f"/charters/{row.slug}/adoptions")
    if may(who, Action.WATCH, row):
        yield Link("Your name in the next edition", f"/charters/{row.slug}/naming")
