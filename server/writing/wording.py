"""What a statement says at one moment, and the digests by which people agree to exact words.

The canonical form, version 1. Rich text is in tidy form (`rich_text`: adjacent runs joined, empty
paragraphs dropped) and its text in Unicode form NFC. It is written as JSON without white space and
without `\\u` escapes where JSON needs none, encoded in UTF-8:

- a text is a list of blocks: `["p", run…]` for a paragraph, `["ul", [run…]…]` for a bullet list;
- a run is its text, or `[text, mark…]` with marks sorted: `["link", href]` before `["strong"]`;
- a picture is its id, or null. An id of the catalogue names one drawing for ever, and an upload's
  id is made from its content: so it stands for the content.

The digest of a part is the SHA-256, in lower-case hexadecimal, of `our-charter 1 <part>\\n` and
that JSON, where the part is `words`, `meaning` or `picture`. The digest of the whole is that of
`our-charter 1 wording\\n` and the JSON list of the three digests in this order. A later version
changes the number, so that no two forms ever share a digest. `tests/wire/wordings.json` has cases.

Why a group changed, added or left something out is no part of a wording. It has a digest of its
own, made in the same way with the part `why`.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from server.writing import rich_text
from server.writing.charter import Item
from server.writing.rich_text import BulletList, Paragraph, RichText, Run

VERSION = 1


@dataclass(frozen=True, slots=True)
class Wording:
    """What a statement says: its words, what they mean, its picture."""

    words: RichText
    meaning: RichText = ()
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests of the parts of a wording and of the whole: 64 hexadecimal digits each."""

    words: str
    meaning: str
    picture: str
    whole: str


def of(item: Item) -> Wording:
    """The canonical wording of a valid item."""
    return Wording(_composed(item.words), _composed(item.meaning), item.picture)


def canonical(wording: Wording) -> Wording:
    """The wording that its digest is computed over: tidy, in Unicode form NFC."""
    return Wording(canonical_text(wording.words), canonical_text(wording.meaning), wording.picture)


def digest(wording: Wording) -> Digests:
    """The digests of a wording. Wordings that say the same have the same."""
    return digest_of_canonical(canonical(wording))


def digest_of_canonical(wording: Wording) -> Digests:
    """The digests of a wording that `of` or `canonical` gave."""
    words = _digest("words", _blocks(wording.words))
    meaning = _digest("meaning", _blocks(wording.meaning))
    picture = _digest("picture", wording.picture)
    return Digests(words, meaning, picture, _digest("wording", [words, meaning, picture]))


def canonical_text(rich: RichText) -> RichText:
    """The text that a digest is computed over: tidy, in Unicode form NFC."""
    return _composed(rich_text.tidy(rich))


def digest_of_why(why: RichText) -> str:
    """The digest of a reason: 64 hexadecimal digits."""
    return _digest("why", _blocks(canonical_text(why)))


def _digest(part: str, value: Any) -> str:
    form = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"our-charter {VERSION} {part}\n{form}".encode()).hexdigest()


def _composed(rich: RichText) -> RichText:
    if all(
        unicodedata.is_normalized("NFC", run.text)
        for paragraph in rich_text.paragraphs(rich)
        for run in paragraph.runs
    ):
        return rich
    return tuple(
        _composed_paragraph(block)
        if isinstance(block, Paragraph)
        else BulletList(tuple(_composed_paragraph(item) for item in block.items))
        for block in rich
    )


def _composed_paragraph(paragraph: Paragraph) -> Paragraph:
    return Paragraph(
        tuple(replace(run, text=unicodedata.normalize("NFC", run.text)) for run in paragraph.runs)
    )


def _blocks(rich: RichText) -> list[Any]:
    return [
        ["p", *map(_run, block.runs)]
        if isinstance(block, Paragraph)
        else ["ul", *([*map(_run, item.runs)] for item in block.items)]
        for block in rich
    ]


def _run(run: Run) -> Any:
    marks = [["link", run.link]] if run.link is not None else []
    if run.strong:
        marks.append(["strong"])
    return [run.text, *marks] if marks else run.text
