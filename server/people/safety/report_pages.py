"""Pages of keeping safe: report something, hear what was reported, and read what became of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NothingToReport, Refusal
from server.people.asking import asking, group_asked_for
from server.people.mail import Post
from server.people.permits import Action, Who, may
from server.people.safety import reports
from server.people.safety.reports import Find, Reportable
from server.people.tables import GroupRow, PersonRow
from server.settings import Settings
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.limits import Limits, address_of
from server.web.templates import Templates

SEE_OTHER = 303
UNKNOWN = 404


async def show_report(request: Request) -> Response:
    """What would be reported, who will hear it, and what one may say about it."""
    return await _page(request, {})


async def report(request: Request) -> Response:
    """Tell the lead."""
    form = await read_form(request)
    who: Who | None = request.state.who
    limits: Limits = request.app.state.limits
    store: Store = request.app.state.store
    key = address_of(request) if who is None else who.person_id
    filled_in = {name: text_of(form, name) for name in ("about", "kind", "note", "seen")}
    await limits.check("report", key)
    try:
        async with store.session() as session:
            found = await _find(request, session)
            about = filled_in["about"]
            if len(found.parts) == 1:
                about = found.parts[0].about
            row = await reports.report(
                session,
                found,
                about,
                filled_in["kind"],
                filled_in["note"],
                seen=filled_in["seen"],
                who=who,
            )
            group = await session.get_one(GroupRow, row.group_id)
            hear = await reports.who_hear(session, group)
    except NothingToReport:
        raise
    except Refusal as refusal:
        return await _page(request, filled_in, refusal)
    await limits.count("report", key)
    _write_to(request, group, hear)
    return _answer(
        request,
        "people/reported.html",
        {"found": found, "hear": _names(who, group, hear), "group": group},
    )


async def show_reports(request: Request) -> Response:
    """All that was reported in a group, for those who hear it."""
    return await _reports(request, await _group(request))


async def close(request: Request) -> Response:
    """Answer one report."""
    form = await read_form(request)
    group = await _group(request)
    store: Store = request.app.state.store
    report_id: str = request.path_params["report"]
    answer = text_of(form, "answer")
    try:
        async with store.session() as session:
            row = await reports.one_of(session, group.id, report_id)
            await reports.close(session, row, answer, request.state.who)
    except Refusal as refusal:
        if refusal.status == UNKNOWN:
            raise
        return await _reports(request, group, refusal, {"id": report_id, "answer": answer})
    return RedirectResponse(f"/groups/{group.slug}/reports?done=closed", SEE_OTHER)


async def my_reports(request: Request) -> Response:
    """What somebody reported themselves, and the answers."""
    who = asking(request)
    store: Store = request.app.state.store
    async with store.reading() as session:
        told = await reports.of_person(session, who)
    return _answer(request, "people/my_reports.html", {"told": told})


async def _reports(
    request: Request,
    group: GroupRow,
    refusal: Refusal | None = None,
    filled_in: Mapping[str, str] | None = None,
) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        told = await reports.of_group(session, group.id)
    values = {
        "group": group,
        "open": [one for one in told if one.row.closed_at is None],
        "closed": [one for one in told if one.row.closed_at is not None],
        "done": request.query_params.get("done", ""),
        "wrong": None if refusal is None else refusal.sentence,
        "filled_in": filled_in or {},
    }
    status = 200 if refusal is None else refusal.status
    return _answer(request, "people/reports.html", values, status)


async def _page(
    request: Request, filled_in: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    store: Store = request.app.state.store
    who: Who | None = request.state.who
    async with store.reading() as session:
        found = await _find(request, session)
        group = await session.get_one(GroupRow, found.group_id)
        hear = await reports.who_hear(session, group)
    values = {
        **filled_in,
        "found": found,
        "group": group,
        "hear": _names(who, group, hear),
        "has_lead": group.lead_id is not None,
        "kinds": reports.KINDS,
        "query": str(request.url.query),
        "seen": found.seen,
        "wrong": None if refusal is None else refusal.sentence,
        "wrong_field": "about" if refusal and not filled_in.get("about") else "note",
    }
    status = 200 if refusal is None else refusal.status
    return _answer(request, "people/report.html", values, status)


async def _find(request: Request, session: AsyncSession) -> Reportable:
    """What the address names. Raises NothingToReport for what there is not, or one cannot see."""
    asked = request.query_params
    finders: Mapping[str, Find] = request.app.state.reportable
    find = finders.get(asked.get("what", ""))
    if find is None:
        raise NothingToReport
    return await find(session, request.state.who, asked)


async def _group(request: Request) -> GroupRow:
    async with request.app.state.store.reading() as session:
        group, _ = await group_asked_for(
            session, request, Action.HEAR, "Only the person who hears reports can open this."
        )
    return group


def _names(who: Who | None, group: GroupRow, hear: list[PersonRow]) -> list[str]:
    """Who hears it, by name, for people of the group: names are for the group alone."""
    return [person.name for person in hear] if may(who, Action.WATCH, group) else []


def _write_to(request: Request, group: GroupRow, hear: list[PersonRow]) -> None:
    """Send those who hear it a letter where we can; what was reported is not in it."""
    post: Post = request.app.state.post
    settings: Settings = request.app.state.settings
    if not post.can_send:
        return
    for person in hear:
        if person.email is not None:
            link = f"{settings.address}/groups/{group.slug}/reports"
            post.send_soon(reports.letter(person.email, person.name, group.name, link))


def _answer(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


routes = [
    Route("/report", show_report),
    Route("/report", report, methods=["POST"]),
    Route("/groups/{slug}/reports", show_reports),
    Route("/groups/{slug}/reports/{report}", close, methods=["POST"]),
    Route("/me/reports", my_reports),
]
