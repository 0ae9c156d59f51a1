"""What other places did with a statement that one place offers words for.

Only what places published counts: what a group is still writing is its own affair.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.offers import Offer
from server.comparing import words
from server.comparing.align import Stance
from server.writing import editions, rich_text
from server.writing.tables import AdaptationRow, EditionItemRow, EditionRow, WordingRow

# From here on two wordings say nearly the same (the measure of `comparing.words`).
ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Of `places` other places, how many `changed` the statement, and how many say `alike`."""

    places: int
    changed: int
    alike: int


async def elsewhere(session: AsyncSession, offer: Offer) -> Elsewhere:
    """What other places have in their newest editions. Four questions, however many places."""
    newest = (
        select(EditionRow.charter_id, func.max(EditionRow.number).label("number"))
        .join(AdaptationRow, AdaptationRow.charter_id == EditionRow.charter_id)
        .where(
            AdaptationRow.of_charter_id == offer.to_charter.id,
            AdaptationRow.charter_id != offer.charter.id,
        )
        .group_by(EditionRow.charter_id)
        .subquery()
    )
    ids = set(
        await session.scalars(
            select(EditionRow.id).join(
                newest,
                (newest.c.charter_id == EditionRow.charter_id)
                & (newest.c.number == EditionRow.number),
            )
        )
    )
    present = await editions.newest(session, offer.to_charter.id)
    theirs = await _items(session, offer, {present.id} if present is not None else set())
    national = next(iter(theirs), None)
    found = await _items(session, offer, ids)
    if offer.stance is Stance.LEFT_OUT:
        without = len(ids) - sum(not item.left_out for item, _ in found)
        return Elsewhere(len(ids), without, without)
    changed = [
        says
        for item, says in found
        if not item.left_out
        and (national is None or item.wording_digest != national[0].wording_digest)
    ]
    alike = sum(_is_alike(offer, says) for says in changed)
    return Elsewhere(len(ids), len(changed), alike)


async def _items(
    session: AsyncSession, offer: Offer, edition_ids: set[str]
) -> list[tuple[EditionItemRow, WordingRow]]:
    rows = await session.execute(
        select(EditionItemRow, WordingRow)
        .join(WordingRow, WordingRow.digest == EditionItemRow.wording_digest)
        .where(
            EditionItemRow.edition_id.in_(edition_ids),
            EditionItemRow.item_id == offer.row.item_id,
        )
    )
    return [(item, says) for item, says in rows]


def _is_alike(offer: Offer, says: WordingRow) -> bool:
    if offer.says is None or says.removed_at is not None:
        return False
    return words.similarity(offer.says.words, rich_text.from_json(says.words)) >= ALIKE
