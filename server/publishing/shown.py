"""What a publish page showed, packed into the page itself: so it can tell what changed meanwhile.

A person may look at a page for an hour. When they press, the words may be other ones: then the
page shows these beside the ones that it showed before. It need not remember the words: they are
kept by digest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from server.writing import charter as charters
from server.writing import edition as form
from server.writing import position, wording
from server.writing.charter import Charter, Item, Kind
from server.writing.wording import Wording

# So many digits of a digest tell two reasons of one statement apart.
_ENOUGH = 16


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of the Charter that was shown, with the beginning of the digest of its why."""

    id: str
    kind: Kind
    wording_digest: str
    left_out: bool
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    title: str
    summary: str
    items: tuple[ShownItem, ...]


def pack(charter: Charter) -> str:
    """What the page carries: about 100 characters for each statement."""
    items = [
        [item.id, item.kind is Kind.HEADING, item.wording_digest, item.left_out, _short(item)]
        for item in form.items_of(charter)
    ]
    return json.dumps([charter.title, charter.summary, items], separators=(",", ":"))


def unpack(text: str) -> Shown | None:
    """What a page carried; None for what we did not write."""
    try:
        title, summary, items = json.loads(text)
        found = tuple(
            ShownItem(
                item_id, Kind.HEADING if heading else Kind.STATEMENT, words, left_out is True, why
            )
            for item_id, heading, words, left_out, why in items
        )
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (title, summary, *(text for item in found for text in (item.wording_digest, item.why)))
    known = {item.id for item in found if charters.is_name(item.id)}
    if len(known) < len(found) or not all(isinstance(text, str) for text in texts):
        return None
    return Shown(title, summary, found)


def charter_of(shown: Shown, wordings: Mapping[str, Wording], present: Charter) -> Charter:
    """The Charter that was shown, as far as its words are still kept.

    Of a why only a digest was carried: where it is the present one, that is taken.
    """
    now = {item.id: item for item in present.items}
    places = position.spread(len(shown.items))
    items = (
        _item(item, place, wordings.get(item.wording_digest, Wording(())), now.get(item.id))
        for item, place in zip(shown.items, places, strict=True)
    )
    return Charter(shown.title, shown.summary, present.language, tuple(items))


def _item(item: ShownItem, place: str, says: Wording, now: Item | None) -> Item:
    same = now is not None and wording.digest_of_why(now.why)[:_ENOUGH] == item.why
    return Item(
        id=item.id,
        kind=item.kind,
        position=place,
        words=says.words,
        meaning=says.meaning,
        picture=says.picture,
        why=now.why if now is not None and same else (),
        left_out=item.left_out,
        origins=now.origins if now is not None else (),
    )


def _short(item: form.EditionItem) -> str:
    return item.why_digest[:_ENOUGH]
