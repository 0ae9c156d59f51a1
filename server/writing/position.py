"""Where an item stands: a fractional index, a short string that sorts before or after others.

The same algorithm as npm's fractional-indexing 4 (CC0), which the client uses, after
https://observablehq.com/@dgreensp/implementing-fractional-indexing: an integer whose first letter
tells its length (`Z` and below: negative), then a fraction in base 62 without a zero at its end.
Strings compare as ASCII. `tests/wire/positions.json` holds both to the same answers.

Two people who add at one place at once get the same position; ties are broken by id.
"""

import re
from collections.abc import Sequence

from server.writing import limits

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEADS = _DIGITS[10:]
_SMALLEST = "A" + "0" * 26
_SHAPE = re.compile("[A-Za-z][0-9A-Za-z]+")

LAST = "z" * 27
"""Where a reader puts an item whose position is not one: after all others."""


def is_position(value: object) -> bool:
    """Whether a value is a well-formed position of at most `limits.POSITION` characters."""
    if not isinstance(value, str) or len(value) > limits.POSITION:
        return False
    if _SHAPE.fullmatch(value) is None or value == _SMALLEST:
        return False
    size = _integer_length(value[0])
    return len(value) >= size and not (len(value) > size and value.endswith("0"))


def between(before: str | None, after: str | None) -> str:
    """A position after `before` and before `after`; None is the start or the end.

    Raises ValueError where there is no room: `before` is not smaller than `after`, or one of them
    is not a position.
    """
    for given in (before, after):
        if given is not None and not is_position(given):
            raise ValueError(f"not a position: {given!r}")
    if before is not None and after is not None and before >= after:
        raise ValueError(f"no room between {before!r} and {after!r}")
    if before is None:
        return "a0" if after is None else _ahead_of(after)
    whole, rest = _parts(before)
    if after is None:
        return _incremented(whole) or whole + _midpoint(rest, None)
    whole_after, rest_after = _parts(after)
    if whole == whole_after:
        return whole + _midpoint(rest, rest_after)
    following = _incremented(whole)
    if following is not None and following < after:
        return following
    return whole + _midpoint(rest, None)


def spread(count: int) -> list[str]:
    """Positions for `count` items from nothing: `a0`, `a1`, …"""
    found: list[str] = []
    for _ in range(count):
        found.append(between(found[-1] if found else None, None))
    return found


def at(positions: Sequence[str], index: int) -> dict[int, str]:
    """The positions to set so that a new item stands at `index` of a sorted list.

    The new item's is under `index`; where neighbours share one position (two people added at one
    place at once) those after it get new ones too, under their indices in the new list, until
    there is room again.
    """
    found: dict[int, str] = {}
    before = positions[index - 1] if index > 0 else None
    end = index
    while end < len(positions) and before is not None and positions[end] <= before:
        end += 1
    after = positions[end] if end < len(positions) else None
    for place in range(index, end + 1):
        before = found[place] = between(before, after)
    return found


def _ahead_of(after: str) -> str:
    whole, rest = _parts(after)
    if whole == _SMALLEST:
        return whole + _midpoint("", rest)
    if rest:
        return whole
    smaller = _decremented(whole)
    return smaller if smaller != _SMALLEST else smaller + _midpoint("", None)


def _integer_length(head: str) -> int:
    index = _HEADS.index(head)
    return 27 - index if index < 26 else index - 24


def _parts(key: str) -> tuple[str, str]:
    size = _integer_length(key[0])
    return key[:size], key[size:]


def _incremented(whole: str) -> str | None:
    """The next integer, or None at the largest."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip("z")
    if kept:
        following = _DIGITS[_DIGITS.index(kept[-1]) + 1]
        return head + kept[:-1] + following + "0" * (len(digits) - len(kept))
    if head == "z":
        return None
    head = _HEADS[_HEADS.index(head) + 1]
    return head + "0" * (_integer_length(head) - 1)


def _decremented(whole: str) -> str:
    """The integer before; there is one, because the smallest is nobody's position by itself."""
    head, digits = whole[0], whole[1:]
    kept = digits.rstrip("0")
    if kept:
        previous = _DIGITS[_DIGITS.index(kept[-1]) - 1]
        return head + kept[:-1] + previous + "z" * (len(digits) - len(kept))
    head = _HEADS[_HEADS.index(head) - 1]
    return head + "z" * (_integer_length(head) - 1)


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two; "" is 0 and None is 1. Neither ends in a zero, `low` < `high`."""
    shared = 0
    if high:
        while low[shared : shared + 1] == high[shared] or (
            shared >= len(low) and high[shared] == "0"
        ):
            shared += 1
        if shared:
            return high[:shared] + _midpoint(low[shared:], high[shared:])
    first = _DIGITS.index(low[0]) if low else 0
    last = _DIGITS.index(high[0]) if high else len(_DIGITS)
    if last - first > 1:
        # JavaScript's Math.round, which takes halves up; Python's round takes them to even.
        return _DIGITS[(first + last + 1) // 2]
    if high and len(high) > 1:
        return high[0]
    return _DIGITS[first] + _midpoint(low[1:], None)
