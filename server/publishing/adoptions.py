"""Adopting: which group works by which edition, since when, and who was there to decide it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import MayNot
from server.people.audit import What, record
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.publishing.rules import Adopting, Present, check_adopting
from server.publishing.tables import AdoptionRow
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


@dataclass(frozen=True, slots=True)
class Adopted:
    """A group adopted an edition of a Charter."""

    adoption: AdoptionRow
    edition: EditionRow
    charter: CharterRow
    group: GroupRow

    @property
    def present(self) -> Sequence[Present]:
        """Who was there, those roles of which there was nobody left out."""
        said = (Present(each["role"], each["count"]) for each in self.adoption.present)
        return [present for present in said if present.count]

    @property
    def is_own(self) -> bool:
        """Whether the Charter is of the group that adopted it."""
        return self.charter.group_id == self.group.id


async def adopt(
    session: AsyncSession,
    who: Who,
    said: Adopting,
    *,
    group: GroupRow,
    charter: CharterRow,
    edition: EditionRow,
) -> AdoptionRow:
    """Record that a group adopts an edition of its own Charter, or of one that it may read.

    Raises MayNot, and WrongField for dates and counts that cannot be right.
    """
    if not (may(who, Action.ORGANISE, group) and may(who, Action.READ, charter)):
        raise MayNot
    check_adopting(said, clock.now().date())
    row = AdoptionRow(
        id=clock.new_id(),
        group_id=group.id,
        edition_id=edition.id,
        adopted_on=said.adopted_on,
        look_again_on=said.look_again_on,
        present=[{"role": present.role, "count": present.count} for present in said.present],
        note=said.note,
        recorded_by=who.person_id,
        recorded_at=clock.now(),
    )
    session.add(row)
    record(
        session,
        What.ADOPTED,
        by=who,
        group_id=group.id,
        charter_id=charter.id,
        title=edition.title,
        number=edition.number,
    )
    await session.flush()
    return row


async def newest_of(session: AsyncSession, charter: CharterRow) -> Adopted | None:
    """What the group of a Charter adopted of it last, or None."""
    found = await _adopted(session, {charter.id}, group_id=charter.group_id)
    return found[0] if found else None


async def register(session: AsyncSession, charter: CharterRow) -> Sequence[Adopted]:
    """Who adopted this Charter or a version that descends from it: each group's newest, by name."""
    newest: dict[str, Adopted] = {}
    for adopted in await _adopted(session, await _family(session, charter.id)):
        newest.setdefault(adopted.group.id, adopted)
    return sorted(newest.values(), key=lambda adopted: adopted.group.name.casefold())


async def groups_to_adopt_for(
    session: AsyncSession, who: Who, charter: CharterRow
) -> Sequence[GroupRow]:
    """The groups for which this person may record that they adopt this Charter: its own first."""
    rows = await session.scalars(select(GroupRow).where(GroupRow.id.in_(who.roles)))
    groups = [group for group in rows if may(who, Action.ORGANISE, group)]
    return sorted(groups, key=lambda group: (group.id != charter.group_id, group.name))


async def _family(session: AsyncSession, charter_id: str) -> set[str]:
    """A Charter and all versions of it, those of versions too."""
    found, fresh = {charter_id}, {charter_id}
    while fresh:
        made = await session.scalars(
            select(AdaptationRow.charter_id).where(AdaptationRow.of_charter_id.in_(fresh))
        )
        fresh = set(made) - found
        found |= fresh
    return found


async def _adopted(
    session: AsyncSession, charters: Collection[str], group_id: str | None = None
) -> Sequence[Adopted]:
    """Adoptions of editions of these Charters, the one that was recorded last first."""
    asked = (
        select(AdoptionRow, EditionRow, CharterRow, GroupRow)
        .join(EditionRow, EditionRow.id == AdoptionRow.edition_id)
        .join(CharterRow, CharterRow.id == EditionRow.charter_id)
        .join(GroupRow, GroupRow.id == AdoptionRow.group_id)
        .where(EditionRow.charter_id.in_(charters))
        .order_by(AdoptionRow.recorded_at.desc(), AdoptionRow.id)
    )
    if group_id is not None:
        asked = asked.where(AdoptionRow.group_id == group_id)
    return [Adopted(*found) for found in await session.execute(asked)]
