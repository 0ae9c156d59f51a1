"""Beside the statements of a Charter: what places offer for them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.elsewhere import elsewhere
from server.adapting.offers import Offer, offers_to
from server.people.permits import Action, Who, may
from server.writing.beside import TOP, Note
from server.writing.charter import Charter
from server.writing.tables import CharterRow


async def beside_offers(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    """The open offers beside each statement, for the group; what is new to it stands at the top."""
    if not may(who, Action.WATCH, row):
        return {}
    found: dict[str, list[Offer]] = {}
    there = {item.id for item in charter.items}
    for offer in await offers_to(session, row.id):
        if not offer.is_over:
            key = offer.row.item_id if offer.row.item_id in there else TOP
            found.setdefault(key, []).append(offer)
    return {
        key: [
            Note(
                "adapting/offered.html",
                {
                    "is_new": key == TOP,
                    "offers": [(offer, await elsewhere(session, offer)) for offer in offers],
                },
            )
        ]
        for key, offers in found.items()
    }
