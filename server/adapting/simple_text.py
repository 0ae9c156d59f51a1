"""Rich text in a plain box: a line for each paragraph, "- " before a bullet.

A plain box has no strong words and no links, so those that stood there before are given back to
the words that are still there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from server.writing import rich_text
from server.writing.rich_text import Block, BulletList, Paragraph, RichText, Run

_BULLET = re.compile(r"\s*[-*•–]\s+")
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class _Marks:
    strong: bool = False
    link: str | None = None


def to_text(rich: RichText) -> str:
    """What stands in the box for a rich text."""
    blocks = [
        block.text
        if isinstance(block, Paragraph)
        else "\n".join(f"- {item.text}" for item in block.items)
        for block in rich
    ]
    return "\n\n".join(blocks)


def from_text(text: str, like: RichText = ()) -> RichText:
    """What was written in the box; words that `like` has too keep its strong words and links."""
    if _same(text, to_text(like)):
        return like
    lines = [line for line in text.splitlines() if line.strip()]
    marked = _marked([_BULLET.sub("", line, count=1) for line in lines], like)
    blocks: list[Block] = []
    for line, paragraph in zip(lines, marked, strict=True):
        blocks.append(BulletList((paragraph,)) if _BULLET.match(line) else paragraph)
    return rich_text.tidy(blocks)


def _same(one: str, other: str) -> bool:
    # A browser sends a box with line ends of its own.
    return one.split("\n") == other.split("\n") or one.splitlines() == other.splitlines()


def _marked(lines: Sequence[str], like: RichText) -> list[Paragraph]:
    """The lines as paragraphs, with the marks that the same words had in `like`."""
    old = [
        (piece, _Marks(run.strong, run.link))
        for paragraph in rich_text.paragraphs(like)
        for run in paragraph.runs
        for piece in _PIECE.findall(run.text)
    ]
    new = [_PIECE.findall(line) for line in lines]
    flat = [piece for pieces in new for piece in pieces]
    marks = [_Marks()] * len(flat)
    if any(each != _Marks() for _, each in old):
        matcher = SequenceMatcher(None, [piece for piece, _ in old], flat, autojunk=False)
        for match in matcher.get_matching_blocks():
            for step in range(match.size):
                marks[match.b + step] = old[match.a + step][1]
    found, start = [], 0
    for pieces in new:
        with_marks = zip(pieces, marks[start : start + len(pieces)], strict=True)
        found.append(Paragraph(tuple(Run(piece, m.strong, m.link) for piece, m in with_marks)))
        start += len(pieces)
    return found
