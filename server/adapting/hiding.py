"""Hiding with a reason what a group said to another one about shared words: why, or an answer.

It is shown again where all that is hidden of a Charter is (`live/hiding.py`).
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.adapting.offers import Step
from server.adapting.tables import OfferRow, OfferStepRow
from server.errors import AlreadyHidden, NothingToHide, UnknownOffer
from server.people.audit import What, record
from server.people.permits import Who
from server.people.safety.hiding import tidy_reason
from server.writing import rich_text
from server.writing.hidden import SAID, reasons_of
from server.writing.tables import CharterRow, HidingRow


async def said_by(session: AsyncSession, row: CharterRow, step_id: str) -> OfferStepRow:
    """What the group of this Charter said. Raises UnknownOffer, also for what another said."""
    step = await session.get(OfferStepRow, step_id)
    if step is None:
        raise UnknownOffer
    offer = await session.get_one(OfferRow, step.offer_id)
    wrote = offer.charter_id if step.step == Step.OFFERED else offer.to_charter_id
    if wrote != row.id:
        raise UnknownOffer
    return step


async def hide(session: AsyncSession, who: Who, row: CharterRow, step_id: str, reason: str) -> None:
    """Hide it. Raises NotFilledIn without a reason, UnknownOffer, NothingToHide, AlreadyHidden."""
    reason = tidy_reason(reason)
    step = await said_by(session, row, step_id)
    if not step.words:
        raise NothingToHide
    # Two presses at once wait for each other here.
    await session.scalar(select(CharterRow.id).where(CharterRow.id == row.id).with_for_update())
    if await reasons_of(session, [step.id]):
        raise AlreadyHidden
    offer = await session.get_one(OfferRow, step.offer_id)
    session.add(
        HidingRow(
            id=clock.new_id(),
            charter_id=row.id,
            item_id=offer.item_id,
            part=SAID,
            digest=step.id,
            content={SAID: rich_text.to_json(rich_text.from_text(step.words)), "now": False},
            reason=reason,
            hidden_at=clock.now(),
            hidden_by=who.person_id,
        )
    )
    record(
        session,
        What.HID,
        by=who,
        group_id=row.group_id,
        charter_id=row.id,
        item=offer.item_id,
    )
    await session.flush()
