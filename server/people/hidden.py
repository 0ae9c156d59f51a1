"""What of a person is hidden: their name or their picture, by a group they are in, with a reason.

What is hidden is taken out of the person's row and kept beside it. So it is gone from everything
that shows a person, and nothing needs to ask. docs/decisions/hiding.md says who hides what.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NameIsHidden
from server.people.names import A_MEMBER
from server.people.rules import same_name
from server.people.tables import GroupRow, PersonHidingRow, PersonRow

NAME, PICTURE = "name", "picture"

# A hiding that stands: not shown again, and not overtaken by another picture.
STANDS = (PersonHidingRow.shown_at.is_(None), PersonHidingRow.content.is_not(None))


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told of their own: the NAME or PICTURE that others do not see, and why."""

    part: str
    group: str
    reason: str


async def told_to(session: AsyncSession, person: PersonRow) -> list[Told]:
    """What is hidden of this person now; nothing of a part for which they chose another."""
    rows = await session.execute(
        select(PersonHidingRow, GroupRow.name)
        .join(GroupRow, GroupRow.id == PersonHidingRow.group_id)
        .where(PersonHidingRow.person_id == person.id, *STANDS)
        .order_by(PersonHidingRow.hidden_at.desc(), PersonHidingRow.id)
    )
    newest = {row.part: Told(row.part, group, row.reason) for row, group in reversed(rows.all())}
    if person.name != A_MEMBER:
        newest.pop(NAME, None)
    return list(newest.values())


async def refuse_hidden_name(session: AsyncSession, person_id: str, name: str) -> None:
    """Raise NameIsHidden for a name of this person that a group has hidden."""
    contents = await session.scalars(
        select(PersonHidingRow.content).where(
            PersonHidingRow.person_id == person_id, PersonHidingRow.part == NAME, *STANDS
        )
    )
    if any(same_name((content or {})["name"], name) for content in contents):
        raise NameIsHidden


async def forget_picture(session: AsyncSession, person_id: str) -> None:
    """They chose another picture: the hidden one is not kept, and never shown again."""
    await session.execute(
        update(PersonHidingRow)
        .where(PersonHidingRow.person_id == person_id, PersonHidingRow.part == PICTURE, *STANDS)
        .values(content=None)
    )


async def in_group(session: AsyncSession, group_id: str) -> Sequence[PersonHidingRow]:
    """What a group has hidden of people, the newest first."""
    rows = await session.scalars(
        select(PersonHidingRow)
        .where(PersonHidingRow.group_id == group_id, *STANDS)
        .order_by(PersonHidingRow.hidden_at.desc(), PersonHidingRow.id)
    )
    return rows.all()
