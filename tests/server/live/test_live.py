"""What a room promises as a whole, by seeded chance.

People write, lines are slow or break, commits fail, other servers write in between, checkpoints
are made. Whatever happens in whichever order: what anybody saw, or was told is saved, is stored
at that moment; and when all has become quiet, everybody has the same.
"""

import random
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from pycrdt import Doc

from server.errors import Refusal, Trouble
from server.live.presence import Identity
from server.live.reader import Reader
from server.live.room import Taken
from server.writing.authors import Author
from tests.server.live.halls import Hall
from tests.server.live.sinks import ANN, BEN, FakeSink, as_seen, questions, receipts, updates
from tests.server.live.updates import Writer

STEPS = 400
_MARK = re.compile(r"<\d+>")


def marks(words: str) -> set[str]:
    return set(_MARK.findall(words))


@dataclass
class Page:
    """One open page: its document, its line to the room, and what it has to send."""

    hall: Hall
    who: Identity
    writer: Writer
    reader: Reader
    sink: FakeSink
    outbox: deque[tuple[bytes, bool]] = field(default_factory=deque)
    sent: int = 0
    saved: set[str] = field(default_factory=set)

    def type(self, mark: str) -> None:
        self.outbox.append((self.writer.type("s1", 0, mark), False))

    def take_out(self) -> None:
        if len(str(self.writer.text("s2"))) > 1:
            self.outbox.append((self.writer.delete("s2", 0, 1), False))

    def seen(self) -> set[str]:
        return marks(str(self.writer.text("s1")))

    def deliver(self) -> None:
        """The next frame arrives at the room."""
        if self.outbox and not self.reader.closed:
            update, answer = self.outbox.popleft()
            self.sent += 1
            try:
                self.hall.send(self.reader, update, answer=answer)
            except Refusal as refusal:
                self.reader.end(refusal)

    def listen(self) -> None:
        """Everything that the room wrote arrives at the page."""
        frames = self.sink.take()
        own = len(self.writer.edits)
        for update in updates(frames):
            self.writer.doc.apply_update(update)
        del self.writer.edits[own:]
        for vector in questions(frames):
            self.outbox.append((self.writer.doc.get_update(vector), True))
        # What a page calls saved: everything, once all that it sent is.
        if receipts(frames) and receipts(frames)[-1] == self.sent + len(self.outbox):
            self.saved = self.seen()

    def reconnect(self) -> None:
        """A new line: what was not sent on the old one goes with the answer to the greeting."""
        self.hall.room.leave(self.reader)
        self.reader, self.sink = self.hall.enter(self.who, queue_limit=60)
        self.outbox.clear()
        self.sent = 0
        self.hall.room.leave(self.reader)
        self.hall.room.join(self.reader)
        self.hall.room.ask(self.reader, self.writer.doc.get_state(), self.hall.now)


