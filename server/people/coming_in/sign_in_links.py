"""Links to come in that are sent by e-mail: each works once, for an hour, for one person."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import InvitationUsed, UnknownInvitation
from server.people import audit
from server.people.coming_in.invitations import Arriving
from server.people.rules import check_link, is_same_press
from server.people.sessions import sign_in
from server.people.tables import GroupRow, MembershipRow, PersonRow, SignInLinkRow
from server.people.tokens import hash_of, new_token

LASTS = timedelta(hours=1)


class SignInLink(NamedTuple):
    """A link that was looked at, with its person; looking uses nothing up."""

    row: SignInLinkRow
    person: PersonRow

    def check(self) -> None:
        """Raise InvitationUsed or InvitationExpired when it works no more."""
        check_link(clock.now(), self.row.expires_at, self.row.used_at)


async def make_links(session: AsyncSession, email: str) -> list[tuple[str, str]]:
    """A new link for each person with this address: their name, and its secret part."""
    now = clock.now()
    people = await session.scalars(
        select(PersonRow)
        .where(func.lower(PersonRow.email) == email.lower(), PersonRow.deleted_at.is_(None))
        .order_by(PersonRow.name, PersonRow.id)
    )
    links = []
    for person in people.all():
        await session.execute(
            delete(SignInLinkRow).where(
                SignInLinkRow.person_id == person.id, SignInLinkRow.expires_at <= now
            )
        )
        token = new_token()
        session.add(
            SignInLinkRow(
                id=clock.new_id(),
                token_hash=token.hash,
                person_id=person.id,
                expires_at=now + LASTS,
            )
        )
        links.append((person.name, token.secret))
    return links


async def look_at_link(session: AsyncSession, token: str) -> SignInLink:
    """The link with this secret part, used or not. Raises UnknownInvitation."""
    found = (
        await session.execute(
            select(SignInLinkRow, PersonRow)
            .join(PersonRow, PersonRow.id == SignInLinkRow.person_id)
            .where(SignInLinkRow.token_hash == hash_of(token), PersonRow.deleted_at.is_(None))
        )
    ).one_or_none()
    if found is None:
        raise UnknownInvitation
    return SignInLink(*found)


async def use_link(session: AsyncSession, link: SignInLink, arriving: Arriving) -> str:
    """Sign the person of a link in; returns the secret for the cookie.

    The same browser may press again within the hour, as with an invitation. Raises InvitationUsed
    or InvitationExpired.
    """
    row, person = link
    pressed_from = hash_of(arriving.browser)
    is_again = (
        row.used_at is not None
        and row.used_from == pressed_from
        and is_same_press(clock.now(), row.used_at)
    )
    if not is_again:
        link.check()
        taken = await session.execute(
            update(SignInLinkRow)
            .where(SignInLinkRow.id == row.id, SignInLinkRow.used_at.is_(None))
            .values(used_at=clock.now(), used_from=pressed_from)
            .returning(SignInLinkRow.id)
        )
        if taken.one_or_none() is None:
            raise InvitationUsed
        audit.record(session, audit.What.CAME_IN, by=person.id)
    return await sign_in(session, person, arriving.days, arriving.device, arriving.zone)


async def forget_links(session: AsyncSession, person_id: str) -> None:
    """Who signed out meant it: the same browser cannot press an earlier link again."""
    await session.execute(
        update(SignInLinkRow)
        .where(SignInLinkRow.person_id == person_id, SignInLinkRow.used_from.is_not(None))
        .values(used_from=None)
    )


async def first_group_of(session: AsyncSession, person_id: str) -> GroupRow | None:
    """The group to which somebody who came in by e-mail is brought: where they are longest."""
    return (
        await session.scalars(
            select(GroupRow)
            .join(MembershipRow, MembershipRow.group_id == GroupRow.id)
            .where(MembershipRow.person_id == person_id, MembershipRow.ended_at.is_(None))
            .order_by(MembershipRow.since, GroupRow.id)
            .limit(1)
        )
    ).one_or_none()
