"""What history adds to the pages of a Charter: the ways to it, and where words are hidden."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.live.history_pages import name_of
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.charter import Charter
from server.writing.hidden import SAID, hidings, in_words
from server.writing.history import with_earlier_words
from server.writing.tables import CharterRow
from server.writing.taking_out import says_nothing

_NEWS_LASTS = timedelta(days=1)


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


async def hidden_marks(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    """Where words of a statement are hidden and nobody wrote others: that they are, and why.

    The group is told for a day also where others stand: whoever was writing sees why they went.
    """
    by_name = may(who, Action.WATCH, row)
    hides = may(who, Action.HIDE, row)
    there = {item.id: item for item in charter.items}
    notes: dict[str, list[Note]] = {}
    told: set[tuple[str, str]] = set()
    for one in await hidings(session, row.id):
        item = there.get(one.item_id)
        # The newest one of each part: what was hidden before it is history.
        if item is None or one.part == SAID or (item.id, one.part) in told:
            continue
        is_instead = says_nothing(item, one.part)
        if not is_instead and not (by_name and clock.now() - one.at < _NEWS_LASTS):
            continue
        told.add((item.id, one.part))
        said = in_words(one, by_name=by_name, earlier=not is_instead)
        values = {"told": said, "id": one.id, "may_hide": hides}
        notes.setdefault(item.id, []).append(Note("history/mark.html", values))
    return notes
