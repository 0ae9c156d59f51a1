"""In which language a page tells each of its texts to be, as screen readers find it out."""

from collections.abc import Collection
from html.parser import HTMLParser
from typing import NamedTuple

WELSH = "cy"
# A letter that stands in all Welsh words of these tests, and in none of ours.
MARK = "ŵ"

_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "rect"}
# They hold no elements, so that what says both cannot tell one from the other.
_MIXED = {"title", "option", "script", "style"}


class Text(NamedTuple):
    """A text of a page, and the nearest `lang` around it."""

    language: str
    text: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: list[Text] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        around = self.open[-1][1] if self.open else ""
        if tag not in _VOID:
            self.open.append((tag, dict(attrs).get("lang") or around))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self.open and not _MIXED & {tag for tag, _ in self.open}:
            self.texts.append(Text(self.open[-1][1], text))


def texts(page: str) -> list[Text]:
    """All texts of a page that can tell their language, in reading order."""
    reader = _Reader()
    reader.feed(page)
    return reader.texts


def told_wrongly(page: str, known: Collection[str] = ()) -> list[Text]:
    """The texts that are told to be in another language than they are in: there are none.

    But for those that begin with what is `known`, and for signs without a letter.
    """
    found = [text for text in texts(page) if any(letter.isalpha() for letter in text.text)]
    assert any(MARK in text for _, text in found), "the page has no Welsh words"
    return [
        text
        for text in found
        if (text.language == WELSH) != (MARK in text.text)
        and not text.text.startswith(tuple(known))
    ]
