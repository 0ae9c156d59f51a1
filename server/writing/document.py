"""The CRDT document of a Charter: one Yjs document, of which only this module knows the shape.

```
"meta":  Map { schema: 1, title: str, summary: str, language: str }
"items": Map { <item id>: Map { kind, position, words, meaning, why: XmlFragment,
                                picture: str | absent, left_out: bool, origins: [str] | absent } }
```
What a fragment holds is in `fragment.py`. `client/live/document.ts` reads the same, and
`tests/wire/documents.json` holds both to it. A move sets `position` and nothing else; the three
fragments come with their item, never later: two people making one at once would lose one side.

Runs in engine workers only. Bytes are screened before they are opened; even so opening may raise
ValueError or pycrdt's PanicException (a BaseException), after which a Doc is thrown away.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pycrdt import Doc, Map, XmlFragment
from pycrdt import _pycrdt as raw

from server.writing import charter as charters
from server.writing import fragment, limits, position, rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.fragment import Dropped
from server.writing.rewriting import rewrite
from server.writing.rich_text import RichText

SCHEMA = 1

_META_KEYS = {"schema", "title", "summary", "language"}
_ITEM_KEYS = {
    "kind",
    "position",
    "words",
    "meaning",
    "why",
    "picture",
    "left_out",
    "origins",
}


class Part(StrEnum):
    """The rich texts of an item."""

    WORDS = "words"
    MEANING = "meaning"
    WHY = "why"


_LIMITS: Mapping[Part, int] = {
    Part.WORDS: limits.WORDS,
    Part.MEANING: limits.MEANING,
    Part.WHY: limits.WHY,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A Charter as a document holds it, and what the document had besides.

    `dropped` names places and what was wrong there (`k2m4p7aa.words: unknown node`), never words;
    at most 200. `schema` is the document's own number, ours when it has none.
    """

    charter: Charter
    dropped: tuple[str, ...]
    schema: int = SCHEMA


# Opening and making documents


def opened(*updates: bytes) -> Doc[Any]:
    """A document with these updates, in their order, under a client id of its own."""
    doc: Doc[Any] = Doc(client_id=secrets.randbits(32) or 1)
    for update in updates:
        doc.apply_update(update)
    return doc


def new_state(charter: Charter, *, client_id: int | None = None) -> bytes:
    """A new document holding a Charter (what is not valid in it made valid), as one Yjs update."""
    charter = charters.valid(charter)
    doc: Doc[Any] = Doc(client_id=client_id or secrets.randbits(32) or 1)
    with doc.transaction():
        meta = doc.get("meta", type=Map)
        meta["schema"] = SCHEMA
        meta["title"] = charter.title
        meta["summary"] = charter.summary
        meta["language"] = charter.language
        for item in charter.items:
            add_item(doc, item)
    return doc.get_update()


# Reading: total, whatever a client wrote


def read(doc: Doc[Any]) -> Reading:
    """The Charter in a document. Whatever a client wrote, this gives a valid one."""
    dropped = Dropped()
    with doc.transaction() as transaction:
        txn = transaction._txn
        meta = _entries(doc, "meta", txn)
        items = _entries(doc, "items", txn)
        for key in meta.keys() - _META_KEYS:
            dropped.add("meta", "unknown key", key)
        if len(items) > limits.ITEMS:
            dropped.add("items", "too many")
        found = [
            item
            for item_id, value in items.items()
            if (item := _item(item_id, value, txn, dropped)) is not None
        ]
    schema = _schema(meta.get("schema"), dropped)
    charter = Charter(
        title=_line(meta, "title", limits.TITLE, dropped) or charters.UNTITLED,
        summary=_line(meta, "summary", limits.SUMMARY, dropped),
        language=_language(meta.get("language"), dropped),
        items=charters.in_order(found)[: limits.ITEMS],
    )
    return Reading(charter, tuple(dropped.reports), schema)


def read_items(doc: Doc[Any], ids: Iterable[str]) -> dict[str, Item | None]:
    """Some items of a document, each as `read` would give it; None for what is none."""
    dropped = Dropped()
    with doc.transaction() as transaction:
        txn = transaction._txn
        items = doc.get("items", type=Map).integrated
        return {
            item_id: _item(item_id, _value(items, item_id, txn), txn, dropped)
            if items.has(txn, item_id)
            else None
            for item_id in ids
        }


