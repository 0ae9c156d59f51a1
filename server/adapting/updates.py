"""A national update of our own version: what is asked, what waits for later, what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from server.adapting.answers import Choice, Edition
from server.adapting.standing import Standing, standing_of
from server.adapting.tables import DecisionRow
from server.adapting.taking import from_json, print_of
from server.comparing.align import Comparison, compare
from server.comparing.updates import Question, Update
from server.errors import NoVersion
from server.people.permits import Who
from server.writing.charter import Charter
from server.writing.hidden import WHY, WORDS, Unseen
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow
from server.writing.taking_out import digest_of


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given, with all items it decided on; `main` is the statement asked about.

    `changed_since` tells that somebody has written there after it.
    """

    main: DecisionRow
    rows: Sequence[DecisionRow]
    seen: str
    changed_since: bool

    @property
    def said_before(self) -> frozenset[tuple[str, str, str]]:
        """What undoing puts back: (item's id, part, digest)."""
        return frozenset(each for row in self.rows for each in _said_before(row))


@dataclass(frozen=True)
class OurUpdate:
    """A version and what the newest edition asks of it; `unseen` is what may not be put back."""

    row: CharterRow
    standing: Standing
    ours: Charter
    unseen: Unseen = field(default_factory=lambda: Unseen({}, ()))

    @cached_property
    def update(self) -> Update:
        return self.standing.update_of(self.ours)

    @cached_property
    def to_ask(self) -> tuple[Question, ...]:
        """The questions to put one at a time, those left for later last."""
        return tuple(sorted(self.update.to_ask, key=lambda each: self.is_later(each.item_id)))

    @property
    def to_take(self) -> tuple[Question, ...]:
        """What we never touched: it can be taken in one press."""
        return self.update.to_take

    @property
    def later(self) -> tuple[Question, ...]:
        return tuple(each for each in self.to_ask if self.is_later(each.item_id))

    def is_later(self, item_id: str) -> bool:
        row = self.standing.answers.get(item_id)
        return row is not None and row.choice == Choice.LATER

    @cached_property
    def edition(self) -> Edition:
        """The newest edition, as answers need it."""
        moved = (each for each in compare(self.standing.base, self.ours).items if each.moved)
        return Edition(self.standing.theirs, frozenset(each.item_id for each in moved))

    def question(self, item_id: str) -> Question | None:
        """The question about a statement that is still open."""
        return next((each for each in self.update.questions if each.item_id == item_id), None)

    def following(self, item_id: str) -> Question | None:
        """The open question to put after that about this statement, coming round to the first."""
        order = [each.id for each in self.standing.theirs.items]
        places = {other: place for place, other in enumerate(order)}
        waiting = [each for each in self.to_ask if not self.is_later(each.item_id)]
        here = places.get(item_id, -1)
        after = [each for each in waiting if places.get(each.item_id, -1) > here]
        return next(iter([*after, *waiting]), None)

    def answered(self) -> tuple[Answered, ...]:
        """The answers to the newest edition that can be undone, the newest first."""
        rows = self.standing.answers
        found = []
        for row in sorted(rows.values(), key=lambda row: row.at, reverse=True):
            if row.choice == Choice.LATER or not row.before.get("main", False):
                continue
            together = [rows[item_id] for item_id in row.before["with"] if item_id in rows]
            group = [other for other in together if other.at == row.at]
            if not all(each.before for each in group):
                continue  # what was there before is forgotten
            if any(self._is_unseen(each) for each in group):
                continue  # whoever may hide words shows them again, and nobody else
            prints = [print_of(self.ours.item(each.item_id)) for each in group]
            changed = prints != [each.before["after"] for each in group]
            found.append(Answered(row, group, " ".join(prints), changed))
        return tuple(found)

    def _is_unseen(self, row: DecisionRow) -> bool:
        """Whether what was there before a decision is hidden, or forgotten, by now."""
        return any(
            self.unseen.why(item_id, digest)
            if part == WHY
            else self.unseen.words(item_id, digest, row.at)
            for item_id, part, digest in _said_before(row)
        )

    @property
    def answered_singly(self) -> int:
        """How many questions about the newest edition were answered, each by itself."""
        return sum(not each.main.before["together"] for each in self.answered())

    @cached_property
    def told(self) -> Comparison:
        """What they changed since we last decided."""
        return compare(self.standing.base, self.standing.theirs)

    def number(self, item_id: str) -> int | None:
        """The number of a statement: ours, or theirs where we do not have it; None of a heading."""
        return self.ours.numbers.get(item_id) or self.standing.theirs.numbers.get(item_id)


async def update_of(session: AsyncSession, row: CharterRow, who: Who | None) -> OurUpdate:
    """A version and what the newest edition asks of it. Raises NoVersion."""
    standing = await standing_of(session, row.id, who)
    if standing is None:
        raise NoVersion
    unseen = await Unseen.of(session, row.id)
    return OurUpdate(row, standing, await read_charter(session, row.id), unseen)


def seen_of(question: Question) -> str:
    """A print of what we have of all that a question is about, as the page carries it."""
    return " ".join(print_of(merge.ours) for merge in question.merges)


def _said_before(row: DecisionRow) -> list[tuple[str, str, str]]:
    item = from_json(row.before.get("item"))
    return [] if item is None else [(item.id, part, digest_of(item, part)) for part in (WORDS, WHY)]
