"""Deleting a person: what told who they are goes, and their row stays as "a member".

The audit and the history keep its id and so go on to say that somebody did it, but not who. Names
in published editions stay: whoever is there said yes to that, and an edition is never changed.
"""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import NotWhileHelping
from server.people import audit
from server.people.audit import What
from server.people.groups.actions import leave_all
from server.people.groups.rules import check_organiser_stays
from server.people.names import A_MEMBER
from server.people.permits import Role, Who
from server.people.rules import same_name
from server.people.tables import (
    AccessTokenRow,
    ChallengeRow,
    GroupRow,
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PasskeyRow,
    PersonHidingRow,
    PersonRow,
    ReportRow,
    SessionRow,
    SignInLinkRow,
    SupportRow,
    UploadRow,
)

# The tables that told who somebody is: their files are wiped of it.
HOLD_PERSONS = (
    *("persons", "uploads", "sessions", "access_tokens", "passkeys", "sign_in_links"),
    *("challenges", "supports", "memberships", "invitations", "reports", "namings"),
    "person_hidings",
)


async def check_may_go(session: AsyncSession, who: Who) -> None:
    """Raise LastOrganiser where others would be left without one, and NotWhileHelping."""
    if who.helping is not None:
        raise NotWhileHelping
    for group_id, mine in who.roles.items():
        others = await session.scalars(
            select(MembershipRow.role).where(
                MembershipRow.group_id == group_id,
                MembershipRow.person_id != who.person_id,
                MembershipRow.ended_at.is_(None),
            )
        )
        after = [Role(role) for role in others]
        if after:
            check_organiser_stays([mine, *after], after)


async def delete_person(session: AsyncSession, who: Who) -> None:
    """Delete a person, all in one transaction. Raises as `check_may_go`.

    The caller tells the open connections, and has the files wiped.
    """
    await check_may_go(session, who)
    person = await session.get_one(PersonRow, who.person_id, with_for_update=True)
    name, email = person.name, person.email
    groups = await session.scalars(
        select(MembershipRow.group_id).where(MembershipRow.person_id == person.id)
    )
    every_group = sorted(groups)
    await leave_all(session, who)
    await session.execute(
        update(GroupRow).where(GroupRow.lead_id == person.id).values(lead_id=None)
    )
    await _end_supports(session, person.id)
    await _end_invitations(session, person.id, name, email, every_group)
    await _wipe_reports(session, person.id, name, every_group)
    person.name, person.picture, person.upload_id, person.email = A_MEMBER, None, None, None
    person.preferences, person.deleted_at = {}, clock.now()
    await session.flush()
    for table in (
        SessionRow,
        AccessTokenRow,
        PasskeyRow,
        SignInLinkRow,
        ChallengeRow,
        PersonHidingRow,
        UploadRow,
    ):
        await session.execute(delete(table).where(table.person_id == person.id))
    audit.record_for_groups(session, What.DELETED, who)


async def _wipe_reports(
    session: AsyncSession, person_id: str, name: str, groups: list[str]
) -> None:
    """Take the names they went by out of the reports about them, in their groups."""
    for about, words, instead in (
        ("name", name, A_MEMBER),
        ("face", f"The picture of {name}", "The picture"),
    ):
        # Earlier reports did not keep whom they are about.
        of_them = (ReportRow.item_id == person_id) | (
            ReportRow.item_id.is_(None) & (ReportRow.words == words)
        )
        await session.execute(
            update(ReportRow)
            .where(ReportRow.about == about, ReportRow.group_id.in_(groups), of_them)
            .values(words=instead)
        )


async def _end_supports(session: AsyncSession, person_id: str) -> None:
    of_them = or_(SupportRow.person_id == person_id, SupportRow.supporter_id == person_id)
    await session.execute(
        update(SessionRow)
        .where(SessionRow.helping_id.in_(select(SupportRow.id).where(of_them)))
        .values(helping_id=None)
    )
    await session.execute(
        update(SupportRow)
        .where(of_them, SupportRow.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_by=person_id)
    )


async def _end_invitations(
    session: AsyncSession, person_id: str, name: str, email: str | None, groups: list[str]
) -> None:
    """Take name and address off every card and link that was theirs, and end those."""
    # A link that was just used may be pressed again from the same browser: not for them.
    await session.execute(
        update(InvitationUseRow).where(InvitationUseRow.person_id == person_id).values(used_from="")
    )
    used = select(InvitationUseRow.invitation_id).where(InvitationUseRow.person_id == person_id)
    rows = await session.scalars(
        select(InvitationRow).where(
            or_(
                InvitationRow.id.in_(used),
                InvitationRow.group_id.in_(groups),
                InvitationRow.email.is_not(None) & (InvitationRow.email == email),
            )
        )
    )
    used_ids = set(await session.scalars(used))
    for row in rows:
        if email is not None and row.email is not None and row.email.lower() == email.lower():
            row.email = None
        is_theirs = row.name is not None and (row.id in used_ids or same_name(row.name, name))
        if is_theirs:
            row.name, row.email = A_MEMBER, None
            row.revoked_at = row.revoked_at or clock.now()
