"""A room with its journal in the test's hands: a commit happens when the test says so."""

from server.errors import Gap
from server.live import wire
from server.live.checkpoints import Checkpoint
from server.live.entries import Entry, Opened
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Room
from server.live.work import begin, settle
from server.writing.authors import Author
from tests.server.live.sinks import FakeSink, reader
from tests.server.live.stored import example
from tests.server.live.updates import Writer

LIMIT = 1_000_000


class Hall:
    """One room, what is stored of its Charter, and the time."""

    def __init__(self, document_limit: int = LIMIT) -> None:
        begun = begin(example())
        self.state, self.known = begun.state, begun.known
        self.generation, self.checkpoint_seq = 1, 0
        self.stored: list[Entry] = []
        self.clients: dict[int, Author | None] = {}
        self.now = 0.0
        self._document_limit = document_limit
        self.room = self.another_room()

    def another_room(self) -> Room:
        return Room(self.opened(), document_limit=self._document_limit)

    def opened(self) -> Opened:
        """What a journal would give at this moment."""
        return Opened(
            charter_id="c",
            generation=self.generation,
            schema=1,
            group_id="g",
            visibility="group",
            seq=self.stored[-1].seq if self.stored else self.checkpoint_seq,
            checkpoint_seq=self.checkpoint_seq,
            state=self.state,
            known=self.known,
            tail=tuple(self.stored),
            clients=self.clients,
        )

    def enter(
        self, who: Identity, *, may_write: bool = True, queue_limit: int = LIMIT
    ) -> tuple[Reader, FakeSink]:
        """Somebody comes in, and has taken and answered what they were greeted with."""
        arrived, sink = reader(who, may_write=may_write, queue_limit=queue_limit)
        self.room.join(arrived)
        sink.take()
        arrived.asked_again = False
        return arrived, sink

    def page(self, client_id: int) -> Writer:
        """A page that has what is durable."""
        return Writer(client_id, self.room.snapshot())

    def send(self, who: Reader, update: bytes, *, answer: bool = False) -> None:
        """An edit arrives, as `Rooms.receive` takes it."""
        try:
            self.room.receive(who, wire.Edit(update, answer))
        except Gap:
            self.room.answer_gap(who)

    def store(self, who: Author | None, update: bytes) -> Entry:
        """Another server, or a commit, puts an edit into the journal."""
        seq = self.stored[-1].seq if self.stored else self.checkpoint_seq
        self.stored.append(Entry(seq + 1, who, update))
        return self.stored[-1]

    def commit(self) -> int:
        """All that waits becomes durable and is shown; returns how many entries that made."""
        taken = self.room.take()
        if taken.batch is None:
            self.room.acknowledge(taken)
            return 0
        for author, change in taken.batch.changes:
            self.store(author, change)
        self.clients |= dict(taken.batch.clients)
        self.room.committed(taken, self.stored[-1].seq, self.now)
        return len(taken.batch.changes)

    def settle(self) -> Checkpoint:
        """What an engine worker makes of all that is stored."""
        settled = settle(self.state, [(entry.author, entry.change) for entry in self.stored])
        seq = self.opened().seq
        return Checkpoint(
            *("c", self.generation, seq, settled.state, settled.known),
            settled.reading.charter,
            settled.changed,
        )
