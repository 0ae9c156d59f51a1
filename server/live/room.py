"""One Charter being written: what is durable, what waits to be, and who is reading.

A room works on update bytes and never opens the document. It has no I/O of its own: `Rooms`
commits what `take` hands out, and says so with `committed`. Nothing is sent to any reader
before that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pycrdt import get_state, get_update, merge_updates

from server.errors import Gap, Malformed, OldGeneration, Refusal, TooSlow
from server.live import guard, wire
from server.live.checkpoints import Checkpoint
from server.live.entries import Batch, Entry, Opened
from server.live.known import Known
from server.live.presence import Entry as PresenceEntry
from server.live.presence import Presence
from server.live.reader import Reader
from server.writing.authors import Author

EMPTY = b"\x00\x00"
_EMPTY_VECTORS = (b"", b"\x00")
# Merging many updates at once grows faster than their number.
_MERGE_AT_ONCE = 500
# From here on presence is told less often: the cost grows with the square of the readers.
_PRESENCE_PER_READER = 0.002
_PRESENCE_AT_MOST = 2.0


def merged(updates: Sequence[bytes]) -> bytes:
    """All updates as one."""
    while len(updates) > 1:
        updates = [
            merge_updates(*updates[start : start + _MERGE_AT_ONCE])
            for start in range(0, len(updates), _MERGE_AT_ONCE)
        ]
    return updates[0] if updates else EMPTY


def known_of(opened: Opened) -> Known:
    """What a guard must know of a stored document."""
    known = Known.from_bytes(opened.known, opened.clients)
    for entry in opened.tail:
        known.add(entry.change, entry.author)
    return known


# Of no load of a room: what the server itself made.
UNNOTED = 0


@dataclass(slots=True)
class Taken:
    """What a commit takes out of a room: a batch to write, and whom to tell how much was saved.

    `loads` tells by which loading of the room its changes were noted.
    """

    batch: Batch | None
    changes: list[bytes]
    authors: dict[Reader, int]
    loads: int


@dataclass(slots=True)
class _Pending:
    changes: dict[Author | None, list[bytes]] = field(default_factory=dict)
    clients: dict[int, Author | None] = field(default_factory=dict)
    authors: set[Reader] = field(default_factory=set)


class Room:
    """The live state of one Charter on this server."""

    def __init__(self, opened: Opened, *, document_limit: int) -> None:
        self.charter_id = opened.charter_id
        self.group_id = opened.group_id
        self.visibility = opened.visibility
        self.readers: set[Reader] = set()
        self.presence = Presence()
        self.last_broadcast = self.opened_at = 0.0
        self._document_limit = document_limit
        self._loads = 0
        self._load(opened)

    def _load(self, opened: Opened) -> None:
        self._loads += 1
        self.generation = opened.generation
        self.schema = opened.schema
        self.seq = opened.seq
        self.checkpoint_seq = opened.checkpoint_seq
        self._state = opened.state or EMPTY
        self._tail = [(entry.seq, entry.change) for entry in opened.tail]
        self.unsettled_bytes = sum(len(entry.change) for entry in opened.tail)
        self._whole: bytes | None = None
        self._whole_frame: bytes | None = None
        self.known = known_of(opened)
        self._pending = _Pending()

    # What is durable

    def snapshot(self) -> bytes:
        """The whole document as it is durable, as one update."""
        if self._whole is None:
            self._whole = merged([self._state, *(change for _, change in self._tail)])
        return self._whole

    def state_vector(self) -> bytes:
        """How much of each client is durable."""
        return get_state(self.snapshot())

    def answer(self, state_vector: bytes) -> bytes:
        """The frame with all that somebody with this state vector misses (sync step 2)."""
        if state_vector in _EMPTY_VECTORS:
            if self._whole_frame is None:
                self._whole_frame = wire.frame(wire.encode_step2(self.snapshot()))
            return self._whole_frame
        try:
            missing = get_update(self.snapshot(), state_vector)
        except ValueError as error:
            raise Malformed from error
        return wire.frame(wire.encode_step2(missing))

    def ask(self, reader: Reader, state_vector: bytes, now: float) -> None:
        """Answer a reader's sync step 1; one that is behind is answered when it has drained."""
        if reader.behind is None:
            reader.send(self.answer(state_vector), now, self.state_vector)
        else:
            reader.behind = state_vector

    # Coming and going

    def join(self, reader: Reader) -> None:
        """Greet a reader: ask what it has, and tell it who is here."""
        self.readers.add(reader)
        greeting = wire.frame(wire.encode_step1(self.known.state_vector()))
        if here := self.presence.everybody():
            greeting += wire.frame(wire.encode_awareness(here))
        reader.sink.write(greeting)
        # Who comes back and types on sends new words before the answer with the older ones.
        reader.asked_again = True

    def leave(self, reader: Reader) -> None:
        self.readers.discard(reader)
        self._pending.authors.discard(reader)
        self.presence.leave(reader)

    def end(self, refusal: Refusal) -> None:
        """Close every connection of the room."""
        for reader in tuple(self.readers):
            reader.end(refusal)

    # Writing

    def receive(self, reader: Reader, edit: wire.Edit) -> None:
        """Screen an edit and keep it for the next commit.

        Raises Gap when the room misses something before it, and any other Refusal when the
        edit cannot be taken. An edit with nothing new is only acknowledged, with the next commit.
        """
        author = reader.author
        screened = guard.screen(
            edit.update,
            self.known,
            author,
            may_write=reader.may_write,
            document_limit=self._document_limit,
            settled=self.checkpoint_seq == self.seq and not self._pending.changes,
        )
        reader.received += 1
        if edit.is_answer:
            reader.gap_at, reader.asked_again = None, False
        self._pending.authors.add(reader)
        if isinstance(screened, guard.New):
            self._pending.clients |= self.known.take(screened, author)
            self._pending.changes.setdefault(author, []).append(screened.update)

    @property
    def waiting(self) -> int:
        """How many edits wait for the next commit."""
        return sum(len(changes) for changes in self._pending.changes.values())

    def take(self) -> Taken:
        """Hand out all that waits, one update an author, for one commit."""
        pending, self._pending = self._pending, _Pending()
        changes = [(author, merged(updates)) for author, updates in pending.changes.items()]
        batch = None
        if changes:
            batch = Batch(
                charter_id=self.charter_id,
                generation=self.generation,
                changes=tuple(changes),
                clients=tuple(pending.clients.items()),
            )
        authors = {reader: reader.certain() for reader in pending.authors}
        return Taken(batch, [change for _, change in changes], authors, self._loads)

    def batch_of(self, update: bytes, author: Author | None) -> Batch:
        """A change of the server's own, as a batch by itself; empty when there is nothing new.

        Nothing is noted before it is durable: it may yet be refused, and a deletion that was noted
        would be taken for known when a client makes it. Raises what `guard.screen` does.
        """
        screened = guard.screen(
            update, self.known, author, may_write=True, document_limit=self._document_limit
        )
        if not isinstance(screened, guard.New):
            return Batch(self.charter_id, self.generation, ())
        clients = tuple((client, author) for client in screened.clients)
        changes = ((author, screened.update),)
        return Batch(self.charter_id, self.generation, changes, clients)

    def committed(self, taken: Taken, last_seq: int, now: float) -> None:
        """What was taken is durable: show it to everybody, and tell its authors."""
        if last_seq <= self.seq:  # read back from the journal already, while this was on its way
            self.acknowledge(taken)
            return
        if taken.batch is not None and taken.loads != self._loads:
            # Begun again from what was stored before, so that it has to be learnt a second time; or
            # never noted, because the server itself made it.
            for author, change in taken.batch.changes:
                self.known.add(change, author)
        first = last_seq - len(taken.changes) + 1
        self._tail += zip(range(first, last_seq + 1), taken.changes, strict=True)
        self.unsettled_bytes += sum(len(change) for change in taken.changes)
        self.seq = last_seq
        self._broadcast(taken.changes, taken.authors, now)

    def acknowledge(self, taken: Taken) -> None:
        """Everybody has what was taken: only tell its authors that it is durable."""
        for reader, count in taken.authors.items():
            reader.durable = max(reader.durable, count)
            if not reader.closed and reader.behind is None and (receipt := reader.receipt()):
                reader.sink.write(receipt)

    def absorb(self, entries: Sequence[Entry], now: float) -> None:
        """Take what other servers wrote, and show it."""
        new = [entry for entry in entries if entry.seq > self.seq]
        for entry in new:
            self.known.add(entry.change, entry.author)
            self._tail.append((entry.seq, entry.change))
            self.unsettled_bytes += len(entry.change)
            self.seq = entry.seq
        self._broadcast([entry.change for entry in new], {}, now)

    def reload(self, opened: Opened, now: float) -> bool:
        """Begin again from what is stored, and bring everybody up to date from it.

        What waited for a commit is forgotten here, and asked for again from those who sent it.
        Returns False, and does nothing, when this is older than what we know to be durable.
        """
        if opened.generation != self.generation:
            self.news("generation")
            self.end(OldGeneration())
        elif opened.seq < self.seq:
            return False
        before = self.state_vector() if opened.seq > self.seq else None
        forgotten = self._pending.authors
        self._load(opened)
        if before is not None:
            self._broadcast([get_update(self.snapshot(), before)], {}, now)
        question = wire.frame(wire.encode_step1(self.known.state_vector()))
        for reader in self.readers:
            if reader in forgotten:
                reader.gap_at = reader.durable
            if reader.may_write or reader in forgotten:
                reader.asked_again = True
                reader.send(question, now, self.state_vector)
        return True

    def checkpointed(self, new: Checkpoint) -> None:
        """A checkpoint was stored; what it holds need not be kept twice."""
        if new.seq <= self.checkpoint_seq or new.generation != self.generation:
            return
        self.checkpoint_seq = new.seq
        self._state = new.state
        self._tail = [(number, change) for number, change in self._tail if number > new.seq]
        self.unsettled_bytes = since = sum(len(change) for _, change in self._tail)
        self.known.settle(Known.from_bytes(new.known, {}), since)
        self._whole = self._whole_frame = None

    def _broadcast(self, changes: Sequence[bytes], authors: dict[Reader, int], now: float) -> None:
        self.last_broadcast = now
        for reader, count in authors.items():
            reader.durable = max(reader.durable, count)
        if not changes:
            return
        self._whole = self._whole_frame = None
        frames = wire.frame(wire.encode_update(merged(changes)))
        for reader in self.readers:
            told = reader in authors and reader.behind is None
            receipt = reader.receipt() if told else b""
            reader.send(frames + receipt if receipt else frames, now, self.state_vector)

    def news(self, topic: str) -> None:
        """Tell everybody in the room of something beside the words."""
        for reader in self.readers:
            reader.news(topic)

    # Readers that cannot keep up

    def catch_up(self, now: float, patience: float) -> None:
        """Bring drained readers up to date, and close those that have not drained for too long."""
        for reader in tuple(self.readers):
            if reader.behind is None or reader.closed:
                continue
            if reader.sink.waiting() == 0:
                vector, reader.behind = reader.behind, None
                frames = self.answer(vector)
                if reader.asked_again:  # while it was behind, so it never heard
                    frames += wire.frame(wire.encode_step1(self.known.state_vector()))
                frames += wire.frame(wire.encode_awareness(self.presence.everybody()))
                reader.send(frames + reader.receipt(), now, self.state_vector)
            elif now - reader.behind_since > patience:
                reader.end(TooSlow())

    def forget_frames(self) -> None:
        """Let go of the frame kept for those who arrive together."""
        self._whole_frame = None

    # Who is here

    def hear(self, reader: Reader, said: wire.Presence, now: float) -> None:
        own_id = reader.presence_id
        about = said.about(own_id)
        reader.presence_id = self.presence.hear(reader, own_id, about, reader.who, now)

    def ask_presence(self, reader: Reader, now: float) -> None:
        """Tell one reader who is here."""
        frame = wire.frame(wire.encode_awareness(self.presence.everybody()))
        reader.send(frame, now, self.state_vector)

    def presence_pause(self, shortest: float) -> float:
        """Seconds between two messages of presence, longer in larger rooms."""
        return min(_PRESENCE_AT_MOST, shortest + _PRESENCE_PER_READER * len(self.readers))

    def tell_presence(self, now: float) -> list[PresenceEntry]:
        """Tell everybody who came, went or moved; returns what other servers must be told."""
        changes = self.presence.take_changes()
        if changes.all:
            frame = wire.frame(wire.encode_awareness(changes.all))
            for reader in self.readers:
                reader.send(frame, now, self.state_vector)
        return changes.ours

    def answer_gap(self, reader: Reader) -> None:
        """Ask once for what is missing before an edit; a second gap ends the connection."""
        reader.gap_at = reader.certain()
        reader.received += 1
        if reader.asked_again:  # sent before they answered our question: not theirs to answer for
            return
        reader.gaps += 1
        if reader.gaps > 1:
            raise Gap
        reader.sink.write(wire.frame(wire.encode_step1(self.known.state_vector())))
