"""What the server itself changes in a Charter, as values that travel to an engine worker.

Taking words from elsewhere, putting words back and moving are edits like a person's own: give
`Rooms.change` some of them (`partial(apply, edits=…)`) or an item (`partial(restore, item=…)`).
Each is as small as can be against what the document says when it is applied, so that whoever
writes there at the same time loses nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from server.errors import UnknownStatement
from server.writing import document
from server.writing.charter import Item
from server.writing.document import Part
from server.writing.rich_text import RichText


@dataclass(frozen=True, slots=True)
class SetText:
    """Make one part of an item say this."""

    item_id: str
    part: Part
    rich: RichText


@dataclass(frozen=True, slots=True)
class SetPicture:
    """Give an item a picture; None takes it away."""

    item_id: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class SetLeftOut:
    """Leave an item out, or put it back."""

    item_id: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class Move:
    """Give an item a position (`position.py`)."""

    item_id: str
    position: str


@dataclass(frozen=True, slots=True)
class PlaceAfter:
    """Put an item right after another one (None: first), wherever that one stands by then."""

    item_id: str
    after: str | None


@dataclass(frozen=True, slots=True)
class AddItem:
    """Add an item; one that is there already is made to say this, in this place."""

    item: Item


@dataclass(frozen=True, slots=True)
class TakeAway:
    """Take an item out for good: what a person wrote alone is forgotten with them."""

    item_id: str


@dataclass(frozen=True, slots=True)
class SetOrigins:
    """Say which items an item was copied, split or joined from."""

    item_id: str
    origins: tuple[str, ...]


Edit = SetText | SetPicture | SetLeftOut | Move | PlaceAfter | AddItem | TakeAway | SetOrigins


def apply(doc: Doc[Any], edits: Iterable[Edit]) -> None:
    """Make these edits, one after the other. Raises UnknownStatement for an item not there."""
    with doc.transaction():
        for edit in edits:
            try:
                _apply(doc, edit)
            except KeyError as unknown:
                raise UnknownStatement from unknown


def restore(doc: Doc[Any], item: Item) -> None:
    """Make an item say exactly this: its three texts, its picture, and whether it is left out.

    Its place and its origins stay as they are. An item that is not there is added as it is given.
    """
    with doc.transaction():
        if document.read_items(doc, [item.id])[item.id] is None:
            document.add_item(doc, item)
            return
        for part, rich in zip(Part, (item.words, item.meaning, item.why), strict=True):
            document.set_text(doc, item.id, part, rich)
        document.set_picture(doc, item.id, item.picture)
        document.leave_out(doc, item.id, item.left_out)


def _apply(doc: Doc[Any], edit: Edit) -> None:
    match edit:
        case SetText(item_id, part, rich):
            document.set_text(doc, item_id, part, rich)
        case SetPicture(item_id, picture):
            document.set_picture(doc, item_id, picture)
        case SetLeftOut(item_id, left_out):
            document.leave_out(doc, item_id, left_out)
        case Move(item_id, position):
            document.move(doc, item_id, position)
        case PlaceAfter(item_id, after):
            document.place_after(doc, item_id, after)
        case AddItem(item):
            restore(doc, item)
            document.move(doc, item.id, item.position)
            document.set_origins(doc, item.id, item.origins)
        case TakeAway(item_id):
            document.take_away(doc, item_id)
        case SetOrigins(item_id, origins):
            document.set_origins(doc, item_id, origins)
