"""Who is asking: the person behind a cookie or an access token, on pages and on sockets.

Five hundred people may arrive on the live socket in one second, so this is one query over unique
indexes, and `who_by_token_hash` answers for many at once.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, false, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import clock
from server.people.permits import Helped, Role, Who
from server.people.pictures import address_of_picture
from server.people.preferences import Preferences
from server.people.sessions import end_of_day, renew, was_shared
from server.people.tables import (
    AccessTokenRow,
    GroupRow,
    MembershipRow,
    PersonRow,
    SessionRow,
    SupportRow,
)
from server.people.tokens import hash_of
from server.settings import Settings
from server.store import Store

SEE_OTHER = 303
SIGNED_OUT = "/signed-out"

COOKIE = "our_charter"
_SECURE_COOKIE = f"__Host-{COOKIE}"
_EITHER_COOKIE = (f"{COOKIE}=", f"{_SECURE_COOKIE}=")
_CLEAR = "clear-site-data"
# Databases take only so many values in one question.
_AT_ONCE = 500
# What is the same for everybody needs nobody's name.
_FOR_EVERYBODY = ("/static/", "/pictures/", "/healthz", "/readyz", "/metrics")


class _Found(NamedTuple):
    who: Who
    used_at: datetime | None  # of a session; an access token has none


_KEYS = union_all(
    select(
        SessionRow.token_hash.label("hash"),
        SessionRow.person_id.label("person_id"),
        SessionRow.used_at.label("used_at"),
        SessionRow.id.label("session_id"),
        SessionRow.shared.label("shared"),
        SessionRow.helping_id.label("helping_id"),
        SessionRow.vouched_by.label("vouched_by"),
    ).where(
        SessionRow.token_hash.in_(bindparam("hashes", expanding=True)),
        SessionRow.expires_at > bindparam("now"),
    ),
    select(
        AccessTokenRow.token_hash,
        AccessTokenRow.person_id,
        *(null(), null(), false(), null(), null()),
    ).where(AccessTokenRow.token_hash.in_(bindparam("hashes", expanding=True))),
).subquery()

# An organiser hears reports where no lead is named.
_LEADS = or_(
    GroupRow.lead_id == PersonRow.id,
    and_(GroupRow.lead_id.is_(None), MembershipRow.role == Role.ORGANISER.value),
)

_WHO = (
    select(
        _KEYS,
        PersonRow,
        MembershipRow.group_id,
        MembershipRow.role,
        _LEADS.label("leads"),
    )
    .join(PersonRow, PersonRow.id == _KEYS.c.person_id)
    .outerjoin(
        MembershipRow,
        and_(MembershipRow.person_id == PersonRow.id, MembershipRow.ended_at.is_(None)),
    )
    .outerjoin(GroupRow, GroupRow.id == MembershipRow.group_id)
    # A session that was begun just when they were deleted lets nobody in.
    .where(PersonRow.deleted_at.is_(None))
)


async def who_by_token_hash(session: AsyncSession, hashes: Collection[str]) -> dict[str, Who]:
    """The people behind these hashes of sessions and access tokens; unknown ones are left out."""
    return {key: found.who for key, found in (await _find(session, hashes)).items()}


async def roles_of(
    session: AsyncSession, person_ids: Collection[str]
) -> dict[str, dict[str, Role]]:
    """The role of each of these people in each of their groups; {} for who is in none."""
    roles: dict[str, dict[str, Role]] = {person_id: {} for person_id in person_ids}
    for some in _in_parts(list(roles)):
        rows = await session.execute(
            select(MembershipRow.person_id, MembershipRow.group_id, MembershipRow.role).where(
                MembershipRow.person_id.in_(some), MembershipRow.ended_at.is_(None)
            )
        )
        for person_id, group_id, role in rows:
            roles[person_id][group_id] = Role(role)
    return roles


async def who_is(connection: HTTPConnection, store: Store) -> Who | None:
    """The person asking on this connection, page or socket; None when nobody is signed in."""
    secret = token_of(connection)
    if secret is None:
        return None
    key = hash_of(secret)
    async with store.reading() as session:
        return (await who_by_token_hash(session, [key])).get(key)


def token_of(connection: HTTPConnection) -> str | None:
    """The secret a connection brings: `Authorization: Bearer`, else the session cookie."""
    return bearer_of(connection) or session_of(connection)


def bearer_of(connection: HTTPConnection) -> str | None:
    """The access token in `Authorization: Bearer TOKEN`, if there is one."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def session_of(connection: HTTPConnection) -> str | None:
    """The secret in the session cookie, if there is one."""
    settings: Settings = connection.app.state.settings
    return connection.cookies.get(cookie_name(settings.secure)) or None


def cookie_name(secure: bool) -> str:
    """The session cookie's name. `__Host-` keeps other sites of one domain from setting it."""
    return _SECURE_COOKIE if secure else COOKIE


def remember(response: Response, secret: str, settings: Settings, *, shared: bool = False) -> None:
    """Have the browser keep this session's secret for as long as the session lasts.

    On a shared device it is dropped when the browser is closed, if not at the end of the day.
    """
    response.set_cookie(
        cookie_name(settings.secure),
        secret,
        max_age=None if shared else settings.session_days * 24 * 60 * 60,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, settings: Settings) -> None:
    """Have the browser drop the session's secret."""
    response.delete_cookie(
        cookie_name(settings.secure), path="/", secure=settings.secure, httponly=True
    )


