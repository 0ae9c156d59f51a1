"""The page on which a person chooses a picture of the catalogue as their own.

It stands here because the catalogue of pictures does.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.errors import Refusal, UnknownPicture
from server.people.asking import asking_wholly
from server.people.me import actions as me
from server.people.me.pages import page, to_my_page
from server.people.tables import PersonRow
from server.store import Store
from server.web.forms import read_form, text_of
from server.writing import pictures

NONE = "none"
_MOST = 24
_LONGEST_WORD = 100


async def show_pictures(request: Request) -> Response:
    """Search the pictures by a word, and choose one. With scripts a chooser does the same."""
    return await _page(request)


async def choose(request: Request) -> Response:
    """Take this picture, or have none."""
    form, who = await read_form(request), asking_wholly(request)
    chosen = text_of(form, "picture")
    if chosen != NONE and not pictures.exists(chosen):
        return await _page(request, UnknownPicture())
    store: Store = request.app.state.store
    async with store.session() as session:
        await me.choose_picture(session, who, None if chosen == NONE else chosen)
    return to_my_page("picture")


async def _page(request: Request, refusal: Refusal | None = None) -> Response:
    who = asking_wholly(request)
    word = request.query_params.get("word", "")[:_LONGEST_WORD]
    store: Store = request.app.state.store
    async with store.reading() as session:
        person = await session.get_one(PersonRow, who.person_id)
    values = {
        "word": word,
        "found": pictures.find(word, _MOST),
        "person": person,
        "called": pictures.name(person.picture) if person.picture else "",
        "wrong": None if refusal is None else refusal.sentence,
    }
    return page(request, "people/me_picture.html", values, refusal.status if refusal else 200)


routes = [
    Route("/me/picture", show_pictures),
    Route("/me/picture", choose, methods=["POST"]),
]
