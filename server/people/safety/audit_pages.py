"""The audit record of a group, for its organisers: month by month, and as files to keep."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.errors import UnknownPage
from server.people.asking import group_asked_for
from server.people.audit import What, record
from server.people.permits import Action
from server.people.safety.audit_view import Told, told
from server.people.tables import AuditRow, GroupRow, PersonRow
from server.settings import Settings
from server.store import Store
from server.web.dates import month_in_words
from server.web.numbers import page_asked
from server.web.spreadsheets import Rows, csv_stream
from server.web.templates import Templates

AT_ONCE = 50
AT_ONCE_IN_FILES = 1_000
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_COLUMNS = ("When", "What happened", "Who", "With help from", "About", "Kind", "Charter", "Details")


async def show_audit(request: Request) -> Response:
    """One month of the record, the newest first; `month` as "2026-11", `page` from 1."""
    group = await _group(request)
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    zone = ZoneInfo(settings.time_zone)
    async with store.reading() as session:
        first, last = (await session.execute(_ends(group))).one()
        newest = datetime.now(zone) if last is None else last.astimezone(zone)
        begin, end = _month(request.query_params.get("month"), newest)
        those = (
            AuditRow.group_id == group.id,
            AuditRow.at >= begin.astimezone(UTC),
            AuditRow.at < end.astimezone(UTC),
        )
        count = await session.scalar(select(func.count()).select_from(AuditRow).where(*those)) or 0
        page, pages = page_asked(request), max(1, -(-count // AT_ONCE))
        if not 1 <= page <= pages:
            raise UnknownPage
        rows = await session.scalars(
            select(AuditRow)
            .where(*those)
            .order_by(AuditRow.id.desc())
            .offset((page - 1) * AT_ONCE)
            .limit(AT_ONCE)
        )
        found = await _told(request, session, rows.all())
    templates: Templates = request.app.state.templates
    return templates.page(
        request,
        "people/audit.html",
        {
            "group": group,
            "month": month_in_words(begin.date()),
            "path": f"/groups/{group.slug}/audit",
            "this": f"{begin:%Y-%m}",
            "earlier": _name_of(_before(begin)) if first is not None and first < begin else None,
            "later": _name_of(end) if last is not None and last >= end else None,
            "found": found,
            "page": page,
            "pages": pages,
        },
    )


async def audit_csv(request: Request) -> Response:
    """The whole record, for spreadsheets."""
    group, pages = await _everything(request, "csv")

    async def rows() -> AsyncIterator[Rows]:
        yield (_COLUMNS,)
        async for found in pages:
            yield map(_row, found)

    return csv_stream(rows(), f"{group.slug}-record.csv")


async def audit_json(request: Request) -> Response:
    """The whole record, as data."""
    group, pages = await _everything(request, "json")

    async def text() -> AsyncIterator[str]:
        yield f'{{"group": {json.dumps(group.name)}, "record": ['
        between = ""
        async for found in pages:
            yield between + ", ".join(json.dumps(_json(one)) for one in found)
            between = ", "
        yield "]}"

    headers = {"content-disposition": f'attachment; filename="{group.slug}-record.json"'}
    return StreamingResponse(text(), media_type="application/json", headers=headers)


async def _everything(request: Request, form: str) -> tuple[GroupRow, AsyncIterator[list[Told]]]:
    """All of it, the newest first. That somebody took it is noted, too."""
    group = await _group(request)
    store: Store = request.app.state.store
    async with store.session() as session:
        record(session, What.AUDIT_TAKEN, by=request.state.who, group_id=group.id, form=form)
    return group, _pages(request, group.id)


async def _pages(request: Request, group_id: str) -> AsyncIterator[list[Told]]:
    """The record part by part: it grows for ever, and need not fit into memory.

    Each part is read by itself, so that a slow reader holds no connection of the database.
    """
    store: Store = request.app.state.store
    before: int | None = None
    while True:
        asked = select(AuditRow).where(AuditRow.group_id == group_id)
        if before is not None:
            asked = asked.where(AuditRow.id < before)
        async with store.reading() as session:
            rows = (
                await session.scalars(asked.order_by(AuditRow.id.desc()).limit(AT_ONCE_IN_FILES))
            ).all()
            if not rows:
                return
            found = await _told(request, session, rows)
        yield found
        before = rows[-1].id


async def _told(request: Request, session: AsyncSession, rows: Sequence[AuditRow]) -> list[Told]:
    ids = {one for row in rows for one in (row.person_id, row.for_id, row.about_id)}
    persons = await session.execute(
        select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids - {None}))
    )
    names = {row.id: row.name for row in persons}
    charters = {row.charter_id for row in rows if row.charter_id is not None}
    titles = await request.app.state.titles(session, request.state.who, charters)
    zone = request.app.state.settings.time_zone
    return [told(row, names, titles, zone) for row in rows]


async def _group(request: Request) -> GroupRow:
    async with request.app.state.store.reading() as session:
        group, _ = await group_asked_for(
            session, request, Action.ORGANISE, "Only organisers of this group can read this."
        )
    return group


def _ends(group: GroupRow) -> Select[datetime, datetime]:
    return select(func.min(AuditRow.at), func.max(AuditRow.at)).where(AuditRow.group_id == group.id)


def _month(asked: str | None, newest: datetime) -> tuple[datetime, datetime]:
    """When a month begins and ends where the newest entry is. Raises UnknownPage."""
    year, month = newest.year, newest.month
    if asked is not None:
        found = _MONTH.fullmatch(asked)
        if found is None:
            raise UnknownPage
        year, month = int(found[1]), int(found[2])
    begin = datetime(year, month, 1, tzinfo=newest.tzinfo)
    return begin, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=newest.tzinfo)


def _before(begin: datetime) -> datetime:
    """When the month before this one begins."""
    last = 12 if begin.month == 1 else begin.month - 1
    return begin.replace(year=begin.year - (begin.month == 1), month=last)


def _name_of(begin: datetime) -> tuple[str, str]:
    return f"{begin:%Y-%m}", month_in_words(begin.date())


def _row(one: Told) -> Sequence[str | None]:
    details = ", ".join(f"{key}: {value}" for key, value in one.row.details.items())
    title = one.row.details.get("title")
    did = (one.who, None) if one.helped is None else (one.helped, one.who)
    at = one.row.at.isoformat(timespec="seconds")
    return (at, one.sentence, *did, one.about, one.row.what, title, details)


def _json(one: Told) -> dict[str, Any]:
    row = one.row
    return {
        "at": row.at.isoformat(),
        "what": row.what,
        "sentence": one.sentence,
        "who": {"id": row.person_id, "name": one.who},
        "for": None if row.for_id is None else {"id": row.for_id, "name": one.helped},
        "about": None if row.about_id is None else {"id": row.about_id, "name": one.about},
        "charter": row.charter_id,
        "details": row.details,
    }


routes = [
    Route("/groups/{slug}/audit", show_audit),
    Route("/groups/{slug}/audit.csv", audit_csv),
    Route("/groups/{slug}/audit.json", audit_json),
]
