"""A comparison as it is shown: a card for each statement, under the headings."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from server.comparing import phrases, words
from server.comparing.align import Comparison, ItemChange, Part, Stance
from server.comparing.spans import Changes
from server.writing.charter import Item, Kind
from server.writing.rich_text import RichText

_NOTHING: RichText = ()


@dataclass(frozen=True)
class Card:
    """One statement or heading in both versions.

    `removed`: words of it cannot be read, as they were forgotten for good, or are `hidden`.
    """

    change: ItemChange
    sentences: tuple[str, ...]
    removed: bool
    hidden: bool = False

    @cached_property
    def words(self) -> Changes:
        return words.changes(_words(self.change.old), _words(self.change.new))

    @cached_property
    def meaning(self) -> Changes:
        return words.changes(_meaning(self.change.old), _meaning(self.change.new))

    @property
    def number(self) -> int | None:
        """The number that readers of the newer version see, else that of the older."""
        change = self.change
        return change.number_old if change.number_new is None else change.number_new

    @property
    def is_compared(self) -> bool:
        """Whether there are two texts to put side by side."""
        return self.change.stance is Stance.REWORDED and not self.removed

    @property
    def has_other_picture(self) -> bool:
        return self.is_compared and Part.PICTURE in self.change.parts

    @property
    def why(self) -> RichText:
        """Why the newer version differs."""
        return self.change.new.why if self.change.new is not None else _NOTHING


@dataclass(frozen=True, slots=True)
class Area:
    """A heading, None where there is none above, and the cards of the statements under it."""

    heading: Card | None
    cards: Sequence[Card]


def areas(
    comparison: Comparison,
    removed: Collection[str] = (),
    hidden: Collection[str] = (),
    *,
    only_changes: bool = False,
) -> list[Area]:
    """All cards under their headings, or only those in which a reader sees a difference.

    Of `removed` items, and of those that are `hidden`, the words cannot be read.
    What neither version shows is no card. A heading is there when it changed, or has cards.
    """
    found: list[tuple[Card | None, list[Card]]] = []
    for change in comparison.items:
        if not _is_seen(change):
            continue
        if change.kind is Kind.HEADING:
            found.append((_card(change, comparison, removed, hidden), []))
        elif change.is_change or not only_changes:
            if not found:
                found.append((None, []))
            found[-1][1].append(_card(change, comparison, removed, hidden))
    return [
        Area(heading, cards)
        for heading, cards in found
        if cards or (heading is not None and (heading.change.is_change or not only_changes))
    ]


def _card(
    change: ItemChange,
    comparison: Comparison,
    removed: Collection[str],
    hidden: Collection[str],
) -> Card:
    is_hidden = change.item_id in hidden
    if is_hidden or change.item_id in removed:
        return Card(change, (), removed=True, hidden=is_hidden)
    return Card(change, tuple(_sentences(change, comparison)), removed=False)


def _sentences(change: ItemChange, comparison: Comparison) -> Iterator[str]:
    """What changed. That somebody wrote why is no change: the why itself stands on the card."""
    if change.old is None or not change.old.why:
        change = replace(change, parts=change.parts - {Part.WHY})
    yield from phrases.of_item(change, comparison)


def _is_seen(change: ItemChange) -> bool:
    return any(item is not None and not item.left_out for item in (change.old, change.new))


def _words(item: Item | None) -> RichText:
    return item.words if item is not None else _NOTHING


def _meaning(item: Item | None) -> RichText:
    return item.meaning if item is not None else _NOTHING
