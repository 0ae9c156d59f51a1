"""What a device asks about its copies of Charters: which of them may this person still have?

A page that was closed when somebody was taken out of a group cannot be told; the next one asks.
"""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.people.asking import asking
from server.people.permits import Action, may
from server.store import Store
from server.writing.tables import CharterRow

# More Charters than a device keeps; of those past it nothing is said, so nothing is deleted.
_MOST = 200


async def show_kept(request: Request) -> Response:
    """Which of the Charters asked about the person may not watch being written, or are gone."""
    who = asking(request)
    asked = request.query_params.getlist("charter")[:_MOST]
    store: Store = request.app.state.store
    async with store.reading() as session:
        rows = await session.scalars(select(CharterRow).where(CharterRow.id.in_(asked)))
        mine = {row.id for row in rows if may(who, Action.WATCH, row)}
    return JSONResponse({"over": [charter_id for charter_id in asked if charter_id not in mine]})


routes = [Route("/me/kept", show_kept)]
