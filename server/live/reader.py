"""One person's connection to a room: what it was told, and what it still has to be told."""

from collections.abc import Callable
from dataclasses import dataclass, field

from server.errors import Refusal
from server.live import wire
from server.live.connection import Sink
from server.live.presence import Identity
from server.writing.authors import Author


@dataclass(slots=True, eq=False)
class Reader:
    """Everybody in a room is a reader; some may also write.

    `received` counts the edit frames this connection sent, `durable` how many of them are on
    disk, `told` how many it was told are. After an edit that left a gap, nothing past `gap_at`
    counts as durable until a full answer (sync step 2) has closed the gap. `asked_again`: we asked
    what it has, and it has not answered yet.
    `key` is the hash of the secret it came in with, by which its permits are worked out again.
    `author` is as whose their edits count. `judged_by` is what they were last worked out from.
    A reader whose connection cannot keep up is `behind`: it is sent nothing until it has
    drained, and then the difference, worked out from the state vector it had.
    """

    sink: Sink
    who: Identity
    may_write: bool
    queue_limit: int
    key: str
    author: Author = field(init=False)
    tells_saved: bool = False
    tells_news: bool = False
    received: int = 0
    durable: int = 0
    told: int = 0
    gaps: int = 0
    gap_at: int | None = None
    asked_again: bool = False
    presence_id: int | None = None
    judged_by: object = None
    behind: bytes | None = None
    behind_since: float = 0.0
    closed: bool = False

    def __post_init__(self) -> None:
        self.author = Author(self.who.person_id, self.who.for_id)

    def send(self, frames: bytes, now: float, state_vector: Callable[[], bytes]) -> bool:
        """Write frames unless the reader is behind; returns whether it fell behind just now."""
        if self.closed or self.behind is not None:
            return False
        self.sink.write(frames)
        if self.sink.waiting() <= self.queue_limit:
            return False
        self.behind, self.behind_since = state_vector(), now
        return True

    def certain(self) -> int:
        """How many edit frames will be durable once all that waits is."""
        return self.received if self.gap_at is None else self.gap_at

    def receipt(self) -> bytes:
        """The frame that tells how much is durable; empty when that was told, or is not asked."""
        if self.durable <= self.told:
            return b""
        self.told = self.durable
        return wire.frame(wire.encode_saved(self.durable)) if self.tells_saved else b""

    def news(self, topic: str) -> None:
        if self.tells_news and not self.closed and self.behind is None:
            self.sink.write(wire.frame(wire.encode_news(topic)))

    def end(self, refusal: Refusal) -> None:
        """Close the connection with the refusal's code; only once."""
        if self.closed:
            return
        self.closed = True
        self.sink.close(refusal.close, refusal.kind)
