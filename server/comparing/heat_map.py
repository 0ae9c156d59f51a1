"""The table as a picture: a square for each place and statement, drawn on the server as SVG.

A row is a place and a column a statement, so that names stand level and only numbers are short. A
picture is never made smaller than its letters can be read: statements that do not fit beside each
other are drawn in more than one picture, cut between two headings where that is possible.

Each square has a letter, and reworded ones how much: R1 is nearly the same, R3 quite different. So
nothing is told by colour alone. All sizes are in pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.comparing import labels
from server.comparing.matrix import Row, State

# Statements beside each other: with the names of the places as wide as a page on a small screen.
MOST_BESIDE = 14
SQUARE = 36
NAMES = 200
TOP = 40
# A name longer than fits is cut; the title of its row has it whole.
_LONGEST = 21


@dataclass(frozen=True, slots=True)
class Square:
    """One place's stance on one statement. `look` names its colour, `title` says it in words."""

    x: int
    y: int
    look: str
    letter: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name of a place or a number of a statement; `y` is where its letters stand."""

    x: int
    y: int
    text: str
    whole: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing. `first` and `last` are the numbers of its statements."""

    width: int
    height: int
    first: int
    last: int
    places: tuple[Label, ...]
    statements: tuple[Label, ...]
    squares: tuple[Square, ...]


def pictures(
    rows: Sequence[Row],
    places: Sequence[str],
    columns: Sequence[int],
    language: str = labels.ENGLISH,
) -> list[Picture]:
    """Drawings of these rows. `columns` are the places to draw, by their numbers in the table."""
    return [_picture(band, places, columns, language) for band in _bands(rows)]


def key(language: str = labels.ENGLISH) -> list[labels.Look]:
    """Everything that a square can be. What places added has no square."""
    return [look for look in labels.looks(language) if look.name != State.ADDED.name.lower()]


def _bands(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows in as few bands as they fit in, about equally long, cut at headings where possible."""
    left = list(rows)
    for bands in range(-(-len(rows) // MOST_BESIDE), 0, -1):
        least, even = len(left) - MOST_BESIDE * (bands - 1), -(-len(left) // bands)
        cuts = range(max(least, 1), min(MOST_BESIDE, len(left)) + 1)
        at_headings = [at for at in cuts if at == len(left) or left[at].area != left[at - 1].area]
        cut = min(at_headings or [even], key=lambda at: abs(at - even))
        yield left[:cut]
        left = left[cut:]


def _picture(
    rows: Sequence[Row], places: Sequence[str], columns: Sequence[int], language: str
) -> Picture:
    named = labels.of(language)
    squares = []
    for across, row in enumerate(rows):
        for down, place in enumerate(columns):
            cell = row.cells[place]
            look = labels.look(cell, language)
            said = ", ".join((named.states[cell.state], *labels.details(cell, language)))
            title = f"{places[place]}, {row.number}: {said}"
            x, y = NAMES + across * SQUARE, TOP + down * SQUARE
            squares.append(Square(x, y, look.name, look.letter, title))
    return Picture(
        width=NAMES + len(rows) * SQUARE,
        height=TOP + len(columns) * SQUARE,
        first=min(row.number for row in rows),
        last=max(row.number for row in rows),
        places=tuple(
            Label(0, TOP + down * SQUARE + SQUARE // 2, _cut(places[place]), places[place])
            for down, place in enumerate(columns)
        ),
        statements=tuple(
            Label(NAMES + across * SQUARE + SQUARE // 2, TOP // 2, str(row.number), str(row.number))
            for across, row in enumerate(rows)
        ),
        squares=tuple(squares),
    )


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
