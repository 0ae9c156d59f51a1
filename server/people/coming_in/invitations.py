"""Invitations: what lets somebody into a group, by a link or by the code on a card."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    InvitationRevoked,
    InvitationUsed,
    NameTakenHere,
    UnknownCode,
    UnknownInvitation,
)
from server.people import audit
from server.people.actions import Arrival, find_member, has_organiser, join, make_person
from server.people.coming_in.cards import end_cards_to_organise
from server.people.coming_in.codes import hash_of_code, new_code, read_code
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role, Who
from server.people.rules import check_invitation, is_same_press, same_name, tidy_name
from server.people.sessions import SESSION_DAYS, Device, sign_in
from server.people.tables import (
    GroupRow,
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PersonRow,
)
from server.people.tokens import hash_of, new_token

INVITATION_DAYS = 14


class Made(NamedTuple):
    """A new card: its row, the secret of its link and its code, which nobody can see again."""

    row: InvitationRow
    token: str
    code: str


class Invitation(NamedTuple):
    """An invitation that was looked at, with its group; looking uses nothing up."""

    row: InvitationRow
    group: GroupRow

    def check(self) -> None:
        """Raise what says why it lets nobody in any more (see `rules.check_invitation`)."""
        row = self.row
        check_invitation(clock.now(), row.expires_at, row.uses, row.most_uses, row.revoked_at)


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who presses "Come in": who is signed in already, and on which device.

    `name` is what they wrote on a card for anybody; without one, who is signed in comes in.
    `browser` is a secret of their browser, `page` one of the page where they pressed.
    """

    who: Who | None = None
    name: str = ""
    browser: str = ""
    page: str = ""
    days: int = SESSION_DAYS
    device: Device = field(default_factory=Device)
    zone: str = "UTC"


_NOBODY = Arriving()


# Making


async def make_card(
    session: AsyncSession, secret: bytes, group: GroupRow, wanted: Wanted, by: Who | None = None
) -> Made:
    """Make a card that lets people into this group."""
    token, code = new_token(), new_code()
    row = InvitationRow(
        id=clock.new_id(),
        token_hash=token.hash,
        code_hash=hash_of_code(secret, code),
        group_id=group.id,
        name=wanted.name,
        role=wanted.role.value,
        email=wanted.email,
        most_uses=wanted.uses,
        created_at=clock.now(),
        created_by=None if by is None else by.person_id,
        expires_at=clock.now() + timedelta(days=wanted.days),
    )
    session.add(row)
    known = None if wanted.name is None else await find_member(session, group, wanted.name)
    audit.record(
        session,
        audit.What.INVITED,
        by=by,
        group_id=group.id,
        about_id=None if known is None else known.id,
        card=row.id,
        role=row.role,
        uses=row.most_uses,
        days=wanted.days,
    )
    return Made(row, token.secret, code)


async def invite(
    session: AsyncSession,
    group: GroupRow,
    name: str,
    role: Role = Role.MEMBER,
    days: int = INVITATION_DAYS,
) -> str:
    """Make a link that lets `name` into the group once; returns its secret part."""
    name = tidy_name(name, missing="Please write the name of the person.")
    # A code that nobody is shown needs no secret of the server: no key finds it again.
    made = await make_card(session, new_token().secret.encode(), group, Wanted(name, role, days))
    return made.token


# Looking


async def look_at_invitation(session: AsyncSession, token: str) -> Invitation:
    """The invitation behind a link, used or not. Raises UnknownInvitation."""
    found = (
        await session.execute(
            select(InvitationRow, GroupRow)
            .join(GroupRow, GroupRow.id == InvitationRow.group_id)
            .where(InvitationRow.token_hash == hash_of(token))
        )
    ).one_or_none()
    if found is None:
        raise UnknownInvitation
    return Invitation(*found)


async def look_at_code(session: AsyncSession, secret: bytes, typed: str) -> Invitation:
    """The invitation whose card has this code, used or not. Raises UnknownCode."""
    code = read_code(typed)
    found = None
    if code is not None:
        found = (
            await session.execute(
                select(InvitationRow, GroupRow)
                .join(GroupRow, GroupRow.id == InvitationRow.group_id)
                .where(InvitationRow.code_hash == hash_of_code(secret, code))
            )
        ).one_or_none()
    if found is None:
        raise UnknownCode
    return Invitation(*found)


