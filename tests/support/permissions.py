"""The tables of docs/permissions.md, read as they stand."""

from dataclasses import dataclass
from pathlib import Path

from tests.support.world import ASKERS

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


@dataclass(frozen=True)
class Row:
    """One row: what each who asks gets."""

    way: str
    of: str
    gets: dict[str, str]

    def __str__(self) -> str:
        return f"{self.way} {self.of}".strip()

    def shown_for(self, asker: str) -> str:
        """Whom the Charter is for when this one asks; "" where it does not matter."""
        if self.of != "any":
            return self.of
        return "group" if self.gets[asker] == "yes" else "everybody"


def rows_of(first: str) -> list[Row]:
    """The rows of every table whose first column is named so."""
    rows, reading = [], False
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            reading = False
        elif cells[:2] == [first, "Of"]:
            assert tuple(cells[2:]) == ASKERS, line
            reading = True
        elif reading and set(line) - set("|- "):
            assert len(cells) == len(ASKERS) + 2, line
            rows.append(Row(cells[0], cells[1], dict(zip(ASKERS, cells[2:], strict=True))))
    return rows