def touched(events: Iterable[Any]) -> set[str]:
    """The ids of the items that a change concerned: for a deep observer of the root `items`."""
    found: set[str] = set()
    for event in events:
        found.update([str(event.path[0])] if event.path else event.keys)
    return found


def _entries(doc: Doc[Any], root: str, txn: Any) -> dict[str, Any]:
    return _values(doc.get(root, type=Map).integrated, txn)


def _values(of_map: Any, txn: Any) -> dict[str, Any]:
    return {key: _value(of_map, key, txn) for key in sorted(of_map.keys(txn))}


def _value(of_map: Any, key: str, txn: Any) -> Any:
    """What a map holds under a key, or None. A damaged map may name a key and hold nothing."""
    try:
        return of_map.get(txn, key)
    except ValueError:
        return None


def _line(meta: Mapping[str, Any], key: str, limit: int, dropped: Dropped) -> str:
    value = meta.get(key)
    if not isinstance(value, str):
        if value is not None:
            dropped.add(f"meta.{key}", "not text")
        return ""
    text = rich_text.tidy_line(value)
    if len(text) > limit:
        dropped.add(f"meta.{key}", "too long")
        text = rich_text.tidy_line(text[:limit])
    return text


def _schema(value: Any, dropped: Dropped) -> int:
    # Numbers arrive as floats, whole ones too.
    if isinstance(value, float) and value.is_integer() and 1 <= value < 1_000_000:
        return int(value)
    if value is not None:
        dropped.add("meta.schema", "not a number")
    return SCHEMA


def _language(value: Any, dropped: Dropped) -> str:
    if charters.is_language(value):
        return str(value)
    if value is not None:
        dropped.add("meta.language", "not a language")
    return charters.LANGUAGE


def _item(item_id: str, value: Any, txn: Any, dropped: Dropped) -> Item | None:
    if not charters.is_name(item_id):
        dropped.add("items", "not an id")
        return None
    if not isinstance(value, raw.Map):
        dropped.add(item_id, "not a map")
        return None
    entries = _values(value, txn)
    kind = entries.get("kind")
    if kind not in (Kind.HEADING, Kind.STATEMENT):
        dropped.add(item_id, "unknown kind")
        return None
    for key in entries.keys() - _ITEM_KEYS:
        dropped.add(item_id, "unknown key", key)
    words = _rich(item_id, Part.WORDS, entries, txn, dropped)
    return Item(
        id=item_id,
        kind=Kind(kind),
        position=_position(item_id, entries.get("position"), dropped),
        words=rich_text.one_line(words) if kind == Kind.HEADING else words,
        meaning=_rich(item_id, Part.MEANING, entries, txn, dropped),
        picture=_picture(item_id, entries.get("picture"), dropped),
        why=_rich(item_id, Part.WHY, entries, txn, dropped),
        left_out=_left_out(item_id, entries.get("left_out"), dropped),
        origins=_origins(item_id, entries.get("origins"), dropped),
    )


def _position(item_id: str, value: Any, dropped: Dropped) -> str:
    if position.is_position(value):
        return str(value)
    dropped.add(f"{item_id}.position", "not a position")
    return position.LAST


def _picture(item_id: str, value: Any, dropped: Dropped) -> str | None:
    if charters.is_name(value):
        return str(value)
    if value is not None and value != "":
        dropped.add(f"{item_id}.picture", "not a picture")
    return None


def _left_out(item_id: str, value: Any, dropped: Dropped) -> bool:
    if value is not None and not isinstance(value, bool):
        dropped.add(f"{item_id}.left_out", "not yes or no")
    return value is True


def _origins(item_id: str, value: Any, dropped: Dropped) -> tuple[str, ...]:
    if value is None:
        return ()
    names = [str(o) for o in value if charters.is_name(o)] if isinstance(value, list) else []
    found = tuple(dict.fromkeys(names))[: limits.ORIGINS]
    if not isinstance(value, list) or len(found) < len(value):
        dropped.add(f"{item_id}.origins", "not a list of ids")
    return found


def _rich(
    item_id: str, part: Part, entries: Mapping[str, Any], txn: Any, dropped: Dropped
) -> RichText:
    value = entries.get(part)
    place = f"{item_id}.{part}"
    if not isinstance(value, raw.XmlFragment):
        dropped.add(place, "missing" if value is None else "not rich text")
        return ()
    return fragment.read(value, txn, place=place, limit=_LIMITS[part], dropped=dropped)


# Editing: for what the server itself changes. The difference is `doc.get_update(state before)`.


