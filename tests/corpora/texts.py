"""Read the families of real texts that stand beside this file; README.md tells where they are from.

A family has editions and adaptations of them, none of which has ids.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.comparing.passages import Passage
from server.writing import markdown_in, rich_text
from server.writing.charter import Charter, Kind
from server.writing.rich_text import Paragraph

HERE = Path(__file__).parent
FAMILIES = ("covenant", "licences", "rust")


@dataclass(frozen=True)
class Text:
    """A text as its package ships it; `edition` is the nearest one of its family, if it has one."""

    name: str
    family: str
    edition: str
    path: Path

    @property
    def is_edition(self) -> bool:
        return self.path.parent.name == "editions"

    @property
    def charter(self) -> Charter:
        """It, brought in as anybody's Markdown file is: ids are minted in reading order."""
        return _charter(self.path)

    @property
    def parts(self) -> tuple[Passage, ...]:
        """Its headings, paragraphs and list items, each with its index as its id.

        A Charter has a list in the statement that leads it in; in Word each item is on its own.
        Small parts are harder to match: so labels are of these.
        """
        return tuple(_parts(self.charter))


def texts(family: str) -> list[Text]:
    """Every text of a family, editions first, by name."""
    found = []
    for row in _sources():
        path = HERE / row["file"]
        if row["file"].startswith(f"{family}/"):
            found.append(Text(path.stem, family, row["edition"], path))
    return sorted(found, key=lambda text: (not text.is_edition, text.name))


def text(family: str, name: str) -> Text:
    return next(each for each in texts(family) if each.name == name)


@cache
def _sources() -> list[dict[str, str]]:
    with (HERE / "sources.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _charter(path: Path) -> Charter:
    count = iter(range(10_000))
    return markdown_in.parse(
        path.read_bytes(), mint=lambda: f"{path.stem}-{next(count)}".replace(".", "-")
    )


def _parts(charter: Charter) -> Iterator[Passage]:
    section, count = "", iter(range(10_000))
    summary = [Passage(charter.summary, id=str(next(count)))] if charter.summary else []
    yield from summary
    for item in charter.items:
        is_heading = item.kind is Kind.HEADING
        if is_heading:
            section = rich_text.plain(item.words)
        for block in item.words:
            for paragraph in [block] if isinstance(block, Paragraph) else block.items:
                yield Passage(paragraph.text, section, is_heading, str(next(count)))
