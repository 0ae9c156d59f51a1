"""All that we keep of a person, for them to take away: as data, and in words.

docs/my-data.md says what each part holds. What is long (sittings, the record) comes a few rows at a
time, so that a long life here needs no more memory than a short one.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.people.preferences import Preferences
from server.people.tables import (
    AuditRow,
    GroupRow,
    InvitationRow,
    InvitationUseRow,
    MembershipRow,
    PasskeyRow,
    PersonHidingRow,
    PersonRow,
    ReportRow,
    SessionRow,
    SupportRow,
)
from server.writing import history, rich_text
from server.writing.tables import CharterRow, SittingChangeRow, SittingRow
from server.writing.versions import Version

Facts = dict[str, Any]
Part = Callable[[AsyncSession, str], Coroutine[Any, Any, list[Facts]]]
"""What another feature keeps of a person: `app.state.my_data` names each."""

_AT_ONCE = 200


async def about(session: AsyncSession, person_id: str) -> Facts:
    """Who the person is to us."""
    person = await session.get_one(PersonRow, person_id)
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "picture": "picture.webp" if person.upload_id is not None else person.picture,
        "preferences": Preferences.read(person.preferences).kept(),
        "since": _at(person.created_at),
    }


async def groups(session: AsyncSession, person_id: str) -> list[Facts]:
    rows = await session.execute(
        select(GroupRow.name, MembershipRow)
        .join(MembershipRow, MembershipRow.group_id == GroupRow.id)
        .where(MembershipRow.person_id == person_id)
        .order_by(MembershipRow.since)
    )
    return [
        {"group": name, "role": row.role, "since": _at(row.since), "until": _at(row.ended_at)}
        for name, row in rows
    ]


async def devices(session: AsyncSession, person_id: str) -> list[Facts]:
    rows = await session.scalars(
        select(SessionRow).where(SessionRow.person_id == person_id).order_by(SessionRow.created_at)
    )
    return [
        {
            "device": row.device,
            "shared": row.shared,
            "since": _at(row.created_at),
            "used": _at(row.used_at),
            "until": _at(row.expires_at),
        }
        for row in rows
    ]


async def passkeys(session: AsyncSession, person_id: str) -> list[Facts]:
    rows = await session.scalars(
        select(PasskeyRow).where(PasskeyRow.person_id == person_id).order_by(PasskeyRow.created_at)
    )
    return [
        {"name": row.name, "since": _at(row.created_at), "used": _at(row.used_at)} for row in rows
    ]


async def came_in(session: AsyncSession, person_id: str) -> list[Facts]:
    rows = await session.execute(
        select(GroupRow.name, InvitationRow, InvitationUseRow.at)
        .join(InvitationRow, InvitationRow.group_id == GroupRow.id)
        .join(InvitationUseRow, InvitationUseRow.invitation_id == InvitationRow.id)
        .where(InvitationUseRow.person_id == person_id)
        .order_by(InvitationUseRow.at)
    )
    return [
        {"group": name, "card_for": row.name, "sent_to": row.email, "at": _at(at)}
        for name, row, at in rows
    ]


async def supporters(session: AsyncSession, person_id: str) -> list[Facts]:
    mine = or_(SupportRow.person_id == person_id, SupportRow.supporter_id == person_id)
    rows = (
        await session.scalars(select(SupportRow).where(mine).order_by(SupportRow.asked_at))
    ).all()
    ids = {each for row in rows for each in (row.person_id, row.supporter_id)}
    found = await session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    names = {row.id: row.name for row in found}
    return [
        {
            "person": names[row.person_id],
            "supporter": names[row.supporter_id],
            "asked": _at(row.asked_at),
            "yes": _at(row.yes_at),
            "ended": _at(row.ended_at),
        }
        for row in rows
    ]


async def hidden(session: AsyncSession, person_id: str) -> list[Facts]:
    """Names and pictures of theirs that a group has hidden."""
    rows = await session.execute(
        select(GroupRow.name, PersonHidingRow)
        .join(PersonHidingRow, PersonHidingRow.group_id == GroupRow.id)
        .where(PersonHidingRow.person_id == person_id)
        .order_by(PersonHidingRow.hidden_at, PersonHidingRow.id)
    )
    return [
        {
            "group": name,
            "part": row.part,
            "name": (row.content or {}).get("name"),
            "reason": row.reason,
            "at": _at(row.hidden_at),
            "shown": _at(row.shown_at),
        }
        for name, row in rows
    ]


async def reports(session: AsyncSession, person_id: str) -> list[Facts]:
    rows = await session.execute(
        select(GroupRow.name, ReportRow)
        .join(ReportRow, ReportRow.group_id == GroupRow.id)
        # What a supporter reported for somebody is that person's.
        .where(func.coalesce(ReportRow.for_id, ReportRow.person_id) == person_id)
        .order_by(ReportRow.at)
    )
    return [
        {
            "group": name,
            "about": row.about,
            "words": row.words,
            "note": row.note,
            "at": _at(row.at),
            "closed": _at(row.closed_at),
            "answer": row.answer,
        }
        for name, row in rows
    ]


async def sittings(session: AsyncSession, person_id: str) -> AsyncIterator[Facts]:
    """Each sitting they took part in, with the statements they wrote in, before and after it."""
    changes = SittingChangeRow.__table__.c
    # The column holds ids: random letters, which stand for nobody else anywhere in it.
    found = await session.execute(
        select(CharterRow, SittingRow.id, changes.item_id)
        .join(SittingRow, SittingRow.charter_id == CharterRow.id)
        .join(SittingChangeRow, changes.sitting_id == SittingRow.id)
        .where(cast(changes.persons, Text).contains(person_id))
        .order_by(SittingRow.began_at, SittingRow.id, changes.item_id)
    )
    # Ids alone: the words come sitting by sitting.
    by_sitting: dict[str, tuple[CharterRow, set[str]]] = {}
    for charter, sitting_id, item_id in found:
        by_sitting.setdefault(sitting_id, (charter, set()))[1].add(item_id)
    for sitting_id, (charter, items) in by_sitting.items():
        row, whole = await history.sitting(session, charter.id, sitting_id)
        yield {
            "charter": charter.title,
            "began": _at(row.began_at),
            "last": _at(row.last_at),
            "changes": [
                {"id": one.item_id, "before": _said(one.before), "after": _said(one.after)}
                for one in whole
                if one.item_id in items
            ],
        }


async def record(session: AsyncSession, person_id: str) -> AsyncIterator[Facts]:
    """What the audit record has by them, about them, or done for them."""
    mine = or_(
        AuditRow.person_id == person_id,
        AuditRow.about_id == person_id,
        AuditRow.for_id == person_id,
    )
    last = 0
    while True:
        rows: Sequence[Any] = (
            await session.execute(
                select(AuditRow, GroupRow.name)
                .outerjoin(GroupRow, GroupRow.id == AuditRow.group_id)
                .where(mine, AuditRow.id > last)
                .order_by(AuditRow.id)
                .limit(_AT_ONCE)
            )
        ).all()
        for row, group in rows:
            yield {
                "at": _at(row.at),
                "what": row.what,
                "group": group,
                "by_me": row.person_id == person_id,
                "about_me": row.about_id == person_id,
                "for_me": row.for_id == person_id,
                "details": row.details,
            }
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0].id
        session.expunge_all()


def _said(version: Version | None) -> Facts | None:
    """What a statement said; words that were hidden or forgotten are not told again."""
    if version is None:
        return None
    item = version.item
    return {
        "words": rich_text.plain(item.words),
        "meaning": rich_text.plain(item.meaning),
        "why": rich_text.plain(item.why),
        "picture": item.picture,
        "left_out": item.left_out,
        "is_whole": version.is_whole,
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
