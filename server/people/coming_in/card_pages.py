"""Pages on which an organiser makes cards and links, prints them, sees them all and ends them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server import clock
from server.errors import WrongField
from server.people import letters
from server.people.actions import find_member
from server.people.asking import group_asked_for
from server.people.coming_in.cards import PICTURE, cards_of, end_card
from server.people.coming_in.codes import grouped, square_of
from server.people.coming_in.invitations import Made, make_card
from server.people.coming_in.wanted import Wanted, read_wanted, step_of
from server.people.mail import Post
from server.people.permits import Action, Role, Who
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from server.store.after_commit import after_commit
from server.web.dates import lately
from server.web.forms import read_form, text_of
from server.web.limits import Limits
from server.web.templates import Templates

SEE_OTHER = 303
# As many cards for anybody stand on one sheet of paper.
_ON_A_SHEET = 4
_FIELDS = ("for", "name", "role", "keep", "email", "days", "uses")
# What a form that leaves these questions out means by it.
_USUAL = {"keep": "no", "role": Role.MEMBER.value}


async def show_cards(request: Request) -> Response:
    """All cards and links that still work."""
    settings: Settings = request.app.state.settings
    templates: Templates = request.app.state.templates
    async with request.app.state.store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.INVITE)
        cards = await cards_of(session, group)
    now, zone = clock.now(), settings.time_zone
    used = {card.id: lately(card.last_used, now, zone) for card in cards if card.last_used}
    values = {
        "group": group,
        "cards": cards,
        "used": used,
        "ended": request.query_params.get("ended") == "yes",
    }
    return templates.page(request, "people/cards.html", values)


async def end(request: Request) -> Response:
    """End a card: from now on it lets nobody in."""
    await read_form(request)
    store: Store = request.app.state.store
    async with store.session() as session:
        group, who = await group_asked_for(session, request, Action.INVITE)
        await end_card(session, group, request.path_params["card_id"], who)
    return RedirectResponse(f"/groups/{group.slug}/cards?ended=yes", SEE_OTHER)


async def show_invite(request: Request) -> Response:
    """Ask for whom a card is and what it lets them do: one question a page, then all answers.

    The address carries the answers, so that the browser's own way back leads from page to page.
    """
    async with request.app.state.store.reading() as session:
        group, _ = await group_asked_for(session, request, Action.INVITE)
    query = request.query_params
    written = {field: query[field] for field in _FIELDS if field in query}
    asked = query.get("step")
    wanted = None
    if asked is None and written.keys() - {"for"}:
        try:
            wanted = read_wanted(written, request.app.state.settings.invitation_days)
        except WrongField as wrong:
            return _ask(request, group, written, wrong=wrong)
    return _ask(request, group, written, asked=asked, wanted=wanted)


async def invite(request: Request) -> Response:
    """Make the card, and show it once: we keep only hashes of what is on it."""
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    post: Post = request.app.state.post
    limits: Limits = request.app.state.limits
    async with store.reading() as session:
        group, who = await group_asked_for(session, request, Action.INVITE)
    form = await read_form(request)
    written = {field: text_of(form, field) for field in _FIELDS if field in form}
    try:
        wanted = read_wanted(written, settings.invitation_days)
    except WrongField as wrong:
        return _ask(request, group, {**_USUAL, **written}, wrong=wrong)
    if wanted.email is not None and post.can_send:
        await limits.check("invite", who.person_id)
        await limits.count("invite", who.person_id)
    async with store.session() as session:
        known = None
        if wanted.name is not None:
            known = await find_member(session, group, wanted.name)
        made = await make_card(session, request.app.state.secret, group, wanted, who)
        letter = _letter(settings, group, wanted, made, who)
        if letter is not None and post.can_send:

            async def send() -> None:
                post.send_soon(letter)

            after_commit(session, send)
    sent = wanted.email if letter is not None and post.can_send else None
    values = {"known": known is not None, "sent": sent, "email": wanted.email}
    return _made(request, group, wanted, made, values)


def _letter(
    settings: Settings, group: GroupRow, wanted: Wanted, made: Made, who: Who
) -> letters.Letter | None:
    if wanted.email is None or wanted.name is None:
        return None
    return letters.invitation(
        wanted.email,
        name=wanted.name,
        group=group.name,
        link=_link(settings, made),
        until=made.row.expires_at,
        by=who.name,
        is_kept=wanted.is_kept,
    )


def _made(
    request: Request, group: GroupRow, wanted: Wanted, made: Made, values: Mapping[str, Any]
) -> Response:
    settings: Settings = request.app.state.settings
    templates: Templates = request.app.state.templates
    link = _link(settings, made)
    return templates.page(
        request,
        "people/invited.html",
        {
            "group": group,
            "wanted": wanted,
            "until": made.row.expires_at,
            "link": link,
            "square": square_of(link),
            "code": grouped(made.code),
            "typed_at": f"{urlsplit(settings.address).netloc}/in",
            "picture": group.picture or PICTURE,
            "copies": 1 if wanted.name is not None else _ON_A_SHEET,
            **values,
        },
    )


def _ask(
    request: Request,
    group: GroupRow,
    written: Mapping[str, str],
    *,
    asked: str | None = None,
    wanted: Wanted | None = None,
    wrong: WrongField | None = None,
) -> Response:
    """The next question, the one that is asked for, or the one with a mistake in its answer."""
    templates: Templates = request.app.state.templates
    post: Post = request.app.state.post
    step = step_of(written, asked if wrong is None else wrong.field)
    values = {
        "group": group,
        "written": written,
        "step": step,
        "anybody": step.answers["for"] == "anybody",
        "wanted": wanted,
        "wrong": wrong,
        "by_mail": post.can_send,
    }
    name = "people/invite.html" if step.question else "people/invite_last.html"
    return templates.page(request, name, values, 200 if wrong is None else wrong.status)


def _link(settings: Settings, made: Made) -> str:
    return f"{settings.address}/come-in/{made.token}"


routes = [
    Route("/groups/{slug}/cards", show_cards),
    Route("/groups/{slug}/cards/{card_id}/end", end, methods=["POST"]),
    Route("/groups/{slug}/invite", show_invite),
    Route("/groups/{slug}/invite", invite, methods=["POST"]),
]
