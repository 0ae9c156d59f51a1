"""What publishing and our own versions keep of a person, for the file of their data."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.tables import DecisionRow, OfferRow, OfferStepRow
from server.people.tables import GroupRow
from server.publishing.tables import AdoptionRow, NamingRow
from server.writing.my_data import Facts
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


async def editions(session: AsyncSession, person_id: str) -> list[Facts]:
    """What they said about being named, and what they published."""
    said = await session.execute(
        select(CharterRow.title, NamingRow)
        .join(NamingRow, NamingRow.charter_id == CharterRow.id)
        .where(NamingRow.person_id == person_id)
        .order_by(NamingRow.at)
    )
    told: list[Facts] = [
        {
            "charter": title,
            "edition": row.number,
            "name_me": "yes" if row.yes else "no",
            "at": row.at.isoformat(timespec="seconds"),
        }
        for title, row in said
    ]
    published = await session.scalars(
        select(EditionRow)
        .where(EditionRow.published_by == person_id)
        .order_by(EditionRow.published_at)
    )
    for row in published:
        at = row.published_at.isoformat(timespec="seconds")
        told.append({"charter": row.title, "edition": row.number, "published": at})
    return told


async def versions(session: AsyncSession, person_id: str) -> list[Facts]:
    """The versions they made, and what they decided, shared, answered and adopted."""
    made = await session.execute(
        select(CharterRow.title, AdaptationRow.made_at)
        .join(AdaptationRow, AdaptationRow.charter_id == CharterRow.id)
        .where(AdaptationRow.made_by == person_id)
    )
    told: list[Facts] = [
        {"what": "made our own version", "charter": title, "at": at.isoformat(timespec="seconds")}
        for title, at in made
    ]
    decided = await session.execute(
        select(CharterRow.title, DecisionRow)
        .join(DecisionRow, DecisionRow.charter_id == CharterRow.id)
        .where(DecisionRow.person_id == person_id)
        .order_by(DecisionRow.at)
    )
    told += (
        {
            "what": f"decided: {row.choice}",
            "charter": title,
            "statement": row.item_id,
            "at": row.at.isoformat(timespec="seconds"),
        }
        for title, row in decided
    )
    steps = await session.execute(
        select(CharterRow.title, OfferRow.item_id, OfferStepRow)
        .join(OfferRow, OfferRow.charter_id == CharterRow.id)
        .join(OfferStepRow, OfferStepRow.offer_id == OfferRow.id)
        .where(OfferStepRow.person_id == person_id)
        .order_by(OfferStepRow.at)
    )
    told += (
        {
            "what": f"sharing: {row.step}",
            "charter": title,
            "statement": item_id,
            "words": row.words,
            "at": row.at.isoformat(timespec="seconds"),
        }
        for title, item_id, row in steps
    )
    adopted = await session.execute(
        select(GroupRow.name, AdoptionRow)
        .join(AdoptionRow, AdoptionRow.group_id == GroupRow.id)
        .where(AdoptionRow.recorded_by == person_id)
        .order_by(AdoptionRow.recorded_at)
    )
    told += (
        {
            "what": "wrote down what the group adopted",
            "group": name,
            "note": row.note,
            "at": row.recorded_at.isoformat(timespec="seconds"),
        }
        for name, row in adopted
    )
    return told


PARTS = (
    ("editions", "Editions and my name", editions),
    ("versions", "Our own versions", versions),
)
