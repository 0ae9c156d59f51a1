"""What can be reported of words that one group shared with another: these, why, and each answer."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.offers import Step, offer_to
from server.adapting.tables import OfferRow
from server.errors import NothingToReport
from server.people.permits import Action, Who, may
from server.people.safety.reports import Part, Reportable
from server.writing import rich_text


async def offer(session: AsyncSession, who: Who | None, asked: Mapping[str, str]) -> Reportable:
    """An `offer` by its id, or one `step` of it. The lead of the group that wrote it hears.

    Raises NothingToReport.
    """
    row = await session.get(OfferRow, asked.get("offer", ""))
    if row is None:
        raise NothingToReport
    found = await offer_to(session, row.to_charter_id, row.id)
    ours = may(who, Action.WATCH, found.to_charter)
    if not ours and not may(who, Action.WATCH, found.charter):
        raise NothingToReport
    address = f"/charters/{found.to_charter.slug}/offers/{found.row.id}"
    if not ours:
        address = f"/charters/{found.charter.slug}/shared"
    item_id: str = found.row.item_id
    if "step" in asked:
        step = next((one for one in found.steps if one.id == asked["step"]), None)
        if step is None or not step.words or step.id in found.hidden:
            raise NothingToReport
        wrote = found.charter if step.step == Step.OFFERED else found.to_charter
        parts = [Part("answer", "What was said", step.words)]
        name = f"What was said about words for “{found.to_charter.title}”"
        hide_at = f"/charters/{wrote.slug}/said/{step.id}/hide"
        return Reportable(wrote.group_id, name, address, parts, wrote.id, item_id, hide_at)
    parts = []
    if found.says is not None:
        words, meaning = (rich_text.plain(each) for each in (found.says.words, found.says.meaning))
        parts = [Part("offer", "The words", words)]
        if meaning:
            parts.append(Part("offer meaning", "What it means", meaning))
    if not parts:
        raise NothingToReport
    name = f"Words that {found.group.name} shared for “{found.to_charter.title}”"
    hide_at = f"/charters/{found.charter.slug}/history/{item_id}"
    by = found.charter
    return Reportable(by.group_id, name, address, parts, by.id, item_id, hide_at, by.language)
