"""Error pages: every refusal in its own sentence, everything else as `SORRY`, with a request id."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from server import logs, metrics
from server.errors import (
    SORRY,
    MayNot,
    NotSignedIn,
    Refusal,
    TooFast,
    TooManyTries,
    UnknownPage,
)
from server.web.templates import Templates

log = logs.logger(__name__)

_TITLES = {
    401: "Please come in first",
    403: "You cannot do this here",
    404: "We cannot find this",
    409: "This is not possible",
    410: "This link no longer works",
    413: "This is too much",
    422: "Something is missing",
    429: "Please wait a moment",
    503: "Please try again soon",
    507: "Please try again soon",
}
_SORRY_TITLE = "Something went wrong"


class NotThisWay(Refusal):
    """A page was asked in a way that it does not answer to, such as sending where one reads."""

    status = 405
    sentence = "This page cannot do that. Go back and try again."


class TooLong(Refusal):
    """More was sent than a form can hold."""

    status = 413
    sentence = "That was too much at once. Send less."


async def refused(request: Request, error: Exception) -> Response:
    """The page for a refusal, its sentence as the heading of what to do next."""
    assert isinstance(error, Refusal)  # noqa: S101 -- Starlette calls us for this type only
    metrics.refusals.add(kind=error.kind)
    # Whom it was said to, by their id: to look into it when somebody tries again and again.
    who = getattr(request.state, "who", None)
    person = None if who is None else who.person_id
    log.info("refused", kind=error.kind, status=error.status, person=person)
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, TooManyTries):
        headers["retry-after"] = str(error.wait)
    return _answer(request, error.status, error.kind, error.sentence, headers)


async def not_served(request: Request, error: Exception) -> Response:
    """What the web framework itself refuses: an unknown address, a method, a broken form."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- Starlette calls us for this type only
    kinds: dict[int, type[Refusal]] = {
        403: MayNot,
        404: UnknownPage,
        405: NotThisWay,
        413: TooLong,
        429: TooFast,
    }
    kind = kinds.get(error.status_code, Refusal)
    refusal = kind()
    refusal.status = error.status_code
    response = await refused(request, refusal)
    response.headers.update(error.headers or {})
    return response


def sorry(request: Request) -> Response:
    """The page for a mistake of ours. It works even where the mistake is in the templates."""
    try:
        return _answer(request, 500, "Mistake", SORRY, {})
    except Exception:
        log.exception("the error page failed too")
        return PlainTextResponse(f"{SORRY}\n", 500)


def _answer(
    request: Request, status: int, kind: str, sentence: str, headers: Mapping[str, str]
) -> Response:
    request_id = getattr(request.state, "request_id", "")
    if "application/json" in request.headers.get("accept", ""):
        words: dict[str, Any] = {"kind": kind, "sentence": sentence, "request_id": request_id}
        return JSONResponse(words, status, dict(headers))
    templates: Templates = request.app.state.templates
    title = _SORRY_TITLE if status == 500 else _TITLES.get(status, "We could not do that")
    response = templates.page(
        request,
        "web/error.html",
        {"title": title, "sentence": sentence, "request_id": request_id, "status": status},
        status,
    )
    response.headers.update(headers)
    return response


# For Starlette(exception_handlers=...). Mistakes are caught by middleware, inside the headers.
HANDLERS = {Refusal: refused, HTTPException: not_served}
