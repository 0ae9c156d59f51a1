"""Updates for tests: real ones from Yjs and pycrdt, and ones put together byte by byte."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from server.live.remainder import number

DATA = Path(__file__).parents[2] / "data"
EMPTY = b"\x00\x00"


class Session(NamedTuple):
    """What three Yjs clients wrote, in the order it happened, and what they all ended with.

    `halves` tells that some of it went between the two halves of an emoji.
    """

    updates: tuple[bytes, ...]
    state: bytes
    vector: bytes
    halves: bool
    words: dict[str, str]


@cache
def sessions() -> tuple[Session, ...]:
    read = json.loads((DATA / "yjs_updates.json").read_text())
    return tuple(
        Session(
            tuple(bytes.fromhex(update) for update in session["updates"]),
            bytes.fromhex(session["state"]),
            bytes.fromhex(session["vector"]),
            session["halves"],
            session["words"],
        )
        for session in read["sessions"]
    )


class EditorSession(NamedTuple):
    """What people at real editors sent, in the order it arrived: (person, update)."""

    arrived: tuple[tuple[str, bytes], ...]
    state: bytes


@cache
def editor_sessions() -> tuple[EditorSession, ...]:
    read = json.loads((DATA / "editor_updates.json").read_text())
    return tuple(
        EditorSession(
            tuple((person, bytes.fromhex(update)) for person, update in session["arrived"]),
            bytes.fromhex(session["state"]),
        )
        for session in read["sessions"]
    )


@cache
def hostile() -> dict[str, tuple[bytes, ...]]:
    """The worst cases found, by name; the last update of each is the hostile one."""
    read = json.loads((DATA / "hostile_updates.json").read_text())
    return {
        f"{place} {case['name']}": tuple(bytes.fromhex(update) for update in case["updates"])
        for place, case in enumerate(read["cases"])
    }


class Writer:
    """A person's page: writes into one item of a document and gives each edit as an update."""

    def __init__(self, client_id: int, *others: bytes) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)
        for update in others:
            self.doc.apply_update(update)
        self.edits: list[bytes] = []
        self._kept = self.doc.observe(lambda event: self.edits.append(event.update))

    @property
    def items(self) -> "Map[Any]":
        items: Map[Any] = self.doc.get("items", type=Map)
        return items

    def add(self, item_id: str, text: str = "") -> bytes:
        """Add a statement with these words."""
        with self.doc.transaction():
            self.items[item_id] = Map(
                {"kind": "statement", "position": "a0", "words": XmlFragment(), "left_out": False}
            )
            self.items[item_id]["words"].children.append(XmlElement("paragraph"))
            self.items[item_id]["words"].children[0].children.append(XmlText(text))
        return self.edits[-1]

    def text(self, item_id: str) -> XmlText:
        text: XmlText = self.items[item_id]["words"].children[0].children[0]
        return text

    def type(self, item_id: str, at: int, words: str) -> bytes:
        self.text(item_id).insert(at, words)
        return self.edits[-1]

    def delete(self, item_id: str, start: int, end: int) -> bytes:
        del self.text(item_id)[start:end]
        return self.edits[-1]

    def move(self, item_id: str, position: str) -> bytes:
        self.items[item_id]["position"] = position
        return self.edits[-1]

    def state(self) -> bytes:
        return self.doc.get_update()


def words(*those: bytes) -> dict[str, str]:
    """What the items of a document say, by id, as pycrdt reads it after these updates."""
    doc: Doc[Any] = Doc()
    for one in those:
        doc.apply_update(one)
    items: Map[Any] = doc.get("items", type=Map)
    return {
        item_id: "".join(
            text
            for paragraph in item["words"].children
            for node in paragraph.children
            for text, _ in node.diff()
        )
        for item_id, item in items.items()
    }


def update(*clients: bytes, deletes: bytes = b"\x00") -> bytes:
    """An update of these clients' structs, as `structs` gives them."""
    return number(len(clients)) + b"".join(clients) + deletes


def structs(client: int, clock: int, *those: bytes) -> bytes:
    return number(len(those)) + number(client) + number(clock) + b"".join(those)


def deletes(client: int, *ranges: tuple[int, int]) -> bytes:
    """A delete set of one client: (start, length)."""
    return (
        b"\x01"
        + number(client)
        + number(len(ranges))
        + b"".join(number(start) + number(length) for start, length in ranges)
    )


def name(text: str) -> bytes:
    return number(len(text.encode())) + text.encode()


def under_root(kind: int, content: bytes, root: str = "items", key: str | None = "k") -> bytes:
    """A struct in a root, under a key."""
    under = 0 if key is None else 32
    return bytes((kind | under,)) + b"\x01" + name(root) + (name(key) if key else b"") + content


def under(kind: int, content: bytes, parent: tuple[int, int], key: str | None = None) -> bytes:
    """A struct in a type, under a key or in its sequence."""
    info = bytes((kind | (0 if key is None else 32),))
    return (
        info
        + b"\x00"
        + number(parent[0])
        + number(parent[1])
        + (name(key) if key else b"")
        + content
    )


def before(kind: int, content: bytes, right: tuple[int, int]) -> bytes:
    """A struct with a right neighbour."""
    return bytes((kind | 64,)) + number(right[0]) + number(right[1]) + content


def after(kind: int, content: bytes, left: tuple[int, int]) -> bytes:
    """A struct with a left neighbour."""
    return bytes((kind | 128,)) + number(left[0]) + number(left[1]) + content


def between(kind: int, content: bytes, left: tuple[int, int], right: tuple[int, int]) -> bytes:
    """A struct with both neighbours."""
    pairs = b"".join(number(part) for part in (*left, *right))
    return bytes((kind | 192,)) + pairs + content


def nested(depth: int) -> bytes:
    """A list in a list, and so on."""
    return b"\x75\x01" * depth + b"\x7e"