def clear(response: Response) -> None:
    """Have the browser drop what it may show of our pages without asking us: a shared device.

    Not "storage" as well: an earlier person's words that never arrived may be in it. The session
    itself stores nothing there, and client/people/clearing.ts takes away what is nobody's loss.
    """
    response.headers[_CLEAR] = '"cache"'


def signed_out(request: Request) -> Response:
    """Where one is brought after one's session here was ended: a script there clears up."""
    who: Who | None = request.state.who
    response = RedirectResponse(SIGNED_OUT, SEE_OTHER)
    forget(response, request.app.state.settings)
    if who is not None and who.shared_device:
        clear(response)
    return response


class KnowWhoAsks:
    """Pure ASGI: puts the person asking into `request.state.who`, for pages (not for sockets).

    A session that is being used is renewed once a day, so nobody is signed out while taking part.
    On a shared device, the first answer after the session's end has the browser clear up.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["who"] = None
        connection = HTTPConnection(scope)
        secret = token_of(connection)
        if secret is None or scope["path"].startswith(_FOR_EVERYBODY):
            await self.app(scope, receive, send)
            return
        store: Store = connection.app.state.store
        key = hash_of(secret)
        async with store.reading() as session:
            found = (await _find(session, [key])).get(key)
            over = found is None and await was_shared(session, secret)
        if over:
            send = self._cleared(connection, send)
        if found is not None:
            state["who"] = found.who
            zone = connection.app.state.settings.time_zone
            is_old = found.used_at is not None and clock.now() >= end_of_day(found.used_at, zone)
            if is_old and not found.who.shared_device:
                send = await self._renewed(connection, secret, send)
        await self.app(scope, receive, send)

    def _cleared(self, connection: HTTPConnection, send: Send) -> Send:
        bearing = Response()
        forget(bearing, connection.app.state.settings)
        clear(bearing)
        return _bearing(bearing, send)

    async def _renewed(self, connection: HTTPConnection, secret: str, send: Send) -> Send:
        settings: Settings = connection.app.state.settings
        async with connection.app.state.store.session() as session:
            await renew(session, secret, settings.session_days)
        bearing = Response()
        remember(bearing, secret, settings)
        return _bearing(bearing, send)


def _bearing(bearing: Response, send: Send) -> Send:
    """Send what is sent with the cookie of another answer, and what that has cleared."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if _CLEAR in bearing.headers:
                headers[_CLEAR] = bearing.headers[_CLEAR]
            # A page that signs somebody in or out has the last word.
            if not any(line.startswith(_EITHER_COOKIE) for line in headers.getlist("set-cookie")):
                headers.append("set-cookie", bearing.headers["set-cookie"])
        await send(message)

    return send_with_cookie


async def _find(session: AsyncSession, hashes: Collection[str]) -> dict[str, _Found]:
    people: dict[str, _Found] = {}
    helping: dict[str, str] = {}
    for some in _in_parts(list(hashes)):
        rows = (await session.execute(_WHO, {"hashes": some, "now": clock.now()})).all()
        for key, of_key in groupby(sorted(rows, key=_key_of), key=_key_of):
            mine = list(of_key)
            first = mine[0]
            people[key] = _Found(_who(mine), first.used_at)
            if first.helping_id is not None:
                helping[key] = first.helping_id
    helped = await _helped(session, set(helping.values())) if helping else {}
    for key, support_id in helping.items():
        found = people[key]
        of_here = _only_where_vouched(helped.get(support_id), found.who)
        people[key] = found._replace(who=replace(found.who, helping=of_here))
    return people


def _key_of(row: Row[Any]) -> str:
    return str(row.hash)


def _who(rows: Sequence[Row[Any]]) -> Who:
    """The person of these rows, one for each of their groups."""
    first = rows[0]
    person: PersonRow = first.PersonRow
    everywhere = [row for row in rows if row.group_id is not None]
    vouched_by = None if first.vouched_by is None else frozenset(first.vouched_by)
    mine = [row for row in everywhere if vouched_by is None or row.group_id in vouched_by]
    return Who(
        person_id=person.id,
        name=person.name,
        picture=address_of_picture(person),
        roles={row.group_id: Role(row.role) for row in mine},
        leads=frozenset(row.group_id for row in mine if row.leads),
        session_id=first.session_id,
        vouched_by=vouched_by,
        only_here=len(mine) < len(everywhere),
        shared_device=bool(first.shared),
        preferences=Preferences.read(person.preferences),
    )


def _only_where_vouched(helped: Helped | None, who: Who) -> Helped | None:
    """A group's card does not reach into other groups through somebody who is helped, either."""
    if helped is None or who.vouched_by is None:
        return helped
    roles = {group: role for group, role in helped.roles.items() if group in who.vouched_by}
    return replace(helped, roles=roles)


async def _helped(session: AsyncSession, support_ids: Collection[str]) -> dict[str, Helped]:
    """Who is helped under each of these, where the yes still stands."""
    found: dict[str, PersonRow] = {}
    for some in _in_parts(list(support_ids)):
        rows = await session.execute(
            select(SupportRow.id, PersonRow)
            .join(PersonRow, PersonRow.id == SupportRow.person_id)
            .where(
                SupportRow.id.in_(some),
                SupportRow.yes_at.is_not(None),
                SupportRow.ended_at.is_(None),
                PersonRow.deleted_at.is_(None),
            )
        )
        found |= {row.id: row.PersonRow for row in rows}
    roles = await roles_of(session, {person.id for person in found.values()})
    return {
        support_id: Helped(person.id, person.name, address_of_picture(person), roles[person.id])
        for support_id, person in found.items()
    }


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
