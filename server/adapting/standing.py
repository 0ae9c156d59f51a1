"""What our own version stands on: for each statement, the edition in which we last decided on it.

An edition never changes, so the words of the other group at any of those moments can be read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.answers import Choice
from server.adapting.tables import DecisionRow
from server.comparing.updates import Update, questions
from server.people.permits import Action, Who, may
from server.people.tables import GroupRow
from server.writing import editions
from server.writing.charter import Charter, in_order
from server.writing.editions import read_edition
from server.writing.read_side import read_charter
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


@dataclass(frozen=True)
class Standing:
    """A version, the Charter it was made from, and how the two stand to each other.

    `began` is the edition it was made from, `theirs` the newest one, and `decided` the edition of
    our last decision on each statement. `answers` are the newest answers to the newest edition, by
    item id: "later" too, undone ones not.
    """

    of_charter: CharterRow
    of_group: GroupRow
    made_from: EditionRow
    newest: EditionRow
    began: Charter
    theirs: Charter
    decided: Mapping[str, Charter]
    answers: Mapping[str, DecisionRow]

    @cached_property
    def base(self) -> Charter:
        """Each statement as it was when we last decided on it."""
        return based_on(self.began, self.decided)

    def update_of(self, ours: Charter) -> Update:
        """What the newest edition asks of our version as it is now."""
        return questions(self.began, ours, self.theirs, self.decided)


async def standing_of(session: AsyncSession, charter_id: str, who: Who | None) -> Standing | None:
    """Where a version stands; None for a Charter that was not made from another one.

    Who may not read the other Charter is told of no edition that their group has not decided on.
    """
    found = (
        await session.execute(
            select(AdaptationRow, CharterRow, GroupRow)
            .join(CharterRow, CharterRow.id == AdaptationRow.of_charter_id)
            .join(GroupRow, GroupRow.id == CharterRow.group_id)
            .where(AdaptationRow.charter_id == charter_id)
        )
    ).one_or_none()
    if found is None:
        return None
    adaptation, of_charter, of_group = found
    rows = {row.id: row for row in await editions.of(session, of_charter.id)}
    made_from, newest = rows[adaptation.edition_id], next(iter(rows.values()))
    decisions = await decisions_of(session, charter_id)
    if not may(who, Action.READ, of_charter):
        known = {made_from.id, *(row.edition_id for row in decisions)}
        newest = max((rows[each] for each in known), key=lambda row: row.number)
    on = {
        item_id: row.edition_id
        for item_id, row in final(decisions).items()
        if rows[row.edition_id].number > made_from.number
    }
    read = {
        edition_id: await read_edition(session, edition_id)
        for edition_id in sorted({made_from.id, newest.id, *on.values()})
    }
    return Standing(
        of_charter=of_charter,
        of_group=of_group,
        made_from=made_from,
        newest=newest,
        began=read[made_from.id],
        theirs=read[newest.id],
        decided={item_id: read[edition_id] for item_id, edition_id in on.items()},
        answers={row.item_id: row for row in decisions if row.edition_id == newest.id},
    )


async def stands_on(session: AsyncSession, charter_id: str) -> EditionRow | None:
    """The newest edition of the other Charter that asks nothing of this version any more.

    None for a Charter that was not made from another one.
    """
    adaptation = await session.get(AdaptationRow, charter_id)
    if adaptation is None:
        return None
    rows = await editions.of(session, adaptation.of_charter_id)
    numbers = {row.id: row.number for row in rows}
    made_from = next(row for row in rows if row.id == adaptation.edition_id)
    on = final(await decisions_of(session, charter_id))
    ours = await read_charter(session, charter_id)
    began = await read_edition(session, made_from.id)
    read = {row.id: await read_edition(session, row.id) for row in rows}
    for row in rows:
        if row.number <= made_from.number:
            break
        # Who decided on a later edition looked past this one.
        until = {
            item_id: read[min(decision.edition_id, row.id, key=numbers.__getitem__)]
            for item_id, decision in on.items()
            if numbers[decision.edition_id] > made_from.number
        }
        if not questions(began, ours, read[row.id], until).questions:
            return row
    return made_from


async def decisions_of(session: AsyncSession, charter_id: str) -> Sequence[DecisionRow]:
    """Every decision of a group that was not undone, the oldest first."""
    rows = await session.scalars(
        select(DecisionRow)
        .where(DecisionRow.charter_id == charter_id, DecisionRow.undone_at.is_(None))
        .order_by(DecisionRow.at, DecisionRow.id)
    )
    return rows.all()


def final(decisions: Sequence[DecisionRow]) -> dict[str, DecisionRow]:
    """The newest decision on each item, by its id; "later" decides nothing."""
    return {row.item_id: row for row in decisions if row.choice != Choice.LATER}


def based_on(began: Charter, decided: Mapping[str, Charter]) -> Charter:
    """The edition a version was made from, with each decided statement as its own edition has it.

    A statement that its edition does not have has no base. The places are those of one Charter at
    different times, so their order is the order in which that group put them.
    """
    kept = [item for item in began.items if item.id not in decided]
    newer = [edition.item(item_id) for item_id, edition in decided.items()]
    return replace(began, items=in_order([*kept, *(item for item in newer if item)]))
