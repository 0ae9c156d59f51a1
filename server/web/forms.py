"""Forms that only our own pages can send.

Two things are asked of each: the browser says that it comes from us (Sec-Fetch-Site, or Origin),
and a hidden field repeats a random value from a cookie that other sites can neither read nor set.
A request with an access token needs neither: browsers never add that by themselves.
"""

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from server.errors import FormExpired, WrongOrigin
from server.settings import Settings

FIELD = "form_token"
_COOKIE = "our_charter_form"
# Nobody is timed out: a page may stay open as long as a session may last.
_LASTS = 90 * 24 * 60 * 60
_MOST_FIELDS = 50
_MOST_BYTES = 256 * 1024


class FormToken:
    """The hidden value of this page's forms; templates call it, and only then is a cookie set."""

    def __init__(self, request: HTTPConnection, settings: Settings) -> None:
        self._settings = settings
        self._known = request.cookies.get(_cookie_name(settings))
        self._new: str | None = None

    def __call__(self) -> str:
        if self._known:
            return self._known
        if self._new is None:
            self._new = secrets.token_urlsafe(24)
        return self._new

    def remember(self, response: Response) -> None:
        """Set the cookie if a form was shown and the browser has none yet."""
        if self._new is not None:
            response.set_cookie(
                _cookie_name(self._settings),
                self._new,
                max_age=_LASTS,
                path="/",
                secure=self._settings.secure,
                httponly=True,
                samesite="lax",
            )


async def read_form(
    request: Request,
    *,
    files: int = 0,
    fields: int = _MOST_FIELDS,
    field_bytes: int = _MOST_BYTES,
) -> FormData:
    """The fields of a form sent from one of our pages. Raises WrongOrigin and FormExpired.

    `files`, `fields` and `field_bytes` are the most of them, and the most that one field may hold.
    """
    settings: Settings = request.app.state.settings
    by_token = request.headers.get("authorization", "").lower().startswith("bearer ")
    if not by_token and not from_our_pages(request, settings):
        raise WrongOrigin
    form = await request.form(max_files=files, max_fields=fields, max_part_size=field_bytes)
    if not by_token:
        kept = request.cookies.get(_cookie_name(settings), "")
        if not kept or not hmac.compare_digest(kept.encode(), text_of(form, FIELD).encode()):
            await form.close()  # lets go of files that came with it
            raise FormExpired
    return form


def text_of(form: FormData, field: str) -> str:
    """What was written into a field, without zero characters; "" when it is missing."""
    value = form.get(field)
    # PostgreSQL takes no zero characters.
    return value.replace("\0", "") if isinstance(value, str) else ""


def from_our_pages(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a browser says that this request was made by a page of ours.

    Requests that say nothing are no browser's, and pass here.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    return origin is None or is_our_origin(origin, connection, settings)


def is_our_origin(origin: str, connection: HTTPConnection, settings: Settings) -> bool:
    """Whether an Origin header names us: by our public address, or by the host that was asked for.

    Behind a proxy that speaks https we see http, so for the asked host only the host counts.
    """
    if origin == _origin_of(settings.address):
        return True
    try:
        asked = urlsplit(origin).netloc
    except ValueError:  # as "http://[": no browser is there
        return False
    return asked == connection.headers.get("host") and origin != "null"


def _origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _cookie_name(settings: Settings) -> str:
    return f"__Host-{_COOKIE}" if settings.secure else _COOKIE
