"""Merging whole Charters three ways, item by item, with who moved what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from server.comparing import align, matching, order
from server.comparing.align import Comparison
from server.comparing.merge import ItemMerge, Outcome, is_there, merge_item
from server.writing.charter import Charter, Item


class Standing(StrEnum):
    """How far people have come with an item when three Charters are merged."""

    SAME = "same"  # nobody changed it
    SETTLED = "settled"  # one side changed it, or both in the same way
    PROPOSED = "proposed"  # there is a mix for a person to confirm
    CHOOSE = "choose"


def standing(merge: ItemMerge) -> Standing:
    if Outcome.CHOOSE in (merge.outcome, merge.place):
        return Standing.CHOOSE
    if merge.outcome is Outcome.MIX:
        return Standing.PROPOSED
    changed = merge.changed_here or merge.changed_there
    return Standing.SETTLED if changed else Standing.SAME


def beside(base: Charter, other: Charter) -> Charter:
    """Another version with the ids of the base, by matching where it has none.

    One without any of these ids, such as a Word file, may have no place for pictures or for what a
    statement means. Where it has not a single one, it says nothing about them: they are the base's.
    """
    known = {item.id: item for item in base.items}
    found = matching.identified(base, other)
    if any(item.id in known for item in other.items):
        return found
    no_picture = not any(item.picture for item in other.items)
    no_meaning = not any(item.meaning for item in other.items)

    def filled(item: Item) -> Item:
        was = known.get(item.id)
        if was is None:
            return item
        return replace(
            item,
            picture=was.picture if no_picture else item.picture,
            meaning=was.meaning if no_meaning else item.meaning,
        )

    return replace(found, items=tuple(map(filled, found.items)))


def both_beside(base: Charter, ours: Charter, theirs: Charter) -> tuple[Charter, Charter]:
    """Both sides beside the base; what both added and is the same gets one id, too."""
    ours, theirs = beside(base, ours), beside(base, theirs)
    known = {item.id for item in base.items}
    new_ours = tuple(item for item in ours.items if item.id not in known)
    new_theirs = tuple(item for item in theirs.items if item.id not in known)
    both = matching.identified(replace(ours, items=new_ours), replace(theirs, items=new_theirs))
    renamed = {old.id: new.id for old, new in zip(new_theirs, both.items, strict=True)}
    return ours, replace(
        theirs,
        items=tuple(replace(item, id=renamed.get(item.id, item.id)) for item in theirs.items),
    )


def merge_charters(base: Charter, ours: Charter, theirs: Charter) -> tuple[ItemMerge, ...]:
    """Every item that one of the three shows, in their order.

    What is not in theirs stands where it stood.
    """
    found = {id(each): {item.id: item for item in each.items} for each in (base, ours, theirs)}
    was, here, there = (found[id(each)] for each in (base, ours, theirs))
    placed = places(align.compare(base, ours), align.compare(base, theirs))
    return tuple(
        merge_item(was.get(item), here.get(item), there.get(item), placed.get(item, Outcome.SAME))
        for item in reading_order(theirs, ours, base)
        if any(is_there(items.get(item)) for items in (was, here, there))
    )


def places(here: Comparison, there: Comparison) -> Mapping[str, Outcome]:
    """Who moved which item since one earlier Charter, from what two sides made of it.

    Both moving an item is SAME where it now stands after, or before, the same neighbour. What
    nobody moved is not in the answer.
    """
    ours, theirs = _moved(here), _moved(there)
    found = dict.fromkeys(ours, Outcome.OURS) | dict.fromkeys(theirs, Outcome.THEIRS)
    both = ours & theirs
    if both:
        shown = set(_shown(here.new)) & set(_shown(there.new))
        one, other = _neighbours(here.new, shown), _neighbours(there.new, shown)
        for item in both:
            alike = any(mine == yours for mine, yours in zip(one[item], other[item], strict=True))
            found[item] = Outcome.SAME if alike else Outcome.CHOOSE
    return found


def reading_order(*charters: Charter) -> Sequence[str]:
    """The ids of all items, in the first Charter's order; others stand where they stood."""
    found: list[str] = []
    for charter in charters:
        landmarks = {item.id for item in charter.headings}
        found = order.woven([item.id for item in charter.items], found, landmarks)
    return found


def _moved(comparison: Comparison) -> set[str]:
    return {change.item_id for change in comparison.items if change.moved}


def _shown(charter: Charter) -> Iterator[str]:
    return (item.id for item in charter.items if is_there(item))


def _neighbours(charter: Charter, among: Collection[str]) -> dict[str, tuple[str, str]]:
    """What stands before and after each item; "" at an end."""
    items = [item for item in _shown(charter) if item in among]
    pairs = zip(["", *items[:-1]], [*items[1:], ""], strict=True)
    return dict(zip(items, pairs, strict=True))
