"""The cards and links of a group that still let people in, and ending them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import UnknownInvitation
from server.people import audit
from server.people.permits import Role, Who
from server.people.tables import GroupRow, InvitationRow, InvitationUseRow, PersonRow

# A card without a picture of its group shows a hand that waves.
PICTURE = "waving-hand"


class Card(NamedTuple):
    """A card or link that still works. `name` is None on one for anybody."""

    id: str
    name: str | None
    role: Role
    until: datetime
    uses: int
    most_uses: int
    made_by: str | None
    last_used: datetime | None

    @property
    def left(self) -> int:
        return self.most_uses - self.uses


async def cards_of(session: AsyncSession, group: GroupRow) -> list[Card]:
    """The cards of this group that still work, the newest first."""
    used = (
        select(InvitationUseRow.invitation_id, func.max(InvitationUseRow.at).label("at"))
        .group_by(InvitationUseRow.invitation_id)
        .subquery()
    )
    rows = await session.execute(
        select(InvitationRow, PersonRow.name, used.c.at)
        .outerjoin(PersonRow, PersonRow.id == InvitationRow.created_by)
        .outerjoin(used, used.c.invitation_id == InvitationRow.id)
        .where(
            InvitationRow.group_id == group.id,
            InvitationRow.revoked_at.is_(None),
            InvitationRow.expires_at > clock.now(),
            InvitationRow.uses < InvitationRow.most_uses,
        )
        .order_by(InvitationRow.created_at.desc(), InvitationRow.id)
    )
    return [
        Card(
            id=row.id,
            name=row.name,
            role=Role(row.role),
            until=row.expires_at,
            uses=row.uses,
            most_uses=row.most_uses,
            made_by=made_by,
            last_used=last_used,
        )
        for row, made_by, last_used in rows
    ]


async def end_card(session: AsyncSession, group: GroupRow, card_id: str, who: Who) -> None:
    """End a card of this group at once. Raises UnknownInvitation for one of another group."""
    # Compared here: an id comes from an address, and PostgreSQL takes no text with a zero byte in.
    ids = await session.scalars(select(InvitationRow.id).where(InvitationRow.group_id == group.id))
    if card_id not in ids.all():
        raise UnknownInvitation
    ended = await session.execute(
        update(InvitationRow)
        .where(InvitationRow.id == card_id, InvitationRow.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .returning(InvitationRow.id)
    )
    if ended.one_or_none() is not None:
        audit.record(session, audit.What.CARD_ENDED, by=who, group_id=group.id, card=card_id)


async def end_cards_to_organise(session: AsyncSession, *those: ColumnElement[bool]) -> None:
    """End `those` cards that make somebody an organiser."""
    await session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.role == Role.ORGANISER.value,
            InvitationRow.revoked_at.is_(None),
            *those,
        )
        .values(revoked_at=clock.now())
    )
