"""How pages look and sound for one person: what is chosen now, and a page for each question."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotFilledIn, UnknownPage
from server.people.asking import asking
from server.people.me import actions as me
from server.people.me.pages import SEE_OTHER, page
from server.people.preferences import Preferences
from server.store import Store
from server.web.forms import read_form, text_of


async def show_looks(request: Request) -> Response:
    """What is chosen now, each with the way to change it."""
    values = {
        "chosen": asking(request).preferences.answers(),
        "saved": request.query_params.get("done") == "saved",
    }
    return page(request, "people/me_looks.html", values)


async def show_look(request: Request) -> Response:
    """One question, and what can be chosen."""
    return _page(request, asking(request).preferences)


async def change_look(request: Request) -> Response:
    """Keep what was chosen; every device of this person shows it."""
    form, before = await read_form(request), asking(request).preferences
    question = _question(request, before)
    try:
        chosen = before.answered(question, text_of(form, question))
    except NotFilledIn as wrong:
        return _page(request, before, wrong)
    await _keep(request, chosen)
    return RedirectResponse("/me/looks?done=saved", SEE_OTHER)


async def change_quiet(request: Request) -> Response:
    """Whether others' changes are read out: pressed where people write, by a script."""
    form, before = await read_form(request), asking(request).preferences
    await _keep(request, before.answered("quiet", text_of(form, "quiet") or "no"))
    return Response(status_code=204)


async def _keep(request: Request, chosen: Preferences) -> None:
    store: Store = request.app.state.store
    async with store.session() as session:
        await me.prefer(session, asking(request), chosen)


def _question(request: Request, preferences: Preferences) -> str:
    question: str = request.path_params["question"]
    if question not in preferences.answers():
        raise UnknownPage
    return question


def _page(request: Request, preferences: Preferences, wrong: NotFilledIn | None = None) -> Response:
    question = _question(request, preferences)
    values = {
        "question": question,
        "chosen": preferences.answers()[question],
        "wrong": wrong.sentence if wrong else None,
    }
    return page(request, "people/me_look.html", values, wrong.status if wrong else 200)


routes = [
    Route("/me/looks", show_looks),
    Route("/me/looks/{question}", show_look),
    Route("/me/looks/{question}", change_look, methods=["POST"]),
    Route("/me/quiet", change_quiet, methods=["POST"]),
]
