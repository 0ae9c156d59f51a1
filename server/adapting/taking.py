"""What an answer to a national change makes of our statements, as an edit of the live document.

The words that people saw when they answered may not be the words there are now: somebody writes.
So each item carries a print of what was seen, and nothing at all is changed where one is wrong.

Runs in engine workers, so it knows nothing that they do not.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pycrdt import Doc

from server.errors import WordsChanged
from server.writing import document, edits, wording
from server.writing.charter import Item, item_from_json, item_to_json, valid_item

NOTHING = "nothing"
"""The print of an item that is not there, or that was taken back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one item shall say: `item`, or nothing new when None.

    `seen` is the print of what people saw of it. `behind` are the items that it shall stand
    behind, the nearest first, or None where it keeps its place; the first one that is there counts.
    """

    item_id: str
    seen: str
    item: Item | None = None
    behind: tuple[str, ...] | None = None

    @property
    def is_edit(self) -> bool:
        return self.item is not None or self.behind is not None


@dataclass(frozen=True, slots=True)
class Taking:
    """An edit that gives several items what they shall say: all of them, or none."""

    wanted: tuple[Wanted, ...]

    def __call__(self, doc: Doc[Any]) -> None:
        """Make the edit. Raises WordsChanged where an item is not what was seen."""
        standing = document.read_items(doc, [each.item_id for each in self.wanted])
        if any(print_of(standing[each.item_id]) != each.seen for each in self.wanted):
            raise WordsChanged
        for each in self.wanted:
            if each.item is not None:
                _restore(doc, each.item, standing[each.item_id])
            if each.behind is not None:
                there = document.read_items(doc, each.behind)
                after = next((other for other in each.behind if there[other] is not None), None)
                document.place_after(doc, each.item_id, after)


def print_of(item: Item | None) -> str:
    """A short digest of what people see of an item, its place apart."""
    if item is None or (item.left_out and not _says_something(item)):
        return NOTHING
    says = wording.digest_of_canonical(wording.of(item)).whole
    value = [says, wording.digest_of_why(item.why), item.left_out]
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]


def taken_back(item: Item) -> Item:
    """An item that was added, as it is once that is undone: left out and saying nothing."""
    return replace(item, words=(), meaning=(), picture=None, why=(), left_out=True)


def to_json(item: Item | None) -> dict[str, Any] | None:
    """An item as a decision keeps it."""
    return None if item is None else item_to_json(item)


def from_json(value: Mapping[str, Any] | None) -> Item | None:
    """The item that `to_json` wrote."""
    return None if value is None else item_from_json(value)


def _says_something(item: Item) -> bool:
    return bool(item.words or item.meaning or item.why)


def _restore(doc: Doc[Any], item: Item, before: Item | None) -> None:
    item = valid_item(item)
    edits.restore(doc, item if before is None else replace(item, position=before.position))
    if before is not None and before.origins != item.origins:
        document.set_origins(doc, item.id, item.origins)
