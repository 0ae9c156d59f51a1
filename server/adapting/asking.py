"""Which Charter an address means, whether one may do what one asks there, and what it says now."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import MayNot, NotSignedIn, Refusal, UnknownCharter
from server.live.rooms import Rooms
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


async def settle(rooms: Rooms, charter_id: str) -> None:
    """Have the read side say what was written until now, where that can be done.

    Pages show the read side: without this the one after a press would be a second behind.
    """
    with suppress(Refusal):
        await rooms.settling.settle(charter_id)
