"""Pages on which a Charter begins: the first set-up, and a new Charter of a group.

They stand here because a Charter begins with its document, which an engine worker makes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import MayNot, NotFilledIn
from server.live.actions import start_charter
from server.live.engine import Engine
from server.people import actions as people
from server.people.asking import asking
from server.people.coming_in.link_pages import device_of
from server.people.permits import Action, may
from server.people.rules import tidy_name
from server.people.signing_in import remember
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates
from server.writing import limits, starters
from server.writing.charter import Charter

SEE_OTHER = 303


async def show_set_up(request: Request) -> Response:
    """The first page of a new server: who are you, what is your group, how do you start."""
    async with request.app.state.store.reading() as session:
        await people.look_at_set_up(session, request.path_params["token"])
    return _page(request, "writing/set_up.html", {})


async def set_up(request: Request) -> Response:
    """Make the first group, its first organiser and its first Charter, and go there."""
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    engine: Engine = request.app.state.engine
    form = await read_form(request)
    name, group, start = (text_of(form, field) for field in ("name", "group", "start"))
    filled_in = {"name": name, "group": group, "chosen": start}
    for field, missing in (
        ("name", "Please write your name."),
        ("group", "Please write the name of your group."),
    ):
        try:
            tidy_name(text_of(form, field), missing)
        except NotFilledIn as wrong:
            values = {**filled_in, "wrong": wrong.sentence, "wrong_field": field}
            return _page(request, "writing/set_up.html", values, wrong.status)
    charter = _start_of(start)
    token: str = request.path_params["token"]
    begun = await engine.begin(charter)
    device = device_of(request, form)
    async with store.session() as session:
        arrival = await people.set_up(
            session,
            token,
            name,
            group,
            settings.session_days,
            device=device,
            zone=settings.time_zone,
        )
        row = await start_charter(
            session, charter, begun, group_id=arrival.group.id, by=arrival.person.id
        )
    response = RedirectResponse(f"/charters/{row.slug}", SEE_OTHER)
    remember(response, arrival.session_token, settings, shared=device.shared)
    return response


async def show_new(request: Request) -> Response:
    """The form on which an organiser starts a Charter."""
    groups = await _groups_to_start_in(request)
    chosen = request.query_params.get("group", groups[0].slug)
    return _page(request, "writing/new.html", _offer(groups, chosen))


async def new(request: Request) -> Response:
    """Start a Charter and go there."""
    form = await read_form(request)
    groups = await _groups_to_start_in(request)
    group = next((group for group in groups if group.slug == text_of(form, "group")), None)
    if group is None:
        raise MayNot
    try:
        charter = _named(_start_of(text_of(form, "start")), form)
    except NotFilledIn as wrong:
        values = {
            **_offer(groups, group.slug),
            "title": text_of(form, "title"),
            "chosen": text_of(form, "start"),
            "wrong": wrong.sentence,
        }
        return _page(request, "writing/new.html", values, wrong.status)
    begun = await request.app.state.engine.begin(charter)
    async with request.app.state.store.session() as session:
        row = await start_charter(session, charter, begun, group_id=group.id, by=request.state.who)
    return RedirectResponse(f"/charters/{row.slug}", SEE_OTHER)


async def _groups_to_start_in(request: Request) -> list[GroupRow]:
    """The groups in which one may start a Charter. Raises NotSignedIn, or MayNot without any."""
    who = asking(request)
    async with request.app.state.store.reading() as session:
        rows = await session.scalars(
            select(GroupRow).where(GroupRow.id.in_(who.roles)).order_by(GroupRow.name)
        )
        groups = [group for group in rows if may(who, Action.ORGANISE, group)]
    if not groups:
        raise MayNot
    return groups


def _start_of(start: str) -> Charter:
    if start not in starters.STARTERS:
        raise NotFilledIn("Please choose how you want to start.")
    return starters.load(start)


def _named(charter: Charter, form: FormData) -> Charter:
    title = " ".join(text_of(form, "title").split())
    if len(title) > limits.TITLE:
        raise NotFilledIn(f"This name is too long. Use at most {limits.TITLE} letters.")
    return replace(charter, title=title) if title else charter


def _offer(groups: list[GroupRow], chosen: str) -> dict[str, Any]:
    items = [{"value": group.slug, "text": group.name} for group in groups]
    return {"groups": items, "group": chosen}


def _page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


routes = [
    Route("/set-up/{token}", show_set_up),
    Route("/set-up/{token}", set_up, methods=["POST"]),
    Route("/charters/new", show_new),
    Route("/charters/new", new, methods=["POST"]),
]
