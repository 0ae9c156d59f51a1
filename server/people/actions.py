"""What happens to people: groups are made, people are invited and let in.

Each action works inside the caller's session, so that one press is one transaction.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import InvitationUsed, NameTaken, UnknownGroup, UnknownInvitation
from server.people.permits import Role, Who
from server.people.rules import (
    SET_UP_LASTS,
    check_invitation,
    check_link,
    is_same_press,
    same_name,
    slug_of,
    stronger,
    tidy_name,
)
from server.people.sessions import SESSION_DAYS, sign_in
from server.people.tables import (
    AccessTokenRow,
    GroupRow,
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PersonRow,
    SetUpRow,
)
from server.people.tokens import hash_of, new_token

INVITATION_DAYS = 14


class Arrival(NamedTuple):
    """Somebody has come in: who, to which group, and the secret of their new session."""

    person: PersonRow
    group: GroupRow
    session_token: str


# Groups


async def find_group(session: AsyncSession, name: str) -> GroupRow:
    """The group with this name or this slug. Raises UnknownGroup."""
    groups = (await session.scalars(select(GroupRow))).all()
    for group in groups:
        if group.slug == name or same_name(group.name, name):
            return group
    raise UnknownGroup


async def make_group(session: AsyncSession, name: str, kind: str = "local") -> GroupRow:
    """Make a group. Raises NameTaken when there is one of this name, NotFilledIn without one."""
    name = tidy_name(name, missing="Please write the name of your group.")
    groups = (await session.scalars(select(GroupRow))).all()
    if any(same_name(group.name, name) for group in groups):
        raise NameTaken
    slug = slug_of(name, taken={group.slug for group in groups})
    group = GroupRow(id=clock.new_id(), slug=slug, name=name, kind=kind)
    session.add(group)
    await session.flush()
    return group


async def ensure_group(session: AsyncSession, name: str, kind: str = "local") -> GroupRow:
    """The group with this name or slug, made when it is missing."""
    try:
        return await find_group(session, name)
    except UnknownGroup:
        return await make_group(session, name, kind)


# Persons and memberships


async def find_member(session: AsyncSession, group: GroupRow, name: str) -> PersonRow | None:
    """The person who goes by this name in this group, if there is one."""
    members = await session.scalars(
        select(PersonRow)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.group_id == group.id, MembershipRow.ended_at.is_(None))
        .order_by(MembershipRow.since)
    )
    return next((person for person in members if same_name(person.name, name)), None)


async def make_person(session: AsyncSession, name: str) -> PersonRow:
    person = PersonRow(
        id=clock.new_id(),
        name=tidy_name(name, missing="Please write your name."),
        created_at=clock.now(),
    )
    session.add(person)
    await session.flush()
    return person


async def join(session: AsyncSession, person: PersonRow, group: GroupRow, role: Role) -> None:
    """Make this person belong to this group; who belongs already keeps the stronger role."""
    membership = await session.scalar(
        select(MembershipRow).where(
            MembershipRow.person_id == person.id, MembershipRow.group_id == group.id
        )
    )
    if membership is None:
        session.add(
            MembershipRow(
                id=clock.new_id(),
                person_id=person.id,
                group_id=group.id,
                role=role.value,
                since=clock.now(),
            )
        )
    elif membership.ended_at is not None:
        membership.role, membership.since, membership.ended_at = role.value, clock.now(), None
    else:
        membership.role = stronger(Role(membership.role), role).value
    await session.flush()


async def issue_token(
    session: AsyncSession, person_name: str, group: GroupRow, role: Role = Role.MEMBER
) -> str:
    """A new access token of this person, who is made a member of the group when missing."""
    person = await find_member(session, group, person_name)
    if person is None:
        person = await make_person(session, person_name)
        await join(session, person, group, role)
    token = new_token()
    session.add(
        AccessTokenRow(
            id=clock.new_id(),
            token_hash=token.hash,
            person_id=person.id,
            created_at=clock.now(),
        )
    )
    return token.secret


# Invitations


async def invite(
    session: AsyncSession,
    group: GroupRow,
    name: str,
    role: Role = Role.MEMBER,
    days: int = INVITATION_DAYS,
) -> str:
    """Make a link that lets `name` into the group once; returns its secret part."""
    name = tidy_name(name, missing="Please write the name of the person.")
    token = new_token()
    session.add(
        InvitationRow(
            id=clock.new_id(),
            token_hash=token.hash,
            group_id=group.id,
            name=name,
            role=role.value,
            most_uses=1,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=days),
        )
    )
    return token.secret


class Invitation(NamedTuple):
    """An invitation that was looked at, with its group; looking uses nothing up."""

    row: InvitationRow
    group: GroupRow

    def check(self) -> None:
        """Raise what says why it lets nobody in any more (see `rules.check_invitation`)."""
        row = self.row
        check_invitation(clock.now(), row.expires_at, row.uses, row.most_uses, row.revoked_at)


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


async def come_in(
    session: AsyncSession,
    token: str,
    who: Who | None = None,
    browser: str = "",
    days: int = SESSION_DAYS,
) -> Arrival:
    """Use an invitation up: the person is found or made, joins the group and is signed in.

    An organiser's invitation vouches for a name. So the one who goes by it in the group already,
    or who is signed in here under it, is that person; anybody else is new.

    `browser` is a secret of the browser. Where the answer is lost on the way (poor Wi-Fi, two
    presses), the same browser may press again for a while: otherwise the link would be used up
    and nobody signed in. Raises UnknownInvitation, InvitationUsed, InvitationExpired or
    InvitationRevoked.
    """
    invitation = await look_at_invitation(session, token)
    row, group = invitation
    pressed = await _same_press(session, row, browser)
    if pressed is not None:
        return Arrival(pressed, group, await sign_in(session, pressed, days))
    invitation.check()
    person = await _invited(session, row, group, who)
    # Several presses at once: the database lets only as many of them take it as there are uses.
    taken = await session.execute(
        update(InvitationRow)
        .where(InvitationRow.id == row.id, InvitationRow.uses < InvitationRow.most_uses)
        .values(uses=InvitationRow.uses + 1)
        .returning(InvitationRow.id)
    )
    if taken.one_or_none() is None:
        raise InvitationUsed
    session.add(
        InvitationUseRow(
            id=clock.new_id(),
            invitation_id=row.id,
            person_id=person.id,
            used_from=hash_of(browser),
            at=clock.now(),
        )
    )
    await join(session, person, group, Role(row.role))
    return Arrival(person, group, await sign_in(session, person, days))


async def was_used_by(session: AsyncSession, row: InvitationRow, person_id: str) -> bool:
    """Whether this person came in by this invitation."""
    used = await session.scalar(
        select(InvitationUseRow.id)
        .where(InvitationUseRow.invitation_id == row.id, InvitationUseRow.person_id == person_id)
        .limit(1)
    )
    return used is not None


async def _same_press(session: AsyncSession, row: InvitationRow, browser: str) -> PersonRow | None:
    """Who came in by this invitation from this browser a moment ago, if anybody did."""
    if not browser:
        return None
    use = await session.scalar(
        select(InvitationUseRow)
        .where(
            InvitationUseRow.invitation_id == row.id,
            InvitationUseRow.used_from == hash_of(browser),
        )
        .order_by(InvitationUseRow.at.desc())
        .limit(1)
    )
    if use is None or not is_same_press(clock.now(), use.at):
        return None
    return await session.get_one(PersonRow, use.person_id)


async def _invited(
    session: AsyncSession, row: InvitationRow, group: GroupRow, who: Who | None
) -> PersonRow:
    name = row.name or ""
    known = await find_member(session, group, name)
    if known is not None:
        return known
    if who is not None and same_name(who.name, name):
        return await session.get_one(PersonRow, who.person_id)
    return await make_person(session, name)


# The first set-up


async def make_set_up(session: AsyncSession) -> str:
    """Make a link for the first set-up, ending earlier ones; returns its secret part."""
    await session.execute(delete(SetUpRow).where(SetUpRow.used_at.is_(None)))
    token = new_token()
    session.add(
        SetUpRow(id=clock.new_id(), token_hash=token.hash, expires_at=clock.now() + SET_UP_LASTS)
    )
    return token.secret


async def look_at_set_up(session: AsyncSession, token: str) -> SetUpRow:
    """The set-up link, if it still works.

    Raises UnknownInvitation, InvitationUsed or InvitationExpired.
    """
    row = await session.scalar(select(SetUpRow).where(SetUpRow.token_hash == hash_of(token)))
    if row is None:
        raise UnknownInvitation
    check_link(clock.now(), row.expires_at, row.used_at)
    return row


async def set_up(
    session: AsyncSession,
    token: str,
    person_name: str,
    group_name: str,
    days: int = SESSION_DAYS,
) -> Arrival:
    """Use a set-up link up: its reader is the first organiser of the first group.

    Raises what `look_at_set_up` raises, NotFilledIn and NameTaken.
    """
    row = await look_at_set_up(session, token)
    person = await make_person(session, person_name)
    group = await make_group(session, group_name, kind="national")
    taken = await session.execute(
        update(SetUpRow)
        .where(SetUpRow.id == row.id, SetUpRow.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(SetUpRow.id)
    )
    if taken.one_or_none() is None:
        raise InvitationUsed
    await join(session, person, group, Role.ORGANISER)
    return Arrival(person, group, await sign_in(session, person, days))
