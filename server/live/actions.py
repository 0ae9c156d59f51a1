"""What is done to a Charter's document from outside its room: beginning it, and settling it."""

from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.live.engine import Engine
from server.live.journal import Journal
from server.live.settling import BadEdits, set_aside, settle
from server.live.tables import CheckpointRow
from server.live.work import Begun
from server.people.audit import What, record
from server.people.permits import Who
from server.writing.actions import add_charter
from server.writing.charter import Charter
from server.writing.tables import CharterRow


async def start_charter(
    session: AsyncSession,
    charter: Charter,
    begun: Begun,
    *,
    group_id: str,
    slug: str | None = None,
    visibility: str = "group",
    by: Who | str | None = None,
) -> CharterRow:
    """Make a Charter of a group with a fresh document, begun by `Engine.begin`.

    `by` is who makes it, for the record; None at the command line.

    A worker takes its time, so it is asked before the transaction and not within it: nobody else
    can write to SQLite meanwhile. Raises NameTaken for a slug in use.
    """
    row = await add_charter(session, charter, group_id=group_id, slug=slug, visibility=visibility)
    session.add(
        CheckpointRow(
            charter_id=row.id,
            seq=0,
            generation=row.generation,
            state=begun.state,
            known=begun.known,
            at=clock.now(),
        )
    )
    record(
        session,
        What.CHARTER_MADE,
        by=by,
        group_id=group_id,
        charter_id=row.id,
    )
    return row


async def settle_now(journal: Journal, engine: Engine, charter_id: str) -> None:
    """Bring the read side up to the journal's present number."""
    try:
        await settle(journal, engine, charter_id)
    except BadEdits as bad:
        if await set_aside(journal, engine, bad.opened):
            await settle(journal, engine, charter_id)
