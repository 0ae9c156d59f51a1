"""The page on which an organiser or the lead hides what their group said about shared words."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.adapting.asking import charter_for
from server.adapting.hiding import hide, said_by
from server.errors import NothingToHide, Refusal
from server.people.permits import Action
from server.people.safety.hiding import LONGEST_REASON
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303
UNKNOWN = 404


async def show_hide(request: Request) -> Response:
    """What was said, and the form."""
    return await _page(request, "")


async def hide_said(request: Request) -> Response:
    """Hide it, and show all that is hidden."""
    form = await read_form(request)
    store: Store = request.app.state.store
    reason = text_of(form, "reason")
    who, slug = request.state.who, request.path_params["slug"]
    try:
        async with store.session() as session:
            row = await charter_for(session, who, slug, Action.HIDE)
            await hide(session, who, row, request.path_params["step"], reason)
    except Refusal as refusal:
        if refusal.status == UNKNOWN:
            raise
        return await _page(request, reason[: LONGEST_REASON + 1], refusal)
    return RedirectResponse(f"/charters/{row.slug}/hidden?done=hidden", SEE_OTHER)


async def _page(request: Request, reason: str, refusal: Refusal | None = None) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        slug = request.path_params["slug"]
        row = await charter_for(session, request.state.who, slug, Action.HIDE)
        step = await said_by(session, row, request.path_params["step"])
    if not step.words:
        raise NothingToHide
    templates: Templates = request.app.state.templates
    values = {
        "slug": row.slug,
        "title": row.title,
        "language": row.language,
        "said": step,
        "reason": reason,
        "wrong": None if refusal is None else refusal.sentence,
    }
    status = 200 if refusal is None else refusal.status
    return templates.page(request, "adapting/hide.html", values, status)


routes = [
    Route("/charters/{slug}/said/{step}/hide", show_hide),
    Route("/charters/{slug}/said/{step}/hide", hide_said, methods=["POST"]),
]
