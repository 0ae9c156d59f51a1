"""Around every request, in pure ASGI: an id, a line in the log, safe headers, a last word."""

import re
import time
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from server import clock, logs, metrics
from server.errors import UnknownCharter, UnknownPage
from server.settings import Settings
from server.web.errors import refused, sorry

log = logs.logger(__name__)

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Asked for all the time, and worth a line only to those who look closely.
_QUIET = ("/static", "/pictures", "/healthz", "/readyz", "/metrics")


def around(settings: Settings) -> list[Middleware]:
    """The middleware of the app, outermost first."""
    return [
        Middleware(RequestLog),
        Middleware(SafeHeaders, settings=settings),
        Middleware(LastWord),
        Middleware(NoZeros),
    ]


class RequestLog:
    """Gives each request an id (a proxy's is kept) and logs one line when it has been answered.

    The line tells the route, not the address: addresses hold the secrets of links.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else clock.new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            elif message["type"] == "websocket.close":
                status = message.get("code", 1000)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                _tell(scope, status, time.perf_counter() - began)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", None) or "unknown"
    values = {"route": route, "ms": round(seconds * 1000, 1)}
    if scope["type"] == "websocket":
        # No status: the other side left by itself.
        log.info("live connection ended", **values, **({"status": status} if status else {}))
        return
    metrics.requests.add(route=route, status=str(status))
    metrics.request_seconds.record(seconds)
    say = log.debug if route.startswith(_QUIET) else log.info
    say("answered", method=scope["method"], status=status, **values)


class SafeHeaders:
    """Headers that keep a page from running, showing or telling anything that is not ours."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = safe_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if "location" in headers:
                    headers["location"] = _within(headers["location"])
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _within(place: str) -> str:
    """Where a redirect leads, without a host: the framework would name whichever was asked for."""
    parts = urlsplit(place)
    if not parts.netloc:
        return place
    return urlunsplit(("", "", "/" + parts.path.lstrip("/\\"), parts.query, ""))


def safe_headers(settings: Settings) -> dict[str, str]:
    """The headers of every answer. Scripts and styles come from our own files and nowhere else."""
    host = urlsplit(settings.address).netloc
    # Some browsers do not count a socket of our own as 'self'.
    socket = f"{'wss' if settings.secure else 'ws'}://{host}"
    policy = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {socket}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    if settings.secure:
        policy["upgrade-insecure-requests"] = ""
    said = "; ".join(f"{what} {where}".rstrip() for what, where in policy.items())
    headers = {
        "content-security-policy": said,
        "x-content-type-options": "nosniff",
        # Not `no-referrer`: with that, browsers send forms with `Origin: null`.
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        # Tablets are shared: nobody's page is kept for the next person.
        "cache-control": "no-store",
    }
    if settings.secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


class LastWord:
    """Whatever nobody else caught is a mistake of ours: logged with its id, answered kindly."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except ClientDisconnect:
            log.debug("the reader left")
        except Exception:
            log.exception("mistake")
            if started:
                # Half an answer cannot be taken back: the web server cuts the connection.
                raise
            await sorry(Request(scope))(scope, receive, send)


class NoZeros:
    """No address of ours holds a zero character, and PostgreSQL takes none: such are unknown."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or not _has_zero(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            await (await refused(request, UnknownPage()))(scope, receive, send)
        else:
            # Told with a close code, as live/socket.py does: browsers do not show it otherwise.
            socket, unknown = WebSocket(scope, receive, send), UnknownCharter()
            metrics.refusals.add(kind=unknown.kind)
            log.info("refused", kind=unknown.kind)
            await socket.accept()
            await socket.close(unknown.close, unknown.kind)


def _has_zero(scope: Scope) -> bool:
    return "\0" in scope["path"] or b"\0" in unquote_to_bytes(scope["query_string"])
