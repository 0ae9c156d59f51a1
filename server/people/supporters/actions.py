"""Supporters: somebody helps a person, who alone says yes to it and may end it at any moment.

A supporter comes in as themselves. While they help, their session says under which yes; all that
asks `may` or names an author reads it from there (`signing_in.py`), so that ending it ends all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from server import clock
from server.errors import AnswersThemselves, NotYourSupporter, UnknownSupport
from server.people import audit
from server.people.audit import What
from server.people.permits import Who, check_not_only_here
from server.people.pictures import address_of_picture
from server.people.tables import MembershipRow, PersonRow, SessionRow, SupportRow


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as one sees them who shares a group with them, or whom they help."""

    person_id: str
    name: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Support:
    """Somebody's help that was asked for, or said yes to (`since`), with the other of the two."""

    id: str
    other: Someone
    since: datetime | None


def check_own_answer(who: Who) -> None:
    """Raise AnswersThemselves unless the person is here themselves: signed in, and helping nobody.

    An access token is for programs, which answer nothing for anybody.
    """
    if who.helping is not None:
        raise AnswersThemselves(who.helping.name)
    if who.session_id is None:
        raise AnswersThemselves
    check_not_only_here(who)


# Who helps whom


async def helpers_of(session: AsyncSession, who: Who) -> list[Support]:
    """Who helps this person, and who asked to."""
    mine = (SupportRow.person_id == who.person_id) & _near(who, SupportRow.supporter_id)
    return await _supports(session, SupportRow.supporter_id, mine)


async def helped_by(session: AsyncSession, who: Who) -> list[Support]:
    """Whom this person helps, or has asked to help."""
    mine = (SupportRow.supporter_id == who.person_id) & _near(who, SupportRow.person_id)
    return await _supports(session, SupportRow.person_id, mine)


async def others_near(session: AsyncSession, who: Who, known: Sequence[Support]) -> list[Someone]:
    """The other people of one's groups, by name, without those who are `known`."""
    seen = {who.person_id, *(one.other.person_id for one in known)}
    rows = await session.scalars(
        select(PersonRow)
        .where(
            PersonRow.id.in_(
                select(MembershipRow.person_id).where(
                    MembershipRow.group_id.in_(who.roles), MembershipRow.ended_at.is_(None)
                )
            ),
            PersonRow.deleted_at.is_(None),
        )
        .order_by(PersonRow.name, PersonRow.id)
    )
    return [_someone(row) for row in rows if row.id not in seen]


# Asking and saying yes


async def ask_to_help(session: AsyncSession, who: Who, person_id: str) -> None:
    """Ask somebody of one's groups whether one may help them. Raises NotYourSupporter."""
    check_own_answer(who)
    if await _open(session, person_id, who.person_id, who) is None:
        _add(session, person_id, who.person_id, yes_at=None)
        await _record(session, What.SUPPORT_ASKED, who, person_id)


async def choose(session: AsyncSession, who: Who, supporter_id: str) -> None:
    """Say yes to somebody of one's groups, whether or not they asked.

    Raises AnswersThemselves and NotYourSupporter.
    """
    check_own_answer(who)
    row = await _open(session, who.person_id, supporter_id, who)
    if row is None:
        _add(session, who.person_id, supporter_id, yes_at=clock.now())
    elif row.yes_at is None:
        row.yes_at = clock.now()
    else:
        return
    await _record(session, What.SUPPORT_AGREED, who, supporter_id)


async def say_yes(session: AsyncSession, who: Who, support_id: str) -> str:
    """Say yes to who asked; returns their name. Raises AnswersThemselves and UnknownSupport."""
    check_own_answer(who)
    row = await _held(session, support_id, SupportRow.person_id == who.person_id)
    if row.yes_at is None:
        await _check_near(session, row)
        row.yes_at = clock.now()
        await _record(session, What.SUPPORT_AGREED, who, row.supporter_id)
    return (await session.get_one(PersonRow, row.supporter_id)).name


async def end(session: AsyncSession, who: Who, support_id: str) -> str:
    """End it, or say no; either of the two may, at any moment. Returns the other one's name.

    The caller has open connections judged anew. Raises UnknownSupport.
    """
    either = or_(
        (SupportRow.person_id == who.person_id) & _near(who, SupportRow.supporter_id),
        (SupportRow.supporter_id == who.person_id) & _near(who, SupportRow.person_id),
    )
    row = await _held(session, support_id, either)
    await _end(session, row, who)
    theirs = row.supporter_id if row.person_id == who.person_id else row.person_id
    return (await session.get_one(PersonRow, theirs)).name


async def end_in_group(session: AsyncSession, group_id: str, person_id: str, by: Who) -> None:
    """Somebody goes out of a group: end all help between them and the people who are in it."""
    there = select(MembershipRow.person_id).where(
        MembershipRow.group_id == group_id, MembershipRow.ended_at.is_(None)
    )
    rows = await session.scalars(
        select(SupportRow).where(
            SupportRow.ended_at.is_(None),
            or_(
                (SupportRow.person_id == person_id) & SupportRow.supporter_id.in_(there),
                (SupportRow.supporter_id == person_id) & SupportRow.person_id.in_(there),
            ),
        )
    )
    for row in rows.all():
        await _end(session, row, by)


# Helping


