"""Groups of a national group: it makes them, invites their first organisers, and lists them."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import MayNot, OrganisersAreIn
from server.people import actions
from server.people.audit import What, record
from server.people.coming_in.cards import end_cards_to_organise
from server.people.coming_in.invitations import Made, make_card
from server.people.coming_in.wanted import Wanted
from server.people.groups.actions import hold
from server.people.permits import Role, Who
from server.people.rules import tidy_name
from server.people.tables import GroupRow, InvitationRow, MembershipRow

NATIONAL = "national"


class LocalGroup(NamedTuple):
    """A local group, as the group that invited it knows it: numbers, and nobody's name."""

    slug: str
    name: str
    people: int
    organisers: int
    anybody_came: bool


@dataclass(frozen=True, slots=True)
class NewCard:
    """What the card of a group's first organiser shall be; `secret` is the server's."""

    secret: bytes
    organiser: str
    days: int

    async def make(self, session: AsyncSession, group: GroupRow, by: Who) -> Made:
        name = tidy_name(self.organiser, missing="Please write the name of the person.")
        return await make_card(
            session, self.secret, group, Wanted(name, Role.ORGANISER, self.days), by
        )


@dataclass(frozen=True, slots=True)
class LocalGroups:
    """One page of local groups; `count` is of all that were found."""

    groups: list[LocalGroup]
    count: int


async def invite_group(
    session: AsyncSession, national: GroupRow, by: Who, name: str, card: NewCard
) -> tuple[GroupRow, Made]:
    """Make a local group, and a card for its first organiser.

    Raises NameTaken and NotFilledIn.
    """
    await _hold_national(session, national, by)
    group = await actions.make_group(session, name)
    group.invited_by_id = national.id
    record(session, What.GROUP_MADE, by=by, group_id=group.id, name=group.name)
    record(session, What.GROUP_MADE, by=by, group_id=national.id, name=group.name, made=group.id)
    return group, await card.make(session, group, by)


async def invite_organiser(
    session: AsyncSession, national: GroupRow, by: Who, group: GroupRow, card: NewCard
) -> Made:
    """A new card for the first organiser of a local group, as long as it has no organiser.

    Cards that were made for one before end: only the newest lets somebody organise the group.

    Raises MayNot for a group of others, OrganisersAreIn and NotFilledIn.
    """
    await _hold_national(session, national, by)
    if group.invited_by_id != national.id:
        raise MayNot
    if Role.ORGANISER in (await hold(session, group.id)).roles:
        raise OrganisersAreIn
    await end_cards_to_organise(session, InvitationRow.group_id == group.id)
    return await card.make(session, group, by)


async def local_groups(
    session: AsyncSession, national: GroupRow, find: str = "", page: int = 1, size: int = 50
) -> LocalGroups:
    """The groups that a national group invited, by name, a page at a time: one question."""
    there = MembershipRow.ended_at.is_(None)
    in_groups = (
        select(
            MembershipRow.group_id,
            func.count().label("ever"),
            func.count().filter(there).label("people"),
            func.count()
            .filter(there, MembershipRow.role == Role.ORGANISER.value)
            .label("organisers"),
        )
        .group_by(MembershipRow.group_id)
        .subquery()
    )
    asked = (
        select(
            GroupRow.slug,
            GroupRow.name,
            func.coalesce(in_groups.c.people, 0),
            func.coalesce(in_groups.c.organisers, 0),
            func.coalesce(in_groups.c.ever, 0) > 0,
            func.count().over(),
        )
        .outerjoin(in_groups, in_groups.c.group_id == GroupRow.id)
        .where(GroupRow.invited_by_id == national.id)
        .order_by(func.lower(GroupRow.name), GroupRow.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    if find:
        asked = asked.where(GroupRow.name.icontains(find, autoescape=True))
    rows = (await session.execute(asked)).all()
    found = [
        LocalGroup(slug, name, people, organisers, bool(anybody))
        for slug, name, people, organisers, anybody, _ in rows
    ]
    return LocalGroups(found, rows[0][5] if rows else 0)


async def _hold_national(session: AsyncSession, national: GroupRow, by: Who) -> None:
    if national.kind != NATIONAL:
        raise MayNot
    await hold(session, national.id, by)
