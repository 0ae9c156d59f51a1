"""The table of all local versions of an edition: statements × places, what each did with each.

Worked out from digests: a place that kept the words has the same digest, so words are looked at
only where they differ, and two wordings only once however many places have them (`differing` tells
which). With 60 statements and 1,000 places nearly all cells are one of a few values, which are
shared.

A place is answerable for what it did, not for what the national group did since. So a version that
stands on an older edition is also held against that one: what is as it was there is *earlier*. A
statement it kept is kept, though the national words are other ones by now; a statement that came
later is not there yet, and was not left out.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from server.comparing import order
from server.comparing.align import Part, Stance
from server.comparing.grouping import Group


class Entry(NamedTuple):
    """One heading or statement of a version, without its words. Entries come in reading order."""

    item_id: str
    digest: str
    left_out: bool = False
    is_heading: bool = False
    has_why: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What one place has now; `base` is the older edition it stands on, None for this one."""

    entries: Sequence[Entry]
    base: Sequence[Entry] | None = None


class Difference(NamedTuple):
    """How two wordings differ. `similarity` is that of the words, 0 to 1; None: words are gone."""

    parts: frozenset[Part]
    similarity: float | None


# Tells the difference of two wordings that are not the same, by their digests.
Differences = Callable[[str, str], Difference]


class State(StrEnum):
    """What a cell says: a stance, and two that only versions of an older edition can have."""

    KEPT = "kept"
    EARLIER = "kept the earlier words"
    REWORDED = "reworded"
    MOVED = "moved"
    LEFT_OUT = "left out"
    NOT_YET = "not there yet"
    ADDED = "added"


class Cell(NamedTuple):
    """What one place did with one statement.

    `parts` and `similarity` are those of a reworded one; `moved` tells the place of that too.
    `earlier`: as it stood in the older edition that this version was made from.
    """

    stance: Stance
    moved: bool = False
    parts: frozenset[Part] = frozenset()
    similarity: float | None = None
    has_why: bool = False
    earlier: bool = False

    @property
    def state(self) -> State:
        if self.earlier:
            return State.NOT_YET if self.stance is Stance.LEFT_OUT else State.EARLIER
        return State[self.stance.name]

    @property
    def is_difference(self) -> bool:
        """Whether a reader who knows the national edition reads something else here."""
        return self.stance is not Stance.KEPT or self.earlier

    @property
    def distance(self) -> float:
        """How far from the national words, 0 to 1: what "most changed first" sorts by.

        Reading order and pictures count a little; what was left out counts most.
        """
        if not self.is_difference:
            return 0.0
        if self.stance is Stance.REWORDED and Part.WORDS in self.parts:
            return max(1.0 - (self.similarity or 0.0), 0.1)
        return 1.0 if self.stance is Stance.LEFT_OUT and not self.earlier else 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One national statement: `cells` has one for each place, `counts` how many of each state."""

    item_id: str
    number: int
    area: str | None
    digest: str
    cells: tuple[Cell, ...]
    counts: Mapping[State, int]

    @property
    def has_difference(self) -> bool:
        return self.counts.get(State.KEPT, 0) < len(self.cells)

    @property
    def distance(self) -> float:
        """The distances of all places together."""
        return sum(cell.distance for cell in self.cells)


class Addition(NamedTuple):
    """A statement that one place has and the edition has not. `place` counts the columns.

    `area` is the heading it stands under there, `earlier` that it was in the place's older edition.
    """

    place: int
    item_id: str
    digest: str
    area: str | None
    has_why: bool
    earlier: bool

    @property
    def cell(self) -> Cell:
        stance = Stance.KEPT if self.earlier else Stance.ADDED
        return Cell(stance, has_why=self.has_why, earlier=self.earlier)


@dataclass(frozen=True)
class Table:
    """All places' stances. `columns` are the counts of each place, additions included.

    `headings` are those that the edition shows, in order: (id, digest).
    """

    headings: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    additions: tuple[Addition, ...]
    columns: tuple[Mapping[State, int], ...]

    @property
    def places(self) -> int:
        return len(self.columns)

    @cached_property
    def counts(self) -> Mapping[State, int]:
        """How many cells there are of each state in all."""
        found: Counter[State] = Counter()
        for counts in self.columns:
            found.update(counts)
        return found

    @property
    def size(self) -> int:
        """How many cells it holds: what a cache counts."""
        return len(self.rows) * self.places + len(self.additions)


@dataclass(frozen=True, slots=True)
class Worked:
    """A table, and which of its additions are about the same thing: numbers in `additions`."""

    table: Table
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        return self.table.size


def table(
    national: Sequence[Entry], versions: Sequence[Version], differences: Differences
) -> Table:
    """What each version did with each statement of an edition.

    O(statements × versions), and one difference for each different pair of wordings.
    """
    edition = _Edition(national)
    columns = [_Column(edition, version, differences) for version in versions]
    shared: dict[Cell, Cell] = {}
    grid = [[shared.setdefault(cell, cell) for cell in column.cells()] for column in columns]
    additions = [
        addition for place, column in enumerate(columns) for addition in column.additions(place)
    ]
    counts = [_tally(cells) for cells in grid]
    for addition in additions:
        counts[addition.place][addition.cell.state] += 1
    rows = []
    for index, (entry, number, area) in enumerate(edition.statements):
        cells = tuple([column[index] for column in grid])
        rows.append(Row(entry.item_id, number, area, entry.digest, cells, _tally(cells)))
    return Table(edition.headings, tuple(rows), tuple(additions), tuple(counts))


def differing(national: Sequence[Entry], versions: Sequence[Version]) -> set[tuple[str, str]]:
    """The pairs of digests (national, local) whose difference `table` will ask for."""
    ours = {entry.item_id: entry.digest for entry in national if not entry.left_out}
    return {
        (ours[entry.item_id], entry.digest)
        for version in versions
        for entry in version.entries
        if not entry.left_out and ours.get(entry.item_id, entry.digest) != entry.digest
    }


def added(national: Sequence[Entry], versions: Sequence[Version]) -> list[Entry]:
    """The statements that versions show and the edition does not, in the order of the places."""
    ours = {entry.item_id for entry in national if not entry.left_out}
    return [
        entry
        for version in versions
        for entry in version.entries
        if not entry.left_out and not entry.is_heading and entry.item_id not in ours
    ]


def areas(entries: Sequence[Entry]) -> dict[str, str | None]:
    """Statement id → id of the heading it stands under. Headings left out are none."""
    found: dict[str, str | None] = {}
    above: str | None = None
    for entry in entries:
        if not entry.is_heading:
            found[entry.item_id] = above
        elif not entry.left_out:
            above = entry.item_id
    return found


_KEPT = Cell(Stance.KEPT)


class _Edition:
    """The national edition, prepared to hold many versions against it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        above = areas(entries)
        statements = [entry for entry in entries if not entry.is_heading]
        # Those left out are counted, as every page counts them.
        self.statements = [
            (entry, number, above[entry.item_id])
            for number, entry in enumerate(statements, start=1)
            if not entry.left_out
        ]
        self.shown = _shown(entries)
        self.order = list(self.shown)
        self.headings = tuple(
            (entry.item_id, entry.digest)
            for entry in entries
            if entry.is_heading and not entry.left_out
        )
        self._landmarks = frozenset(entry.item_id for entry in entries if entry.is_heading)

    def moved(self, entries: Sequence[Entry]) -> frozenset[str]:
        """What stands elsewhere in a version than in this edition."""
        there = [entry.item_id for entry in entries if not entry.left_out]
        in_both = [item_id for item_id in there if item_id in self.shown]
        if len(in_both) == len(self.order):
            stayed = in_both == self.order
        else:
            both = set(in_both)
            stayed = in_both == [item_id for item_id in self.order if item_id in both]
        # Nearly all versions keep the order, which is told much sooner than what moved.
        if stayed:
            return frozenset()
        landmarks = {entry.item_id for entry in entries if entry.is_heading}
        return order.moved(self.order, there, self._landmarks | landmarks)


