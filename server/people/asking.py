"""Who asks for a page that is not for everybody, and whether they may."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from server.errors import MayNot, NotSignedIn
from server.people.actions import find_group
from server.people.permits import Action, Who, check_not_only_here, may
from server.people.tables import GroupRow


def asking(request: Request) -> Who:
    """Who asks for a page of their own. Raises NotSignedIn."""
    who: Who | None = request.state.who
    if who is None:
        raise NotSignedIn
    return who


def asking_wholly(request: Request) -> Who:
    """Who asks for what counts in all of their groups. Raises NotSignedIn and OnlyHere."""
    who = asking(request)
    check_not_only_here(who)
    return who


async def group_asked_for(
    session: AsyncSession, request: Request, action: Action, otherwise: str | None = None
) -> tuple[GroupRow, Who]:
    """The group of this address, for who may do this there.

    Raises NotSignedIn, UnknownGroup, and MayNot, with the sentence `otherwise` where one is given.
    """
    who = asking(request)
    group = await find_group(session, request.path_params["slug"])
    if not may(who, action, group):
        raise MayNot(otherwise)
    return group, who
