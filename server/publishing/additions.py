"""What publishing adds to the reading page of a Charter."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.people.permits import Action, Role, Who, may
from server.people.tables import GroupRow
from server.publishing import adoptions, namings
from server.writing import editions
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


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
    found += _links(who, row, newest)
    if newest is not None:
        found += await links_of_edition(session, who, row, newest.number)
    return found


async def _asks_for_name(session: AsyncSession, who: Who, row: CharterRow, number: int) -> bool:
    """Whether this person wrote here, and said nothing yet about being named."""
    return (
        may(who, Action.WATCH, row)
        and who.helping is None
        and await namings.has_written(session, row.id, who.person_id)
        and await namings.said_by(session, row.id, number, who.person_id) is None
    )


async def links_of_edition(
    session: AsyncSession, who: Who | None, row: CharterRow, number: int
) -> Sequence[Link]:
    """What can be done with an edition: look at what places made of it, make our own, adopt it."""
    path = f"/charters/{row.slug}/editions/{number}"
    made = await session.scalar(
        select(AdaptationRow.charter_id).where(AdaptationRow.of_charter_id == row.id).limit(1)
    )
    organised = (
        set()
        if who is None
        else {group for group, role in who.roles.items() if role is Role.ORGANISER}
    )
    return [
        *([Link("What each place did", f"{path}/table")] if made is not None else []),
        *(
            [Link("Make our own version", f"{path}/make-our-own")]
            if organised - {row.group_id}
            else []
        ),
        *(
            [Link("Adopt it with your group", f"/charters/{row.slug}/adopt?edition={number}")]
            if organised
            else []
        ),
    ]


def _links(who: Who | None, row: CharterRow, newest: EditionRow | None) -> Iterator[Link]:
    if may(who, Action.ORGANISE, row):
        yield Link("Publish a new edition", f"/charters/{row.slug}/publish")
        yield Link("Choose who can read it", f"/charters/{row.slug}/readers")
    if newest is not None:
        yield Link("All editions", f"/charters/{row.slug}/editions")
        yield Link("Who adopted it", f"/charters/{row.slug}/adoptions")
    if may(who, Action.WATCH, row) and who is not None and who.helping is None:
        yield Link("Your name in the next edition", f"/charters/{row.slug}/naming")
