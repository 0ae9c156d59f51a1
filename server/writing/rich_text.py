"""Rich text: paragraphs and bullet lists of words, some of them strong, some of them links.

Everything here is a value in *tidy form*, so that the same text is always the same value:

- a run has text; neighbours with the same marks are one run;
- a paragraph has no white space at its ends; one with nothing but white space is left out;
- a control character, a line or a paragraph separator is one space; half a surrogate is U+FFFD;
- a bullet list has items, each of them one paragraph; two lists in a row are one;
- a link is http, https or mailto (`is_link`).

`tidy` brings any value into this form. The client's reader follows the same rules, and
`tests/wire/documents.json` holds both to them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from server.writing import limits


@dataclass(frozen=True, slots=True)
class Run:
    """Some text with one set of marks."""

    text: str
    strong: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[Paragraph, ...]


Block = Paragraph | BulletList
RichText = tuple[Block, ...]

_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINK = re.compile(
    '(?:https?://|mailto:)[^\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff<>"\\\\]+',
    re.IGNORECASE,
)


def is_link(href: str) -> bool:
    """Whether a Charter may hold an address: http, https or mailto, at most 2,000 characters."""
    return len(href) <= limits.LINK and _LINK.fullmatch(href) is not None


def tidy_text(text: str) -> str:
    """Text with each control character or line end as one space."""
    if _ODD.search(text) is None:
        return text
    return _ODD.sub(" ", _SURROGATE.sub("\ufffd", text))


def tidy_line(text: str) -> str:
    """Text on one line, without white space at its ends: a title, a summary."""
    return tidy_text(text).strip()


def tidy_runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Runs in tidy form: one paragraph's words, or nothing when they are only white space."""
    joined: list[Run] = []
    for run in runs:
        text = tidy_text(run.text)
        link = run.link if run.link is not None and is_link(run.link) else None
        if not text:
            continue
        if joined and joined[-1].strong == run.strong and joined[-1].link == link:
            joined[-1] = replace(joined[-1], text=joined[-1].text + text)
        else:
            joined.append(Run(text, run.strong, link))
    return _stripped(joined)


def _stripped(runs: list[Run]) -> tuple[Run, ...]:
    while runs:
        text = runs[0].text.lstrip()
        if text:
            runs[0] = replace(runs[0], text=text)
            break
        del runs[0]
    while runs:
        text = runs[-1].text.rstrip()
        if text:
            runs[-1] = replace(runs[-1], text=text)
            break
        del runs[-1]
    return tuple(runs)


def tidy(blocks: Iterable[Block]) -> RichText:
    """Any rich text in tidy form."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            runs = tidy_runs(block.runs)
            if runs:
                found.append(Paragraph(runs))
            continue
        tidied = (tidy_runs(item.runs) for item in block.items)
        items = tuple(Paragraph(runs) for runs in tidied if runs)
        if not items:
            continue
        before = found[-1] if found else None
        if isinstance(before, BulletList):
            found[-1] = BulletList(before.items + items)
        else:
            found.append(BulletList(items))
    return tuple(found)


def paragraphs(rich: RichText) -> Iterator[Paragraph]:
    """Every paragraph, those of lists too, in reading order."""
    for block in rich:
        if isinstance(block, Paragraph):
            yield block
        else:
            yield from block.items


def one_line(rich: RichText) -> RichText:
    """All paragraphs joined by a space into one: the words of a heading."""
    if not rich or (len(rich) == 1 and isinstance(rich[0], Paragraph)):
        return rich
    runs: list[Run] = []
    for paragraph in paragraphs(rich):
        if runs:
            runs.append(Run(" "))
        runs.extend(paragraph.runs)
    return tidy([Paragraph(tuple(runs))])


def length(rich: RichText) -> int:
    """How many characters there are, marks and paragraph ends not counted."""
    return sum(len(run.text) for paragraph in paragraphs(rich) for run in paragraph.runs)


def cut(rich: RichText, limit: int) -> RichText:
    """The first `limit` characters of a tidy text, in tidy form."""
    if length(rich) <= limit:
        return rich
    left = limit

    def shorter(paragraph: Paragraph) -> Paragraph:
        nonlocal left
        runs = []
        for run in paragraph.runs:
            runs.append(replace(run, text=run.text[:left]))
            left -= len(runs[-1].text)
        return Paragraph(tuple(runs))

    return tidy(
        shorter(block)
        if isinstance(block, Paragraph)
        else BulletList(tuple(shorter(item) for item in block.items))
        for block in rich
    )


def plain(rich: RichText) -> str:
    """The text alone, one paragraph or list item a line."""
    return "\n".join(paragraph.text for paragraph in paragraphs(rich))


def from_text(text: str) -> RichText:
    """Plain text as rich text, each line a paragraph."""
    return tidy(Paragraph((Run(line),)) for line in text.splitlines())


def to_json(rich: RichText) -> list[dict[str, Any]]:
    """Rich text as JSON: `[{"paragraph": [run…]}, {"bullets": [[run…]…]}]`.

    A run is `{"text": str, "strong": true, "link": str}` with only the marks it has.
    """
    return [
        {"paragraph": _runs_to_json(block)}
        if isinstance(block, Paragraph)
        else {"bullets": [_runs_to_json(item) for item in block.items]}
        for block in rich
    ]


def from_json(blocks: Iterable[dict[str, Any]]) -> RichText:
    """The rich text that `to_json` wrote."""
    return tuple(
        _paragraph_from_json(block["paragraph"])
        if "paragraph" in block
        else BulletList(tuple(_paragraph_from_json(item) for item in block["bullets"]))
        for block in blocks
    )


def _runs_to_json(paragraph: Paragraph) -> list[dict[str, Any]]:
    found = []
    for run in paragraph.runs:
        json: dict[str, Any] = {"text": run.text}
        if run.strong:
            json["strong"] = True
        if run.link is not None:
            json["link"] = run.link
        found.append(json)
    return found


def _paragraph_from_json(runs: Iterable[dict[str, Any]]) -> Paragraph:
    return Paragraph(tuple(Run(**run) for run in runs))
