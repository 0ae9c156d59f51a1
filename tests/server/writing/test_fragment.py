"""The fragment's reader and writer are tried through documents in test_document.py; here, marks."""

from typing import Any

import pytest
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from server.writing import fragment
from server.writing.fragment import Dropped
from server.writing.rich_text import Paragraph, RichText, Run


def read(holder: XmlFragment) -> tuple[RichText, list[str]]:
    dropped = Dropped()
    with holder.doc.transaction() as transaction:
        rich = fragment.read(
            holder.integrated, transaction._txn, place="x", limit=100, dropped=dropped
        )
    return rich, list(dropped.reports)


def holder_of(*runs: tuple[str, dict[str, Any]]) -> XmlFragment:
    doc: Doc[Any] = Doc()
    doc["m"] = root = Map[Any]()
    root["f"] = holder = XmlFragment()
    text = holder.children.append(XmlElement("paragraph")).children.append(XmlText())
    at = 0
    for words, marks in runs:
        text.insert(at, words, marks)
        at += len(words.encode())
    return holder


@pytest.mark.parametrize(
    ("marks", "expected", "reports"),
    [
        ({"strong": {}}, Run("a", strong=True), []),
        ({"strong": None}, Run("a"), []),
        ({"strong--AbCdEf12": {}}, Run("a", strong=True), []),
        ({"link": {"href": "mailto:a@b.c"}}, Run("a", link="mailto:a@b.c"), []),
        ({"link": {"href": "ftp://a"}}, Run("a"), ["x: not a link"]),
        ({"link": {}}, Run("a"), ["x: not a link"]),
        ({"link": "https://a.org"}, Run("a"), ["x: not a link"]),
        ({"stronger": {}}, Run("a"), ["x: unknown mark"]),
    ],
)
def test_marks_are_read_as_the_editor_writes_them(
    marks: dict[str, Any], expected: Run, reports: list[str]
) -> None:
    assert read(holder_of(("a", marks))) == ((Paragraph((expected,)),), reports)


def test_plain_words_after_strong_ones_stay_plain() -> None:
    words = (Paragraph((Run("tŷ 🏠", strong=True), Run(" there"))),)
    holder = holder_of()
    fragment.insert(holder, 1, words)
    assert read(holder) == (words, [])
    assert fragment.says(holder) == words
