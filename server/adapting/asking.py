"""Which Charter an address means, and whether one may do what one asks there."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import MayNot, NotSignedIn, UnknownCharter
from server.people.permits import Action, Who, may
from server.writing.tables import CharterRow


async def charter_for(
    session: AsyncSession, who: Who | None, slug: str, action: Action
) -> CharterRow:
    """The Charter at this address. Raises UnknownCharter, NotSignedIn or MayNot."""
    row = await session.scalar(select(CharterRow).where(CharterRow.slug == slug))
    if row is None:
        raise UnknownCharter
    if not may(who, action, row):
        raise NotSignedIn if who is None else MayNot
    return row
