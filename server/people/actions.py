"""What happens to people: groups are made, people are invited and let in.

Each action works inside the caller's session, so that one press is one transaction.
"""

from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import InvitationUsed, NameTaken, UnknownGroup, UnknownInvitation
from server.people.audit import What, record
from server.people.permits import Role
from server.people.rules import (
    SET_UP_LASTS,
    check_link,
    same_name,
    slug_of,
    stronger,
    tidy_name,
)
from server.people.sessions import SESSION_DAYS, Device, sign_in
from server.people.tables import (
    AccessTokenRow,
    GroupRow,
    MembershipRow,
    PersonRow,
    SetUpRow,
)
from server.people.tokens import hash_of, new_token


class Arrival(NamedTuple):
    """Somebody has come in: who, to which group, and the secret of their new session."""

    person: PersonRow
    group: GroupRow
    session_token: str


# Groups


async def find_group(session: AsyncSession, name: str) -> GroupRow:
    """The group with this name or this slug. Raises UnknownGroup."""
    found = await session.scalar(select(GroupRow).where(GroupRow.slug == name))
    if found is not None:
        return found
    for group in await session.scalars(select(GroupRow)):
        if same_name(group.name, name):
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
    try:
        await session.flush()
    except IntegrityError:  # somebody made one of this name at the same time
        raise NameTaken from None
    return group


async def ensure_group(session: AsyncSession, name: str, kind: str = "local") -> GroupRow:
    """The group with this name or slug, made when it is missing."""
    try:
        return await find_group(session, name)
    except UnknownGroup:
        return await make_group(session, name, kind)


# Persons and memberships


async def has_organiser(session: AsyncSession, group: GroupRow) -> bool:
    """Whether somebody organises this group now."""
    found = await session.scalar(
        select(MembershipRow.id)
        .where(
            MembershipRow.group_id == group.id,
            MembershipRow.role == Role.ORGANISER.value,
            MembershipRow.ended_at.is_(None),
        )
        .limit(1)
    )
    return found is not None


async def find_member(session: AsyncSession, group: GroupRow, name: str) -> PersonRow | None:
    """The person who goes by this name in this group, if there is one."""
    members = await session.scalars(
        select(PersonRow)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.group_id == group.id, MembershipRow.ended_at.is_(None))
        .order_by(MembershipRow.since)
    )
    return next((person for person in members if same_name(person.name, name)), None)


async def is_name_free(session: AsyncSession, person: PersonRow, name: str) -> bool:
    """Whether nobody else goes by this name in any group of a person, until this is committed."""
    groups = select(MembershipRow.group_id).where(
        MembershipRow.person_id == person.id, MembershipRow.ended_at.is_(None)
    )
    # Two people may want one name at once: the second waits, and then is told.
    await session.execute(
        select(GroupRow.id).where(GroupRow.id.in_(groups)).order_by(GroupRow.id).with_for_update()
    )
    others = await session.scalars(
        select(PersonRow.name)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            MembershipRow.group_id.in_(groups),
            MembershipRow.ended_at.is_(None),
            PersonRow.id != person.id,
        )
    )
    return not any(same_name(other, name) for other in others)


async def make_person(session: AsyncSession, name: str) -> PersonRow:
    person = PersonRow(
        id=clock.new_id(),
        name=tidy_name(name, missing="Please write your name."),
        created_at=clock.now(),
    )
    session.add(person)
    await session.flush()
    return person


async def join(
    session: AsyncSession,
    person: PersonRow,
    group: GroupRow,
    role: Role,
    *,
    by: str | None = None,
) -> None:
    """Make this person belong to this group; who belongs already keeps the stronger role.

    `by` is the person whose card raises it.
    """
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
    elif stronger(Role(membership.role), role) is not Role(membership.role):
        record(
            session,
            What.ROLE_CHANGED,
            by=by,
            group_id=group.id,
            about_id=person.id,
            before=membership.role,
            after=role.value,
        )
        membership.role = role.value
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
    *,
    device: Device | None = None,
    zone: str = "UTC",
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
    record(session, What.GROUP_MADE, by=person.id, group_id=group.id, name=group.name)
    token = await sign_in(session, person, days, device or Device(), zone)
    return Arrival(person, group, token)
