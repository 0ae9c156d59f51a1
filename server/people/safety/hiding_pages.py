"""Pages on which an organiser or the lead hides somebody's name or picture, and shows it again."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotInTheGroup, Refusal
from server.people.asking import group_asked_for
from server.people.hidden import NAME
from server.people.permits import Action
from server.people.safety import hiding
from server.people.safety.hiding import LONGEST_REASON
from server.people.telling import permits_changed
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303
UNKNOWN = 404


async def show_hide(request: Request) -> Response:
    """What of somebody can be hidden, and the form."""
    return await _page(request, {})


async def hide(request: Request) -> Response:
    """Hide what was chosen, and show all that is hidden."""
    form = await read_form(request)
    store: Store = request.app.state.store
    part, reason = text_of(form, "part"), text_of(form, "reason")
    try:
        async with store.session() as session:
            group, who = await group_asked_for(session, request, Action.HIDE)
            person = await hiding.member(session, group, request.path_params["person"])
            if person is None:
                raise NotInTheGroup
            seen = text_of(form, f"seen-{part}")
            await hiding.hide(session, who, group, person.id, part=part, seen=seen, reason=reason)
            # Who they are is told anew wherever they are writing just now.
            permits_changed(session, request.app.state.bus)
    except Refusal as refusal:
        filled_in = {"part": part, "reason": reason[: LONGEST_REASON + 1]}
        return await _page(request, filled_in, refusal)
    return RedirectResponse(f"/groups/{group.slug}/hidden?done=hidden", SEE_OTHER)


async def show_hidden(request: Request) -> Response:
    """All that this group has hidden of people, for those who may show it again."""
    return await _hidden(request)


async def show_again(request: Request) -> Response:
    """Show something again."""
    await read_form(request)
    store: Store = request.app.state.store
    try:
        async with store.session() as session:
            group, who = await group_asked_for(session, request, Action.HIDE)
            await hiding.show(session, who, group, request.path_params["hiding"])
            permits_changed(session, request.app.state.bus)
    except Refusal as refusal:
        return await _hidden(request, refusal)
    return RedirectResponse(f"/groups/{group.slug}/hidden?done=shown", SEE_OTHER)


async def _page(
    request: Request, filled_in: Mapping[str, str], refusal: Refusal | None = None
) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.HIDE)
        person = await hiding.member(session, group, request.path_params["person"])
    if person is None:
        raise NotInTheGroup
    values = {"group": group, "person": person, "choices": hiding.choices(person), "NAME": NAME}
    return _answer(request, "people/hide.html", {**values, **filled_in}, refusal)


async def _hidden(request: Request, refusal: Refusal | None = None) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.HIDE)
        found = await hiding.hidden_by(session, group)
    if refusal is not None and refusal.status == UNKNOWN:
        raise refusal
    done = request.query_params.get("done", "")
    values = {"group": group, "found": found, "done": done, "NAME": NAME}
    return _answer(request, "people/hidden.html", values, refusal)


def _answer(
    request: Request, name: str, values: Mapping[str, Any], refusal: Refusal | None
) -> Response:
    templates: Templates = request.app.state.templates
    wrong = None if refusal is None else refusal.sentence
    status = 200 if refusal is None else refusal.status
    return templates.page(request, name, {**values, "wrong": wrong}, status)


routes = [
    Route("/groups/{slug}/people/{person}/hide", show_hide),
    Route("/groups/{slug}/people/{person}/hide", hide, methods=["POST"]),
    Route("/groups/{slug}/hidden", show_hidden),
    Route("/groups/{slug}/hidden/{hiding}/show", show_again, methods=["POST"]),
]
