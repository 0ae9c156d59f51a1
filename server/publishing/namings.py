"""Who may be named in an edition. Each person says so themselves, for each edition anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import PublishedMeanwhile
from server.people.names import A_MEMBER
from server.people.tables import MembershipRow, PersonRow
from server.publishing.tables import NamingRow
from server.writing import editions
from server.writing.authors import from_json
from server.writing.tables import CharterRow, ItemRow, SittingChangeRow, SittingRow


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person of the group said; `yes` is None while they have said nothing."""

    person_id: str
    name: str
    yes: bool | None


async def next_number(session: AsyncSession, charter_id: str) -> int:
    """The number that the next edition of a Charter will have."""
    newest = await editions.newest(session, charter_id)
    return 1 if newest is None else newest.number + 1


async def say(
    session: AsyncSession, charter_id: str, number: int, person_id: str, yes: bool
) -> None:
    """Keep what a person says about being named in the next edition.

    Raises PublishedMeanwhile when that is published already: it cannot be changed any more.
    """
    # Whoever publishes locks this row too.
    await session.scalar(select(CharterRow.id).where(CharterRow.id == charter_id).with_for_update())
    if number != await next_number(session, charter_id):
        raise PublishedMeanwhile("This edition is published now. We ask you about the next one.")
    await session.merge(
        NamingRow(
            charter_id=charter_id, number=number, person_id=person_id, yes=yes, at=clock.now()
        )
    )


async def said_by(
    session: AsyncSession, charter_id: str, number: int, person_id: str
) -> bool | None:
    """What this person said; None when nothing."""
    row = await session.get(NamingRow, (charter_id, number, person_id))
    return None if row is None else row.yes


async def answers(session: AsyncSession, row: CharterRow, number: int) -> Sequence[Answer]:
    """What each person who is in the group now has said, by name."""
    found = await session.execute(
        select(PersonRow, NamingRow.yes)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .outerjoin(
            NamingRow,
            (NamingRow.person_id == PersonRow.id)
            & (NamingRow.charter_id == row.id)
            & (NamingRow.number == number),
        )
        .where(MembershipRow.group_id == row.group_id, MembershipRow.ended_at.is_(None))
    )
    said = (Answer(person.id, person.name, yes) for person, yes in found)
    return sorted(said, key=lambda answer: (answer.name.casefold(), answer.person_id))


async def names(session: AsyncSession, row: CharterRow, number: int) -> list[str]:
    """The names of those who said yes, those who left the group since then too; of who was deleted,
    or whose name is hidden, none.
    """
    found = await session.scalars(
        select(PersonRow.name)
        .join(NamingRow, NamingRow.person_id == PersonRow.id)
        .where(
            NamingRow.charter_id == row.id,
            NamingRow.number == number,
            NamingRow.yes.is_(True),
            PersonRow.deleted_at.is_(None),
            PersonRow.name != A_MEMBER,
        )
    )
    return sorted(found, key=str.casefold)


async def has_written(session: AsyncSession, charter_id: str, person_id: str) -> bool:
    """Whether this person wrote in a Charter, so far as its read side and its history tell.

    What a supporter typed for somebody is that person's: they are asked, and not the supporter.
    """
    writer = func.coalesce(ItemRow.changed_for, ItemRow.changed_by)
    last = (
        select(ItemRow.item_id)
        .where(ItemRow.charter_id == charter_id, writer == person_id)
        .limit(1)
    )
    if await session.scalar(last) is not None:
        return True
    # The column holds ids: random letters, which stand for nobody else anywhere in a text.
    earlier = (
        select(SittingChangeRow.persons)
        .join(SittingRow, SittingRow.id == SittingChangeRow.sitting_id)
        .where(
            SittingRow.charter_id == charter_id,
            cast(SittingChangeRow.persons, Text).contains(person_id),
        )
        .order_by(SittingRow.last_at.desc())
    )
    return any(
        person_id == (author.for_id or author.person_id)
        for persons in await session.scalars(earlier)
        for author in from_json(persons)
    )
