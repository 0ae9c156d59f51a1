"""For those who run the server: is it alive, is it ready, how is it doing."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import logs, metrics
from server.errors import Refusal, UnknownPage

log = logs.logger(__name__)

# A part that has not answered after this many seconds counts as not ready.
_PATIENCE = 5
# Raises a Refusal, SQLAlchemyError or OSError when its part is not ready.
Check = Callable[[], Awaitable[None]]


async def healthz(_request: Request) -> Response:
    """The process answers. Asks nothing of the database, so its trouble restarts nobody."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """Every part can do its work: each check in `app.state.ready_checks`, by name."""
    checks: dict[str, Check] = request.app.state.ready_checks
    lines = []
    for name, check in checks.items():
        ready = await _passes(name, check)
        lines.append(f"{name}: {'ready' if ready else 'not ready'}\n")
    status = 503 if any(line.endswith("not ready\n") for line in lines) else 200
    return PlainTextResponse("".join(lines), status)


async def _passes(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except (Refusal, SQLAlchemyError, OSError) as error:
        log.warning("not ready", part=name, kind=type(error).__name__)
        return False
    return True


async def show_metrics(_request: Request) -> Response:
    """The numbers of metrics.py; an unknown page unless the setting is on."""
    text = metrics.text()
    if text is None:
        raise UnknownPage
    return Response(text, media_type=metrics.CONTENT_TYPE)


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", show_metrics),
]
