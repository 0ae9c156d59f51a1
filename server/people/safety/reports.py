"""Reports: somebody tells a group's lead that something is not right, and hears what was done.

What can be reported is looked up anew on the server each time, by the features that show it
(`Reportable`, `app.state.reportable`): nothing that a form says is taken for what somebody wrote.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server import clock
from server.errors import NotFilledIn, ReportClosed, UnknownReport, WordsChanged
from server.people.audit import What, record
from server.people.letters import Letter
from server.people.permits import Role, Who
from server.people.tables import GroupRow, MembershipRow, PersonRow, ReportRow

LONGEST = 2_000
# How long the first page tells somebody that their report was answered.
NEWS_LASTS = timedelta(days=14)

KINDS: Mapping[str, str] = {
    "unkind": "It is unkind, or hurts somebody.",
    "private": "It tells something private.",
    "untrue": "It is not true.",
    "other": "Something else is not right.",
}
"""What can be wrong with it. Nobody needs to choose one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that can be reported: `about` is kept in the row, `label` is what people see."""

    about: str
    label: str
    words: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Reportable:
    """Something that this reader can see, and what of it can be reported.

    `group_id` is the group whose lead hears it; `name` is what pages call it, `address` the page on
    which it stands, and `hide_at` the one on which those who may can hide it. `language` is that
    of the words, None where nobody knows it.
    """

    group_id: str
    name: str
    address: str
    parts: Sequence[Part]
    charter_id: str | None = None
    item_id: str | None = None
    hide_at: str | None = None
    language: str | None = None

    @property
    def seen(self) -> str:
        """A short digest of what the page showed."""
        said = "\n".join(f"{part.about} {part.words}" for part in self.parts)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


Find = Callable[[AsyncSession, Who | None, Mapping[str, str]], Awaitable[Reportable]]
"""Looks up what an address names. Raises NothingToReport for what this reader cannot see."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report as its pages tell it; names are looked up now. `by` is None without an account."""

    row: ReportRow
    group: GroupRow
    by: str | None
    helped: str | None
    closed_by: str | None


async def report(
    session: AsyncSession,
    found: Reportable,
    about: str,
    kind: str,
    note: str,
    *,
    seen: str,
    who: Who | None,
) -> ReportRow:
    """Tell the lead. Raises WordsChanged when it is not what was seen, and NotFilledIn."""
    if seen != found.seen:
        raise WordsChanged
    part = next((one for one in found.parts if one.about == about), None)
    if part is None:
        raise NotFilledIn("Please choose what is not right.")
    if kind and kind not in KINDS:
        raise NotFilledIn("Please choose one of the answers.")
    row = ReportRow(
        id=clock.new_id(),
        group_id=found.group_id,
        charter_id=found.charter_id,
        item_id=found.item_id,
        about=part.about,
        address=found.address,
        hide_at=found.hide_at,
        words=part.words,
        note=" ".join([KINDS.get(kind, ""), tidy(note)]).strip(),
        person_id=None if who is None else who.person_id,
        for_id=None if who is None or who.helping is None else who.helping.person_id,
        at=clock.now(),
        answer="",
    )
    session.add(row)
    # Organisers read the record, and a report is for the lead: so it says neither who nor what.
    record(session, What.REPORTED, by=None, group_id=found.group_id)
    await session.flush()
    return row


async def close(session: AsyncSession, row: ReportRow, answer: str, who: Who) -> None:
    """Answer a report. Raises NotFilledIn and ReportClosed."""
    answer = tidy(answer)
    if not answer:
        raise NotFilledIn("Please write what you did, or why you did nothing.")
    held = await session.get_one(ReportRow, row.id, with_for_update=True, populate_existing=True)
    if held.closed_at is not None:
        raise ReportClosed
    held.answer, held.closed_at, held.closed_by = answer, clock.now(), who.person_id
    record(session, What.REPORT_CLOSED, by=who, group_id=row.group_id)
    await session.flush()


