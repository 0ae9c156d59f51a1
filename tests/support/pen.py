"""Writing into a Charter's document with pycrdt, as a client would.

A `place` is a share of the text's length, 0 to 1. pycrdt counts UTF-8 bytes; these functions
always stay between characters.
"""

from typing import Any

from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

PARTS = ("words", "meaning", "why")


def items_of(doc: Doc[Any]) -> Map[Any]:
    items: Map[Any] = doc.get("items", type=Map)
    return items


def text_of(doc: Doc[Any], item: str, part: str = "words") -> XmlText:
    """The text of a part's first paragraph; both are made when they are missing."""
    fragment = items_of(doc)[item][part]
    paragraphs = (node for node in fragment.children if getattr(node, "tag", None) == "paragraph")
    paragraph = next(paragraphs, None)
    if paragraph is None:
        paragraph = fragment.children.insert(0, XmlElement("paragraph"))
    text = next((node for node in paragraph.children if isinstance(node, XmlText)), None)
    if text is None:
        text = paragraph.children.insert(0, XmlText())
    assert isinstance(text, XmlText)
    return text


def plain(text: XmlText) -> str:
    """The characters of a text without its marks."""
    return "".join(chunk for chunk, _ in text.diff() if isinstance(chunk, str))


def words(doc: Doc[Any], item: str, part: str = "words") -> str:
    """The characters of a part's first paragraph."""
    return plain(text_of(doc, item, part))


def _span(text: XmlText, place: float, count: int) -> tuple[int, int]:
    """The bytes from a place over so many characters."""
    characters = plain(text)
    first = round(place * len(characters))
    start = len(characters[:first].encode())
    return start, start + len(characters[first : first + count].encode())


def write(doc: Doc[Any], item: str, place: float, text: str, part: str = "words") -> None:
    target = text_of(doc, item, part)
    target.insert(_span(target, place, 0)[0], text)


def erase(doc: Doc[Any], item: str, place: float, count: int, part: str = "words") -> None:
    target = text_of(doc, item, part)
    start, stop = _span(target, place, count)
    del target[start:stop]


def embolden(doc: Doc[Any], item: str, place: float, count: int, part: str = "words") -> None:
    target = text_of(doc, item, part)
    start, stop = _span(target, place, count)
    target.format(start, stop, {"strong": {}})


def put(doc: Doc[Any], item: str, key: str, value: Any) -> None:
    """Set a plain value of an item: its position, its picture, whether it is left out."""
    items_of(doc)[item][key] = value


def add(doc: Doc[Any], item: str, kind: str, position: str, text: str) -> None:
    """Add an item, with its three fragments at once."""
    paragraph = XmlElement("paragraph", contents=[XmlText(text)])
    with doc.transaction():
        items_of(doc)[item] = Map(
            {
                "kind": kind,
                "position": position,
                "left_out": False,
                "words": XmlFragment([paragraph]),
                "meaning": XmlFragment(),
                "why": XmlFragment(),
            }
        )
