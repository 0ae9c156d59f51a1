"""What engine workers do: the only code on the server that opens a live document.

Every function takes plain values and returns plain values, for they travel between processes.
Opening may panic (a BaseException), never come back or take all memory; `worker.py` and
`engine.py` are ready for that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc, Map, merge_updates

from server.errors import DamagedUpdate, Refusal
from server.live import update as updates
from server.live.halves import mended
from server.live.known import Known
from server.writing import document, limits
from server.writing.authors import Author
from server.writing.charter import Charter
from server.writing.document import Reading

Tail = Sequence[tuple[Author | None, bytes]]
"""The edits since the checkpoint, in their order: (author, update)."""

Changed = dict[str, tuple[Author | None, ...]]
"""Who touched each item, by its id, the last of them last; None is the server."""

EMPTY = b"\x00\x00"


@dataclass(frozen=True, slots=True)
class Begun:
    """A fresh document as a checkpoint keeps it: a Yjs update, and what a guard knows of it."""

    state: bytes
    known: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """A document as a worker read it, with its next checkpoint.

    `changed` tells who touched each item that the tail touched. `compact` tells that deleted
    content is really gone from `state`; it is not where the compact form would have read
    differently, and `state` then is the edits themselves, merged. Unless it is `whole`, the reading
    has only the items in `changed`; one that is not in it is no longer in the document.
    """

    reading: Reading
    state: bytes
    known: bytes
    changed: Changed
    compact: bool
    whole: bool = True


class EditRefused(Exception):  # noqa: N818 -- never shown to anybody: it carries what was refused
    """An edit of the server's own refused to be made; unlike a document that cannot be opened."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.kind)
        self.refusal = refusal


def begin(charter: Charter) -> Begun:
    """A new document holding a Charter."""
    state = document.new_state(charter)
    return Begun(state, Known.from_update(state).to_bytes())


def settle(state: bytes, tail: Tail) -> Settled:
    """Read checkpoint and tail as a Charter, and write the next checkpoint."""
    parts = mended([state or EMPTY, *(change for _, change in tail)])
    doc = document.opened(parts[0])
    authors: dict[str, dict[Author | None, None]] = {}
    watched = _Watched(doc)
    for (author, _), part in zip(tail, parts[1:], strict=True):
        for item_id in watched.apply(part):
            by = authors.setdefault(item_id, {})
            by.pop(author, None)  # so that the last one to touch it stands last
            by[author] = None
    watched.end()
    return _settled(doc, parts, {item_id: tuple(by) for item_id, by in authors.items()})


def settle_changed(state: bytes, tail: Tail) -> Settled:
    """As `settle`, with only what changed since the checkpoint in the reading.

    It is all that the read side lacks, and a small part of a Charter to send, compare and store.
    """
    settled = settle(state, tail)
    charter = settled.reading.charter
    # Past its limit a Charter is cut, and one item that comes may push out another.
    if not state or len(charter.items) >= limits.ITEMS:
        return settled
    items = tuple(item for item in charter.items if item.id in settled.changed)
    reading = replace(settled.reading, charter=replace(charter, items=items))
    return replace(settled, reading=reading, whole=False)


def change(state: bytes, tail: Tail, edit: Callable[[Doc[Any]], object]) -> bytes:
    """The update that an edit of the server's own makes, under a client id used for nothing else.

    Raises EditRefused with a Refusal that `edit` raises, and whatever else it raises; nothing is
    changed then, for the document is thrown away.
    """
    doc = document.opened(*mended([state or EMPTY, *(change for _, change in tail)]))
    made: list[bytes] = []
    seen = doc.observe(lambda event: made.append(event.update))
    with doc.transaction():
        try:
            edit(doc)
        except Refusal as refusal:
            raise EditRefused(refusal) from refusal
    doc.unobserve(seen)
    return merge_updates(*made) if made else EMPTY


def try_each(state: bytes, tail: Tail, first: int, step: Callable[[int], None]) -> None:
    """Open each edit from the `first` on after the others, saying before each which one it is.

    Everything that settling does is done after each, so that whatever stops a worker stops it
    right at the edit that is to blame.
    """
    parts = mended([state or EMPTY, *(change for _, change in tail)])
    doc = document.opened(parts[0])
    watched = _Watched(doc)
    for place, part in enumerate(parts[1:]):
        if place >= first:
            step(place)
        watched.apply(part)
        if place >= first:
            _settled(doc, parts[: place + 2], {})


def _settled(doc: Doc[Any], parts: Sequence[bytes], changed: Changed) -> Settled:
    reading = document.read(doc)
    compact = doc.get_update()
    known = _read_back(compact, parts, reading)
    if known is not None:
        return Settled(reading, compact, known.to_bytes(), changed, compact=True)
    # Newcomers load these bytes, so what they say is what the read side must say.
    whole = merge_updates(*parts)
    reading = document.read(document.opened(whole))
    return Settled(reading, whole, Known.from_update(whole).to_bytes(), changed, compact=False)


class _Watched:
    """A document that tells which items each edit touches."""

    def __init__(self, doc: Doc[Any]) -> None:
        self._doc = doc
        self._items: Map[Any] = doc.get("items", type=Map)
        self._ids: set[str] = set()
        self._seen = self._items.observe_deep(
            lambda events: self._ids.update(document.touched(events))
        )

    def apply(self, part: bytes) -> set[str]:
        """Apply one edit; returns the ids of the items it touched."""
        self._ids.clear()
        self._doc.apply_update(part)
        return self._ids

    def end(self) -> None:
        """Stop watching; a document that is still watched is never freed."""
        self._items.unobserve(self._seen)


def _read_back(compact: bytes, parts: Sequence[bytes], reading: Reading) -> Known | None:
    """What is known of a compact state, if it holds all there was and reads the same; else None.

    An engine leaves out what it could not place, and may write out what it cannot read again.
    """
    try:
        known = Known.from_update(compact)
    except DamagedUpdate:
        return None
    for part in parts[1:]:
        for client, (_, end) in updates.read(part, trusted=True).structs.items():
            if known.clock(client) < end:
                return None
    again = document.read(document.opened(compact))
    return known if again == reading else None
