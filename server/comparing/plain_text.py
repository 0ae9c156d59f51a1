"""Pieces of a plain text: paragraphs between blank lines, simple headings and points.

A heading is underlined, begins with `#`, or is all in capitals; or it is a short line on its own,
without a full stop, first of all or right above something longer. Where no line is blank, each is
a paragraph, as word processors save them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.comparing.pieces import Heading, Piece, Points
from server.writing.rich_text import Paragraph, RichText, Run

_POINT = re.compile(r"\s*(?:[-*+•◦▪●·–—]|\(?(?:\d{1,3}|[a-z])[.)])\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(.*?)[\s#]*")
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|_{3,}|\*{3,}|~{3,})\s*")
_ENDS = (".", "!", "?", ";", ":", ",", "…", ".”", '."', ".)", "?”", "!”")

HEADING_WORDS = 10


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a paragraph, a heading where `level` is set, or points."""

    lines: list[str]
    level: int | None = None
    points: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.strip() for line in self.lines)

    @property
    def is_short(self) -> bool:
        """Whether it could be a heading: few words, and no end of a sentence."""
        return (
            not self.points
            and len(self.lines) == 1
            and len(self.text.split()) <= HEADING_WORDS
            and not self.text.endswith(_ENDS)
        )


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a text. Where all of it is short lines, none of them is taken for a heading."""
    blocks = _blocks(text.splitlines())
    has_prose = any(block.level is None and not block.is_short for block in blocks)
    for block, after in pairwise(blocks):
        if block.level is None and block.is_short and has_prose:
            is_first = block is blocks[0]
            if is_first or block.text.isupper() or not (after.is_short or after.level):
                block.level = 1 if is_first else 2
    for block in blocks:
        if block.level is not None:
            yield Heading(block.level, _said(block.text))
        elif block.points:
            yield Points(tuple(_said(point) for point in _points(block.lines)))
        else:
            yield Paragraph((Run(block.text),))


def _said(text: str) -> RichText:
    return (Paragraph((Run(text),)),)


def _blocks(lines: Sequence[str]) -> list[_Block]:
    each_line = all(line.strip() for line in lines)
    found: list[_Block] = []
    last: _Block | None = None  # the one that the next line may go on with
    for line in lines:
        before, last = last, None
        hashes = _HASHES.fullmatch(line.strip())
        if not line.strip():
            continue
        if _RULE.fullmatch(line):
            if before is not None and before.is_short:
                before.level = 1 if "=" in line else 2
        elif hashes is not None:
            found.append(_Block([hashes[2]], level=len(hashes[1])))
        elif _POINT.match(line):
            if not (found and found[-1].points):
                found.append(_Block([], points=True))
            last = found[-1]
            last.lines.append(line)
        elif before is None or (each_line and not (before.points and line[:1].isspace())):
            last = _Block([line])
            found.append(last)
        else:
            last = before
            last.lines.append(line)
    return found


def _points(lines: Sequence[str]) -> Iterator[str]:
    """Points without their marks; a line without one goes on with the point before."""
    point = ""
    for line in lines:
        mark = _POINT.match(line)
        if mark and point:
            yield point
            point = ""
        rest = line[mark.end() :] if mark else line
        point = f"{point} {rest.strip()}".strip()
    yield point
