"""Deciding on national changes, and undoing a decision.

A decision and the edit that it makes are one transaction: `Rooms.change` writes both. Everything
that could have changed while people looked is asked again there: the newest edition, the words, and
whether somebody else was quicker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from server import clock
from server.adapting.answers import Choice
from server.adapting.tables import DecisionRow
from server.adapting.taking import NOTHING, Taking, Wanted, from_json, print_of, taken_back, to_json
from server.adapting.updates import Answered, OurUpdate
from server.comparing.updates import Question
from server.errors import AnsweredAlready, NewerEdition
from server.live.rooms import Rooms
from server.people.audit import What, record_on
from server.writing.authors import Author
from server.writing.charter import Charter
from server.writing.hidden import is_hidden_now
from server.writing.tables import CharterRow, EditionRow


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer to some questions of an update, ready to be made.

    `together` tells that one press took all that we never touched.
    """

    update: OurUpdate
    questions: Sequence[Question]
    wanted: Sequence[Wanted]
    choice: Choice
    author: Author
    together: bool = False

    async def make(self, rooms: Rooms) -> None:
        """Make it. Raises BeingWritten, WordsChanged, NewerEdition and AnsweredAlready."""
        changed = [each.item_id for each in self.wanted if each.is_edit]
        await rooms.change(
            self.update.row.id,
            Taking(tuple(self.wanted)),
            author=self.author,
            items=changed,
            record=self.record,
        )

    def record(self, connection: Connection) -> None:
        """Write the decision down, in the transaction of its edit."""
        standing = self.update.standing
        newest = connection.scalar(
            select(func.max(EditionRow.number)).where(
                EditionRow.charter_id == standing.of_charter.id
            )
        )
        if newest != standing.newest.number:
            raise NewerEdition
        ids = [each.item_id for each in self.wanted]
        if _answered(connection, self.update, ids):
            raise AnsweredAlready
        rows = [*self._rows(at := clock.now()), *self._agreed(connection, at)]
        connection.execute(insert(DecisionRow), rows)
        self._note(connection)

    def _note(self, connection: Connection) -> None:
        row = self.update.row
        record_on(
            connection,
            What.DECIDED,
            by=self.author.person_id,
            for_id=self.author.for_id,
            group_id=row.group_id,
            charter_id=row.id,
            number=self.update.standing.newest.number,
            statements=len(self.questions),
            choice=str(self.choice),
        )

    def _rows(self, at: datetime) -> list[dict[str, Any]]:
        wanted = {each.item_id: each for each in self.wanted}
        rows = []
        for question in self.questions:
            for merge in question.merges:
                item = wanted[merge.item_id].item
                before = {
                    "main": merge is question.merge,
                    "together": self.together,
                    "with": list(question.item_ids),
                    "item": to_json(merge.ours),
                    "after": print_of(merge.ours if item is None else item),
                }
                rows.append(self._row(merge.item_id, self.choice, before, at))
        return rows

    def _agreed(self, connection: Connection, at: datetime) -> list[dict[str, Any]]:
        """What both sides changed to the same counts as decided, so that it is never asked."""
        agreed = self.update.update.agreed
        if self.choice is Choice.LATER or not agreed:
            return []
        noted = _answered(connection, self.update, agreed)
        return [
            self._row(item_id, Choice.THEIRS, {}, at) for item_id in agreed if item_id not in noted
        ]

    def _row(
        self, item_id: str, choice: Choice, before: dict[str, Any], at: datetime
    ) -> dict[str, Any]:
        return {
            "id": clock.new_id(),
            "charter_id": self.update.row.id,
            "item_id": item_id,
            "edition_id": self.update.standing.newest.id,
            "choice": str(choice),
            "before": before,
            "person_id": self.author.person_id,
            "for_id": self.author.for_id,
            "at": at,
            "undone_at": None,
        }


def _answered(connection: Connection, update: OurUpdate, ids: Sequence[str]) -> set[str]:
    """Those of these items on which there is a decision about the newest edition."""
    return set(
        connection.scalars(
            select(DecisionRow.item_id).where(
                DecisionRow.charter_id == update.row.id,
                DecisionRow.edition_id == update.standing.newest.id,
                DecisionRow.item_id.in_(ids),
                DecisionRow.undone_at.is_(None),
                DecisionRow.choice != Choice.LATER,
            )
        )
    )


@dataclass(frozen=True, slots=True)
class Undoing:
    """A decision to be undone, as its page showed it."""

    answered: Answered
    ours: Charter
    author: Author

    async def make(self, rooms: Rooms) -> None:
        """Put back what was there. Raises BeingWritten, WordsChanged and AnsweredAlready."""
        wanted = tuple(self._wanted(row) for row in self.answered.rows)
        await rooms.change(
            self.answered.main.charter_id,
            Taking(wanted),
            author=self.author,
            items=[each.item_id for each in wanted if each.is_edit],
            record=self.record,
        )

    def record(self, connection: Connection) -> None:
        """Note that it was undone, in the transaction of the edit.

        Raises AnsweredAlready where somebody was quicker, also by hiding what was there before.
        """
        charter_id = self.answered.main.charter_id
        if is_hidden_now(connection, charter_id, self.answered.said_before):
            raise AnsweredAlready("This cannot be undone now. Look again.")
        ids = [row.id for row in self.answered.rows]
        done = connection.execute(
            update(DecisionRow)
            .where(DecisionRow.id.in_(ids), DecisionRow.undone_at.is_(None))
            .values(undone_at=clock.now())
        )
        if done.rowcount != len(ids):
            raise AnsweredAlready("Somebody else undid this.")
        asked = select(CharterRow.group_id).where(CharterRow.id == charter_id)
        group_id = connection.scalars(asked).one()
        record_on(
            connection,
            What.DECIDED,
            by=self.author.person_id,
            for_id=self.author.for_id,
            group_id=group_id,
            charter_id=charter_id,
            statements=len(ids),
            choice="undone",
        )

    def _wanted(self, row: DecisionRow) -> Wanted:
        now = self.ours.item(row.item_id)
        before = from_json(row.before.get("item"))
        if before is None and now is not None and print_of(now) != NOTHING:
            before = taken_back(now)
        if before is None or print_of(before) == print_of(now):
            return Wanted(row.item_id, print_of(now))
        return Wanted(row.item_id, print_of(now), before)
