"""What stands beside each statement of our own version: their words, what we did, and why.

On the drafting page it is worked out anew after each settling, so that it follows what people
write. Readers see the same, without what only those who write can do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.stances import Stances, stances
from server.adapting.standing import Standing, standing_of
from server.adapting.updates import OurUpdate
from server.adapting.version_pages import name_of
from server.comparing import words
from server.comparing.align import ItemChange, Part, Stance
from server.comparing.updates import Question
from server.people.permits import Action, Who, may
from server.writing.beside import TOP, Note
from server.writing.charter import Charter, Kind
from server.writing.tables import CharterRow


@dataclass(frozen=True)
class OurNotes:
    """Notes beside our own version: for those who draft, or for those who read."""

    drafting: bool

    async def __call__(
        self, session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
    ) -> Mapping[str, Sequence[Note]]:
        standing = await standing_of(session, row.id, who)
        if standing is None:
            return {}
        found = stances(standing.base, charter)
        update = OurUpdate(row, standing, charter)
        member = may(who, Action.WATCH, row)
        sees = member or may(who, Action.READ, standing.of_charter)
        asked = {
            merge.item_id: question
            for question in (update.update.questions if member else ())
            for merge in question.merges
        }
        writes = self.drafting and may(who, Action.WRITE, row)
        notes = {
            change.item_id: [
                _note(standing, found, change, asked.get(change.item_id), sees=sees, writes=writes)
            ]
            for change in found.comparison.items
            if (self.drafting and change.kind is Kind.STATEMENT)
            or change.is_change
            or change.item_id in asked
        }
        if self.drafting:
            notes[TOP] = [top(standing, found, update, drafting=True)]
        return notes


def top(standing: Standing, found: Stances, update: OurUpdate, *, drafting: bool) -> Note:
    """What is to be said of the whole version: how it differs, and what they changed since."""
    lacking = found.without_reason
    numbers = update.ours.numbers
    return Note(
        "adapting/top.html",
        {
            "of_charter": standing.of_charter,
            "of_group": standing.of_group,
            "edition": standing.made_from,
            "edition_name": name_of(standing.made_from),
            "newest_name": name_of(standing.newest),
            "differences": len(found.differences),
            "lacking": [
                {"id": change.item_id, "number": numbers.get(change.item_id)} for change in lacking
            ],
            "open": len(update.update.questions),
            "drafting": drafting,
        },
    )


def _note(
    standing: Standing,
    found: Stances,
    change: ItemChange,
    question: Question | None,
    *,
    sees: bool,
    writes: bool,
) -> Note:
    """The note beside one item; only who `sees` the other Charter is shown its words."""
    compared = found.comparison
    values: dict[str, Any] = {
        "item_id": change.item_id,
        "kind": str(change.kind),
        "stance": str(change.stance),
        "moved": change.moved,
        "of_group": standing.of_group,
        "language": compared.new.language,
        "of_language": compared.old.language,
        "theirs": None,
        "lacks_reason": found.lacks_reason(change.item_id),
        "asked": None if question is None else question.item_id,
        "writes": writes,
        "may_share": writes and change in found.differences,
    }
    if sees and change.stance in (Stance.REWORDED, Stance.LEFT_OUT) and change.old is not None:
        values["theirs"] = change.old
        old, new = change.old, change.new
        if new is not None and not new.left_out:
            values["words"] = _changes(change, Part.WORDS)
            values["meaning"] = _changes(change, Part.MEANING)
            values["other_picture"] = Part.PICTURE in change.parts
            values["is_rewritten"] = words.similarity(old.words, new.words) < words.REWORDED
    return Note("adapting/beside.html", values)


def _changes(change: ItemChange, part: Part) -> words.Changes | None:
    if change.old is None or change.new is None or part not in change.parts:
        return None
    if part is Part.WORDS:
        return words.changes(change.old.words, change.new.words)
    return words.changes(change.old.meaning, change.new.meaning)
