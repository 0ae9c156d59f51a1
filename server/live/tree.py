"""Where everything in a document stands: in which type, and under a key of it or in its sequence.

No content, but enough to refuse on bytes alone what an engine stops at and what a page cannot
show: children of what is no type, marks under a key, neighbours in two texts, words in a list,
lists in lists without end. Where a struct stands never changes. Of what arrived with its content
gone nobody knows; what hangs on it is let in, for engines drop it by themselves.

A place is one number: a type's client and clock, and flags. Each client's places are kept as runs,
because what is written in one go stands in one text: 500 rooms are open at once.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.errors import HostileUpdate
from server.live import update as updates
from server.live.update import Link, Update

Grain = tuple[int, int, int, int, int]
"""Where a struct stands: (client, clock, end, place, type or 0)."""
Grown = list[Grain]

NOWHERE = 0
# A page's deepest words are six types deep: item, words, list, list item, paragraph, text.
MAX_TYPES_DEEP = 30

# The flags of a place, from the lowest bit: what stands there has a key; it arrived deleted, and
# may have been a type; what kind of type it stands in (as updates say it); how deep that one is.
_KEYED, _BLANK, _KIND, _FLAGS = 1, 2, 7 << 2, (1 << 10) - 1
_DEPTH_AT, _CLOCK_AT, _CLIENT_AT = 5, 10, 41
_LOW = (1 << 32) - 1


def _flags(type_ref: int, depth: int = 0) -> int:
    return type_ref << 2 | depth << _DEPTH_AT


_IN_TEXT = _flags(updates.XML_TEXT)
_ROOT_PLACES = tuple(
    updates.MAX_CLIENT << _CLIENT_AT | n << _CLOCK_AT | _flags(updates.MAP) | _KEYED
    for n in range(len(updates.ROOT_NAMES))
)

# What may stand where: kinds of structs, and from 32 on the types that they make.
_NODES = frozenset((updates.DELETED, 32 + updates.XML_ELEMENT, 32 + updates.XML_TEXT))
_WORDS = frozenset((updates.DELETED, updates.STRING, updates.FORMAT))
_VALUES = frozenset((updates.DELETED, updates.ANY, *(32 + kind for kind in updates.TYPES)))
# Attributes, which yrs writes as words, and y-prosemirror as values.
_ATTRIBUTES = frozenset((updates.DELETED, updates.ANY, updates.STRING))
_FITTING = {
    _flags(updates.MAP) | _KEYED: _VALUES,
    _flags(updates.XML_FRAGMENT): _NODES,
    _flags(updates.XML_ELEMENT): _NODES,
    _flags(updates.XML_ELEMENT) | _KEYED: _ATTRIBUTES,
    _IN_TEXT: _WORDS,
    _IN_TEXT | _KEYED: _ATTRIBUTES,
}
_NONE = frozenset[int]()


class _Runs:
    """The places of one client's structs; a run goes on until the next one begins."""

    __slots__ = ("highs", "lows", "starts")

    def __init__(self, starts: bytes = b"", highs: bytes = b"", lows: bytes = b"") -> None:
        self.starts = array("I", starts)
        self.highs = array("Q", highs)
        self.lows = array("I", lows)

    def at(self, clock: int) -> int | None:
        """The place at a clock; None before the first run."""
        i = bisect_right(self.starts, clock) - 1
        return self.highs[i] << 32 | self.lows[i] if i >= 0 else None

    def add(self, start: int, place: int) -> None:
        low, high = place & _LOW, place >> 32
        if not self.starts or low != self.lows[-1] or high != self.highs[-1]:
            self.starts.append(start)
            self.highs.append(high)
            self.lows.append(low)


class _Types:
    """Which of one client's structs are types, and the flags of what stands in them."""

    __slots__ = ("clocks", "flags")

    def __init__(self, clocks: bytes = b"", flags: bytes = b"") -> None:
        self.clocks = array("I", clocks)
        self.flags = array("H", flags)

    def at(self, clock: int) -> int:
        """The flags, or 0 for what is no type."""
        i = bisect_left(self.clocks, clock)
        return self.flags[i] if i < len(self.clocks) and self.clocks[i] == clock else 0

    def add(self, clock: int, flags: int) -> None:
        self.clocks.append(clock)
        self.flags.append(flags)


