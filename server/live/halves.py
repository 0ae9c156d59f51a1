"""Emoji that were cut in two, replaced as every Yjs client replaces them.

A raw client may write between the two UTF-16 halves of an emoji (editors take care not to). Yjs
then shows U+FFFD for each half (`ContentString.splice`). pycrdt keeps the whole emoji on the left
and nothing on the right, so what it writes out no longer says what people see, and somebody who
loads it drifts apart from the others. So engine workers put U+FFFD there before they open it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from server.live import update as updates
from server.live.remainder import number
from server.live.update import Place, Places, Update

# Any character that takes two UTF-16 units, as UTF-8.
_WIDE = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
_HALVES = "\N{REPLACEMENT CHARACTER}" * 2


def mended(parts: Sequence[bytes]) -> list[bytes]:
    """The same updates, where each emoji that any of them cuts in two is two U+FFFD.

    Takes a moment only where there is an emoji at all.
    """
    if not any(_WIDE.search(part) for part in parts):
        return list(parts)
    places: list[Places] = []
    cuts: dict[int, set[int]] = {}
    for part in parts:
        inside: Places = []
        update = updates.read(part, trusted=True, places=inside)
        places.append(inside)
        for client, clock in _cuts(update, inside):
            cuts.setdefault(client, set()).add(clock)
    sorted_cuts = {client: sorted(clocks) for client, clocks in cuts.items()}
    return [_mend(part, inside, sorted_cuts) for part, inside in zip(parts, places, strict=True)]


def _cuts(update: Update, places: Iterable[Place]) -> Iterable[tuple[int, int]]:
    """Where text must be cut so that everything finds its place: before each (client, clock)."""
    for client, ranges in update.deletes.items():
        for start, end in ranges:
            yield client, start
            yield client, end
    b = update.data
    for place in places:
        info = b[place.start]
        p = place.start + 1
        if info & 31 in (updates.GC, updates.SKIP):
            continue
        if info & updates.LEFT:
            client, p = updates.read_number(b, p)
            clock, p = updates.read_number(b, p)
            yield client, clock + 1
        if info & updates.RIGHT:
            client, p = updates.read_number(b, p)
            clock, p = updates.read_number(b, p)
            yield client, clock


def _mend(b: bytes, places: Iterable[Place], cuts: dict[int, list[int]]) -> bytes:
    pieces: list[bytes] = []
    copied = 0
    for place in places:
        if b[place.start] & 31 != updates.STRING or not _is_cut(place, cuts):
            continue
        # The text is the last thing of its struct, after its length in bytes.
        text_start = updates.content_start(b, place.start)
        size, start = updates.read_number(b, text_start)
        text = b[start : start + size].decode()
        new = _replaced(text, place, cuts[place.client]).encode()
        pieces += (b[copied:text_start], number(len(new)), new)
        copied = place.end
    return b"".join(pieces) + b[copied:] if pieces else b


def _is_cut(place: Place, cuts: dict[int, list[int]]) -> bool:
    clocks = cuts.get(place.client, [])
    i = bisect_left(clocks, place.clock + 1)
    return i < len(clocks) and clocks[i] < place.clock + place.length


def _replaced(text: str, place: Place, clocks: Sequence[int]) -> str:
    those = set(clocks)
    clock = place.clock
    out = []
    for character in text:
        wide = ord(character) > 0xFFFF
        out.append(_HALVES if wide and clock + 1 in those else character)
        clock += 1 + wide
    return "".join(out)
