"""An edition: a Charter as it was published, which nobody can change, and the digest over it.

The canonical form, version 1: `our-charter 1 edition\\n` and then one JSON object without white
space, its keys sorted, with `\\u` escapes only where JSON needs them, in UTF-8 (which is RFC 8785).
All text is in Unicode form NFC. The digest is the SHA-256 of it, in lower-case hexadecimal.

    {"by": name of the group, "charter": id of the Charter, "items": [item…], "language": str,
     "name": str, "note": str, "number": int, "people": [name…],
     "published_at": "2026-11-03T14:05:09Z", "stands_on": digest of an edition or null,
     "summary": str, "title": str}

    item: {"id": str, "kind": "heading" or "statement", "left_out": bool, "origins": [id…],
           "why": digest, "wording": digest}

Items are in reading order, those left out too. They carry digests of their words (`wording` has
that form): so words that were forgotten for good leave an edition that can still be checked.
docs/editions.md tells all of this step by step; `tests/wire/editions.json` has cases.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from server.writing import position, rich_text, wording
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import RichText
from server.writing.wording import Wording

VERSION = 1
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_WORDS_REMOVED = rich_text.from_text("These words were removed.")
_WHY_REMOVED = rich_text.from_text("This reason was removed.")
NO_WHY = wording.digest_of_why(())


@dataclass(frozen=True, slots=True)
class EditionItem:
    """A heading or statement as it was published.

    `wording` and `why` are None where they were forgotten for good, or are hidden: then
    `words_hidden` and `why_hidden` say so. Their digests stay. `position` is where it stood in the
    document; it is no part of the digest.
    """

    id: str
    kind: Kind
    wording_digest: str
    why_digest: str
    left_out: bool = False
    origins: tuple[str, ...] = ()
    wording: Wording | None = None
    why: RichText | None = None
    position: str = ""
    words_hidden: str | None = None
    why_hidden: str | None = None

    @property
    def is_removed(self) -> bool:
        """Whether something of it was forgotten for good or hidden."""
        return self.wording is None or self.why is None


@dataclass(frozen=True, slots=True)
class Edition:
    """A published Charter. `by` is what its group was called; `published_at` has whole seconds.

    `people` said yes to being named. `stands_on` is the digest of the edition of the other Charter
    that an edition of our own version stands on.
    """

    charter_id: str
    by: str
    number: int
    name: str
    note: str
    published_at: datetime
    title: str
    summary: str
    language: str
    people: tuple[str, ...]
    stands_on: str | None
    items: tuple[EditionItem, ...]

    @property
    def charter(self) -> Charter:
        """What it says, as a Charter; what was forgotten or hidden is empty."""
        places = position.spread(len(self.items))
        return Charter(
            title=self.title,
            summary=self.summary,
            language=self.language,
            items=tuple(
                _item(item, item.position or place)
                for item, place in zip(self.items, places, strict=True)
            ),
        )

    @property
    def told(self) -> Charter:
        """What people are shown: with a sentence in the place of what is not there."""
        charter = self.charter
        told = (
            replace(
                item,
                words=item.words
                if published.wording is not None
                else _told(published.words_hidden, _WORDS_REMOVED),
                why=item.why
                if published.why is not None
                else _told(published.why_hidden, _WHY_REMOVED),
            )
            for published, item in zip(self.items, charter.items, strict=True)
        )
        return replace(charter, items=tuple(told))

    @property
    def removed(self) -> int:
        """How many items say no more all that they said."""
        return sum(item.is_removed for item in self.items)


def items_of(charter: Charter) -> tuple[EditionItem, ...]:
    """The items that an edition of this valid Charter has: without additions that were undone."""
    return all_items_of(charter.shown)


def all_items_of(charter: Charter) -> tuple[EditionItem, ...]:
    """All items of a valid Charter, as an edition has them."""
    return tuple(_published(item) for item in charter.items)


def composed(edition: Edition) -> Edition:
    """The edition with all its text in Unicode form NFC; its items are so already."""
    return replace(
        edition,
        by=_composed(edition.by),
        name=_composed(edition.name),
        note=_composed(edition.note),
        title=_composed(edition.title),
        summary=_composed(edition.summary),
        people=tuple(map(_composed, edition.people)),
    )


def value(edition: Edition) -> dict[str, Any]:
    """The object that the canonical form writes down."""
    edition = composed(edition)
    return {
        "by": edition.by,
        "charter": edition.charter_id,
        "items": [
            {
                "id": item.id,
                "kind": str(item.kind),
                "left_out": item.left_out,
                "origins": list(item.origins),
                "why": item.why_digest,
                "wording": item.wording_digest,
            }
            for item in edition.items
        ],
        "language": edition.language,
        "name": edition.name,
        "note": edition.note,
        "number": edition.number,
        "people": list(edition.people),
        "published_at": moment(edition.published_at),
        "stands_on": edition.stands_on,
        "summary": edition.summary,
        "title": edition.title,
    }


def canonical(edition: Edition) -> bytes:
    """The bytes that the digest is made of."""
    return _bytes("edition", value(edition))


def digest(edition: Edition) -> str:
    """The digest of an edition: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(edition)).hexdigest()


def digest_of_words(title: str, summary: str, language: str, items: tuple[EditionItem, ...]) -> str:
    """The digest of what a Charter says, before it has a number, a name and a date.

    Two people who see the same one see the same Charter.
    """
    said = [
        [_composed(title), _composed(summary), language],
        *(
            [i.id, str(i.kind), i.wording_digest, i.left_out, i.why_digest, list(i.origins)]
            for i in items
        ),
    ]
    return hashlib.sha256(_bytes("words of an edition", said)).hexdigest()


def moment(at: datetime) -> str:
    """A moment as an edition says it, in UTC and whole seconds."""
    return at.astimezone(UTC).strftime(_MOMENT)


def read_moment(text: str) -> datetime:
    """The moment that `moment` wrote. Raises ValueError."""
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _bytes(what: str, value: Any) -> bytes:
    form = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"our-charter {VERSION} {what}\n{form}".encode()


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _published(item: Item) -> EditionItem:
    says = wording.of(item)
    return EditionItem(
        id=item.id,
        kind=item.kind,
        wording_digest=wording.digest_of_canonical(says).whole,
        why_digest=wording.digest_of_why(item.why),
        left_out=item.left_out,
        origins=item.origins,
        wording=says,
        why=wording.canonical_text(item.why),
        position=item.position,
    )


def _told(hidden: str | None, removed: RichText) -> RichText:
    return removed if hidden is None else rich_text.from_text(hidden)


def _item(item: EditionItem, place: str) -> Item:
    says = item.wording or Wording(())
    return Item(
        id=item.id,
        kind=item.kind,
        position=place,
        words=says.words,
        meaning=says.meaning,
        picture=says.picture,
        why=item.why or (),
        left_out=item.left_out,
        origins=item.origins,
    )


def says_something(items: tuple[EditionItem, ...]) -> bool:
    """Whether there is anything to publish: a statement with words that is not left out."""
    return any(
        item.kind is Kind.STATEMENT
        and not item.left_out
        and item.wording is not None
        and bool(rich_text.plain(item.wording.words).strip())
        for item in items
    )