async def person_of(session: AsyncSession, row: InvitationRow) -> PersonRow | None:
    """Who came in by this invitation first: the one whose card it is, if it is for one person."""
    return (
        await session.scalars(
            select(PersonRow)
            .join(InvitationUseRow, InvitationUseRow.person_id == PersonRow.id)
            .where(InvitationUseRow.invitation_id == row.id)
            .order_by(InvitationUseRow.at, InvitationUseRow.id)
            .limit(1)
        )
    ).one_or_none()


# Coming in


async def come_in(
    session: AsyncSession, invitation: Invitation, arriving: Arriving = _NOBODY
) -> Arrival:
    """Use an invitation: its person is found or made, joins the group and is signed in.

    An organiser vouches for the name on a card. So the one who goes by it in the group already, or
    who is signed in here under it, is that person; anybody else is new. A card for anybody
    vouches for nobody: a name that somebody here has is refused.

    Where the answer is lost on the way (poor Wi-Fi, two presses), the same browser may press again
    for a while: otherwise the link would be used up and nobody signed in.

    Raises InvitationUsed, InvitationExpired, InvitationRevoked, NotFilledIn or NameTakenHere.
    """
    row, group = invitation
    if row.revoked_at is not None:
        raise InvitationRevoked
    pressed = await _same_press(session, row, arriving)
    if pressed is not None:
        return Arrival(pressed, group, await _signed_in(session, pressed, group, arriving))
    invitation.check()
    await _take_one_use(session, invitation)
    person = await _person(session, invitation, arriving)
    session.add(
        InvitationUseRow(
            id=clock.new_id(),
            invitation_id=row.id,
            person_id=person.id,
            used_from=_press(row, arriving),
            at=clock.now(),
        )
    )
    audit.record(session, audit.What.CAME_IN, by=person.id, group_id=group.id, card=row.id)
    return Arrival(person, group, await _signed_in(session, person, group, arriving))


async def forget_presses(session: AsyncSession, person_id: str) -> None:
    """Who signed out meant it: the same browser cannot press an earlier "Come in" again."""
    await session.execute(
        update(InvitationUseRow)
        .where(InvitationUseRow.person_id == person_id, InvitationUseRow.used_from != "")
        .values(used_from="")
    )


async def was_used_by(session: AsyncSession, row: InvitationRow, person_id: str) -> bool:
    """Whether this person came in by this invitation."""
    used = await session.scalar(
        select(InvitationUseRow.id)
        .where(InvitationUseRow.invitation_id == row.id, InvitationUseRow.person_id == person_id)
        .limit(1)
    )
    return used is not None


async def _take_one_use(session: AsyncSession, invitation: Invitation) -> None:
    """Count one use; the database lets only as many presses at once take it as there are uses.

    The group's row is locked first, so that two people cannot arrive under one name at once.
    """
    row, group = invitation
    await session.execute(select(GroupRow.id).where(GroupRow.id == group.id).with_for_update())
    taken = await session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.id == row.id,
            InvitationRow.uses < InvitationRow.most_uses,
            InvitationRow.revoked_at.is_(None),
        )
        .values(uses=InvitationRow.uses + 1)
        .returning(InvitationRow.id)
    )
    if taken.one_or_none() is None:
        raise InvitationUsed


async def _person(session: AsyncSession, invitation: Invitation, arriving: Arriving) -> PersonRow:
    """Who comes in, as somebody of the group from now on."""
    row, group = invitation
    if row.name is not None:
        whose = await person_of(session, row)
        if whose is not None:
            # Coming back changes nothing: the role of somebody here may have changed since.
            await _check_still_here(session, row, group, whose)
            return whose
    person = (
        await _named(session, row, group, row.name, arriving.who)
        if row.name is not None
        else await _anybody(session, row, group, arriving)
    )
    is_first = row.role == Role.ORGANISER.value and not await has_organiser(session, group)
    if is_first and group.invited_by_id is not None:
        # Another card of the group that invited them would bring one more organiser, unasked.
        others = (InvitationRow.group_id == group.id) & (InvitationRow.id != row.id)
        await end_cards_to_organise(session, others)
    await join(session, person, group, Role(row.role), by=row.created_by)
    may_keep_email = row.email is not None and person.email is None
    if may_keep_email and not await _is_elsewhere(session, person, group):
        person.email = row.email
    return person


