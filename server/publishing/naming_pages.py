"""The page on which a person says whether the next edition may name them. Nobody else can."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotFilledIn
from server.people.permits import Action, Who
from server.people.supporters.actions import check_own_answer
from server.publishing import namings
from server.publishing.asking import asked_for
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates

SEE_OTHER = 303


async def show(request: Request, refusal: NotFilledIn | None = None) -> Response:
    """May we name you? With what this person said before."""
    templates: Templates = request.app.state.templates
    async with request.app.state.store.reading() as session:
        row, group = await asked_for(session, request, Action.WATCH)
        who = _themselves(request)
        number = await namings.next_number(session, row.id)
        said = await namings.said_by(session, row.id, number, who.person_id)
    return templates.page(
        request,
        "publishing/naming.html",
        {
            "slug": row.slug,
            "row": row,
            "group": group,
            "number": number,
            "said": said,
            "kept": request.query_params.get("kept") == "yes" and refusal is None,
            "wrong": refusal and refusal.sentence,
        },
        200 if refusal is None else refusal.status,
    )


def _themselves(request: Request) -> Who:
    """Who answers, which nobody else does for them. Raises AnswersThemselves and OnlyHere."""
    who: Who = request.state.who
    check_own_answer(who)
    return who


async def say(request: Request) -> Response:
    """Keep what this person says."""
    form = await read_form(request)
    store: Store = request.app.state.store
    yes, number = text_of(form, "name_me"), text_of(form, "number")
    if yes not in {"yes", "no"}:
        return await show(request, NotFilledIn("Please choose yes or no."))
    async with store.session() as session:
        row, _ = await asked_for(session, request, Action.WATCH)
        who = _themselves(request)
        asked = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        await namings.say(session, row.id, asked, who.person_id, yes == "yes")
    return RedirectResponse(f"/charters/{row.slug}/naming?kept=yes", SEE_OTHER)


routes = [
    Route("/charters/{slug}/naming", show),
    Route("/charters/{slug}/naming", say, methods=["POST"]),
]
