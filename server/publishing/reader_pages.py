"""The page on which organisers choose who can read a Charter, at any time."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.people.permits import Action, Who
from server.publishing import readers, rules
from server.publishing.asking import asked_for
from server.publishing.rules import WrongField
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303


async def show(request: Request) -> Response:
    """Who can read the Charter now, and what happens when that changes."""
    return await _page(request)


async def choose(request: Request) -> Response:
    """Let these people read it from now on."""
    written = text_of(await read_form(request), "readers")
    who: Who = request.state.who
    store: Store = request.app.state.store
    try:
        async with store.session() as session:
            row, _ = await asked_for(session, request, Action.ORGANISE)
            chosen = rules.tidy_readers(written)
            if chosen is None:
                raise WrongField("readers", "Please choose who can read it.")
            await readers.choose(session, row, who, chosen)
    except WrongField as wrong:
        return await _page(request, wrong)
    return RedirectResponse(f"/charters/{row.slug}/readers?done=yes", SEE_OTHER)


async def _page(request: Request, wrong: WrongField | None = None) -> Response:
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    async with store.reading() as session:
        row, group = await asked_for(session, request, Action.ORGANISE)
    values = {
        "row": row,
        "group": group,
        "all_readers": rules.readers_to_choose(),
        "done": request.query_params.get("done") == "yes",
        "wrong": None if wrong is None else wrong.sentence,
    }
    status = 200 if wrong is None else wrong.status
    return templates.page(request, "publishing/readers.html", values, status)


routes = [
    Route("/charters/{slug}/readers", show),
    Route("/charters/{slug}/readers", choose, methods=["POST"]),
]
