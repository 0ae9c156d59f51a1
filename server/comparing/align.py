"""Put two versions of a Charter side by side, statement by statement, by their ids.

Ids are minted once and shared by every version that descends from it, so nothing is guessed here:
the same words twice in one Charter are two statements, and never look like one that moved. For
texts without ids there is `matching`.

What counts is what a reader sees. A statement that is left out, or not there at all, is not seen:
seen in old only, it was left out; in new only, it was added (or put back); by neither, it is kept
as left out where both have it, and not listed where only one has.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from server.comparing import order
from server.writing import wording
from server.writing.charter import Charter, Item, Kind


class Stance(StrEnum):
    """What a version did with an item."""

    KEPT = "kept"
    REWORDED = "reworded"
    LEFT_OUT = "left out"
    ADDED = "added"
    MOVED = "moved"


class Part(StrEnum):
    """A part of an item that two versions can have differently."""

    WORDS = "words"
    MEANING = "meaning"
    PICTURE = "picture"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item in two versions; at least one of `old` and `new` is there.

    The stance is REWORDED where words, meaning or picture differ, else MOVED where only the place
    does: `moved` tells the place of reworded ones too, and `moved_up` in which direction. `parts`
    are those that differ, in items that both versions have; another why alone rewords nothing.

    Numbers are those that each version shows, and None for headings. Areas are the ids of the
    headings above; a heading is its own.

    `split_from` is what this one was split off from, and `joined_from` what was joined into it;
    `split_into` and `joined_into` say the same from the other end. All are ids of items that are
    listed, and those this was made from are seen in old.
    """

    item_id: str
    old: Item | None
    new: Item | None
    stance: Stance
    moved: bool = False
    parts: frozenset[Part] = frozenset()
    split_from: str | None = None
    joined_from: tuple[str, ...] = ()
    number_old: int | None = None
    number_new: int | None = None
    moved_up: bool = False
    area_old: str | None = None
    area_new: str | None = None
    split_into: tuple[str, ...] = ()
    joined_into: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return self.item.kind

    @property
    def item(self) -> Item:
        """The item as the newer version has it, or as the older one had it."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 -- one of them is there, by construction
        return found

    @property
    def is_change(self) -> bool:
        """Whether a reader sees a difference."""
        return self.stance is not Stance.KEPT


@dataclass(frozen=True)
class Comparison:
    """Two versions item by item: in new's order, what it has not where it stood in old."""

    old: Charter
    new: Charter
    items: tuple[ItemChange, ...]

    @cached_property
    def by_id(self) -> Mapping[str, ItemChange]:
        return {change.item_id: change for change in self.items}

    @property
    def statements(self) -> tuple[ItemChange, ...]:
        return tuple(change for change in self.items if change.kind is Kind.STATEMENT)

    @property
    def changes(self) -> tuple[ItemChange, ...]:
        """The items in which a reader sees a difference."""
        return tuple(change for change in self.items if change.is_change)

    @cached_property
    def counts(self) -> Mapping[Stance, int]:
        """How many statements there are of each stance, 0 too; headings are not counted."""
        found = Counter(change.stance for change in self.statements)
        return {stance: found[stance] for stance in Stance}


def compare(old: Charter, new: Charter) -> Comparison:
    """What `new` did with each item of `old`. Additions that were undone do not count."""
    old, new = old.shown, new.shown
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    listed = [
        item_id
        for item_id in order.woven(list(before), list(after), _headings(old, new))
        if _is_seen(before.get(item_id))
        or _is_seen(after.get(item_id))
        or (item_id in before and item_id in after)
    ]
    places = _Places(old, new)
    descent = _Descent(before, after)
    numbers_old, numbers_new = old.numbers, new.numbers
    areas_old, areas_new = _areas(old), _areas(new)

    def change(item_id: str) -> ItemChange:
        one, other = before.get(item_id), after.get(item_id)
        parts, moved = differing(one, other), item_id in places.moved
        return ItemChange(
            item_id,
            one,
            other,
            _stance(one, other, parts, moved),
            moved=moved,
            parts=parts,
            split_from=descent.split_from.get(item_id),
            joined_from=descent.joined_from.get(item_id, ()),
            number_old=numbers_old.get(item_id),
            number_new=numbers_new.get(item_id),
            moved_up=item_id in places.moved_up,
            area_old=areas_old.get(item_id),
            area_new=areas_new.get(item_id),
            split_into=descent.split_into.get(item_id, ()),
            joined_into=descent.joined_into.get(item_id, ()),
        )

    return Comparison(old, new, tuple(map(change, listed)))