class _Column:
    """One version, held against the edition and against the older one it stands on."""

    def __init__(self, edition: _Edition, version: Version, differences: Differences) -> None:
        self._edition = edition
        self._version = version
        self._differences = differences
        self._entries = {entry.item_id: entry for entry in version.entries}
        self._moved = edition.moved(version.entries)
        self._base: Mapping[str, Entry] | None = None
        if version.base is not None:
            self._base = _shown(version.base)
            if self._moved:
                self._moved &= _Edition(version.base).moved(version.entries)

    def cells(self) -> list[Cell]:
        """The cell of each statement that the edition shows."""
        return [self._cell(entry) for entry, _, _ in self._edition.statements]

    def additions(self, place: int) -> list[Addition]:
        """The statements that the edition does not show."""
        added = [
            entry
            for entry in self._version.entries
            if not entry.is_heading and not entry.left_out
            if entry.item_id not in self._edition.shown
        ]
        above = areas(self._version.entries) if added else {}
        return [
            Addition(
                place,
                entry.item_id,
                entry.digest,
                above[entry.item_id],
                entry.has_why,
                self._base is not None and entry.item_id in self._base,
            )
            for entry in added
        ]

    def _cell(self, national: Entry) -> Cell:
        item_id = national.item_id
        entry = self._entries.get(item_id)
        if entry is None or entry.left_out:
            has_why = entry is not None and entry.has_why
            not_yet = self._base is not None and item_id not in self._base
            return Cell(Stance.LEFT_OUT, has_why=has_why, earlier=not_yet)
        moved = item_id in self._moved
        if entry.digest == national.digest:
            if not moved and not entry.has_why:
                return _KEPT
            return Cell(Stance.MOVED if moved else Stance.KEPT, moved, has_why=entry.has_why)
        parts, similarity = self._differences(national.digest, entry.digest)
        before = self._base.get(item_id) if self._base is not None else None
        if before is not None and before.digest == entry.digest:
            return Cell(Stance.KEPT, moved, parts, similarity, entry.has_why, earlier=True)
        return Cell(Stance.REWORDED, moved, parts, similarity, entry.has_why)


def _shown(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.item_id: entry for entry in entries if not entry.left_out}


def _tally(cells: Sequence[Cell]) -> Counter[State]:
    found: Counter[State] = Counter()
    for cell, count in Counter(cells).items():
        found[cell.state] += count
    return found
