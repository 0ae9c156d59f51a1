"""Who can read a Charter: its organisers choose it, when they publish and at any other time."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.people.audit import What, record
from server.people.permits import Who
from server.writing.tables import CharterRow


async def choose(session: AsyncSession, row: CharterRow, who: Who, readers: str) -> None:
    """Let these people read the Charter and its editions from now on: a key of `rules.READERS`."""
    before = await session.scalar(
        select(CharterRow.visibility).where(CharterRow.id == row.id).with_for_update()
    )
    if before == readers:
        return
    chosen = update(CharterRow).where(CharterRow.id == row.id).values(visibility=readers)
    await session.execute(chosen)
    record(
        session,
        What.VISIBILITY_CHANGED,
        by=who,
        group_id=row.group_id,
        charter_id=row.id,
        before=before,
        after=readers,
    )
