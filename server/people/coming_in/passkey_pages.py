"""Pages of the keys that one's devices keep: making one, taking one away, coming in with one.

A script asks the device (client/people/passkeys.ts). What it sends here is a form as all others
are, and is guarded like them; what it gets back is JSON.
"""

import re
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from server import clock
from server.errors import NotOnSharedDevice, NotSignedIn, PasskeyTooLate, Refusal
from server.people import audit
from server.people.coming_in import passkeys
from server.people.coming_in.link_pages import change_sessions, device_of
from server.people.coming_in.passkey_answers import (
    CHALLENGE_SECONDS,
    Answer,
    Site,
    ask_for_known,
    ask_for_new,
    site_of,
)
from server.people.coming_in.sign_in_links import first_group_of
from server.people.permits import Who, check_not_only_here
from server.people.sessions import Device, sign_in
from server.people.signing_in import SEE_OTHER, remember
from server.people.tables import PasskeyRow
from server.settings import Settings
from server.store import Store
from server.web.dates import lately
from server.web.forms import read_form, text_of
from server.web.limits import Limits, address_of
from server.web.templates import Templates

PASSKEYS = "/me/passkeys"
_COOKIE = "our_charter_key"
_NOT_NOW = "our_charter_no_key"
_GROUP = re.compile(r"/groups/[a-z0-9-]{1,80}")
_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Shown:
    """One key in words."""

    id: str
    name: str
    made: str
    used: str


async def show_passkeys(request: Request) -> Response:
    """The keys of one's devices, and the button to make one here."""
    who = _at_a_device(request)
    check_not_only_here(who)
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    async with store.reading() as session:
        rows = await passkeys.passkeys_of(session, who.person_id)
    shown = [_shown(row, settings.time_zone) for row in rows]
    values = {"passkeys": shown, "done": request.query_params.get("done", "")}
    return templates.page(request, "people/passkeys.html", values)


async def begin_making(request: Request) -> Response:
    """What the device is asked to make a key for."""
    await read_form(request)
    who = _at_own_device(request)
    site = _site(request)
    async with request.app.state.store.session() as session:
        await passkeys.check_room(session, who.person_id)
        known = [row.credential_id for row in await passkeys.passkeys_of(session, who.person_id)]
        asked = await passkeys.new_challenge(session, who.person_id, _kept(request))
    options = ask_for_new(site, asked.challenge, who.person_id, who.name, known)
    return _asking(request, options, asked)


async def make(request: Request) -> Response:
    """Keep the key that the device made."""
    form = await read_form(request)
    who = _at_own_device(request)
    answer = await _answer(request, form, who.person_id)
    device = device_of(request, form).name
    async with request.app.state.store.session() as session:
        await passkeys.make_passkey(session, who, answer, device)
    return _done(request, f"{PASSKEYS}?done=made")


async def take_away(request: Request) -> Response:
    """Take a key away: nobody comes in with it any more."""
    await read_form(request)
    who = _at_a_device(request)
    check_not_only_here(who)
    async with request.app.state.store.session() as session:
        await passkeys.take_away(session, who, request.path_params["passkey_id"])
    return RedirectResponse(f"{PASSKEYS}?done=gone", SEE_OTHER)


async def not_now(request: Request) -> Response:
    """Put the offer to make a key away, on this device."""
    form = await read_form(request)
    _at_a_device(request)
    settings: Settings = request.app.state.settings
    response = RedirectResponse(_within(text_of(form, "from")), SEE_OTHER)
    _set(response, _name(_NOT_NOW, settings), "yes", _YEAR, settings)
    return response


async def begin_coming_in(request: Request) -> Response:
    """What any key of ours that the device has is asked to sign."""
    await read_form(request)
    await _check_tries(request)
    limits: Limits = request.app.state.limits
    await limits.check("passkey-begun", address_of(request))
    await limits.count("passkey-begun", address_of(request))
    async with request.app.state.store.session() as session:
        asked = await passkeys.new_challenge(session, None, _kept(request))
    return _asking(request, ask_for_known(_site(request), asked.challenge), asked)


