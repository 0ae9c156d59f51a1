"""Whether somebody is still there, asked where something of theirs is about to be stored."""

from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NotSignedIn
from server.people.tables import PersonRow


async def living(session: AsyncSession, person_id: str) -> PersonRow:
    """The row of a person, held until the transaction ends. Raises NotSignedIn once deleted.

    A request that began before the person was deleted could else give them something back.
    """
    row = await session.get(PersonRow, person_id, with_for_update=True, populate_existing=True)
    if row is None or row.deleted_at is not None:
        raise NotSignedIn
    return row
