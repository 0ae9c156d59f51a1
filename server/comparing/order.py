"""Order: what moved between two lists, and where to show what only one of them has.

What moved is as little as can be: whatever stands outside the longest increasing run. Number the
items of the new list by their places in the old one; the longest run of rising numbers stayed, and
the rest was moved past it. Where several runs are equally long, the one with most landmarks
stayed: a statement that went under the next heading moved, not the heading above it.
"""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

# What the best run up to here keeps: how many items, how many landmarks, and its last index.
_Run = tuple[int, int, int]
_NONE: _Run = (0, 0, -1)


def moved(old: Sequence[T], new: Sequence[T], landmarks: Collection[T] = ()) -> frozenset[T]:
    """What stands elsewhere in `new` than in `old`: the fewest that explain the new order.

    Each item is at most once in each list; what only one of them has is no matter. O(n log n).
    """
    places = {item: place for place, item in enumerate(old)}
    both = [item for item in new if item in places]
    stay = _longest_run([places[item] for item in both], [item in landmarks for item in both])
    return frozenset(both) - {both[index] for index in stay}


def _longest_run(numbers: Sequence[int], heavy: Sequence[bool]) -> list[int]:
    """The indices of a longest increasing run; of several, one with most heavy numbers.

    A Fenwick tree over the numbers holds, for each prefix of them, the best run that ends there.
    """
    ranks = {number: rank for rank, number in enumerate(sorted(numbers), start=1)}
    best: list[_Run] = [_NONE] * (len(numbers) + 1)
    before: list[int] = []
    for index, number in enumerate(numbers):
        found, rank = _NONE, ranks[number] - 1
        while rank:
            found = max(found, best[rank])
            rank &= rank - 1
        before.append(found[2])
        run = (found[0] + 1, found[1] + heavy[index], index)
        rank = ranks[number]
        while rank < len(best):
            best[rank] = max(best[rank], run)
            rank += rank & -rank
    run_end = _NONE
    rank = len(numbers)
    while rank:
        run_end = max(run_end, best[rank])
        rank &= rank - 1
    stay, index = [], run_end[2]
    while index != -1:
        stay.append(index)
        index = before[index]
    return stay[::-1]


def woven(old: Sequence[T], new: Sequence[T], landmarks: Collection[T] = ()) -> list[T]:
    """Everything in `new`'s order; what only `old` has stands where it stood.

    That is right after the last item before it that did not move, and before what is new there.
    """
    gone_after: dict[T | None, list[T]] = {}
    in_new, away = set(new), moved(old, new, landmarks)
    last: T | None = None
    for item in old:
        if item not in in_new:
            gone_after.setdefault(last, []).append(item)
        elif item not in away:
            last = item
    found = gone_after.pop(None, [])
    for item in new:
        found.append(item)
        found.extend(gone_after.get(item, ()))
    return found