async def come_in(request: Request) -> Response:
    """Sign the person in whose key signed, and say where they are brought."""
    form = await read_form(request)
    await _check_tries(request)
    try:
        answer = await _answer(request, form, None)
        return await _come_in(request, answer, device_of(request, form))
    except Refusal:
        limits: Limits = request.app.state.limits
        await limits.count("passkey", address_of(request))
        raise


async def _come_in(request: Request, answer: Answer, device: Device) -> Response:
    settings: Settings = request.app.state.settings
    async with request.app.state.store.session() as session:
        person = await passkeys.person_of_answer(session, answer)
        group = await first_group_of(session, person.id)
        secret = await sign_in(session, person, settings.session_days, device, settings.time_zone)
        await change_sessions(session, request)
        audit.record(session, audit.What.CAME_IN, by=person.id, key=True)
    response = _done(request, "/" if group is None else f"/groups/{group.slug}")
    remember(response, secret, settings, shared=device.shared)
    return response


async def offers_passkey(request: Request) -> bool:
    """Whether this page may offer a key: to who has just come in, on a device of their own.

    Not to who put the offer away on this device, nor to who has a key.
    """
    who: Who | None = request.state.who
    settings: Settings = request.app.state.settings
    if who is None or who.session_id is None or who.shared_device:
        return False
    if request.query_params.get("arrived") != "yes":
        return False
    if _name(_NOT_NOW, settings) in request.cookies:
        return False
    async with request.app.state.store.reading() as session:
        return not await passkeys.has_passkey(session, who.person_id)


def _shown(row: PasskeyRow, zone: str) -> Shown:
    now = clock.now()
    made, used = (lately(moment, now, zone) for moment in (row.created_at, row.used_at))
    return Shown(row.id, row.name, made, used)


def _at_a_device(request: Request) -> Who:
    """Who asks, signed in on a device: a key is no chore of a program with an access token."""
    who: Who | None = request.state.who
    if who is None or who.session_id is None:
        raise NotSignedIn
    return who


def _at_own_device(request: Request) -> Who:
    who = _at_a_device(request)
    if who.shared_device:
        raise NotOnSharedDevice
    check_not_only_here(who)
    return who


def _site(request: Request) -> Site:
    return site_of(request.app.state.settings, request.headers.get("host"))


def _kept(request: Request) -> str | None:
    """The secret of the challenge that this browser asked for."""
    return request.cookies.get(_name(_COOKIE, request.app.state.settings))


async def _answer(request: Request, form: FormData, person_id: str | None) -> Answer:
    """What was answered, to the challenge of this browser, which is used up now."""
    async with request.app.state.store.session() as session:
        challenge = await passkeys.take_challenge(session, _kept(request), person_id)
    if challenge is None:
        raise PasskeyTooLate
    return Answer(text_of(form, "answer"), challenge, _site(request))


async def _check_tries(request: Request) -> None:
    limits: Limits = request.app.state.limits
    await limits.check("passkey", address_of(request))


def _asking(request: Request, options: dict[str, Any], asked: passkeys.Challenge) -> Response:
    settings: Settings = request.app.state.settings
    response = JSONResponse(options)
    _set(response, _name(_COOKIE, settings), asked.secret, CHALLENGE_SECONDS, settings)
    return response


def _done(request: Request, to: str) -> Response:
    settings: Settings = request.app.state.settings
    response = JSONResponse({"to": to})
    response.delete_cookie(
        _name(_COOKIE, settings), path="/", secure=settings.secure, httponly=True
    )
    return response


def _set(response: Response, name: str, value: str, seconds: int, settings: Settings) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def _name(cookie: str, settings: Settings) -> str:
    return f"__Host-{cookie}" if settings.secure else cookie


def _within(path: str) -> str:
    """The way back, if it leads to a group's page; else the first page."""
    return path if _GROUP.fullmatch(path) else "/"


routes = [
    Route(PASSKEYS, show_passkeys),
    Route(f"{PASSKEYS}/begin", begin_making, methods=["POST"]),
    Route(f"{PASSKEYS}/make", make, methods=["POST"]),
    Route(f"{PASSKEYS}/not-now", not_now, methods=["POST"]),
    Route(f"{PASSKEYS}/{{passkey_id}}/take-away", take_away, methods=["POST"]),
    Route("/passkeys/begin", begin_coming_in, methods=["POST"]),
    Route("/passkeys/come-in", come_in, methods=["POST"]),
]
