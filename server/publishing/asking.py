"""Which Charter and which edition an address means, and whether one may do what one asks there."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from server.adapting.asking import charter_for
from server.people.permits import Action, Who
from server.people.tables import GroupRow
from server.writing import editions
from server.writing.tables import CharterRow, EditionRow


async def asked_for(
    session: AsyncSession, request: Request, action: Action
) -> tuple[CharterRow, GroupRow]:
    """The Charter of this address with its group. Raises UnknownCharter, NotSignedIn or MayNot."""
    who: Who | None = request.state.who
    row = await charter_for(session, who, request.path_params["slug"], action)
    return row, await session.get_one(GroupRow, row.group_id)


async def edition_asked_for(
    session: AsyncSession, request: Request
) -> tuple[CharterRow, GroupRow, EditionRow]:
    """The edition of this address. Raises UnknownEdition too."""
    row, group = await asked_for(session, request, Action.READ)
    return row, group, await editions.numbered(session, row.id, request.path_params["number"])