async def begin(session: AsyncSession, who: Who, support_id: str) -> str:
    """Help somebody from now on, on this device; returns their name.

    Raises UnknownSupport and OnlyHere.
    """
    check_not_only_here(who)
    row = await _held(session, support_id, SupportRow.supporter_id == who.person_id)
    if row.yes_at is None or who.session_id is None:
        raise UnknownSupport
    helped = await session.get_one(PersonRow, row.person_id)
    if who.helping is None or who.helping.person_id != row.person_id:
        await _check_near(session, row)
        await stop(session, who)
        await session.execute(
            update(SessionRow).where(SessionRow.id == who.session_id).values(helping_id=row.id)
        )
        await _record(session, What.HELPING_BEGAN, who, row.person_id, for_id=row.person_id)
    return helped.name


async def stop(session: AsyncSession, who: Who) -> None:
    """Help nobody any more on this device; the yes still stands."""
    if who.helping is None:
        return
    await session.execute(
        update(SessionRow).where(SessionRow.id == who.session_id).values(helping_id=None)
    )
    helped = who.helping.person_id
    await _record(session, What.HELPING_ENDED, who, helped, for_id=helped)


# What these stand on


async def _supports(
    session: AsyncSession, other: InstrumentedAttribute[str], mine: ColumnElement[bool]
) -> list[Support]:
    rows = await session.execute(
        select(SupportRow, PersonRow)
        .join(PersonRow, PersonRow.id == other)
        .where(mine, SupportRow.ended_at.is_(None), PersonRow.deleted_at.is_(None))
        .order_by(SupportRow.asked_at, SupportRow.id)
    )
    return [Support(row.id, _someone(person), row.yes_at) for row, person in rows]


def _near(who: Who, other: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """A group's card tells of nobody in other groups: the other one is in a group it opens."""
    if who.vouched_by is None:
        return true()
    return other.in_(
        select(MembershipRow.person_id).where(
            MembershipRow.group_id.in_(who.roles), MembershipRow.ended_at.is_(None)
        )
    )


def _someone(row: PersonRow) -> Someone:
    return Someone(row.id, row.name, address_of_picture(row))


async def _open(
    session: AsyncSession, person_id: str, supporter_id: str, who: Who
) -> SupportRow | None:
    """What stands between these two already. Raises NotYourSupporter unless they share a group."""
    # One at a time for each person: two presses at once would ask twice.
    await session.scalar(select(PersonRow.id).where(PersonRow.id == person_id).with_for_update())
    other = supporter_id if who.person_id == person_id else person_id
    if not await _shared_groups(session, who.person_id, other) or person_id == supporter_id:
        raise NotYourSupporter
    row: SupportRow | None = await session.scalar(
        select(SupportRow).where(
            SupportRow.person_id == person_id,
            SupportRow.supporter_id == supporter_id,
            SupportRow.ended_at.is_(None),
        )
    )
    return row


def _add(session: AsyncSession, person_id: str, supporter_id: str, yes_at: datetime | None) -> None:
    session.add(
        SupportRow(
            id=clock.new_id(),
            person_id=person_id,
            supporter_id=supporter_id,
            asked_at=clock.now(),
            yes_at=yes_at,
        )
    )


async def _held(session: AsyncSession, support_id: str, mine: ColumnElement[bool]) -> SupportRow:
    row = await session.scalar(
        select(SupportRow)
        .where(SupportRow.id == support_id, mine, SupportRow.ended_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise UnknownSupport
    return row


async def _check_near(session: AsyncSession, row: SupportRow) -> None:
    """Raise UnknownSupport where one was taken out of the group just when it was asked."""
    if not await _shared_groups(session, row.person_id, row.supporter_id):
        raise UnknownSupport


async def _end(session: AsyncSession, row: SupportRow, by: Who) -> None:
    row.ended_at, row.ended_by = clock.now(), by.person_id
    helping = await session.execute(
        update(SessionRow)
        .where(SessionRow.helping_id == row.id)
        .values(helping_id=None)
        .returning(SessionRow.id)
    )
    if helping.first() is not None:
        await _record(
            session, What.HELPING_ENDED, row.supporter_id, row.person_id, for_id=row.person_id
        )
    theirs = row.supporter_id if row.person_id == by.person_id else row.person_id
    await _record(session, What.SUPPORT_ENDED, by, theirs)


async def _record(
    session: AsyncSession, what: What, by: Who | str, about_id: str, *, for_id: str | None = None
) -> None:
    """Note it in each group that the two share, for its organisers.

    What is done for somebody is noted in each group of theirs: helping them opens them all.
    """
    mine = by.person_id if isinstance(by, Who) else by
    told: list[str | None] = [*await _shared_groups(session, for_id or mine, about_id)]
    for group_id in told or [None]:
        audit.record(session, what, by=by, about_id=about_id, for_id=for_id, group_id=group_id)


async def _shared_groups(session: AsyncSession, one: str, other: str) -> Sequence[str]:
    theirs = select(MembershipRow.group_id).where(
        MembershipRow.person_id == other, MembershipRow.ended_at.is_(None)
    )
    rows = await session.scalars(
        select(MembershipRow.group_id)
        .where(
            MembershipRow.person_id == one,
            MembershipRow.ended_at.is_(None),
            MembershipRow.group_id.in_(theirs),
        )
        .order_by(MembershipRow.group_id)
    )
    return rows.all()
