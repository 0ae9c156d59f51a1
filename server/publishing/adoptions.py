"""Adopting: which group works by which edition, since when, and who was there to decide it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import MayNot, UnknownPage
from server.people.audit import What, record
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.publishing.rules import Adopting, Present, check_adopting
from server.publishing.tables import AdoptionRow
from server.writing.tables import AdaptationRow, CharterRow, EditionRow

_ALL = (
    select(AdoptionRow, EditionRow, CharterRow, GroupRow)
    .join(EditionRow, EditionRow.id == AdoptionRow.edition_id)
    .join(CharterRow, CharterRow.id == EditionRow.charter_id)
    .join(GroupRow, GroupRow.id == AdoptionRow.group_id)
)


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
        present=_kept(said.present),
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


async def to_correct(
    session: AsyncSession, who: Who, adoption_id: str, *, of_charter: str | None = None
) -> Adopted:
    """An adoption that this person may put right, or take back: one of a group they organise.

    With `of_charter` it is one of an edition of that Charter. Raises UnknownPage and MayNot.
    """
    found = (await session.execute(_ALL.where(AdoptionRow.id == adoption_id))).one_or_none()
    if found is None or of_charter not in (None, found.CharterRow.id):
        raise UnknownPage
    adopted = Adopted(*found)
    if not may(who, Action.ORGANISE, adopted.group):
        raise MayNot
    return adopted


async def correct(session: AsyncSession, who: Who, adoption_id: str, said: Adopting) -> None:
    """Put right when a group adopted an edition, who was there, when it looks again, its note.

    The record keeps what was written down before, but for notes: they are words, which must stay
    forgettable. Raises as `to_correct` does, and WrongField as `adopt`.
    """
    adopted = await _held(session, who, adoption_id)
    check_adopting(said, clock.now().date())
    row = adopted.adoption
    before = _facts(row)
    noted = row.note
    row.adopted_on, row.look_again_on = said.adopted_on, said.look_again_on
    row.present, row.note = _kept(said.present), said.note
    after = _facts(row)
    changed = [name for name in after if after[name] != before[name]]
    if changed or row.note != noted:
        _record(
            session,
            What.ADOPTION_CORRECTED,
            who,
            adopted,
            changed=[*changed, *(["note"] if row.note != noted else [])],
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


async def take_back(session: AsyncSession, who: Who, adoption_id: str) -> None:
    """Take an adoption back that was a mistake: an earlier one, if any, counts again.

    Raises as `to_correct` does.
    """
    adopted = await _held(session, who, adoption_id)
    _record(session, What.ADOPTION_TAKEN_BACK, who, adopted, before=_facts(adopted.adoption))
    await session.delete(adopted.adoption)


async def _held(session: AsyncSession, who: Who, adoption_id: str) -> Adopted:
    """As `to_correct`; nobody else changes it until the end of the transaction."""
    await session.get(AdoptionRow, adoption_id, with_for_update=True)
    return await to_correct(session, who, adoption_id)


def _record(session: AsyncSession, what: What, who: Who, adopted: Adopted, **details: Any) -> None:
    record(
        session,
        what,
        by=who,
        group_id=adopted.group.id,
        charter_id=adopted.charter.id,
        title=adopted.edition.title,
        number=adopted.edition.number,
        **details,
    )


def _kept(present: Sequence[Present]) -> list[dict[str, Any]]:
    return [{"role": one.role, "count": one.count} for one in present]


def _facts(row: AdoptionRow) -> dict[str, Any]:
    """What the record keeps of an adoption."""
    again = row.look_again_on
    return {
        "date": row.adopted_on.isoformat(),
        "present": {one["role"]: one["count"] for one in row.present if one["count"]},
        "again": None if again is None else again.isoformat(),
    }


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
    asked = _ALL.where(EditionRow.charter_id.in_(charters)).order_by(
        AdoptionRow.recorded_at.desc(), AdoptionRow.id
    )
    if group_id is not None:
        asked = asked.where(AdoptionRow.group_id == group_id)
    return [Adopted(*found) for found in await session.execute(asked)]
