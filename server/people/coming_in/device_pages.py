"""Pages about where one is signed in, and ending one's sessions there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server import clock
from server.errors import UnknownDevice
from server.people import audit
from server.people.asking import asking
from server.people.coming_in.devices import OTHER
from server.people.coming_in.invitations import forget_presses
from server.people.coming_in.sign_in_links import forget_links
from server.people.permits import Who, check_not_only_here
from server.people.sessions import end_one, end_others, sessions_of
from server.people.signing_in import SEE_OTHER, SIGNED_OUT, signed_out
from server.people.tables import SessionRow
from server.people.telling import permits_changed
from server.settings import Settings
from server.store import Store
from server.web.dates import lately
from server.web.forms import read_form
from server.web.templates import Templates

DEVICES = "/me/devices"


@dataclass(frozen=True, slots=True)
class Shown:
    """One session in words: "This tablet, used today"."""

    id: str
    words: str
    is_here: bool


def in_words(row: SessionRow, here: str | None, now: datetime, zone: str) -> str:
    """Which device, and when it was used or when its session ends."""
    name = row.device or OTHER
    is_here = row.id == here
    if is_here:
        name = f"This {name[:1].lower()}{name[1:]}"
    if row.shared:
        shared = "which others use too" if is_here else "that others use too"
        return f"{name}{',' if is_here else ''} {shared}, until tonight"
    return f"{name}, used {'today' if is_here else lately(row.used_at, now, zone)}"


async def show_devices(request: Request) -> Response:
    """All places where one is signed in, this one first; this one alone on the word of a card."""
    who = asking(request)
    settings: Settings = request.app.state.settings
    store: Store = request.app.state.store
    templates: Templates = request.app.state.templates
    now = clock.now()
    async with store.reading() as session:
        rows = await sessions_of(session, who.person_id)
    if who.only_here:
        rows = [row for row in rows if _is_here(row, who)]
    shown = [
        Shown(row.id, in_words(row, who.session_id, now, settings.time_zone), _is_here(row, who))
        for row in sorted(rows, key=lambda row: not _is_here(row, who))
    ]
    ended = request.query_params.get("ended", "")
    values = {"devices": shown, "others": any(not one.is_here for one in shown), "ended": ended}
    return templates.page(request, "people/devices.html", values)


async def end_device(request: Request) -> Response:
    """Sign out on one device of one's own; somebody else's looks as if it were not there."""
    await read_form(request)
    who = asking(request)
    session_id: str = request.path_params["session_id"]
    if session_id != who.session_id:
        check_not_only_here(who)
    async with request.app.state.store.session() as session:
        row = await end_one(session, who.person_id, session_id)
        if row is None:
            raise UnknownDevice
        await _forget_ways_back(session, who)
        audit.record(session, audit.What.SESSION_ENDED, by=who, device=row.device)
        permits_changed(session, request.app.state.bus)
    if session_id == who.session_id:
        return signed_out(request)
    return RedirectResponse(f"{DEVICES}?ended=one", SEE_OTHER)


async def end_all_others(request: Request) -> Response:
    """Sign out everywhere but here."""
    await read_form(request)
    who = asking(request)
    check_not_only_here(who)
    async with request.app.state.store.session() as session:
        count = await end_others(session, who.person_id, who.session_id)
        if count:
            await _forget_ways_back(session, who)
            audit.record(session, audit.What.SESSION_ENDED, by=who, count=count)
            permits_changed(session, request.app.state.bus)
    return RedirectResponse(f"{DEVICES}?ended=others", SEE_OTHER)


async def show_signed_out(request: Request) -> Response:
    """After signing out: a script clears up what nobody needs any more."""
    templates: Templates = request.app.state.templates
    return templates.page(request, "people/signed_out.html")


async def _forget_ways_back(session: AsyncSession, who: Who) -> None:
    """A device that was signed out cannot come in again by the press, or the link, of before."""
    await forget_presses(session, who.person_id)
    await forget_links(session, who.person_id)


def _is_here(row: SessionRow, who: Who) -> bool:
    return row.id == who.session_id


routes = [
    Route(DEVICES, show_devices),
    Route(f"{DEVICES}/end-others", end_all_others, methods=["POST"]),
    Route(f"{DEVICES}/{{session_id}}/end", end_device, methods=["POST"]),
    Route(SIGNED_OUT, show_signed_out),
]
