"""Pages on which somebody comes in by a card or a link: looking uses nothing up, one press does."""

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.errors import NameTakenHere, NotFilledIn, UnknownCode
from server.people.actions import Arrival
from server.people.coming_in.devices import device_name
from server.people.coming_in.invitations import (
    Arriving,
    Invitation,
    come_in,
    look_at_code,
    look_at_invitation,
    person_of,
    was_used_by,
)
from server.people.permits import Who
from server.people.rules import same_name
from server.people.sessions import Device, sign_out
from server.people.signing_in import remember, session_of
from server.people.tables import GroupRow
from server.people.telling import permits_changed
from server.settings import Settings
from server.store import Store
from server.web.forms import FIELD, read_form, text_of
from server.web.limits import Limits, address_of
from server.web.templates import Templates

SEE_OTHER = 303
# In `?as=new`, on a card for anybody: somebody else than who is signed in on this device.
_NEW = "new"


async def show_invitation(request: Request) -> Response:
    """One button, "Come in". Link checkers look at every link, so nothing is used up."""
    who: Who | None = request.state.who
    store: Store = request.app.state.store
    async with store.reading() as session:
        invitation = await _looked_at(session, request)
        was_theirs = await _was_theirs(session, invitation, who)
        whose = await person_of(session, invitation.row)
    if was_theirs:
        return to_group(invitation.group)
    invitation.check()
    is_back = invitation.row.name is not None and whose is not None
    return _page(request, invitation, {"is_back": is_back})


async def press_come_in(request: Request) -> Response:
    """Use the invitation, sign its person in and bring them to their group."""
    who: Who | None = request.state.who
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    limits: Limits = request.app.state.limits
    form = await read_form(request)
    arriving = _arriving(request, form)
    async with store.reading() as session:
        invitation = await _looked_at(session, request)
    by_open_card = invitation.row.name is None
    if by_open_card:
        await limits.check("arrival", invitation.group.id)
    try:
        async with store.session() as session:
            here = await _looked_at_again(session, request)
            if await _was_theirs(session, here, who):
                return to_group(here.group)
            arrival = await come_in(session, here, arriving)
            await change_sessions(session, request)
    except (NotFilledIn, NameTakenHere) as wrong:
        return _page(
            request, invitation, {"wrong": wrong.sentence, "name": arriving.name}, wrong.status
        )
    if by_open_card:
        await limits.count("arrival", invitation.group.id)
    return let_in(arrival, settings, shared=arriving.device.shared)


async def go_to_code(request: Request) -> Response:
    """The short address on a card leads to the page where its code is typed."""
    return RedirectResponse("/come-in", SEE_OTHER)


async def change_sessions(session: AsyncSession, request: Request) -> None:
    """End the session that this browser had: it keeps one only, nobody could end the other."""
    before = session_of(request)
    if before is not None:
        await sign_out(session, before)
    permits_changed(session, request.app.state.bus)


def let_in(arrival: Arrival, settings: Settings, *, shared: bool) -> Response:
    """Bring somebody who has come in to their group, with the cookie of their session."""
    response = to_group(arrival.group)
    remember(response, arrival.session_token, settings, shared=shared)
    return response


def device_of(request: Request, form: FormData) -> Device:
    """The device somebody comes in on, and whether they said that others use it too."""
    name = device_name(request.headers.get("user-agent", ""))
    return Device(name, shared=text_of(form, "shared") == "yes")


def to_group(group: GroupRow) -> Response:
    return RedirectResponse(f"/groups/{group.slug}?arrived=yes", SEE_OTHER)


async def by_code(session: AsyncSession, request: Request, typed: str) -> Invitation:
    """The invitation with this code, or UnknownCode. Only wrong codes are counted and refused.

    Raises TooManyTries for one when too many were wrong from where it is asked. A right one, of 60
    random bits, is nobody's guess: one who plays cannot keep a hall behind one address out.
    """
    limits: Limits = request.app.state.limits
    address = address_of(request)
    try:
        return await look_at_code(session, request.app.state.secret, typed)
    except UnknownCode:
        await limits.check("code", address)
        await limits.count("code", address)
        raise


async def _looked_at(session: AsyncSession, request: Request) -> Invitation:
    """The invitation behind the link or the code in the address."""
    code = request.path_params.get("code")
    if code is not None:
        return await by_code(session, request, code)
    return await look_at_invitation(session, request.path_params["token"])


async def _looked_at_again(session: AsyncSession, request: Request) -> Invitation:
    """The same where it was found already, so that no try is to be counted."""
    code = request.path_params.get("code")
    if code is not None:
        return await look_at_code(session, request.app.state.secret, code)
    return await look_at_invitation(session, request.path_params["token"])


def _arriving(request: Request, form: FormData) -> Arriving:
    settings: Settings = request.app.state.settings
    return Arriving(
        who=None if _is_new(request) else request.state.who,
        name=text_of(form, "name"),
        browser=text_of(form, FIELD),
        page=text_of(form, "page"),
        days=settings.session_days,
        device=device_of(request, form),
        zone=settings.time_zone,
    )


async def _was_theirs(session: AsyncSession, invitation: Invitation, who: Who | None) -> bool:
    """Whether who is signed in came in by it: a press again leads on.

    Not so on a card for anybody: the next person with the same tablet may hold it. Not so either
    where this session does not count in the group yet: the press lets them in there, too.
    """
    if who is None or invitation.row.name is None or invitation.group.id not in who.roles:
        return False
    return await was_used_by(session, invitation.row, who.person_id)


def _is_new(request: Request) -> bool:
    return request.query_params.get("as") == _NEW


def _page(
    request: Request, invitation: Invitation, values: Mapping[str, Any], status: int = 200
) -> Response:
    who: Who | None = request.state.who
    templates: Templates = request.app.state.templates
    row, group = invitation
    asks_name = row.name is None and (who is None or _is_new(request))
    is_same = (
        who is not None and (row.name is None or same_name(who.name, row.name)) and not asks_name
    )
    return templates.page(
        request,
        "people/come_in.html",
        {
            "invited": row.name,
            "group": group,
            "asks_name": asks_name,
            "same": is_same,
            "page": secrets.token_urlsafe(12),
            **values,
        },
        status,
    )


routes = [
    Route("/in", go_to_code),
    Route("/in/{code}", show_invitation),
    Route("/in/{code}", press_come_in, methods=["POST"]),
    Route("/come-in/{token}", show_invitation),
    Route("/come-in/{token}", press_come_in, methods=["POST"]),
]