async def of_group(session: AsyncSession, group_id: str) -> list[Told]:
    """The reports of a group, the newest first."""
    return await _told(session, ReportRow.group_id == group_id)


async def of_person(session: AsyncSession, who: Who) -> list[Told]:
    """What somebody reported, a supporter for them, or they for whom they help, newest first."""
    return await _told(session, _theirs(who))


async def one_of(session: AsyncSession, group_id: str, report_id: str) -> ReportRow:
    """A report of a group. Raises UnknownReport."""
    row = await session.get(ReportRow, report_id)
    if row is None or row.group_id != group_id:
        raise UnknownReport
    return row


async def who_hear(session: AsyncSession, group: GroupRow) -> list[PersonRow]:
    """Those who hear what is reported in a group: its lead, or its organisers where none is."""
    asked = (
        select(PersonRow)
        .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
        .where(MembershipRow.group_id == group.id, MembershipRow.ended_at.is_(None))
        .order_by(PersonRow.name)
    )
    if group.lead_id is not None:
        asked = asked.where(PersonRow.id == group.lead_id)
    else:
        asked = asked.where(MembershipRow.role == Role.ORGANISER.value)
    return list(await session.scalars(asked))


async def open_for(session: AsyncSession, who: Who) -> list[tuple[GroupRow, int]]:
    """The groups whose reports wait for this person, with how many there are."""
    rows = await session.scalars(
        select(ReportRow.group_id).where(
            ReportRow.group_id.in_(who.leads), ReportRow.closed_at.is_(None)
        )
    )
    waiting = rows.all()
    groups = await session.scalars(
        select(GroupRow).where(GroupRow.id.in_(set(waiting))).order_by(GroupRow.name)
    )
    return [(group, waiting.count(group.id)) for group in groups]


async def answered_lately(session: AsyncSession, who: Who) -> bool:
    """Whether something that this person reported was answered in the last days."""
    since = clock.now() - NEWS_LASTS
    found = await session.scalar(
        select(ReportRow.id).where(_theirs(who), ReportRow.closed_at > since).limit(1)
    )
    return found is not None


def letter(to: str, name: str, group: str, link: str) -> Letter:
    """Tells somebody that something was reported. What it is stands on the page alone."""
    said = (
        f"Hello {name},",
        f"Somebody in {group} says that something is not right.",
        "Open this page to read it and to answer.",
        link,
    )
    return Letter(to, f"Something is not right in {group}", "\n\n".join(said) + "\n")


def tidy(text: str) -> str:
    """What somebody wrote, without white space around it. Raises NotFilledIn for far too much."""
    text = text.strip()
    if len(text) > LONGEST:
        raise NotFilledIn(f"This is too long. Use at most {LONGEST:,} letters.")
    return text


def _theirs(who: Who) -> ColumnElement[bool]:
    """What somebody reported; who came in by a group's card sees what they told that group.

    What a supporter reported for somebody is that person's: the supporter sees it while they help.
    """
    helping = None if who.helping is None else who.helping.person_id
    alone_or_helping = or_(ReportRow.for_id.is_(None), ReportRow.for_id == helping)
    theirs = or_(
        and_(ReportRow.person_id == who.person_id, alone_or_helping),
        ReportRow.for_id == who.person_id,
    )
    return theirs if who.vouched_by is None else and_(theirs, ReportRow.group_id.in_(who.roles))


async def _told(session: AsyncSession, those: object) -> list[Told]:
    by, helped, closer = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
    found = await session.execute(
        select(ReportRow, GroupRow, by.name, helped.name, closer.name)
        .join(GroupRow, GroupRow.id == ReportRow.group_id)
        .outerjoin(by, by.id == ReportRow.person_id)
        .outerjoin(helped, helped.id == ReportRow.for_id)
        .outerjoin(closer, closer.id == ReportRow.closed_by)
        .where(those)  # type: ignore[arg-type]  # of two shapes, both of them conditions
        .order_by(ReportRow.at.desc(), ReportRow.id)
    )
    return [Told(*row) for row in found]
