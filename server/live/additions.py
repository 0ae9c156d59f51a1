"""What history adds to the pages of a Charter: the ways to it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.live.history_pages import name_of
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.charter import Charter
from server.writing.history import with_earlier_words
from server.writing.tables import CharterRow


async def of_history(
    _session: AsyncSession, who: Who | None, row: CharterRow, _group: GroupRow
) -> Sequence[Note | Link]:
    """On the reading page: a link to the diary, for those who may see names."""
    if not may(who, Action.WATCH, row):
        return []
    return [Link("What changed, day by day", f"/charters/{row.slug}/history")]


async def earlier_words(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    """On the drafting page: beside each statement that ever changed, a link to what it said."""
    if not may(who, Action.WATCH, row):
        return {}
    changed = await with_earlier_words(session, row.id)
    return {
        item.id: [Note("history/beside.html", {"item_id": item.id, "name": name_of(item, charter)})]
        for item in charter.items
        if item.id in changed
    }
