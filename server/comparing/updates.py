"""What a newer national edition asks of a local version, statement by statement.

A statement is asked about only where its national words, meaning, picture, place or presence
changed since the group last decided on it. Its base is the edition of that decision, not the newest
one before: groups skip editions, and leave updates half finished. So "keep ours" is not asked again
until the national words change again. What the group never touched can be taken in one press.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.comparing import align
from server.comparing.align import Comparison
from server.comparing.merge import Aspect, ItemMerge, Outcome, merge_item
from server.comparing.whole import places, reading_order
from server.writing.charter import Charter


class Need(StrEnum):
    """What a change asks of people."""

    TAKE = "take"  # we never touched it: it can be taken with all others like it
    ASK = "ask"


class Event(StrEnum):
    """What the national group did with a statement."""

    REWORDED = "reworded"  # its words, its meaning or its picture
    ADDED = "added"  # or put back
    REMOVED = "removed"  # left out, or gone
    MOVED = "moved"
    SPLIT = "split"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing the national group did, and what it meets in our version.

    `merges` holds the statement first. After it, where it was split: the new parts; where it was
    joined: those that went into it. They are taken, or not, together. In every merge `base` is the
    item in the edition on which we last decided, `theirs` in the newest.
    """

    event: Event
    need: Need
    merges: tuple[ItemMerge, ...]

    @property
    def merge(self) -> ItemMerge:
        """The statement that is asked about."""
        return self.merges[0]

    @property
    def item_id(self) -> str:
        return self.merges[0].item_id

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Every statement on which the answer decides."""
        return tuple(merge.item_id for merge in self.merges)

    @property
    def changed(self) -> frozenset[Aspect]:
        """What of the statement the national group changed."""
        return self.merge.changed_there


@dataclass(frozen=True, slots=True)
class Update:
    """All questions of a newer edition, in its reading order.

    `agreed` are the ids of items that both sides changed to the same: nothing is asked, and the
    newest edition counts as decided on.
    """

    questions: tuple[Question, ...]
    agreed: tuple[str, ...]

    @property
    def to_take(self) -> tuple[Question, ...]:
        """Those that can be taken in one press."""
        return tuple(question for question in self.questions if question.need is Need.TAKE)

    @property
    def to_ask(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.need is Need.ASK)


def questions(
    base: Charter, ours: Charter, theirs: Charter, decided: Mapping[str, Charter] | None = None
) -> Update:
    """What the edition `theirs` asks of `ours`, which was made from the edition `base`.

    `decided` gives, by item id, the newest edition on which the group decided about that item
    (taken, kept or mixed; "later" is no decision). Editions are looked at once each, however many
    items name them: give the same Charter for the same edition.
    """
    return _Asking(base, ours, theirs, decided or {}).update()


class _Since:
    """What became of everything since one earlier edition, on both sides."""

    def __init__(self, edition: Charter, ours: Charter, theirs: Charter) -> None:
        self.items = {item.id: item for item in edition.items}
        self.there: Comparison = align.compare(edition, theirs)
        self.places = places(align.compare(edition, ours), self.there)


class _Asking:
    def __init__(
        self, base: Charter, ours: Charter, theirs: Charter, decided: Mapping[str, Charter]
    ) -> None:
        editions = {id(edition): edition for edition in (base, *decided.values())}
        self._since = {key: _Since(each, ours, theirs) for key, each in editions.items()}
        self._keys = {item_id: id(edition) for item_id, edition in decided.items()}
        self._base = id(base)
        self._ours = {item.id: item for item in ours.items}
        self._theirs = {item.id: item for item in theirs.items}
        self._order = reading_order(theirs, ours, *editions.values())

    def update(self) -> Update:
        merges = {item_id: self._merge(item_id) for item_id in self._order}
        changed = {key: merge for key, merge in merges.items() if merge.changed_there}
        agreed = tuple(key for key, merge in changed.items() if not _asks(merge))
        waiting = {key: merge for key, merge in changed.items() if _asks(merge)}
        return Update(tuple(self._questions(waiting)), agreed)

    def _questions(self, waiting: Mapping[str, ItemMerge]) -> Iterator[Question]:
        events = {item_id: self._event(item_id, waiting) for item_id in waiting}
        # Each item is in one question. What was joined into two goes along with the first.
        free = dict(waiting)
        whole = {}
        for item_id, (event, others) in events.items():
            along = [other for other in others if other in free]
            if along and item_id in free:
                whole[item_id] = _question(event, [free.pop(key) for key in (item_id, *along)])
        for item_id, merge in waiting.items():
            if item_id in whole:
                yield whole[item_id]
            elif item_id in free:
                yield _question(self._alone(merge), [merge])

    def _of(self, item_id: str) -> _Since:
        return self._since[self._keys.get(item_id, self._base)]

    def _merge(self, item_id: str) -> ItemMerge:
        since = self._of(item_id)
        return merge_item(
            since.items.get(item_id),
            self._ours.get(item_id),
            self._theirs.get(item_id),
            since.places.get(item_id, Outcome.SAME),
        )

    def _event(
        self, item_id: str, waiting: Mapping[str, ItemMerge]
    ) -> tuple[Event, tuple[str, ...]]:
        """Whether an item was split or joined, and the others that go along with it."""
        change = self._of(item_id).there.by_id[item_id]
        for event, others in ((Event.JOINED, change.joined_from), (Event.SPLIT, change.split_into)):
            along = tuple(other for other in others if other in waiting)
            if along:
                return event, along
        return Event.REWORDED, ()

    @staticmethod
    def _alone(merge: ItemMerge) -> Event:
        there = merge.changed_there
        if Aspect.PRESENCE in there:
            return Event.ADDED if merge.presence.theirs else Event.REMOVED
        return Event.MOVED if there == {Aspect.PLACE} else Event.REWORDED


def _asks(merge: ItemMerge) -> bool:
    """Whether what they changed is not what we have already."""
    return merge.outcome not in (Outcome.SAME, Outcome.OURS) or merge.place in (
        Outcome.THEIRS,
        Outcome.CHOOSE,
    )


def _question(event: Event, merges: Sequence[ItemMerge]) -> Question:
    free = all(
        merge.outcome not in (Outcome.MIX, Outcome.CHOOSE) and merge.place is not Outcome.CHOOSE
        for merge in merges
    )
    return Question(event, Need.TAKE if free else Need.ASK, tuple(merges))
