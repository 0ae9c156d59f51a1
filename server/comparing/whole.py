"""Merging whole Charters three ways, item by item, with who moved what."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from server.comparing import align, order
from server.comparing.align import Comparison
from server.comparing.merge import ItemMerge, Outcome, is_there, merge_item
from server.writing.charter import Charter


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
