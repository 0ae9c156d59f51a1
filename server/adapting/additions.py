"""What our own versions add elsewhere: to the reading page, the first page, and to publishing."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.adaptations import versions_of
from server.adapting.beside import top
from server.adapting.offers import offers_to
from server.adapting.stances import stances
from server.adapting.standing import standing_of
from server.adapting.updates import OurUpdate
from server.live.rooms import Rooms
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.store.after_commit import after_commit
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.charter import Charter
from server.writing.editions import AfterPublishing, Problem
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow


async def on_reading_page(
    session: AsyncSession, who: Who | None, row: CharterRow, _group: GroupRow
) -> Sequence[Note | Link]:
    """Where a version comes from, and for its group what they changed and what was shared."""
    offered = []
    if may(who, Action.WATCH, row) and await offers_to(session, row.id):
        offered.append(Link("What places shared with us", f"/charters/{row.slug}/offers"))
    standing = await standing_of(session, row.id, who)
    if standing is None:
        return offered
    if not may(who, Action.WATCH, row):
        if not may(who, Action.READ, standing.of_charter):
            return []
        return [
            Note(
                "adapting/source.html",
                {"of_charter": standing.of_charter, "of_group": standing.of_group},
            )
        ]
    ours = await read_charter(session, row.id)
    found = stances(standing.base, ours)
    return [
        top(standing, found, OurUpdate(row, standing, ours), drafting=False),
        Link(f"What {standing.of_group.name} changed", f"/charters/{row.slug}/update"),
        Link("What we shared", f"/charters/{row.slug}/shared"),
        *offered,
    ]


async def on_card(session: AsyncSession, who: Who | None, row: CharterRow) -> Sequence[Note]:
    """On the first page, beside a version: whether a newer edition asks something."""
    if not may(who, Action.WATCH, row):
        return []
    standing = await standing_of(session, row.id, who)
    if standing is None or standing.newest.id == standing.made_from.id:
        return []
    count = len(standing.update_of(await read_charter(session, row.id)).questions)
    if not count:
        return []
    return [
        Note(
            "adapting/card.html",
            {"slug": row.slug, "of_group": standing.of_group, "count": count},
        )
    ]


async def before_publishing(
    session: AsyncSession, row: CharterRow, charter: Charter
) -> Sequence[Problem]:
    """The statements that differ and have no reason yet, to be seen to first."""
    standing = await standing_of(session, row.id, None)
    if standing is None:
        return []
    numbers = charter.numbers
    return [
        Problem(
            f"Statement {numbers[change.item_id]} is different. Nobody has said why."
            if change.item_id in numbers
            else "We do not have one of their statements. Nobody has said why.",
            f"/charters/{row.slug}/draft#s-{change.item_id}",
            f"Say why: statement {numbers[change.item_id]}"
            if change.item_id in numbers
            else "Go to the statements",
        )
        for change in stances(standing.base, charter).without_reason
    ]


def telling_versions(rooms: Rooms) -> AfterPublishing:
    """What is done after publishing: everybody in a version of this Charter hears of it."""

    async def tell(session: AsyncSession, row: CharterRow, _edition: EditionRow) -> None:
        versions = [version.id for version in await versions_of(session, row.id)]

        async def announce() -> None:
            for version in versions:
                rooms.tell_news(version, "settled")

        after_commit(session, announce)

    return tell
