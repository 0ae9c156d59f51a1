"""One form of a Charter's document that does not depend on the engine that holds it.

Texts are lists of [characters, marks]; the same form comes from `view` of the yjs peer.
"""

from typing import Any

from pycrdt import Array, Doc, Map, XmlElement, XmlFragment, XmlText

from tests.support.pen import PARTS, items_of

View = dict[str, Any]


def view_of(doc: Doc[Any]) -> View:
    """The view of a pycrdt document."""
    meta = doc.get("meta", type=Map)
    return {
        "meta": {key: meta[key] for key in meta},
        "items": {item: _item(value) for item, value in items_of(doc).items()},
    }


def view_of_update(update: bytes) -> View:
    """The view of a document that comes as one update."""
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    return view_of(doc)


def _item(item: Map[Any]) -> View:
    return {
        key: [_node(node) for node in value.children] if key in PARTS else _plain(value)
        for key, value in item.items()
    }


def _plain(value: Any) -> Any:
    return value.to_py() if isinstance(value, Array) else value


def _node(node: XmlElement | XmlFragment | XmlText) -> Any:
    if isinstance(node, XmlText):
        return _text(node)
    assert isinstance(node, XmlElement)
    return {"name": node.tag, "children": [_node(child) for child in node.children]}


def _text(text: XmlText) -> list[list[Any]]:
    chunks: list[list[Any]] = []
    for characters, marks in text.diff():
        if chunks and chunks[-1][1] == (marks or {}):
            chunks[-1][0] += characters
        else:
            chunks.append([characters, marks or {}])
    return chunks
