"""A group's own page: its Charters and its people; and its name and picture, to be changed.

It stands here because Charters and the catalogue of pictures do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import MayNot, NameTaken, NotFilledIn, NotSignedIn, Refusal, UnknownPicture
from server.people.actions import find_group
from server.people.asking import group_asked_for
from server.people.coming_in.passkey_pages import offers_passkey
from server.people.groups import actions as groups
from server.people.groups.local_groups import NATIONAL
from server.people.groups.rules import DOES
from server.people.permits import Action, Who, may
from server.store import Store
from server.web.forms import read_form, text_of
from server.web.templates import Templates
from server.writing import pictures
from server.writing.additions import OnCard
from server.writing.tables import CharterRow

SEE_OTHER = 303
NONE = "none"
# As many people are named on the group's page; all of them have a page of their own.
_FIRST = 8
_MOST = 24
_LONGEST_WORD = 100


async def show(request: Request) -> Response:
    """Where people arrive after coming in: the group's Charters, and who is in it.

    Others see the Charters that they may read.
    """
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    features: Sequence[OnCard] = getattr(request.app.state, "cards", ())
    async with store.reading() as session:
        group = await find_group(session, request.path_params["slug"])
        rows = await session.scalars(
            select(CharterRow)
            .where(CharterRow.group_id == group.id)
            .order_by(CharterRow.title, CharterRow.slug)
        )
        charters = [row for row in rows if may(who, Action.READ, row)]
        is_inside = may(who, Action.WATCH, group)
        if not is_inside and not charters:
            raise NotSignedIn if who is None else MayNot
        people = await groups.people_in(session, group) if is_inside else []
        news = {
            row.id: [note for feature in features for note in await feature(session, who, row)]
            for row in charters
            if is_inside
        }
    role = None if who is None else who.roles.get(group.id)
    return _page(
        request,
        "writing/group.html",
        {
            "group": group,
            "charters": charters,
            "news": news,
            "people": people,
            "first": people[:_FIRST],
            "does": None if role is None else DOES[role],
            "is_inside": is_inside,
            "may_write": may(who, Action.WRITE, group),
            "may_organise": may(who, Action.ORGANISE, group),
            "is_national": group.kind == NATIONAL,
            "offer_key": await offers_passkey(request),
            "changed": request.query_params.get("done") == "changed",
        },
    )


async def show_name(request: Request) -> Response:
    """The form for another name of the group."""
    return await _name_page(request)


async def change_name(request: Request) -> Response:
    """Give the group another name."""
    name = text_of(await read_form(request), "name")
    store: Store = request.app.state.store
    try:
        async with store.session() as session:
            group, who = await group_asked_for(session, request, Action.ORGANISE)
            await groups.rename_group(session, group, who, name)
    except (NameTaken, NotFilledIn) as refusal:
        return await _name_page(request, refusal, name)
    return RedirectResponse(f"/groups/{group.slug}?done=changed", SEE_OTHER)


async def _name_page(
    request: Request, refusal: Refusal | None = None, name: str | None = None
) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.ORGANISE)
    values = {
        "group": group,
        "name": group.name if name is None else name,
        "wrong": None if refusal is None else refusal.sentence,
    }
    return _page(request, "people/group_name.html", values, refusal.status if refusal else 200)


async def show_pictures(request: Request) -> Response:
    """Search the pictures by a word, and choose one for the group."""
    return await _picture_page(request)


async def choose_picture(request: Request) -> Response:
    """Take this picture for the group, or have none."""
    chosen = text_of(await read_form(request), "picture")
    if chosen != NONE and not pictures.exists(chosen):
        return await _picture_page(request, UnknownPicture())
    store: Store = request.app.state.store
    async with store.session() as session:
        group, who = await group_asked_for(session, request, Action.ORGANISE)
        await groups.give_picture(session, group, who, None if chosen == NONE else chosen)
    return RedirectResponse(f"/groups/{group.slug}?done=changed", SEE_OTHER)


async def _picture_page(request: Request, refusal: Refusal | None = None) -> Response:
    store: Store = request.app.state.store
    async with store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.ORGANISE)
    word = request.query_params.get("word", "")[:_LONGEST_WORD]
    values = {
        "group": group,
        "word": word,
        "found": pictures.find(word, _MOST),
        "called": pictures.name(group.picture) if group.picture else "",
        "wrong": None if refusal is None else refusal.sentence,
    }
    return _page(request, "people/group_picture.html", values, refusal.status if refusal else 200)


def _page(request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
    templates: Templates = request.app.state.templates
    return templates.page(request, name, values, status)


routes = [
    Route("/groups/{slug}", show),
    Route("/groups/{slug}/change", show_name),
    Route("/groups/{slug}/change", change_name, methods=["POST"]),
    Route("/groups/{slug}/picture", show_pictures),
    Route("/groups/{slug}/picture", choose_picture, methods=["POST"]),
]