class Chance:
    """A room, its pages, another server, and a die."""

    def __init__(self, seed: int) -> None:
        self.die = random.Random(seed)
        self.hall = Hall()
        self.number = 0
        self.on_its_way: Taken | None = None
        self.pages = [self.page(client, who) for client, who in ((11, ANN), (12, BEN), (13, ANN))]
        self.elsewhere = self.hall.page(21)

    def page(self, client: int, who: Identity) -> Page:
        reader, sink = self.hall.enter(who, queue_limit=60)
        return Page(self.hall, who, self.hall.page(client), reader, sink)

    def mark(self) -> str:
        self.number += 1
        return f"<{self.number}>"

    def stored(self) -> Doc[Any]:
        """The document as it would open after this moment, were the server killed."""
        doc: Doc[Any] = Doc()
        for update in (self.hall.state, *(entry.change for entry in self.hall.stored)):
            doc.apply_update(update)
        return doc

    def check(self) -> None:
        safe = marks(as_seen(self.stored().get_update())["s1"])
        own = [page.seen() for page in self.pages]
        for page, mine in zip(self.pages, own, strict=True):
            assert page.saved <= safe, "told that it was saved, and it is not"
            others = set().union(*(one for one in own if one is not mine))
            seen_of_others = {one for one in mine if one in others} - safe
            assert not seen_of_others, "somebody saw what is not stored"

    # What may happen

    def write(self) -> None:
        self.die.choice(self.pages).type(self.mark())

    def take_out(self) -> None:
        self.die.choice(self.pages).take_out()

    def deliver(self) -> None:
        self.die.choice(self.pages).deliver()

    def listen(self) -> None:
        self.die.choice(self.pages).listen()

    def begin_commit(self) -> None:
        if self.on_its_way is None:
            self.on_its_way = self.hall.room.take()

    def end_commit(self) -> None:
        """As `Rooms` shows a commit: what other servers wrote in between comes first."""
        taken, self.on_its_way = self.on_its_way, None
        if taken is None:
            return
        if taken.batch is None:
            self.hall.room.acknowledge(taken)
            return
        for author, change in taken.batch.changes:
            self.hall.store(author, change)
        self.hall.clients |= dict(taken.batch.clients)
        last = self.hall.stored[-1].seq
        first = last - len(taken.changes) + 1
        self.hall.room.absorb([one for one in self.hall.stored if one.seq < first], self.hall.now)
        self.hall.room.committed(taken, last, self.hall.now)

    def fail_commit(self) -> None:
        """As `Rooms` begins again; sometimes the commit had happened all the same."""
        taken, self.on_its_way = self.on_its_way, None
        if taken is None or taken.batch is None:
            self.on_its_way = taken
            return
        if self.die.random() < 0.5:
            for author, change in taken.batch.changes:
                self.hall.store(author, change)
            self.hall.clients |= dict(taken.batch.clients)
        for reader in taken.authors:
            reader.end(Trouble())
        assert self.hall.room.reload(self.hall.opened(), self.hall.now)

    def write_elsewhere(self) -> None:
        self.elsewhere.doc.apply_update(self.stored().get_update())
        self.elsewhere.edits.clear()
        self.hall.clients[21] = Author("p-elsewhere")
        self.hall.store(Author("p-elsewhere"), self.elsewhere.type("s1", 0, self.mark()))

    def catch_up(self) -> None:
        self.hall.room.absorb(self.hall.stored, self.hall.now)

    def reload(self) -> None:
        self.hall.room.reload(self.hall.opened(), self.hall.now)

    def settle(self) -> None:
        """A checkpoint replaces the journal; a room that is behind it loads it."""
        checkpoint = self.hall.settle()
        self.hall.state, self.hall.known = checkpoint.state, checkpoint.known
        self.hall.checkpoint_seq, self.hall.stored = checkpoint.seq, []
        if self.hall.room.seq < checkpoint.seq:
            self.hall.room.reload(self.hall.opened(), self.hall.now)
        else:
            self.hall.room.checkpointed(checkpoint)

    def slow_down(self) -> None:
        self.die.choice(self.pages).sink.stuck = True

    def drain(self) -> None:
        self.die.choice(self.pages).sink.drain()
        self.hall.room.catch_up(self.hall.now, patience=1e9)

    def cut(self) -> None:
        self.die.choice(self.pages).reconnect()

    def calm(self) -> None:
        """All lines work again, and everything that is on its way arrives."""
        self.end_commit()
        self.catch_up()
        for _ in range(8):
            for page in self.pages:
                if page.reader.closed:
                    page.reconnect()
                page.sink.drain()
                page.listen()
                while page.outbox and not page.reader.closed:
                    page.deliver()
            self.begin_commit()
            self.end_commit()
            self.hall.room.catch_up(self.hall.now, patience=1e9)


EVENTS = {
    **{Chance.write: 6, Chance.take_out: 1, Chance.deliver: 14, Chance.listen: 8},
    **{Chance.begin_commit: 5, Chance.end_commit: 5, Chance.fail_commit: 1},
    **{Chance.write_elsewhere: 1, Chance.catch_up: 1, Chance.reload: 1, Chance.settle: 1},
    **{Chance.slow_down: 2, Chance.drain: 2, Chance.cut: 1},
}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_nothing_shown_or_saved_is_lost_and_all_end_alike(seed: int) -> None:
    chance = Chance(seed)
    for _ in range(STEPS):
        (event,) = chance.die.choices(list(EVENTS), list(EVENTS.values()))
        event(chance)
        chance.check()
    chance.calm()
    chance.check()
    views = [as_seen(page.writer.state()) for page in chance.pages]
    stored = as_seen(chance.stored().get_update())
    assert views == [stored] * len(views)
    assert as_seen(chance.hall.room.snapshot()) == stored
    written = {f"<{number}>" for number in range(1, chance.number + 1)}
    assert marks(stored["s1"]) == written