class Tree:
    """The places and the types of one document."""

    ARRAYS = 5
    __slots__ = ("_runs", "_types")

    def __init__(self) -> None:
        self._runs: dict[int, _Runs] = {}
        self._types: dict[int, _Types] = {}

    def place(self, client: int, clock: int) -> int | None:
        """Where a struct stands; None when we never heard of it."""
        runs = self._runs.get(client)
        return runs.at(clock) if runs is not None else None

    def inside(self, client: int, clock: int) -> int:
        """The place of what stands in a type; NOWHERE for what is none."""
        types = self._types.get(client)
        flags = types.at(clock) if types is not None else 0
        return client << _CLIENT_AT | clock << _CLOCK_AT | flags if flags else NOWHERE

    def grow(self, grown: Iterable[Grain], clocks: Mapping[int, int]) -> None:
        """Take note of where new structs stand; what was known up to these clocks stays."""
        for client, clock, end, place, type_ref in grown:
            known = clocks.get(client, 0)
            if end <= known:
                continue
            runs = self._runs.get(client)
            if runs is None:
                runs = self._runs[client] = _Runs()
            runs.add(max(clock, known), place)
            if type_ref and place != NOWHERE:
                types = self._types.get(client)
                if types is None:
                    types = self._types[client] = _Types()
                types.add(clock, _flags_inside(place, type_ref))

    def lose(self, client: int, clock: int) -> None:
        """From this clock on a client's structs stand we do not know where."""
        if client in self._runs:
            self._runs[client].add(clock, NOWHERE)

    def parts(self) -> Iterator[tuple[int, list[bytes]]]:
        """For storing: each client, with the arrays of its runs and of its types."""
        for client, runs in self._runs.items():
            types = self._types.get(client, _Types())
            arrays = (runs.starts, runs.highs, runs.lows, types.clocks, types.flags)
            yield client, [one.tobytes() for one in arrays]

    def put(self, client: int, arrays: Sequence[bytes]) -> None:
        """Take in what `parts` gave."""
        self._runs[client] = _Runs(*arrays[:3])
        if arrays[3]:
            self._types[client] = _Types(*arrays[3:])


def grown(update: Update, tree: Tree, *, trusted: bool = False) -> Grown:
    """Where the structs of an update will stand, in a document that has this tree.

    Everything that they name must be there or come with them. O(n log n) in structs.
    Raises HostileUpdate when something stands where no editor puts its kind; when `trusted`, that
    stands nowhere.
    """
    if len(update.turns) == 1:
        [(client, links)] = update.links.items()
        if len(links) == 1:  # a keystroke: nothing looks for what it adds
            return [_Growing(tree, _BARE).grain(client, links[0], trusted)]
    new = Tree()
    growing = _Growing(tree, new)
    taken: Grown = []
    cursors = dict.fromkeys(update.links, 0)
    for client, stop in update.turns:
        links, i = update.links[client], cursors[client]
        while i < len(links) and links[i][0] < stop:
            taken.append(growing.grain(client, links[i], trusted))
            new.grow(taken[-1:], {})
            i += 1
        cursors[client] = i
    return taken


_BARE = Tree()


class _Growing:
    """A tree, and what an update adds to it."""

    __slots__ = ("_new", "_tree")

    def __init__(self, tree: Tree, new: Tree) -> None:
        self._tree = tree
        self._new = new

    def grain(self, client: int, link: Link, trusted: bool) -> Grain:
        try:
            place = self._place_of(link)
        except HostileUpdate:
            if not trusted:
                raise
            place = NOWHERE
        return client, link[0], link[1], place, link[3]

    def _place_of(self, link: Link) -> int:
        _, _, info, type_ref, first, first_at, left, left_at = link
        kind = info & 31
        if kind in updates.BARE:
            return NOWHERE
        if info & updates.REFERS:
            place = self._at(first, first_at)
            if info & updates.REFERS == updates.REFERS:
                # Both may be one and the same: Yjs writes so when it redoes.
                before = self._at(left, left_at)
                if before and place and (before ^ place) & ~_BLANK:
                    raise HostileUpdate
                place = before or place
            place &= ~_BLANK
        elif first == updates.ROOT:
            place = _ROOT_PLACES[first_at]
        else:
            place = self._inside(first, first_at)
            if place and info & updates.UNDER:
                place |= _KEYED
        if place == NOWHERE:
            return NOWHERE
        fitting = _FITTING.get(place & (_KIND | _KEYED), _NONE)
        if (32 + type_ref if type_ref else kind) not in fitting:
            raise HostileUpdate
        if type_ref and (place & _FLAGS) >> _DEPTH_AT >= MAX_TYPES_DEEP:
            raise HostileUpdate
        # In a text there are no types, and its deletions are many: they stay in its run.
        if kind == updates.DELETED and place & (_KIND | _KEYED) != _IN_TEXT:
            place |= _BLANK
        return place

    def _at(self, client: int, clock: int) -> int:
        place = self._new.place(client, clock)
        if place is None:
            place = self._tree.place(client, clock)
        return place or NOWHERE

    def _inside(self, parent: int, clock: int) -> int:
        """The place of what stands in a type. Raises HostileUpdate for what is surely none."""
        inside = self._new.inside(parent, clock) or self._tree.inside(parent, clock)
        if not inside:
            itself = self._at(parent, clock)
            if itself and not itself & _BLANK:
                raise HostileUpdate
        return inside


def _flags_inside(place: int, type_ref: int) -> int:
    return _flags(type_ref, ((place & _FLAGS) >> _DEPTH_AT) + 1)
