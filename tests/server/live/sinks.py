"""A connection that is not there: what a room writes to it is kept and can be asked for."""

from collections.abc import Iterator
from typing import Any

from pycrdt import Doc, Map

from server.live import wire
from server.live.presence import Entry, Identity
from server.live.reader import Reader
from tests.support.live_client import payload

ANN = Identity("p-ann", "Ann", None)
BEN = Identity("p-ben", "Ben", "bird")


class FakeSink:
    """Keeps every frame. While `stuck`, what is written waits, as on a line that is too slow."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.stuck = False
        self._waiting = 0

    def write(self, frames: bytes) -> None:
        assert self.closed is None, "written to after it was closed"
        self.frames += split(frames)
        if self.stuck:
            self._waiting += len(frames)

    def waiting(self) -> int:
        return self._waiting

    def drain(self) -> None:
        self.stuck, self._waiting = False, 0

    def close(self, code: int, reason: str) -> None:
        assert self.closed is None, "closed twice"
        self.closed = (code, reason)

    def take(self) -> list[bytes]:
        """The frames since this was last asked."""
        frames, self.frames = self.frames, []
        return frames


def split(frames: bytes) -> Iterator[bytes]:
    """The payloads of WebSocket frames that stand one after the other."""
    at = 0
    while at < len(frames):
        assert frames[at] == 0x82
        size, start = frames[at + 1], at + 2
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(frames[at + 2 : start])
        at = start + size
        assert at <= len(frames)
        yield frames[start:at]


def reader(
    who: Identity = ANN, *, may_write: bool = True, queue_limit: int = 1_000_000
) -> tuple[Reader, FakeSink]:
    sink = FakeSink()
    made = Reader(
        sink, who, may_write, queue_limit, key=who.person_id, tells_saved=True, tells_news=True
    )
    return made, sink


def updates(frames: list[bytes]) -> list[bytes]:
    """The updates told in these frames, answers to questions included."""
    return [payload(frame) for frame in frames if frame[:1] == b"\x00" and frame[1] != 0]


def questions(frames: list[bytes]) -> list[bytes]:
    return [payload(frame) for frame in frames if frame[:2] == b"\x00\x00"]


def receipts(frames: list[bytes]) -> list[int]:
    return [frame[1] for frame in frames if frame[0] == wire.Message.SAVED]


def news(frames: list[bytes]) -> list[str]:
    return [frame[2:].decode() for frame in frames if frame[0] == wire.Message.NEWS]


def people(frames: list[bytes]) -> list[Entry]:
    """The awareness entries told in these frames."""
    told = (wire.decode(frame) for frame in frames if frame[0] == wire.Message.AWARENESS)
    return [entry for one in told if isinstance(one, wire.Presence) for entry in one.entries]


def as_seen(*told: bytes) -> dict[str, str]:
    """The items of a document put together from these updates."""
    doc: Doc[Any] = Doc()
    for update in told:
        doc.apply_update(update)
    items: Map[Any] = doc.get("items", type=Map)
    return {key: str(items[key]["words"]) for key in list(items.keys())}
