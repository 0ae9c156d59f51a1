"""What of a person can be reported: their name and their picture, in a group of one's own."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NothingToReport
from server.people.permits import Action, Who, may
from server.people.pictures import address_of_picture
from server.people.safety.reports import Part, Reportable
from server.people.tables import GroupRow, MembershipRow, PersonRow


async def person(session: AsyncSession, who: Who | None, asked: Mapping[str, str]) -> Reportable:
    """Somebody in a group: `group` is its slug, `person` an id. Raises NothingToReport."""
    found = (
        await session.execute(
            select(GroupRow, PersonRow)
            .join(MembershipRow, MembershipRow.group_id == GroupRow.id)
            .join(PersonRow, PersonRow.id == MembershipRow.person_id)
            .where(
                GroupRow.slug == asked.get("group", ""),
                PersonRow.id == asked.get("person", ""),
                MembershipRow.ended_at.is_(None),
            )
        )
    ).one_or_none()
    if found is None or not may(who, Action.WATCH, found[0]):
        raise NothingToReport
    group, row = found
    # No name with the picture: it would stay here when they are deleted, or go by another one.
    parts = [Part("name", "The name", row.name)]
    picture = address_of_picture(row)
    if picture is not None:
        parts.append(Part("face", "The picture", "The picture", picture))
    # The item is the person, by whom a report is found again, whatever they are called then.
    address = f"/groups/{group.slug}/people"
    hide_at = f"{address}/{row.id}/hide"
    return Reportable(group.id, row.name, address, parts, item_id=row.id, hide_at=hide_at)
