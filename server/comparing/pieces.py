"""A text as pieces in reading order (headings, paragraphs, lists), and the Charter they make.

This is how a Charter is read out of what was not written as one. As in plain Markdown: a heading on
top of all others is the title, one paragraph between it and the next heading is the summary, each
paragraph and each point of a list is a statement, and a list after words that end with ":" belongs
to them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from server import clock
from server.errors import FileTooBig
from server.writing import limits, position, rich_text
from server.writing.charter import UNTITLED, Charter, Item, Kind, valid_item
from server.writing.rich_text import BulletList, Paragraph, RichText

TITLE = 0


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
    drafts = list(_drafts(found))
    if len(drafts) > limits.ITEMS:
        raise FileTooBig(f"This file has too many statements. {limits.ITEMS:,} is the most.")
    for _, words in drafts:
        if rich_text.length(words) > limits.WORDS:
            begins = rich_text.plain(words)[:30].strip()
            raise FileTooBig(f"“{begins} …” is too long. {limits.WORDS:,} letters is the most.")
    if len(title) > limits.TITLE:
        raise FileTooBig(f"The title is too long. {limits.TITLE:,} letters is the most.")
    places = position.spread(len(drafts))
    return Charter(
        title or UNTITLED,
        summary,
        items=tuple(
            valid_item(Item(mint(), kind, place, words))
            for (kind, words), place in zip(drafts, places, strict=True)
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
    headings = [piece for piece in pieces if isinstance(piece, Heading)]
    found = next((heading for heading in headings if heading.level == TITLE), None)
    if found is None and headings and pieces[0] is headings[0]:
        others = headings[1:]
        above = not others or headings[0].level < min(other.level for other in others)
        if above or (pieces[1] is others[0] and headings[0].level <= others[0].level):
            found = headings[0]
    return found


def _drafts(pieces: Iterable[Piece]) -> Iterator[tuple[Kind, RichText]]:
    lead: RichText = ()
    for piece in pieces:
        if lead and isinstance(piece, Points):
            bullets = (each for words in piece.points for each in rich_text.paragraphs(words))
            yield Kind.STATEMENT, (*lead, BulletList(tuple(bullets)))
            lead = ()
            continue
        if lead:
            yield Kind.STATEMENT, lead
            lead = ()
        match piece:
            case Heading(_, words):
                yield Kind.HEADING, words
            case Points(points):
                yield from ((Kind.STATEMENT, words) for words in points)
            case Paragraph() if piece.text.endswith(":"):
                lead = (piece,)
            case Paragraph():
                yield Kind.STATEMENT, (piece,)
    if lead:
        yield Kind.STATEMENT, lead
