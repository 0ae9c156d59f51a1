"""What happens in a group: people change what they do, go and hand over; it gets another name.

Each change takes the group's row for itself first and then looks who is there: of two changes at
the same time, the second one sees what the first one did.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import MayNot, NameTaken, NotInTheGroup
from server.people.audit import What, record
from server.people.coming_in.cards import end_cards_to_organise
from server.people.groups.rules import Member, check_organiser_stays, hears, in_order, may_all_go
from server.people.permits import Role, Who
from server.people.pictures import address_of_picture
from server.people.rules import same_name, tidy_name
from server.people.supporters.actions import end_in_group
from server.people.tables import GroupRow, InvitationRow, MembershipRow, PersonRow

# Who is in a group


async def people_in(session: AsyncSession, group: GroupRow) -> list[Member]:
    """Everybody in a group, by name."""
    rows = await session.execute(
        select(PersonRow, MembershipRow.role)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.group_id == group.id, MembershipRow.ended_at.is_(None))
    )
    return in_order(
        Member(
            person_id=person.id,
            name=person.name,
            picture=address_of_picture(person),
            role=Role(role),
            hears=hears(person.id, Role(role), group.lead_id),
        )
        for person, role in rows
    )


async def member_of(session: AsyncSession, group: GroupRow, person_id: str) -> Member:
    """One person in a group. Raises NotInTheGroup."""
    for member in await people_in(session, group):
        if member.person_id == person_id:
            return member
    raise NotInTheGroup


# Changes of one group


@dataclass(frozen=True, slots=True)
class Held:
    """A group that nobody else changes before this transaction ends, and who is in it."""

    group: GroupRow
    rows: Mapping[str, MembershipRow]

    @property
    def roles(self) -> list[Role]:
        return [Role(row.role) for row in self.rows.values() if row.ended_at is None]

    def of(self, person_id: str) -> MembershipRow:
        try:
            return self.rows[person_id]
        except KeyError:
            raise NotInTheGroup from None


async def hold(session: AsyncSession, group_id: str, organiser: Who | None = None) -> Held:
    """Take a group for this transaction alone. Raises MayNot for who does not organise it now."""
    group = await session.scalar(
        select(GroupRow)
        .where(GroupRow.id == group_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if group is None:
        raise NotInTheGroup
    rows = await session.scalars(
        select(MembershipRow)
        .where(MembershipRow.group_id == group_id, MembershipRow.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )
    held = Held(group, {row.person_id: row for row in rows})
    if organiser is not None:
        mine = held.rows.get(organiser.person_id)
        # They may have been an organiser when they opened the page.
        if mine is None or Role(mine.role) is not Role.ORGANISER:
            raise MayNot
    return held


async def change_role(
    session: AsyncSession, group: GroupRow, by: Who, person_id: str, role: Role
) -> None:
    """Let somebody do something else in the group. Raises NotInTheGroup and LastOrganiser."""
    held = await hold(session, group.id, by)
    await _change_role(session, held, by, person_id, role)


async def hand_over(session: AsyncSession, group: GroupRow, by: Who, person_id: str) -> None:
    """Make somebody an organiser, and stop being one. Raises NotInTheGroup."""
    held = await hold(session, group.id, by)
    if person_id == by.person_id:
        raise NotInTheGroup("Choose another person in the group.")
    await _change_role(session, held, by, person_id, Role.ORGANISER)
    await _change_role(session, held, by, by.person_id, Role.MEMBER)


async def remove(session: AsyncSession, group: GroupRow, by: Who, person_id: str) -> None:
    """Take somebody out of the group, and end the cards that bear their name there.

    Raises NotInTheGroup and LastOrganiser.
    """
    held = await hold(session, group.id, by)
    await end_in_group(session, group.id, person_id, by)
    await _end(session, held, person_id)
    await _end_cards(session, group, person_id)
    record(session, What.REMOVED, by=by, group_id=group.id, about_id=person_id)


async def leave(session: AsyncSession, group: GroupRow, who: Who) -> None:
    """Go out of the group oneself. Raises NotInTheGroup and LastOrganiser."""
    held = await hold(session, group.id)
    await end_in_group(session, group.id, who.person_id, who)
    await _end(session, held, who.person_id)
    record(session, What.LEFT, by=who, group_id=group.id, about_id=who.person_id)


async def leave_all(session: AsyncSession, who: Who) -> None:
    """Go out of every group. Raises LastOrganiser where others would be left without an organiser.

    Who is alone in a group may go: nobody there needs an organiser.
    """
    mine = await session.scalars(
        select(MembershipRow.group_id)
        .where(MembershipRow.person_id == who.person_id, MembershipRow.ended_at.is_(None))
        .order_by(MembershipRow.group_id)
    )
    for group_id in mine.all():
        held = await hold(session, group_id)
        if who.person_id not in held.rows:
            continue
        await _end(session, held, who.person_id, alone_may_go=True)
        record(session, What.LEFT, by=who, group_id=group_id, about_id=who.person_id)


async def name_lead(session: AsyncSession, group: GroupRow, by: Who, person_id: str | None) -> None:
    """Name who hears it when something is not right; None: all organisers. Raises NotInTheGroup."""
    held = await hold(session, group.id, by)
    if person_id is not None:
        held.of(person_id)
    if held.group.lead_id == person_id:
        return
    held.group.lead_id = person_id
    record(session, What.LEAD_NAMED, by=by, group_id=group.id, about_id=person_id)


async def rename_group(session: AsyncSession, group: GroupRow, by: Who, name: str) -> None:
    """Give the group this name; its address stays. Raises NotFilledIn and NameTaken."""
    held = await hold(session, group.id, by)
    name = tidy_name(name, missing="Please write the name of your group.")
    if name == held.group.name:
        return
    others = await session.scalars(select(GroupRow.name).where(GroupRow.id != group.id))
    if any(same_name(other, name) for other in others):
        raise NameTaken
    held.group.name = name
    try:
        await session.flush()
    except IntegrityError:  # another group got this name at the same time
        raise NameTaken from None
    record(session, What.GROUP_CHANGED, by=by, group_id=group.id, name=name)


async def give_picture(
    session: AsyncSession, group: GroupRow, by: Who, picture: str | None
) -> None:
    """Give the group this picture of the catalogue, which the caller has looked up; None: none."""
    held = await hold(session, group.id, by)
    if picture == held.group.picture:
        return
    held.group.picture = picture
    record(session, What.GROUP_CHANGED, by=by, group_id=group.id, picture=picture)


async def _change_role(
    session: AsyncSession, held: Held, by: Who, person_id: str, role: Role
) -> None:
    row, before = held.of(person_id), held.roles
    old = Role(row.role)
    if old is role:
        return
    row.role = role.value
    check_organiser_stays(before, held.roles)
    if old is Role.ORGANISER:
        await _end_ways_back(session, held.group, person_id)
    record(
        session,
        What.ROLE_CHANGED,
        by=by,
        group_id=held.group.id,
        about_id=person_id,
        before=old.value,
        after=role.value,
    )


async def _end(
    session: AsyncSession, held: Held, person_id: str, *, alone_may_go: bool = False
) -> None:
    """End a membership, and the cards to organise that they made: they know what is on them."""
    row, before = held.of(person_id), held.roles
    row.ended_at = clock.now()
    if not (alone_may_go and may_all_go(held.roles)):
        check_organiser_stays(before, held.roles)
    # Otherwise reports would go to somebody who is not there, and so to nobody.
    if held.group.lead_id == person_id:
        held.group.lead_id = None
    await end_cards_to_organise(session, _made_by(person_id, held.group))


def _made_by(person_id: str, group: GroupRow) -> ColumnElement[bool]:
    """The cards that an organiser made: of this group, and for first organisers of its groups."""
    local = select(GroupRow.id).where(GroupRow.invited_by_id == group.id)
    reached = or_(InvitationRow.group_id == group.id, InvitationRow.group_id.in_(local))
    return (InvitationRow.created_by == person_id) & reached


async def _end_ways_back(session: AsyncSession, group: GroupRow, person_id: str) -> None:
    """End the unused cards with which who organised a group could organise it again.

    A used one changes nothing: coming back with it, they are what they are now.
    """
    unused = InvitationRow.uses == 0
    await end_cards_to_organise(session, unused, _made_by(person_id, group))
    to_organise = InvitationRow.role == Role.ORGANISER.value
    await _end_cards(session, group, person_id, unused, to_organise)


async def _end_cards(
    session: AsyncSession, group: GroupRow, person_id: str, *those: ColumnElement[bool]
) -> None:
    """End the cards in this person's name, all or only `those`: they would let them in again."""
    person = await session.get_one(PersonRow, person_id)
    cards = await session.scalars(
        select(InvitationRow).where(
            InvitationRow.group_id == group.id,
            InvitationRow.name.is_not(None),
            InvitationRow.revoked_at.is_(None),
            *those,
        )
    )
    for card in cards:
        if same_name(card.name or "", person.name):
            card.revoked_at = clock.now()
