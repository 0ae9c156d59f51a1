"""The page on which people take their data away."""

from collections.abc import AsyncIterator, Sequence
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server import clock
from server.errors import NotWhileHelping
from server.people import audit
from server.people.asking import asking_wholly
from server.people.audit import What
from server.people.me.pages import page
from server.people.permits import Who
from server.store import Store
from server.web.forms import read_form
from server.writing import my_data_file
from server.writing.my_data import Part

_PIECE = 64 * 1024


async def show_data(request: Request) -> Response:
    """What is in the file, and a button that makes it."""
    asking_wholly(request)
    return page(request, "people/me_data.html", {})


async def take_data(request: Request) -> Response:
    """The file itself. It is recorded that it was taken."""
    await read_form(request)
    who = _alone(request)
    store: Store = request.app.state.store
    more: Sequence[tuple[str, str, Part]] = getattr(request.app.state, "my_data", ())
    async with store.reading() as session:
        file = await my_data_file.written(session, who.person_id, more)
    async with store.session() as session:
        audit.record(session, What.DATA_TAKEN, by=who)
    name = f"my-data-{clock.now():%Y-%m-%d}.zip"
    return StreamingResponse(
        _pieces(file),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _alone(request: Request) -> Who:
    """Who asks, for themselves. Raises NotSignedIn and NotWhileHelping."""
    who = asking_wholly(request)
    if who.helping is not None:
        raise NotWhileHelping
    return who


routes = [
    Route("/me/data", show_data),
    Route("/me/data", take_data, methods=["POST"]),
]
