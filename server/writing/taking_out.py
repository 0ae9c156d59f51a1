"""Taking words out of a document with a reason, and putting them back, as edits of the server's.

They travel to an engine worker. What was taken out is kept in a HidingRow, as `content_of` says
it: `{"words", "meaning", "picture", "now"}`, `{"why", "now"}` or `{"said", "now"}`; "now" tells
that the document said it when it was hidden, so that showing it again puts it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from server.errors import WordsChanged
from server.writing import document, rich_text, wording
from server.writing.charter import Item
from server.writing.document import Part
from server.writing.hidden import WHY
from server.writing.wording import Wording

NOTHING = wording.digest_of_canonical(Wording(())).whole
NO_WHY = wording.digest_of_why(())


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take the words (with what they mean and their picture) or the why of an item out.

    Raises WordsChanged where the document does not say what has this digest.
    """

    item_id: str
    part: str
    digest: str

    def __call__(self, doc: Doc[Any]) -> None:
        item = document.read_items(doc, [self.item_id])[self.item_id]
        if item is None or digest_of(item, self.part) != self.digest:
            raise WordsChanged
        with doc.transaction():
            if self.part == WHY:
                document.set_text(doc, self.item_id, Part.WHY, ())
                return
            document.set_text(doc, self.item_id, Part.WORDS, ())
            document.set_text(doc, self.item_id, Part.MEANING, ())
            document.set_picture(doc, self.item_id, None)


@dataclass(frozen=True, slots=True)
class PutBack:
    """Put back what was taken out, where nobody has written something else since."""

    item_id: str
    part: str
    content: Mapping[str, Any]

    def __call__(self, doc: Doc[Any]) -> None:
        item = document.read_items(doc, [self.item_id])[self.item_id]
        if item is None or not says_nothing(item, self.part):
            return
        with doc.transaction():
            if self.part == WHY:
                said = rich_text.from_json(self.content["why"])
                document.set_text(doc, self.item_id, Part.WHY, said)
                return
            for part in (Part.WORDS, Part.MEANING):
                said = rich_text.from_json(self.content[str(part)])
                document.set_text(doc, self.item_id, part, said)
            document.set_picture(doc, self.item_id, self.content["picture"])


def digest_of(item: Item, part: str) -> str:
    """The digest of the words or of the why of a valid item."""
    if part == WHY:
        return wording.digest_of_why(item.why)
    return wording.digest_of_canonical(wording.of(item)).whole


def says_nothing(item: Item, part: str) -> bool:
    """Whether there is nothing in this part of an item."""
    return digest_of(item, part) in {NOTHING, NO_WHY}


def content_of(item: Item, part: str, *, now: bool) -> dict[str, Any]:
    """What a HidingRow keeps; `now`: the document says it."""
    if part == WHY:
        return {"why": rich_text.to_json(item.why), "now": now}
    return {
        "words": rich_text.to_json(item.words),
        "meaning": rich_text.to_json(item.meaning),
        "picture": item.picture,
        "now": now,
    }
