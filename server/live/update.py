"""A strict reader and writer of Yjs updates (format v1), as bytes: it never opens a document.

An update is a list of structs for each client (runs of content with a clock each), then a delete
set (ranges of clocks that are gone). Structs name what stands left and right of them and their
parent, by (client, clock). Source: `yjs/src/utils/encoding.js` and `yjs/src/structs/`.

The reader runs for every keystroke in the sockets' process, so it is one flat loop over the
bytes: reading past the end raises IndexError, which is the bounds check. Everything that would
make an engine allocate, recurse or wait without end is refused here:

- numbers of more than nine bytes, counts larger than the bytes that are left, bytes left over;
- clocks from 2^31 on, client ids from 2^53 on, a client named twice, structs of no length;
- text that is not UTF-8, marks that are not JSON, values or marks nested deeper than 64;
- roots but `meta` and `items`, types but maps, XML and its text, documents in documents, binary;
- structs that stand on themselves, on later ones, or on each other in a circle;
- more than `MAX_PARTS` parts or `MAX_CLIENTS` clients at once.
"""

import json
from typing import NamedTuple

from server.errors import DamagedUpdate, FrameTooLarge, HostileUpdate
from server.live.order import Turns, turns

Ranges = list[tuple[int, int]]
"""Half-open ranges of clocks, `[start, end)`."""

MAX_CLOCK = 2**31
# JavaScript cannot hold a larger number; clients would throw at it.
MAX_CLIENT = 2**53
MAX_DEPTH = 64
MAX_NAME = 255
# Reading is linear in what there is, and this much takes about 10 ms: a struct counts as three, a
# deleted range, a value and ten bytes of JSON as one. No person writes as much before the page
# sends it. A text of 180,000 characters grown by 260,000 real edits has 2,600 deleted ranges.
MAX_PARTS = 20_000
MAX_CLIENTS = 2_000
MAX_FORMAT = 8_192

ROOT = -1
ROOT_NAMES = ("meta", "items")
_ROOTS = {name.encode(): n for n, name in enumerate(ROOT_NAMES)}
MAP, XML_ELEMENT, XML_FRAGMENT, XML_TEXT = 1, 3, 4, 6

GC, DELETED, STRING, FORMAT, TYPE, ANY, SKIP = 0, 1, 4, 6, 7, 8, 10
LEFT, RIGHT, UNDER = 128, 64, 32
BARE = frozenset((GC, SKIP))
TYPES = frozenset((MAP, XML_ELEMENT, XML_FRAGMENT, XML_TEXT))
REFERS = LEFT | RIGHT
_PLAIN_FORMATS = frozenset((b"null", b"{}", b"true", b"false"))


class Place(NamedTuple):
    """Where in the bytes one struct stands: `data[start:end]` holds `length` clocks."""

    client: int
    clock: int
    length: int
    start: int
    end: int


Places = list[Place]

Link = tuple[int, int, int, int, int, int, int, int]
"""What a struct is and what it hangs on, in one tuple for speed:
(clock, end, info, type, client, at, left client, left at).

`info` is its first byte; `type` which type it makes, if any. The first (client, at) is its right
neighbour, else its left one, else its parent, where (ROOT, n) is the root `ROOT_NAMES[n]`. The
second is its left neighbour where it has both.
"""


class Update(NamedTuple):
    """What one update holds. Nothing in it is applied to anything.

    `structs` gives the range of clocks of each client that has any; `needs` the highest clock of
    other structs that must be there first, a client (its own structs count); `gone` the ranges of
    structs that arrive deleted; `deletes` the delete set. `skips` tells that the sender itself
    lacks a part. `deletes_at` is the offset of the delete set. `links` are the structs of each
    client in order, `turns` the order in which they can be placed.
    """

    data: bytes
    structs: dict[int, tuple[int, int]]
    needs: dict[int, int]
    gone: dict[int, Ranges]
    deletes: dict[int, Ranges]
    deletes_at: int
    skips: bool
    links: dict[int, list[Link]]
    turns: Turns


def read(data: bytes, *, trusted: bool = False, places: Places | None = None) -> Update:
    """Read an update. O(structs + ranges); about 4 µs for a keystroke.

    `trusted` lifts the limits on how much there is, for states that our own workers wrote.
    `places`, when given, is told where each struct stands.
    Raises DamagedUpdate when the bytes are no update, HostileUpdate when they are one that no
    Charter's editor writes, FrameTooLarge when there is more in it than we look at at once.
    """
    try:
        return _read(data, trusted, places)
    except (IndexError, UnicodeDecodeError):
        raise DamagedUpdate from None


