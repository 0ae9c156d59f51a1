"""Pages of supporters: who helps me, whom I help, and the presses that begin and end it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotFilledIn, Refusal
from server.people.asking import asking
from server.people.supporters import actions as supporters
from server.people.telling import permits_changed
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303
SUPPORTERS = "/me/supporters"
HELPING = "/me/helping"


async def show_supporters(request: Request) -> Response:
    """Who helps me, and who asked to: each with what saying yes means, or with its end."""
    who = asking(request)
    async with _store(request).reading() as session:
        known = await supporters.helpers_of(session, who)
    return _page(
        request,
        "people/supporters.html",
        {
            "helpers": [one for one in known if one.since is not None],
            "asked": [one for one in known if one.since is None],
        },
    )


async def show_choose(request: Request, refusal: Refusal | None = None) -> Response:
    """The people of my groups, to choose who helps me."""
    who = asking(request)
    supporters.check_own_answer(who)
    async with _store(request).reading() as session:
        known = await supporters.helpers_of(session, who)
        near = await supporters.others_near(session, who, known)
    return _page(request, "people/supporters_choose.html", {"near": near}, refusal)


async def choose(request: Request) -> Response:
    """Say yes to somebody of my groups."""
    form, who = await read_form(request), asking(request)
    chosen = text_of(form, "person")
    if not chosen:
        return await show_choose(request, NotFilledIn("Please choose a person."))
    async with _store(request).session() as session:
        await supporters.choose(session, who, chosen)
    return RedirectResponse(f"{SUPPORTERS}?done=yes", SEE_OTHER)


async def say_yes(request: Request) -> Response:
    """Say yes to who asked to help me."""
    await read_form(request)
    who = asking(request)
    async with _store(request).session() as session:
        await supporters.say_yes(session, who, request.path_params["support"])
    return RedirectResponse(f"{SUPPORTERS}?done=yes", SEE_OTHER)


async def end_support(request: Request) -> Response:
    """End somebody's help to me, or say no to it: at once, in one press."""
    await _end(request)
    return RedirectResponse(f"{SUPPORTERS}?done=ended", SEE_OTHER)


async def show_helping(request: Request) -> Response:
    """Whom I help, and whom I asked."""
    who = asking(request)
    async with _store(request).reading() as session:
        known = await supporters.helped_by(session, who)
    return _page(
        request,
        "people/helping.html",
        {
            "helped": [one for one in known if one.since is not None],
            "asked": [one for one in known if one.since is None],
        },
    )


async def show_ask(request: Request, refusal: Refusal | None = None) -> Response:
    """The people of my groups, to ask one whether I may help them."""
    who = asking(request)
    async with _store(request).reading() as session:
        known = await supporters.helped_by(session, who)
        near = await supporters.others_near(session, who, known)
    return _page(request, "people/helping_ask.html", {"near": near}, refusal)


async def ask(request: Request) -> Response:
    """Ask somebody whether I may help them."""
    form, who = await read_form(request), asking(request)
    chosen = text_of(form, "person")
    if not chosen:
        return await show_ask(request, NotFilledIn("Please choose a person."))
    async with _store(request).session() as session:
        await supporters.ask_to_help(session, who, chosen)
    return RedirectResponse(f"{HELPING}?done=asked", SEE_OTHER)


async def begin(request: Request) -> Response:
    """Help somebody from now on: all pages say so."""
    await read_form(request)
    who = asking(request)
    async with _store(request).session() as session:
        await supporters.begin(session, who, request.path_params["support"])
        permits_changed(session, request.app.state.bus)
    return RedirectResponse("/", SEE_OTHER)


async def stop(request: Request) -> Response:
    """Stop helping on this device."""
    await read_form(request)
    who = asking(request)
    async with _store(request).session() as session:
        await supporters.stop(session, who)
        permits_changed(session, request.app.state.bus)
    return RedirectResponse(f"{HELPING}?done=stopped", SEE_OTHER)


async def end_helping(request: Request) -> Response:
    """Never help this person again, unless they say yes again."""
    await _end(request)
    return RedirectResponse(f"{HELPING}?done=ended", SEE_OTHER)


async def _end(request: Request) -> None:
    await read_form(request)
    who = asking(request)
    async with _store(request).session() as session:
        await supporters.end(session, who, request.path_params["support"])
        permits_changed(session, request.app.state.bus)


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _page(
    request: Request, name: str, values: dict[str, object], refusal: Refusal | None = None
) -> Response:
    templates: Templates = request.app.state.templates
    about = {"done": request.query_params.get("done", ""), "wrong": refusal and refusal.sentence}
    return templates.page(
        request, name, {**values, **about}, 200 if refusal is None else refusal.status
    )


routes = [
    Route("/me/supporters", show_supporters),
    Route("/me/supporters/choose", show_choose),
    Route("/me/supporters/choose", choose, methods=["POST"]),
    Route("/me/supporters/{support}/yes", say_yes, methods=["POST"]),
    Route("/me/supporters/{support}/end", end_support, methods=["POST"]),
    Route("/me/helping", show_helping),
    Route("/me/helping/ask", show_ask),
    Route("/me/helping/ask", ask, methods=["POST"]),
    Route("/me/helping/stop", stop, methods=["POST"]),
    Route("/me/helping/{support}/begin", begin, methods=["POST"]),
    Route("/me/helping/{support}/end", end_helping, methods=["POST"]),
]