def add_item(doc: Doc[Any], item: Item) -> None:
    """Add an item with all its parts; one that has this id already is replaced."""
    item = charters.valid_item(item)
    with doc.transaction():
        entry: Map[Any] = Map()
        doc.get("items", type=Map)[item.id] = entry
        entry["kind"] = str(item.kind)
        entry["position"] = item.position
        entry["left_out"] = item.left_out
        if item.picture is not None:
            entry["picture"] = item.picture
        if item.origins:
            entry["origins"] = list(item.origins)
        for part, rich in zip(Part, (item.words, item.meaning, item.why), strict=True):
            entry[part] = holder = XmlFragment()
            fragment.insert(holder, 0, rich)


def set_meta(
    doc: Doc[Any],
    *,
    title: str | None = None,
    summary: str | None = None,
    language: str | None = None,
) -> None:
    """Set what is given of a Charter's title, summary and language."""
    with doc.transaction():
        meta = doc.get("meta", type=Map)
        for key, value in (("title", title), ("summary", summary), ("language", language)):
            if value is not None and meta.get(key) != value:
                meta[key] = value


def move(doc: Doc[Any], item_id: str, place: str) -> None:
    """Set an item's position, and nothing else of it. Raises KeyError for an unknown item."""
    if not position.is_position(place):
        raise ValueError(f"not a position: {place!r}")
    _set(_item_map(doc, item_id), "position", place)


def place_after(doc: Doc[Any], item_id: str, after: str | None) -> None:
    """Put an item right after another one; None is the start.

    Raises KeyError when either is not there.
    """
    others = [(place, other) for place, other in _places(doc) if other != item_id]
    known = [other for _, other in others]
    if after is not None and after not in known:
        raise KeyError(after)
    index = 0 if after is None else known.index(after) + 1
    with doc.transaction():
        for at, place in position.at([place for place, _ in others], index).items():
            # Those that shared one position with the one before make room.
            move(doc, item_id if at == index else known[at - 1], place)


def leave_out(doc: Doc[Any], item_id: str, left_out: bool) -> None:
    """Leave an item out, or put it back. Raises KeyError for an unknown item."""
    _set(_item_map(doc, item_id), "left_out", left_out)


def take_away(doc: Doc[Any], item_id: str) -> None:
    """Take an item out of the document, with all that it says; one that is not there stays so."""
    items = doc.get("items", type=Map)
    if item_id in items:
        del items[item_id]


def set_picture(doc: Doc[Any], item_id: str, picture: str | None) -> None:
    """Give an item a picture, or take it away. Raises KeyError for an unknown item."""
    with doc.transaction():
        entry = _item_map(doc, item_id)
        if picture is not None:
            _set(entry, "picture", picture)
        elif "picture" in entry:
            del entry["picture"]


def set_origins(doc: Doc[Any], item_id: str, origins: Iterable[str]) -> None:
    """Say which items an item comes from. Raises KeyError for an unknown item."""
    names = list(dict.fromkeys(name for name in origins if charters.is_name(name)))[
        : limits.ORIGINS
    ]
    with doc.transaction():
        entry = _item_map(doc, item_id)
        if names:
            _set(entry, "origins", names)
        elif "origins" in entry:
            del entry["origins"]


def set_text(doc: Doc[Any], item_id: str, part: Part, rich: RichText) -> None:
    """Make one part of an item say this, by the smallest edits. Raises KeyError as others do."""
    with doc.transaction():
        entry = _item_map(doc, item_id)
        holder = entry.get(part)
        if not isinstance(holder, XmlFragment):
            entry[part] = holder = XmlFragment()
        rich = rich_text.tidy(rich)
        if part is Part.WORDS and entry.get("kind") == Kind.HEADING:
            rich = rich_text.one_line(rich)
        rewrite(holder, rich_text.cut(rich, _LIMITS[part]))


def _set(entry: Map[Any], key: str, value: object) -> None:
    """Set a value, unless it is that already: who sets it at the same time is not overruled."""
    if key not in entry or entry[key] != value:
        entry[key] = value


def _places(doc: Doc[Any]) -> list[tuple[str, str]]:
    """The position and the id of every item, in reading order."""
    found = read_items(doc, list(doc.get("items", type=Map).keys())).values()
    return sorted((item.position, item.id) for item in found if item is not None)


def _item_map(doc: Doc[Any], item_id: str) -> Map[Any]:
    entry = doc.get("items", type=Map).get(item_id)
    if not isinstance(entry, Map):
        raise KeyError(item_id)
    return entry