def differing(old: Item | None, new: Item | None) -> frozenset[Part]:
    """The parts that two items of one id have differently; none where one is missing.

    Words are compared in canonical form, as digests are: how a letter is composed is no difference.
    """
    if old is None or new is None or old == new:
        return frozenset()
    if (old.kind, old.words, old.meaning, old.picture) == (
        new.kind,
        new.words,
        new.meaning,
        new.picture,
    ):
        return frozenset({Part.WHY}) if old.why != new.why else frozenset()
    said, says = wording.of(old), wording.of(new)
    parts = {
        # In no version of ours does a statement become a heading, but files are edited by hand.
        Part.WORDS: said.words != says.words or old.kind is not new.kind,
        Part.MEANING: said.meaning != says.meaning,
        Part.PICTURE: said.picture != says.picture,
        Part.WHY: old.why != new.why,
    }
    return frozenset(part for part, differs in parts.items() if differs)


def _is_seen(item: Item | None) -> bool:
    return item is not None and not item.left_out


def _stance(old: Item | None, new: Item | None, parts: frozenset[Part], moved: bool) -> Stance:
    if not _is_seen(new):
        return Stance.LEFT_OUT if _is_seen(old) else Stance.KEPT
    if not _is_seen(old):
        return Stance.ADDED
    if parts - {Part.WHY}:
        return Stance.REWORDED
    return Stance.MOVED if moved else Stance.KEPT


def _headings(*versions: Charter) -> frozenset[str]:
    return frozenset(item.id for version in versions for item in version.headings)


def _areas(charter: Charter) -> dict[str, str]:
    """Item id → id of the heading it stands under."""
    return {
        item.id: section.heading.id
        for section in charter.sections
        if section.heading is not None
        for item in (section.heading, *section.statements)
    }


class _Places:
    """Which items that both versions show stand elsewhere."""

    def __init__(self, old: Charter, new: Charter) -> None:
        seen_old = [item.id for item in old.items if _is_seen(item)]
        seen_new = [item.id for item in new.items if _is_seen(item)]
        self.moved = order.moved(seen_old, seen_new, _headings(old, new))
        both = set(seen_old) & set(seen_new)
        ahead_old = self._staying_ahead(seen_old, both)
        ahead_new = self._staying_ahead(seen_new, both)
        # Never equal: what has as many staying ones ahead of it as before would have stayed too.
        self.moved_up = {item for item in self.moved if ahead_new[item] < ahead_old[item]}

    def _staying_ahead(self, items: Sequence[str], both: Collection[str]) -> dict[str, int]:
        found, count = {}, 0
        for item in items:
            found[item] = count
            count += item in both and item not in self.moved
        return found


class _Descent:
    """What was split and joined, told from the origins that are new in `after`.

    Splitting leaves the first part its id and gives the second this origin; joining leaves the
    first its id, gives it the other as an origin, and leaves the other out. So an origin that is
    still seen, or that several new items share, was split; one that is seen no more was joined.
    """

    def __init__(self, before: Mapping[str, Item], after: Mapping[str, Item]) -> None:
        self._before, self._after = before, after
        self.split_from: dict[str, str] = {}
        self.joined_from: dict[str, tuple[str, ...]] = {}
        self.split_into: dict[str, tuple[str, ...]] = {}
        self.joined_into: dict[str, tuple[str, ...]] = {}
        seen = [item for item in after.values() if _is_seen(item)]
        origins = {item.id: tuple(self._new_origins(item)) for item in seen}
        added = [item.id for item in seen if not _is_seen(before.get(item.id))]
        shares = Counter(origin for item_id in added for origin in origins[item_id])
        for item_id, found in origins.items():
            for origin in found:
                if _is_seen(after.get(origin)) or shares[origin] > 1:
                    if item_id in added and item_id not in self.split_from:
                        self.split_from[item_id] = origin
                        self.split_into[origin] = (*self.split_into.get(origin, ()), item_id)
                else:
                    self.joined_from[item_id] = (*self.joined_from.get(item_id, ()), origin)
                    self.joined_into[origin] = (*self.joined_into.get(origin, ()), item_id)

    def _new_origins(self, item: Item) -> Iterator[str]:
        """Items seen in `before` from which this one was made since.

        What was made from something that came and went in between was made from its origins.
        """
        known = set(self._origins_of(self._before.get(item.id))) | {item.id}
        waiting = [origin for origin in reversed(item.origins) if origin not in known]
        while waiting:
            origin = waiting.pop()
            if origin in known:
                continue
            known.add(origin)
            if _is_seen(self._before.get(origin)):
                yield origin
            elif origin not in self._before:
                waiting.extend(reversed(self._origins_of(self._after.get(origin))))

    @staticmethod
    def _origins_of(item: Item | None) -> tuple[str, ...]:
        return item.origins if item is not None else ()
