"""What a room has of its document: clocks, what was deleted, where things stand; no content.

A state vector and a delete set are all it takes to tell whether an update brings anything new, and
`tree.py` tells whether an engine could place it.
Ranges are kept in arrays of 32-bit numbers: 500 rooms are open at once, and one that was written
in for years has thousands of ranges.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from server.live import remainder, update
from server.live.tree import Grown, Tree, grown
from server.live.update import Ranges, Update
from server.writing.authors import Author

_VERSION = 2
# The first version knew of no tree: whatever stands on what it tells of is let in.
_TREELESS = 1


class New(NamedTuple):
    """What an update brings that a room lacks, as an update of its own.

    `grown` tells where its structs stand, `clients` the client ids that nobody used here before.
    """

    update: bytes
    structs: dict[int, tuple[int, int]]
    gone: dict[int, Ranges]
    deletes: dict[int, Ranges]
    grown: Grown
    clients: tuple[int, ...]


class Deleted:
    """Ranges of clocks of one client, in order, apart from each other."""

    __slots__ = ("ends", "starts")

    def __init__(self, starts: bytes = b"", ends: bytes = b"") -> None:
        self.starts = array("I", starts)
        self.ends = array("I", ends)

    def __iter__(self) -> "zip[tuple[int, int]]":
        return zip(self.starts, self.ends, strict=True)

    def lacks(self, start: int, end: int) -> Ranges:
        """The parts of `[start, end)` that are not in here. O(log n) when it all is."""
        i = bisect_right(self.starts, start) - 1
        at = max(start, self.ends[i]) if i >= 0 else start
        lacking = []
        while at < end:
            i += 1
            following = self.starts[i] if i < len(self.starts) else end
            if at < following:
                lacking.append((at, min(following, end)))
            if following >= end:
                break
            at = self.ends[i]
        return lacking

    def add(self, start: int, end: int) -> None:
        """Put `[start, end)` in, joining what it touches."""
        if not self.starts or start > self.ends[-1]:
            self.starts.append(start)
            self.ends.append(end)
            return
        first = bisect_left(self.ends, start)
        last = bisect_right(self.starts, end)
        if first < last:
            start = min(start, self.starts[first])
            end = max(end, self.ends[last - 1])
        self.starts[first:last] = array("I", (start,))
        self.ends[first:last] = array("I", (end,))


class Known:
    """What a room has. `size` is in bytes, of the checkpoint and of all edits since.

    `owners` says who first used each client id (None: the server itself). It is not part of
    `to_bytes`: the journal keeps it in a table of its own.
    """

    __slots__ = ("clocks", "deleted", "owners", "seen", "size", "tree")

    def __init__(self) -> None:
        self.clocks: dict[int, int] = {}
        self.deleted: dict[int, Deleted] = {}
        self.owners: dict[int, Author | None] = {}
        self.tree = Tree()
        self.size = 0
        # Digests of long updates that brought nothing; what is known never shrinks.
        self.seen: list[bytes] = []

    def clock(self, client: int) -> int:
        """The first clock of a client that the room lacks."""
        return self.clocks.get(client, 0)

    def lacks(self, deletes: Mapping[int, Ranges]) -> dict[int, Ranges]:
        """The part of a delete set that is not known to be deleted."""
        lacking: dict[int, Ranges] = {}
        for client, ranges in deletes.items():
            deleted = self.deleted.get(client)
            if deleted is None:
                lacking[client] = ranges
                continue
            lacks = deleted.lacks
            new = [part for start, end in ranges for part in lacks(start, end)]
            if new:
                lacking[client] = new
        return lacking

    def add(self, data: bytes, by: Author | None) -> None:
        """Take note of an update that is in the journal, and of whose client ids it uses."""
        brought = update.read(data, trusted=True)
        self._note(brought)
        for client in brought.structs:
            self.owners.setdefault(client, by)
        self.size += len(data)

    def take(self, new: New, by: Author | None) -> dict[int, Author | None]:
        """Take note of what was accepted; returns the new client ids, which are the author's."""
        self.tree.grow(new.grown, self.clocks)
        self.note(new.structs, new.gone, new.deletes)
        self.size += len(new.update)
        owned: dict[int, Author | None] = dict.fromkeys(new.clients, by)
        self.owners.update(owned)
        return owned

    def _note(self, brought: Update) -> None:
        self.tree.grow(grown(brought, self.tree, trusted=True), self.clocks)
        self.note(brought.structs, brought.gone, brought.deletes)

    def note(self, structs: Mapping[int, tuple[int, int]], *deletes: Mapping[int, Ranges]) -> None:
        """Take note of structs and of deletions."""
        for client, (_, end) in structs.items():
            if end > self.clocks.get(client, 0):
                self.clocks[client] = end
        for some in deletes:
            for client, ranges in some.items():
                deleted = self.deleted.get(client)
                if deleted is None:
                    deleted = self.deleted[client] = Deleted()
                for start, end in ranges:
                    deleted.add(start, end)

    def merge(self, other: "Known") -> None:
        """Take note of what a worker found; engines imply deletions that no update spells out.

        Where two people set one key at the same time, each engine deletes the loser by itself.
        """
        for client, clock in other.clocks.items():
            if clock > (ours := self.clocks.get(client, 0)):
                self.tree.lose(client, ours)
                self.clocks[client] = clock
        for client, theirs in other.deleted.items():
            known = self.deleted.get(client)
            if known is None:
                known = self.deleted[client] = Deleted()
            for start, end in theirs:
                if known.lacks(start, end):
                    known.add(start, end)

    def settle(self, checkpoint: "Known", since: int) -> None:
        """A checkpoint was stored: what it knows, and its size with `since` bytes of edits."""
        self.merge(checkpoint)
        self.size = checkpoint.size + since

    def state_vector(self) -> bytes:
        """As the protocol asks for what is missing."""
        return remainder.write_state_vector(self.clocks)

    @classmethod
    def from_update(cls, state: bytes) -> "Known":
        """What a document has whose whole state this is; for states of our own workers."""
        known = cls()
        known._note(update.read(state, trusted=True))
        known.size = len(state)
        return known

    def to_bytes(self) -> bytes:
        """For storing beside a checkpoint, so that a room opens without reading its state."""
        parts = [remainder.number(self.size), remainder.number(len(self.clocks))]
        for client, clock in self.clocks.items():
            parts += (remainder.number(client), remainder.number(clock))
        parts.append(remainder.number(len(self.deleted)))
        for client, deleted in self.deleted.items():
            parts += (remainder.number(client), remainder.number(len(deleted.starts)))
            parts += (deleted.starts.tobytes(), deleted.ends.tobytes())
        for client, arrays in self.tree.parts():
            parts.append(remainder.number(client))
            for one in arrays:
                parts += (remainder.number(len(one)), one)
        return bytes((_VERSION,)) + zlib.compress(b"".join(parts), 1)

    @classmethod
    def from_bytes(cls, data: bytes, owners: Mapping[int, Author | None]) -> "Known":
        """What `to_bytes` wrote (nothing, for a new document), with the owners from the journal.

        Raises ValueError for a version that this server is too old for.
        """
        known = cls()
        known.owners.update(owners)
        if not data:
            return known
        if data[0] not in (_VERSION, _TREELESS):
            raise ValueError("unknown version of stored knowledge")
        b = zlib.decompress(data[1:])
        known.size, p = update.read_number(b, 0)
        count, p = update.read_number(b, p)
        for _ in range(count):
            client, p = update.read_number(b, p)
            known.clocks[client], p = update.read_number(b, p)
        count, p = update.read_number(b, p)
        for _ in range(count):
            client, p = update.read_number(b, p)
            ranges, p = update.read_number(b, p)
            middle, end = p + 4 * ranges, p + 8 * ranges
            known.deleted[client] = Deleted(b[p:middle], b[middle:end])
            p = end
        while p < len(b):
            client, p = update.read_number(b, p)
            arrays = []
            for _ in range(Tree.ARRAYS):
                size, p = update.read_number(b, p)
                arrays.append(b[p : p + size])
                p += size
            known.tree.put(client, arrays)
        return known
