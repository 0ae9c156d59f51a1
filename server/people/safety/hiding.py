"""Hiding the name or the picture of somebody in a group with a reason, and showing it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    NameTaken,
    NotFilledIn,
    NothingToHide,
    ShownAlready,
    UnknownHiding,
    WordsChanged,
)
from server.people import hidden
from server.people.actions import is_name_free
from server.people.audit import What, record
from server.people.hidden import NAME, PICTURE
from server.people.living import living
from server.people.names import A_MEMBER
from server.people.permits import Who
from server.people.pictures import address_of_picture
from server.people.rules import same_name
from server.people.tables import (
    GroupRow,
    InvitationRow,
    MembershipRow,
    PersonHidingRow,
    PersonRow,
    UploadRow,
)

LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a group has hidden of somebody, for those who may show it again.

    `name` is what is hidden where `row.part` is NAME, else how the person is called now. `by` is
    None for somebody unknown.
    """

    row: PersonHidingRow
    name: str
    by: str | None


async def hidden_by(session: AsyncSession, group: GroupRow) -> Sequence[Hidden]:
    """All that a group has hidden of people, the newest first."""
    rows = await hidden.in_group(session, group.id)
    ids = {one for row in rows for one in (row.person_id, row.hidden_by)}
    found = await session.scalars(select(PersonRow).where(PersonRow.id.in_(ids - {None})))
    names = {person.id: person.name for person in found}
    return [
        Hidden(
            row,
            (row.content or {})["name"] if row.part == NAME else names[row.person_id],
            names.get(row.hidden_by or ""),
        )
        for row in rows
    ]


def choices(person: PersonRow) -> dict[str, str]:
    """What of a person can be hidden now, each with what the page shows of it."""
    found = {} if person.name == A_MEMBER else {NAME: person.name}
    picture = address_of_picture(person)
    return found if picture is None else {**found, PICTURE: picture}


async def member(session: AsyncSession, group: GroupRow, person_id: str) -> PersonRow | None:
    """Somebody who is in the group now."""
    found: PersonRow | None = await session.scalar(
        select(PersonRow)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(
            PersonRow.id == person_id,
            MembershipRow.group_id == group.id,
            MembershipRow.ended_at.is_(None),
        )
    )
    return found


async def hide(
    session: AsyncSession,
    who: Who,
    group: GroupRow,
    person_id: str,
    *,
    part: str,
    seen: str,
    reason: str,
) -> None:
    """Hide the name or the picture of somebody in this group, from everybody everywhere.

    Raises NotFilledIn without a reason, NothingToHide, and WordsChanged when it is not what was
    seen. The caller tells the open connections.
    """
    reason = tidy_reason(reason)
    person = await living(session, person_id)
    there = choices(person)
    if part not in {NAME, PICTURE}:
        raise NotFilledIn("Please choose what you want to hide.")
    if part not in there:
        raise NothingToHide
    if there[part] != seen:
        raise WordsChanged
    if part == NAME:
        content: dict[str, str | None] = {"name": person.name}
        await _take_off_cards(session, person)
        person.name = A_MEMBER
    else:
        content = {"picture": person.picture, "upload": person.upload_id}
        person.picture, person.upload_id = None, None
    session.add(
        PersonHidingRow(
            id=clock.new_id(),
            group_id=group.id,
            person_id=person.id,
            part=part,
            content=content,
            reason=reason,
            hidden_at=clock.now(),
            hidden_by=who.person_id,
        )
    )
    record(session, What.HID, by=who, group_id=group.id, about_id=person.id, part=part)
    await session.flush()


async def show(session: AsyncSession, who: Who, group: GroupRow, hiding_id: str) -> None:
    """Show it again, where the person has no other by now.

    Raises UnknownHiding, ShownAlready, and NameTaken where somebody else goes by that name now.
    """
    row = await session.get(PersonHidingRow, hiding_id)
    if row is None or row.group_id != group.id:
        raise UnknownHiding
    person = await living(session, row.person_id)
    await session.refresh(row, with_for_update=True)
    if row.shown_at is not None or row.content is None:
        raise ShownAlready
    if row.part == NAME and person.name == A_MEMBER:
        if not await is_name_free(session, person, row.content["name"]):
            raise NameTaken("Somebody else has this name now, so we cannot show it.")
        person.name = row.content["name"]
    elif row.part == PICTURE and address_of_picture(person) is None:
        person.picture = row.content["picture"]
        if await session.get(UploadRow, row.content["upload"] or "") is not None:
            person.upload_id = row.content["upload"]
    row.shown_at, row.shown_by = clock.now(), who.person_id
    record(session, What.SHOWED, by=who, group_id=group.id, about_id=person.id, part=row.part)
    await session.flush()


def tidy_reason(reason: str) -> str:
    """The reason on one line. Raises NotFilledIn where there is none, or far too much."""
    reason = " ".join(reason.split())
    if not reason:
        raise NotFilledIn("Please say why you hide this.")
    if len(reason) > LONGEST_REASON:
        raise NotFilledIn(f"This is too long. Use at most {LONGEST_REASON:,} letters.")
    return reason


async def _take_off_cards(session: AsyncSession, person: PersonRow) -> None:
    """Take the name off their cards. An unused one lets in whoever has that name: so it ends."""
    theirs = select(MembershipRow.group_id).where(MembershipRow.person_id == person.id)
    cards = await session.scalars(
        select(InvitationRow).where(
            InvitationRow.group_id.in_(theirs), InvitationRow.name.is_not(None)
        )
    )
    for card in cards:
        if same_name(card.name or "", person.name):
            card.name = A_MEMBER
            if not card.uses:
                card.revoked_at = card.revoked_at or clock.now()
