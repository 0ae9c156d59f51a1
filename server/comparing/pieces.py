"""A text as pieces in reading order (headings, paragraphs, lists), and the Charter they make.

This is how a Charter is read out of what was not written as one. As in plain Markdown: a heading on
top of all others is the title, one paragraph between it and the next heading is the summary, each
paragraph and each point of a list is a statement, and a list after words that end with ":" belongs
to them. Where our own files say "Statement 4", what follows is one statement, with the parts that
"What it means" and "Why" name.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from server import clock
from server.errors import FileTooBig
from server.writing import limits, position, rich_text
from server.writing.charter import UNTITLED, Charter, Item, Kind, valid_item
from server.writing.markdown_in import PART_LABELS, STATEMENT_LABEL
from server.writing.rich_text import Block, BulletList, Paragraph, RichText

TITLE = 0

_PARTS = {"words": limits.WORDS, "meaning": limits.MEANING, "why": limits.WHY}


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1, the largest; TITLE is a heading that says it is the title."""

    level: int
    words: RichText


@dataclass(frozen=True, slots=True)
class Points:
    """A list; each point has paragraphs and maybe a list of its own."""

    points: tuple[RichText, ...]


Piece = Heading | Points | Paragraph


def charter(pieces: Iterable[Piece], mint: Callable[[], str] = clock.new_id) -> Charter:
    """The Charter that pieces make; `mint` gives ids. It may have no items.

    Raises FileTooBig, because nothing is cut quietly.
    """
    found = [tidied for piece in pieces for tidied in _tidy(piece)]
    title, summary = "", ""
    top = _title(found)
    if top is not None:
        title = rich_text.plain(top.words)
        before, after = found[: found.index(top)], found[found.index(top) + 1 :]
        match after:
            case [Paragraph() as first, Heading(), *_] if len(first.text) <= limits.SUMMARY:
                summary, after = first.text, after[1:]
        found = before + after
    drafts = _Drafts(found).drafts
    if len(drafts) > limits.ITEMS:
        raise FileTooBig(f"This file has too many statements. {limits.ITEMS:,} is the most.")
    if len(title) > limits.TITLE:
        raise FileTooBig(f"The title is too long. {limits.TITLE:,} letters is the most.")
    places = position.spread(len(drafts))
    return Charter(
        title or UNTITLED,
        summary,
        items=tuple(
            valid_item(draft.item(mint(), place))
            for draft, place in zip(drafts, places, strict=True)
        ),
    )


def _tidy(piece: Piece) -> Iterator[Piece]:
    """The piece in tidy form, or nothing where it says nothing."""
    match piece:
        case Heading(level, words):
            if line := rich_text.one_line(rich_text.tidy(words)):
                yield Heading(level, line)
        case Points(points):
            if kept := tuple(words for words in map(rich_text.tidy, points) if words):
                yield Points(kept)
        case Paragraph(runs):
            if tidied := rich_text.tidy_runs(runs):
                yield Paragraph(tidied)


def _title(pieces: Sequence[Piece]) -> Heading | None:
    """The heading that is the title, if there is one.

    It is what says that it is, or a heading before all else: one that is above all others, or
    that has another right under it.
    """
    headings = [
        piece for piece in pieces if isinstance(piece, Heading) and not _is_label(_text(piece))
    ]
    found = next((heading for heading in headings if heading.level == TITLE), None)
    if found is None and headings and pieces[0] is headings[0]:
        others = headings[1:]
        above = not others or headings[0].level < min(other.level for other in others)
        if above or (pieces[1] is others[0] and headings[0].level <= others[0].level):
            found = headings[0]
    return found


@dataclass(slots=True)
class _Draft:
    """An item being gathered, its parts by name."""

    kind: Kind
    parts: dict[str, list[Block]] = field(default_factory=lambda: {part: [] for part in _PARTS})
    left_out: bool = False

    def item(self, item_id: str, place: str) -> Item:
        parts = {part: rich_text.tidy(blocks) for part, blocks in self.parts.items()}
        for part, rich in parts.items():
            if rich_text.length(rich) > _PARTS[part]:
                begins = rich_text.plain(rich)[:30].strip()
                most = f"{_PARTS[part]:,} letters is the most."
                raise FileTooBig(f"“{begins} …” is too long. {most}")
        return Item(
            item_id,
            self.kind,
            place,
            parts["words"],
            parts["meaning"],
            why=parts["why"],
            left_out=self.left_out,
        )


class _Drafts:
    """Goes through the pieces once, gathering items."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.drafts: list[_Draft] = []
        # The part that goes on, of a statement that says its number.
        self._part: str | None = None
        # Words that end with ":" wait for their list.
        self._lead: _Draft | None = None
        for piece in pieces:
            self._read(piece)

    def _read(self, piece: Piece) -> None:
        lead, self._lead = self._lead, None
        label = None if isinstance(piece, Points) else _text(piece)
        if label is not None and (numbered := STATEMENT_LABEL.fullmatch(label)):
            self._add(Kind.STATEMENT).left_out = numbered[1] is not None
            self._part = "words"
        elif label is not None and self._part is not None and label in PART_LABELS:
            self._part = PART_LABELS[label]
        elif isinstance(piece, Heading):
            self._add(Kind.HEADING, *piece.words)
            self._part = None
        elif self._part is not None:
            self.drafts[-1].parts[self._part] += _blocks(piece)
        elif isinstance(piece, Points):
            if lead is not None:
                lead.parts["words"] += _blocks(piece)
            else:
                for words in piece.points:
                    self._add(Kind.STATEMENT, *words)
        else:
            added = self._add(Kind.STATEMENT, piece)
            self._lead = added if piece.text.endswith(":") else None

    def _add(self, kind: Kind, *words: Block) -> _Draft:
        draft = _Draft(kind)
        draft.parts["words"] += words
        self.drafts.append(draft)
        return draft


def _is_label(text: str) -> bool:
    return text in PART_LABELS or STATEMENT_LABEL.fullmatch(text) is not None


def _text(piece: Heading | Paragraph) -> str:
    return rich_text.plain(piece.words if isinstance(piece, Heading) else (piece,))


def _blocks(piece: Points | Paragraph) -> list[Block]:
    if isinstance(piece, Paragraph):
        return [piece]
    points = (each for words in piece.points for each in rich_text.paragraphs(words))
    return [BulletList(tuple(points))]