def _read(  # noqa: PLR0912, PLR0915 - one flat loop, for speed
    b: bytes, trusted: bool, places: Places | None
) -> Update:
    structs: dict[int, tuple[int, int]] = {}
    needs: dict[int, int] = {}
    gone: dict[int, Ranges] = {}
    waits: list[tuple[int, int, int, int]] = []
    links: dict[int, list[Link]] = {}
    skips = False
    size = len(b)
    budget = _Budget(3 * size if trusted else MAX_PARTS)
    p = 1
    if (clients := b[0]) > 127:
        clients, p = _long(b, p, clients)
    if clients > size:
        raise DamagedUpdate
    if clients > MAX_CLIENTS and not trusted:
        raise FrameTooLarge
    for _ in range(clients):
        count = b[p]
        p += 1
        if count > 127:
            count, p = _long(b, p, count)
        client, p = _long(b, p + 1, b[p])
        clock = b[p]
        p += 1
        if clock > 127:
            clock, p = _long(b, p, clock)
        if count > size or client >= MAX_CLIENT or clock >= MAX_CLOCK or client in structs:
            raise DamagedUpdate
        budget.spend(3 * count + 3)
        start = clock
        here: list[Link] = []
        for _ in range(count):
            place = p
            info = b[p]
            p += 1
            kind = info & 31
            first = first_at = left = left_at = type_ref = 0
            if kind in BARE:
                if info != kind:
                    raise DamagedUpdate
                length, p = _long(b, p + 1, b[p])
                if kind == SKIP:
                    skips = True
                else:
                    gone.setdefault(client, []).append((clock, clock + length))
            else:
                # At most three others are named: left, right, or else the parent.
                if info & REFERS:
                    named = 2 if info & REFERS == REFERS else 1
                else:
                    rooted = b[p]
                    p += 1
                    named = 1
                    if rooted == 1:
                        named = 0
                        length = b[p]
                        root = _ROOTS.get(b[p + 1 : p + 1 + length])
                        p += 1 + length
                        if root is None or not info & UNDER:
                            raise HostileUpdate
                        first, first_at = ROOT, root
                    elif rooted:
                        raise DamagedUpdate
                for _ in range(named):
                    other = b[p]
                    p += 1
                    if other > 127:
                        other, p = _long(b, p, other)
                    at = b[p]
                    p += 1
                    if at > 127:
                        at, p = _long(b, p, at)
                    left, left_at = first, first_at
                    first, first_at = other, at
                    if other == client:
                        # Only what was written earlier can be a neighbour or a parent.
                        if at >= clock:
                            raise HostileUpdate
                    else:
                        if needs.get(other, -1) < at:
                            needs[other] = at
                        if clients > 1:
                            waits.append((client, clock, other, at))
                if info & UNDER and not info & REFERS:
                    p = _name(b, p)
                length = 1
                if kind == STRING:
                    text_size = b[p]
                    p += 1
                    if text_size > 127:
                        text_size, p = _long(b, p, text_size)
                    end = p + text_size
                    if end > size:
                        raise DamagedUpdate
                    text = b[p:end].decode()
                    p = end
                    length = len(text) if text.isascii() else utf16_length(text)
                elif kind == DELETED:
                    length, p = _long(b, p + 1, b[p])
                    gone.setdefault(client, []).append((clock, clock + length))
                elif kind == TYPE:
                    type_ref = b[p]
                    p += 1
                    if type_ref == XML_ELEMENT:
                        p = _name(b, p)
                    elif type_ref not in TYPES:
                        raise HostileUpdate
                elif kind == ANY:
                    length, p = _long(b, p + 1, b[p])
                    if length > size - p:
                        raise DamagedUpdate
                    budget.spend(length)
                    for _ in range(length):
                        p = _value(b, p, 1, budget)
                elif kind == FORMAT:
                    p = _format(b, _name(b, p), budget)
                else:
                    raise (HostileUpdate if kind in _FOREIGN else DamagedUpdate)
            if length == 0:
                raise DamagedUpdate
            if places is not None:
                places.append(Place(client, clock, length, place, p))
            end = clock + length
            here.append((clock, end, info, type_ref, first, first_at, left, left_at))
            clock = end
            if clock >= MAX_CLOCK:
                raise DamagedUpdate
        if count:
            structs[client] = (start, clock)
            links[client] = here
    deletes_at = p
    deletes: dict[int, Ranges] = {}
    if size - p != 1 or b[p]:
        deletes, p = _read_deletes(b, p, budget)
        if p != size:
            raise DamagedUpdate
    order = turns(structs, waits)
    return Update(b, structs, needs, gone, deletes, deletes_at, skips, links, order)


# JSON, binary, embedded objects and documents inside documents: readable, and never ours.
_FOREIGN = frozenset((2, 3, 5, 9))


