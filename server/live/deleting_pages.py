"""The pages on which a person deletes themselves: a choice, a last look, and goodbye."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NotFilledIn, Refusal
from server.live.deleting import Deleting
from server.people.asking import asking_wholly
from server.people.me.deletion import check_may_go
from server.people.me.pages import page
from server.people.signing_in import forget
from server.web.forms import read_form, text_of
from server.writing.charter import Kind
from server.writing.read_side import read_charter

SEE_OTHER = 303
KEEP, FORGET = "keep", "forget"
GOODBYE = "/goodbye"


async def show_delete(request: Request) -> Response:
    """What becomes of me and of my words; with a choice made, the last look before it is done."""
    who = asking_wholly(request)
    async with request.app.state.store.reading() as session:
        await check_may_go(session, who)
    words = request.query_params.get("words")
    if words is None and "next" not in request.query_params:
        return page(request, "people/me_delete.html", {})
    if words not in {KEEP, FORGET}:
        return _choose_first(request)
    return await _last_look(request, str(words))


async def delete(request: Request) -> Response:
    """Delete me."""
    form, who = await read_form(request), asking_wholly(request)
    words = text_of(form, "words")
    if words not in {KEEP, FORGET}:
        return _choose_first(request)
    deleting: Deleting = request.app.state.deleting
    try:
        await deleting.delete(who, forget_words=words == FORGET)
    except Refusal as refusal:
        return await _last_look(request, words, refusal)
    response = RedirectResponse(GOODBYE, SEE_OTHER)
    forget(response, request.app.state.settings)
    return response


async def show_goodbye(request: Request) -> Response:
    """After it is done. A script takes away what this device kept."""
    return page(request, "people/goodbye.html", {})


def _choose_first(request: Request) -> Response:
    wrong = NotFilledIn("Please choose what becomes of your words.")
    return page(request, "people/me_delete.html", {"wrong": wrong.sentence}, wrong.status)


async def _last_look(request: Request, words: str, refusal: Refusal | None = None) -> Response:
    values: dict[str, Any] = {"words": words, "wrong": refusal and refusal.sentence}
    if words == FORGET:
        values["going"] = await _going(request)
    return page(request, "people/me_delete_sure.html", values, refusal.status if refusal else 200)


async def _going(request: Request) -> list[dict[str, Any]]:
    """What will be forgotten, Charter by Charter: statements with their words, and reasons."""
    who = asking_wholly(request)
    deleting: Deleting = request.app.state.deleting
    told = []
    for found in await deleting.only_theirs(who.person_id):
        async with request.app.state.store.reading() as session:
            charter = await read_charter(session, found.charter.id)
        whole = {one.item_id for one in found.own if one.whole}
        told.append(
            {
                "title": found.charter.title,
                "language": found.charter.language,
                "statements": [
                    item
                    for item in charter.items
                    if item.id in whole and item.kind == Kind.STATEMENT and item.words
                ],
                "earlier": sum(one.whole and not one.is_there for one in found.own),
                "whys": sum(not one.whole for one in found.own),
            }
        )
    return told


routes = [
    Route("/me/delete", show_delete),
    Route("/me/delete", delete, methods=["POST"]),
    Route(GOODBYE, show_goodbye),
]
