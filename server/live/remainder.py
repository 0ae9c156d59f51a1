"""What is left of an update once the part that a room already has is taken away; as bytes.

Structs are cut as Yjs cuts them (`Item.splice`, `ContentString.splice`): a text cut between the
two halves of an emoji gets U+FFFD for the half, so that its length in clocks stays true. pycrdt's
own `get_update` drops that half, and the document would never converge.
"""

from collections.abc import Iterable, Mapping

from server.live import update as updates
from server.live.update import Place, Places, Ranges, Update, utf16_length

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def number(value: int) -> bytes:
    """A variable-length number, seven bits a byte, lowest first."""
    if value < 128:
        return bytes((value,))
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_deletes(deletes: Mapping[int, Iterable[tuple[int, int]]]) -> bytes:
    """A delete set; clients in falling order, as Yjs writes them."""
    parts = [number(len(deletes))]
    for client in sorted(deletes, reverse=True):
        ranges = list(deletes[client])
        parts += (number(client), number(len(ranges)))
        for start, end in ranges:
            parts += (number(start), number(end - start))
    return b"".join(parts)


def write_state_vector(clocks: Mapping[int, int]) -> bytes:
    """What somebody has: for each client, the first clock they lack."""
    parts = [number(len(clocks))]
    for client in sorted(clocks, reverse=True):
        parts += (number(client), number(clocks[client]))
    return b"".join(parts)


def without(update: Update, clocks: Mapping[int, int], deletes: Mapping[int, Ranges]) -> bytes:
    """The update without the structs before `clocks`, and with only these `deletes`."""
    structs = update.data[: update.deletes_at]
    if any(start < clocks.get(client, 0) for client, (start, _) in update.structs.items()):
        structs = _cut(update.data, clocks)
    return structs + write_deletes(deletes)


def _cut(data: bytes, clocks: Mapping[int, int]) -> bytes:
    places: Places = []
    updates.read(data, trusted=True, places=places)
    left: dict[int, list[Place]] = {}
    for place in places:
        if place.clock + place.length > clocks.get(place.client, 0):
            left.setdefault(place.client, []).append(place)
    parts = [number(len(left))]
    for client, structs in left.items():
        first, known = structs[0], clocks.get(client, 0)
        clock = max(first.clock, known)
        parts += (number(len(structs)), number(client), number(clock))
        if clock > first.clock:
            parts.append(_cut_struct(data, first, clock - first.clock))
            structs = structs[1:]  # noqa: PLW2901 - the first one is written
        if structs:
            parts.append(data[structs[0].start : structs[-1].end])
    return b"".join(parts)


def _cut_struct(data: bytes, place: Place, offset: int) -> bytes:
    """The struct from its `offset` on: what stood before it becomes its left neighbour."""
    info = data[place.start]
    kind = info & 31
    if kind in (updates.GC, updates.SKIP):
        return bytes((kind,)) + number(place.length - offset)
    p = updates.content_start(data, place.start)
    right = b""
    if info & updates.RIGHT:
        start = place.start + 1
        if info & updates.LEFT:
            start = updates.past_pair(data, start)
        right = data[start:p]
    left = number(place.client) + number(place.clock + offset - 1)
    return bytes((info | updates.LEFT,)) + left + right + _cut_content(data, p, place, kind, offset)


def _cut_content(data: bytes, p: int, place: Place, kind: int, offset: int) -> bytes:
    if kind == updates.DELETED:
        return number(place.length - offset)
    size, p = updates.read_number(data, p)
    if kind == updates.STRING:
        text = data[p : p + size].decode().encode("utf-16-le")[2 * offset :]
        half = 0xDC <= text[1] <= 0xDF  # the second half of a pair
        cut = (_REPLACEMENT if half else "") + text[2 * half :].decode("utf-16-le")
        assert utf16_length(cut) == place.length - offset  # noqa: S101 - a wrong length diverges
        encoded = cut.encode()
        return number(len(encoded)) + encoded
    p = updates.pass_values(data, p, offset)
    return number(place.length - offset) + data[p : place.end]
