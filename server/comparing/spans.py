"""What a comparison of two texts is made of: blocks of spans, from which both can be rebuilt.

A **span** is some words of the old text, of the new text or of both, and what became of them. A
**block** is a paragraph or a bullet, or the part of one. It says in which text it begins a
paragraph: `old` and `new` are None where a text goes on in the paragraph before (two paragraphs
joined, one split) or has no such paragraph at all. So reading the `old` runs of all spans and
beginning a paragraph at each block that begins one in the old text gives the old text, exactly;
and likewise the new.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from server.writing import rich_text
from server.writing.rich_text import Block as RichBlock
from server.writing.rich_text import BulletList, Paragraph, RichText, Run

Runs = tuple[Run, ...]


class SpanKind(StrEnum):
    """What became of some words.

    SAME has the same canonical form on both sides. STYLE (strong), LINK (made, taken away or
    leading elsewhere) and TYPOGRAPHY (capitals, quotes, dashes, blanks) have the same words on
    both sides; where several apply, a link is named before a style and that before typography.
    """

    SAME = "same"
    TAKEN_OUT = "taken out"
    PUT_IN = "put in"
    STYLE = "style"
    LINK = "link"
    TYPOGRAPHY = "typography"


class Start(StrEnum):
    """What a block begins in a text."""

    PARAGRAPH = "paragraph"
    BULLET = "bullet"


class Span(NamedTuple):
    """Some words and what became of them; `new` of what was taken out is empty, as is `old` of
    what was put in."""

    kind: SpanKind
    old: Runs
    new: Runs

    @property
    def old_text(self) -> str:
        return "".join(run.text for run in self.old)

    @property
    def new_text(self) -> str:
        return "".join(run.text for run in self.new)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a bullet, and what it begins in each text."""

    spans: tuple[Span, ...]
    old: Start | None
    new: Start | None

    @property
    def bullet(self) -> bool:
        """Whether to show it as a bullet: as the new text does, or the old where that has none."""
        return (self.new or self.old) is Start.BULLET

    @property
    def reshaped(self) -> bool:
        """Whether a paragraph became a bullet or a bullet a paragraph."""
        return self.old is not None and self.new is not None and self.old is not self.new


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different between two texts.

    `rewritten`: so little was kept that the whole old text is shown, and then the whole new one.
    """

    blocks: tuple[Block, ...]
    rewritten: bool = False

    @property
    def spans(self) -> Iterator[Span]:
        """All spans in reading order."""
        for block in self.blocks:
            yield from block.spans

    @property
    def is_same(self) -> bool:
        """Whether both texts have the same canonical form."""
        return all(
            block.old is block.new and all(span.kind is SpanKind.SAME for span in block.spans)
            for block in self.blocks
        )

    @property
    def old_blocks(self) -> tuple[Block, ...]:
        """The paragraphs of the old text, each a block with the spans that have old words."""
        return _side(self, old=True)

    @property
    def new_blocks(self) -> tuple[Block, ...]:
        """The paragraphs of the new text, each a block with the spans that have new words."""
        return _side(self, old=False)

    @property
    def old(self) -> RichText:
        """The old text, rebuilt."""
        return _rebuilt(self.old_blocks, old=True)

    @property
    def new(self) -> RichText:
        """The new text, rebuilt."""
        return _rebuilt(self.new_blocks, old=False)


def unchanged(rich: RichText) -> Changes:
    """A text against itself."""
    found = []
    for block in rich:
        is_list = isinstance(block, BulletList)
        start = Start.BULLET if is_list else Start.PARAGRAPH
        for paragraph in rich_text.paragraphs((block,)):
            span = Span(SpanKind.SAME, paragraph.runs, paragraph.runs)
            found.append(Block((span,), start, start))
    return Changes(tuple(found))


def joined(runs: Iterable[Run]) -> Runs:
    """Runs with neighbours of the same marks made one."""
    found: list[Run] = []
    for run in runs:
        last = found[-1] if found else None
        if last is not None and last.strong == run.strong and last.link == run.link:
            found[-1] = Run(last.text + run.text, run.strong, run.link)
        else:
            found.append(run)
    return tuple(found)


def _side(changes: Changes, *, old: bool) -> tuple[Block, ...]:
    found: list[tuple[Start, list[Span]]] = []
    for block in changes.blocks:
        start = block.old if old else block.new
        if start is not None:
            found.append((start, []))
        for span in block.spans:
            if span.old if old else span.new:
                found[-1][1].append(span)
    return tuple(Block(tuple(spans), start, start) for start, spans in found)


def _rebuilt(side: tuple[Block, ...], *, old: bool) -> RichText:
    found: list[RichBlock] = []
    for block in side:
        paragraph = Paragraph(
            joined(run for span in block.spans for run in (span.old if old else span.new))
        )
        before = found[-1] if found else None
        if not block.bullet:
            found.append(paragraph)
        elif isinstance(before, BulletList):
            found[-1] = BulletList((*before.items, paragraph))
        else:
            found.append(BulletList((paragraph,)))
    return tuple(found)
