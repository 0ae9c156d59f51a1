"""A text as the tokens that are compared: words, marks of punctuation, pictures.

A token is a word with its hyphens and apostrophes, a number, an address, an emoji or one mark of
punctuation; in Chinese, Japanese, Thai and their like, which set no blanks between words, one
character. Its *key* is what is compared: in lower case and in Unicode form NFC, with one kind of
quotes and dashes. Two tokens of one key may still be typed differently, have other marks or lead
elsewhere: that is found afterwards, by looking at what stands there (`Text.runs`).
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from server.writing.rich_text import BulletList, Paragraph, RichText, Run

# One character for one, so that the text keeps its length.
_SAME_MARK = str.maketrans("‘’‚‛′`´“”„‟″«»‑‐‒–−", "'" * 14 + "-" * 5)

# Scripts without blanks between words: Thai and Lao, Burmese, Khmer, kana, Han.
ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# What is neither a letter nor a blank nor a mark that belongs to the letter before it.
_SIGNS = (
    "!-/:-@\\[-`{-~\x80-\xbf\xd7\xf7\u02b0-\u02ff\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05f3"
    "\u05f4\u0600-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965\u1361-\u1368\u2000-\u200b"
    "\u200e-\u20cf\u2100-\u2bff\u2e00-\u2e7f\u3000-\u303f\ufd3e\ufd3f\ufe10-\ufe1f\ufe30-\ufe6f"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufff0-\uffff\U0001f000-\U000effff"
)
_LETTER = f"[^\\W{ALONE}]"
_MARK = f"[^\\w\\s{_SIGNS}]"
_EMOJI = (
    "[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
_INSIDE = "['.,:/-](?:(?<=['-])|(?<=\\d.)(?=\\d))"  # co-production, don't; and between digits

# Nearly every text: Latin letters, and none of what needs a closer look. Possessive quantifiers
# would do no less work, and in the first releases of Python 3.11 they find something else.
_PLAIN = re.compile(f"\\s*(?:\\w+(?:{_INSIDE}\\w+)*|[^\\s])")
_NOT_PLAIN = re.compile("[^\x00-\u024f\u2020-\u2026\u20a0-\u20bf]|[\xad\u0130]")
_ANY = re.compile(
    "\\s*(?:"
    '(?:https?://|www\\.|mailto:)[^\\s<>"]*[^\\s<>"\'.,;:!?)\\]]'
    "|[\\w.+-]{1,64}@\\w[\\w-]*(?:\\.\\w[\\w-]*)+"
    f"|{_LETTER}(?:{_LETTER}|{_MARK})*(?:{_INSIDE}{_LETTER}(?:{_LETTER}|{_MARK})*)*"
    f"|[{ALONE}]{_MARK}*"
    f"|[\U0001f1e6-\U0001f1ff]{{2}}|{_EMOJI}(?:\u200d{_EMOJI})*"
    "|\\.{2,}|_+"
    f"|[^\\s]{_MARK}*"
    ")"
)


_LINE_END = Run("\n")


class Text(NamedTuple):
    """A rich text as tokens.

    `text` is its paragraphs, joined by line ends. Token `i` is `text[ends[i]:ends[i + 1]]`, the
    blanks and the line end before it included, and `keys[i]` is what is compared of it. `starts`
    are the tokens that begin a paragraph, and `bullets` tells for each whether it is a bullet.
    """

    text: str
    keys: Sequence[str]
    ends: Sequence[int]
    starts: Sequence[int]
    bullets: Sequence[bool]
    marked: Sequence[Run] = ()
    edges: Sequence[int] = ()

    def runs(self, start: int, end: int) -> tuple[Run, ...]:
        """What stands from one place to another, in which there is no line end."""
        if start == end:
            return ()
        if not self.marked:
            return (Run(self.text[start:end]),)
        found = []
        index = bisect_right(self.edges, start) - 1
        while start < end:
            until = min(self.edges[index + 1], end)
            run = self.marked[index]
            if start < until:
                found.append(Run(self.text[start:until], run.strong, run.link))
                start = until
            index += 1
        return tuple(found)


def of(rich: RichText) -> Text:
    """The tokens of a tidy text. O(n) in characters."""
    paragraphs: list[Paragraph] = []
    bullets: list[bool] = []
    for block in rich:
        if isinstance(block, BulletList):
            paragraphs += block.items
            bullets += [True] * len(block.items)
        else:
            paragraphs.append(block)
            bullets.append(False)
    marked: list[Run] = []
    for paragraph in paragraphs:
        if marked:
            marked.append(_LINE_END)
        marked += paragraph.runs
    text = "".join([run.text for run in marked])
    found, ends = _tokens(text)
    starts = _starts(text, ends)
    if not [run for run in marked if run.strong or run.link is not None]:
        return Text(text, found, ends, starts, bullets)
    edges = [0, *accumulate([len(run.text) for run in marked])]
    return Text(text, found, ends, starts, bullets, marked, edges)


def pieces(text: str) -> list[tuple[str, str]]:
    """Each token of a plain text: as it is typed, with the blanks before it, and its key."""
    found, ends = _tokens(text)
    return [(text[start:end], key) for key, (start, end) in zip(found, pairwise(ends), strict=True)]


def _tokens(text: str) -> tuple[list[str], list[int]]:
    like = text.replace('"', "'")
    plain = text.isascii()
    if not plain:
        like = like.translate(_SAME_MARK)
        plain = not _NOT_PLAIN.search(like) and unicodedata.is_normalized("NFC", like)
    if plain and not ("://" in like or "@" in like or ".." in like or "www." in like):
        split = _PLAIN.findall(like.lower())
        found = list(map(str.strip, split))
    else:
        split = _ANY.findall(like)
        found = [_key(piece.strip()) for piece in split]
    return found, list(accumulate(map(len, split), initial=0))


def _starts(text: str, ends: list[int]) -> list[int]:
    """The tokens that begin a paragraph: the first, and those with a line end before them."""
    starts = [0] if text else []
    place = text.find("\n")
    while place >= 0:
        starts.append(bisect_left(ends, place))
        place = text.find("\n", place + 1)
    return starts


@lru_cache(maxsize=8192)
def _key(word: str) -> str:
    if word.startswith(".."):
        return "…"
    return "-" if word == "—" else unicodedata.normalize("NFC", word.lower())
