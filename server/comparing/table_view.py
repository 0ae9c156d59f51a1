"""What of a table is shown, in which order: filters, sorting, and places a page at a time.

A table of a thousand places is not read across. A page shows 25 of them, unless all are asked for;
what is counted is counted over all places.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from server.comparing import labels
from server.comparing.matrix import Addition, Cell, Row, Worked

# Up to here all places are on one page; above it, so many at a time.
ALL_FIT = 30
AT_A_TIME = 25
# So many statements that places added are shown, unless all are asked for.
ADDITIONS = 30

MOST_CHANGED = "most"
_ORDER = {look.name: place for place, look in enumerate(labels.looks())}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: everything that the address of the page says."""

    picture: bool = False
    only_differences: bool = False
    area: str = ""
    most_changed: bool = False
    first: int = 1
    all_places: bool = False
    all_additions: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read from an address; what it says wrongly counts as not said."""
        first = query.get("from", "")
        return cls(
            picture=query.get("show") == "picture",
            only_differences=query.get("only") == "differences",
            area=query.get("area", ""),
            most_changed=query.get("sort") == MOST_CHANGED,
            first=int(first) if first.isascii() and first.isdigit() and len(first) < 7 else 1,
            all_places=query.get("places") == "all",
            all_additions=query.get("added") == "all",
        )

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; what is usual is not said."""
        said = {
            "show": "picture" if self.picture else "",
            "only": "differences" if self.only_differences else "",
            "area": self.area,
            "sort": MOST_CHANGED if self.most_changed else "",
            "from": str(self.first) if self.first > 1 else "",
            "places": "all" if self.all_places else "",
            "added": "all" if self.all_additions else "",
        }
        kept = urlencode({name: value for name, value in said.items() if value})
        return f"?{kept}" if kept else ""

    def but(self, **changed: Any) -> str:
        """The address of the same page with something else asked."""
        return replace(self, **changed).query


class CellWords(NamedTuple):
    """How a cell is said. `look` names its colour; `has_why` is told where something differs."""

    look: str
    label: str
    details: tuple[str, ...]
    is_difference: bool
    has_why: bool


@dataclass(frozen=True)
class Shown:
    """The part of a worked table that a page shows."""

    worked: Worked
    asked: Asked

    @property
    def total(self) -> int:
        return self.worked.table.places

    @property
    def is_paged(self) -> bool:
        return self.total > ALL_FIT and not self.asked.all_places

    @cached_property
    def columns(self) -> range:
        """The places on this page, by their numbers in the table."""
        if not self.is_paged:
            return range(self.total)
        start = min(max(self.asked.first - 1, 0), self.total - 1)
        return range(start, min(start + AT_A_TIME, self.total))

    @cached_property
    def areas(self) -> Sequence[tuple[str | None, Sequence[Row]]]:
        """Rows under the ids of their headings; all under none where most changed comes first."""
        rows = [row for row in self.worked.table.rows if self._is_asked(row)]
        if self.asked.most_changed:
            return [(None, sorted(rows, key=lambda row: -row.distance))] if rows else []
        found: list[tuple[str | None, list[Row]]] = []
        for row in rows:
            if not found or found[-1][0] != row.area:
                found.append((row.area, []))
            found[-1][1].append(row)
        return found

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.areas for row in rows]

    @cached_property
    def groups(self) -> Sequence[Sequence[Addition]]:
        """The additions of this page's area, those about one thing together."""
        table = self.worked.table
        found = [
            [table.additions[index] for index in group.members] for group in self.worked.groups
        ]
        if self.asked.area:
            found = [group for group in found if group[0].area == self.asked.area]
        return found

    @cached_property
    def added(self) -> Counter[int]:
        """How many statements each place added in this page's area."""
        return Counter(addition.place for group in self.groups for addition in group)

    @property
    def shown_groups(self) -> Sequence[Sequence[Addition]]:
        return self.groups if self.asked.all_additions else self.groups[:ADDITIONS]

    def _is_asked(self, row: Row) -> bool:
        return (not self.asked.only_differences or row.has_difference) and (
            not self.asked.area or row.area == self.asked.area
        )


class Telling:
    """Says cells in words, and draws them: each different one once, of thousands."""

    def __init__(self, language: str, draw: Callable[[CellWords], Markup] | None = None) -> None:
        self._language = language
        self._draw = draw
        self._told: dict[Cell, CellWords] = {}
        self._drawn: dict[Cell, Markup] = {}

    def __call__(self, cell: Cell) -> CellWords:
        words = self._told.get(cell)
        if words is None:
            words = self._told[cell] = CellWords(
                labels.look(cell, self._language).name,
                labels.of(self._language).states[cell.state],
                labels.details(cell, self._language),
                cell.is_difference,
                cell.has_why and cell.is_difference,
            )
        return words

    def drawn(self, cells: Sequence[Cell]) -> Markup:
        """All these cells, one after the other, as `draw` draws them."""
        assert self._draw is not None  # noqa: S101 -- whoever wants cells drawn says how
        for cell in set(cells) - self._drawn.keys():
            self._drawn[cell] = self._draw(self(cell))
        return Markup("").join([self._drawn[cell] for cell in cells])

    def by_words(self, cells: Sequence[Cell], names: Sequence[str]) -> list[tuple[CellWords, str]]:
        """The names of the places that say the same, for a page with one column."""
        found: dict[CellWords, list[str]] = {}
        for cell, name in zip(cells, names, strict=True):
            found.setdefault(self(cell), []).append(name)
        in_order = sorted(found.items(), key=lambda said: _ORDER[said[0].look])
        return [(words, ", ".join(named)) for words, named in in_order]