class _Budget:
    """How much more of one update is looked at, in parts."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, parts: int) -> None:
        self.left -= parts
        if self.left < 0:
            raise FrameTooLarge


def _long(b: bytes, p: int, value: int) -> tuple[int, int]:
    """Read a variable-length number whose first byte, just before `p`, is `value`."""
    if value < 128:
        return value, p
    value &= 127
    shift = 7
    while True:
        byte = b[p]
        p += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, p
        shift += 7
        if shift > 56:
            raise DamagedUpdate


def read_number(b: bytes, p: int) -> tuple[int, int]:
    """The variable-length number at `p`, and where it ends."""
    return _long(b, p + 1, b[p])


def past_pair(b: bytes, p: int) -> int:
    """Where the (client, clock) that stands at `p` ends."""
    _, p = read_number(b, p)
    _, p = read_number(b, p)
    return p


def content_start(b: bytes, p: int) -> int:
    """Where the content of the struct at `p` begins, after its neighbours or its parent."""
    info = b[p]
    p += 1
    if info & 31 in BARE:
        return p
    for named in (LEFT, RIGHT):
        if info & named:
            p = past_pair(b, p)
    if info & REFERS:
        return p
    rooted, p = read_number(b, p)
    p = _name(b, p) if rooted else past_pair(b, p)
    return _name(b, p) if info & UNDER else p


def pass_values(b: bytes, p: int, count: int) -> int:
    """Where the `count` values that begin at `p` end; for bytes that `read` took before."""
    budget = _Budget(len(b))
    for _ in range(count):
        p = _value(b, p, 1, budget)
    return p


def _name(b: bytes, p: int) -> int:
    """Pass over a short string: a key, or the name of an element or a mark."""
    length, p = _long(b, p + 1, b[p])
    end = p + length
    if end > len(b):
        raise DamagedUpdate
    if length > MAX_NAME:
        raise HostileUpdate
    b[p:end].decode()
    return end


def _format(b: bytes, p: int, budget: _Budget) -> int:
    """Pass over the value of a mark, which is JSON; clients throw where it cannot be read."""
    length, p = _long(b, p + 1, b[p])
    end = p + length
    if end > len(b):
        raise DamagedUpdate
    if length > MAX_FORMAT:
        raise HostileUpdate
    budget.spend(length // 10)
    value = b[p:end]
    if value not in _PLAIN_FORMATS:
        if value.count(b"[") + value.count(b"{") > MAX_DEPTH:
            raise HostileUpdate
        try:
            json.loads(value.decode(), parse_constant=_no_constant)
        except ValueError:
            raise DamagedUpdate from None
    return end


def _no_constant(name: str) -> None:
    """JSON has no NaN and no Infinity, though Python reads them."""
    raise ValueError(name)


def _value(b: bytes, p: int, depth: int, budget: _Budget) -> int:
    """Pass over one value of a map: text, number, truth, list or object."""
    tag = b[p]
    p += 1
    if tag == 119:
        length, p = _long(b, p + 1, b[p])
        end = p + length
        if end > len(b):
            raise DamagedUpdate
        b[p:end].decode()
        return end
    if tag in (126, 127, 120, 121):
        return p
    if tag == 125:
        for used in range(9):
            if b[p + used] < 128:
                return p + used + 1
        raise DamagedUpdate
    if tag in _FIXED:
        p += _FIXED[tag]
        if p > len(b):
            raise DamagedUpdate
        return p
    if tag in (117, 118):
        count, p = _long(b, p + 1, b[p])
        if count > len(b) - p:
            raise DamagedUpdate
        budget.spend(count)
        if depth >= MAX_DEPTH:
            raise HostileUpdate
        for _ in range(count):
            p = _value(b, _name(b, p) if tag == 118 else p, depth + 1, budget)
        return p
    raise (HostileUpdate if tag == 116 else DamagedUpdate)


# Numbers of a fixed size: single, double, and 64-bit integer.
_FIXED = {124: 4, 123: 8, 122: 8}


def _read_deletes(b: bytes, p: int, budget: _Budget) -> tuple[dict[int, Ranges], int]:
    deletes: dict[int, Ranges] = {}
    clients, p = _long(b, p + 1, b[p])
    if clients > len(b) - p:
        raise DamagedUpdate
    for _ in range(clients):
        client, p = _long(b, p + 1, b[p])
        count, p = _long(b, p + 1, b[p])
        if count > len(b) - p or client in deletes or client >= MAX_CLIENT:
            raise DamagedUpdate
        budget.spend(count + 1)
        ranges: Ranges = []
        for _ in range(count):
            start = b[p]
            p += 1
            if start > 127:
                start, p = _long(b, p, start)
            length = b[p]
            p += 1
            if length > 127:
                length, p = _long(b, p, length)
            end = start + length
            if length == 0 or end >= MAX_CLOCK:
                raise DamagedUpdate
            ranges.append((start, end))
        if ranges:
            deletes[client] = ranges
    return deletes, p


def utf16_length(text: str) -> int:
    """How many UTF-16 units a text has, which is how Yjs counts."""
    return len(text.encode("utf-16-le")) // 2