async def _is_elsewhere(session: AsyncSession, person: PersonRow, group: GroupRow) -> bool:
    """Whether somebody is in other groups, too: none of them gives the address of their letters."""
    other = await session.scalar(
        select(MembershipRow.id)
        .where(
            MembershipRow.person_id == person.id,
            MembershipRow.group_id != group.id,
            MembershipRow.ended_at.is_(None),
        )
        .limit(1)
    )
    return other is not None


async def _named(
    session: AsyncSession, row: InvitationRow, group: GroupRow, name: str, who: Who | None
) -> PersonRow:
    known = await find_member(session, group, name)
    if known is not None:
        return known
    await _check_not_removed_since(session, row, group, name, who)
    if who is not None and same_name(who.name, name):
        return await session.get_one(PersonRow, who.person_id)
    return await make_person(session, name)


async def _anybody(
    session: AsyncSession, row: InvitationRow, group: GroupRow, arriving: Arriving
) -> PersonRow:
    if not arriving.name.strip() and arriving.who is not None:
        await _check_not_removed_since(session, row, group, "", arriving.who)
        me = await session.get_one(PersonRow, arriving.who.person_id)
        namesake = await find_member(session, group, me.name)
        if namesake is not None and namesake.id != me.id and not _is_in(arriving.who, group):
            raise NameTakenHere
        return me
    name = tidy_name(arriving.name, missing="Please write what you like to be called.")
    if await find_member(session, group, name) is not None:
        raise NameTakenHere
    return await make_person(session, name)


def _is_in(who: Who, group: GroupRow) -> bool:
    return group.id in who.roles


async def _check_still_here(
    session: AsyncSession, row: InvitationRow, group: GroupRow, person: PersonRow
) -> None:
    """Raise InvitationRevoked when the person of a card has left or was removed since."""
    first_use = await session.scalar(
        select(InvitationUseRow.at)
        .where(InvitationUseRow.invitation_id == row.id)
        .order_by(InvitationUseRow.at)
        .limit(1)
    )
    there = await session.scalar(
        select(MembershipRow.id).where(
            MembershipRow.group_id == group.id,
            MembershipRow.person_id == person.id,
            MembershipRow.ended_at.is_(None),
            # One who was let in anew was let in by another card: this one stays ended.
            MembershipRow.since <= first_use,
        )
    )
    if there is None:
        raise InvitationRevoked


async def _check_not_removed_since(
    session: AsyncSession, row: InvitationRow, group: GroupRow, name: str, who: Who | None
) -> None:
    """Raise InvitationRevoked when the person it is for left, or was removed, after it was made."""
    left = await session.execute(
        select(PersonRow.id, PersonRow.name)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            MembershipRow.group_id == group.id,
            MembershipRow.ended_at > row.created_at,
        )
    )
    me = None if who is None else who.person_id
    for person_id, their_name in left:
        if person_id == me or (name and same_name(their_name, name)):
            raise InvitationRevoked


async def _same_press(
    session: AsyncSession, row: InvitationRow, arriving: Arriving
) -> PersonRow | None:
    """Who came in by this invitation from this browser a moment ago, if anybody did."""
    if not arriving.browser:
        return None
    use = await session.scalar(
        select(InvitationUseRow)
        .where(
            InvitationUseRow.invitation_id == row.id,
            InvitationUseRow.used_from == _press(row, arriving),
        )
        .order_by(InvitationUseRow.at.desc())
        .limit(1)
    )
    if use is None or not is_same_press(clock.now(), use.at):
        return None
    return await session.get_one(PersonRow, use.person_id)


def _press(row: InvitationRow, arriving: Arriving) -> str:
    """What tells a press again from another one.

    By a card for anybody, people of one tablet come in one after the other: so there the page
    where it was pressed counts too, and the name.
    """
    if row.name is not None:
        return hash_of(arriving.browser)
    who = "" if arriving.who is None else arriving.who.person_id
    name = " ".join(arriving.name.split())
    return hash_of("\n".join((arriving.browser, arriving.page, name or who)))


async def _signed_in(
    session: AsyncSession, person: PersonRow, group: GroupRow, arriving: Arriving
) -> str:
    """Sign in who has come by a group's card: its organisers vouch for the person, there alone.

    Who is signed in here already keeps what they came in with.
    """
    who = arriving.who
    before: frozenset[str] | None = frozenset()
    if who is not None and who.person_id == person.id and who.session_id is not None:
        before = who.vouched_by
    vouched_by = None if before is None else sorted(before | {group.id})
    return await sign_in(
        session, person, arriving.days, arriving.device, arriving.zone, vouched_by=vouched_by
    )
