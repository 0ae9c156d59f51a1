"""What a Charter is: a title, a summary, and statements under headings.

These are values: whoever changes a Charter makes another one. A *valid* Charter holds rich text in
tidy form, keeps to `limits`, has each id once and its items in order; `valid` makes one of any.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from server.writing import limits, position, rich_text
from server.writing.rich_text import RichText

UNTITLED = "Our Charter"
LANGUAGE = "en-GB"

_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")


class Kind(StrEnum):
    HEADING = "heading"
    STATEMENT = "statement"

    def __reduce_ex__(self, _protocol: object) -> tuple[type["Kind"], tuple[str]]:
        # The first releases of Python 3.11 pickle a member as a call of `getattr`, which the answer
        # of an engine worker may not ask for.
        return Kind, (self.value,)


@dataclass(frozen=True, slots=True)
class Item:
    """A statement or a heading.

    Its id is minted once and shared by every version that descends from it; `origins` are the
    items it was copied, split or joined from. A heading's words are one paragraph.
    """

    id: str
    kind: Kind
    position: str
    words: RichText = ()
    meaning: RichText = ()
    picture: str | None = None
    why: RichText = ()
    left_out: bool = False
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the statements under it; the first section may have no heading."""

    heading: Item | None
    statements: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Charter:
    """A list of items, sorted by (position, id)."""

    title: str
    summary: str = ""
    language: str = LANGUAGE
    items: tuple[Item, ...] = ()

    @property
    def shown(self) -> "Charter":
        """This Charter without additions that were undone: left out, and saying nothing.

        Their items stay in the document, so that whoever undid them can have them again.
        """
        said = (item for item in self.items if not item.left_out or _says_something(item))
        return replace(self, items=tuple(said))

    @property
    def headings(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind is Kind.HEADING)

    @property
    def statements(self) -> tuple[Item, ...]:
        """Every statement, those left out too."""
        return tuple(item for item in self.items if item.kind is Kind.STATEMENT)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number shown for each statement, by id.

        Statements left out are counted, so that leaving one out renames no other.
        """
        return {item.id: number for number, item in enumerate(self.statements, start=1)}

    @property
    def sections(self) -> tuple[Section, ...]:
        """The statements under their headings, in reading order."""
        found: list[tuple[Item | None, list[Item]]] = []
        for item in self.items:
            if item.kind is Kind.HEADING:
                found.append((item, []))
            elif found:
                found[-1][1].append(item)
            else:
                found.append((None, [item]))
        return tuple(Section(heading, tuple(statements)) for heading, statements in found)

    def item(self, item_id: str) -> Item | None:
        """The item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)


def _says_something(item: Item) -> bool:
    return any(rich_text.plain(part).strip() for part in (item.words, item.meaning, item.why))


def is_name(value: object) -> bool:
    """Whether a value can be an item's id or a picture's: 1 to 64 letters, digits, `-` and `_`."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def is_language(value: object) -> bool:
    """Whether a value looks like a language tag, as `en-GB` or `cy`."""
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items as readers see them: by position, and by id where two have the same."""
    return tuple(sorted(items, key=lambda item: (item.position, item.id)))


def valid(charter: Charter) -> Charter:
    """The valid Charter nearest to this one: tidied, cut at the limits, sorted."""
    items: dict[str, Item] = {}
    for item in charter.items:
        if is_name(item.id):
            items.setdefault(item.id, valid_item(item))
    return Charter(
        title=rich_text.tidy_line(rich_text.tidy_line(charter.title)[: limits.TITLE]) or UNTITLED,
        summary=rich_text.tidy_line(rich_text.tidy_line(charter.summary)[: limits.SUMMARY]),
        language=charter.language if is_language(charter.language) else LANGUAGE,
        items=in_order(items.values())[: limits.ITEMS],
    )


def valid_item(item: Item) -> Item:
    """The valid item nearest to this one; its id is the caller's affair."""
    words = rich_text.tidy(item.words)
    if item.kind is Kind.HEADING:
        words = rich_text.one_line(words)
    return replace(
        item,
        position=item.position if position.is_position(item.position) else position.LAST,
        words=rich_text.cut(words, limits.WORDS),
        meaning=rich_text.cut(rich_text.tidy(item.meaning), limits.MEANING),
        picture=item.picture if is_name(item.picture) else None,
        why=rich_text.cut(rich_text.tidy(item.why), limits.WHY),
        origins=tuple(dict.fromkeys(o for o in item.origins if is_name(o)))[: limits.ORIGINS],
    )


def to_json(charter: Charter) -> dict[str, Any]:
    """A Charter as JSON: what golden documents and other programs read."""
    return {
        "title": charter.title,
        "summary": charter.summary,
        "language": charter.language,
        "items": [item_to_json(item) for item in charter.items],
    }


def item_to_json(item: Item) -> dict[str, Any]:
    """An item as JSON."""
    return {
        "id": item.id,
        "kind": str(item.kind),
        "position": item.position,
        "words": rich_text.to_json(item.words),
        "meaning": rich_text.to_json(item.meaning),
        "picture": item.picture,
        "why": rich_text.to_json(item.why),
        "left_out": item.left_out,
        "origins": list(item.origins),
    }


def item_from_json(value: Mapping[str, Any]) -> Item:
    """The item that `item_to_json` wrote."""
    return Item(
        id=value["id"],
        kind=Kind(value["kind"]),
        position=value["position"],
        words=rich_text.from_json(value["words"]),
        meaning=rich_text.from_json(value["meaning"]),
        picture=value["picture"],
        why=rich_text.from_json(value["why"]),
        left_out=value["left_out"],
        origins=tuple(value["origins"]),
    )
