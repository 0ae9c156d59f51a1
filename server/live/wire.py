"""The bytes of the y-websocket protocol, without I/O: one message is one binary frame.

Sync, awareness and query-awareness are as stock clients speak them (`y-protocols`); *saved* and
*news* are ours, for clients that ask. docs/protocol.md has the whole of it, and the golden frames
in `tests/wire/frames.json` hold this module and `client/wire/codec.ts` to one another.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from server.errors import DamagedUpdate, Malformed, UnknownMessage
from server.live.presence import Entry
from server.live.remainder import number
from server.live.update import MAX_CLIENT, MAX_CLOCK, MAX_DEPTH, read_number


class Message(IntEnum):
    """The first number of a frame."""

    SYNC = 0
    AWARENESS = 1
    AUTH = 2
    QUERY_AWARENESS = 3
    SAVED = 100
    NEWS = 101


class Sync(IntEnum):
    """The second number of a sync frame."""

    STEP1 = 0
    STEP2 = 1
    UPDATE = 2


# Clients repeat what they heard of others, so a message may be about everybody in a large room.
MAX_PRESENT = 4_096
MAX_STATE = 8_192
# A person has a client id for each time they opened the page.
MAX_VECTOR = 100_000


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody has (sync step 1): they want to know the rest."""

    state_vector: bytes


@dataclass(frozen=True, slots=True)
class Edit:
    """A Yjs update, unscreened; `is_answer` when it answers our own question (sync step 2)."""

    update: bytes
    is_answer: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Awareness states, their JSON not read yet: (client id, clock, JSON)."""

    said: tuple[tuple[int, int, bytes], ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them. Raises Malformed where one is no JSON object and not null."""
        return tuple(Entry(client, clock, _state(text)) for client, clock, text in self.said)

    def about(self, client_id: int | None) -> tuple[Entry, ...]:
        """Those of one client, or all when it is None; the others' JSON is not even read."""
        if client_id is None:
            return self.entries
        return tuple(
            Entry(client, clock, _state(text))
            for client, clock, text in self.said
            if client == client_id
        )


@dataclass(frozen=True, slots=True)
class PresenceQuestion:
    """Somebody wants to know who is here."""


Decoded = Question | Edit | Presence | PresenceQuestion
_PRESENCE_QUESTION = PresenceQuestion()


def decode(frame: bytes) -> Decoded:
    """What a client's frame says. Raises Malformed or UnknownMessage."""
    try:
        return _decode(frame)
    except (IndexError, DamagedUpdate):
        raise Malformed from None


def _decode(frame: bytes) -> Decoded:
    kind = frame[0]
    if kind == Message.SYNC:
        body = _rest(frame, 2)
        step = frame[1]
        if step == Sync.UPDATE:
            return Edit(body, False)
        if step == Sync.STEP2:
            return Edit(body, True)
        if step == Sync.STEP1:
            _check_vector(body)
            return Question(body)
        raise UnknownMessage
    if kind == Message.AWARENESS:
        return Presence(_said(_rest(frame, 1)))
    if kind == Message.QUERY_AWARENESS and len(frame) == 1:
        return _PRESENCE_QUESTION
    # "Auth" is what servers tell clients; nobody has to send it to us.
    raise UnknownMessage


def _rest(frame: bytes, start: int) -> bytes:
    """The bytes with their length before them that make up the rest of a frame."""
    length, p = read_number(frame, start)
    if p + length != len(frame):
        raise Malformed
    return frame[p:]


def _check_vector(b: bytes) -> None:
    """An engine makes room for as many clients as a vector says it has; so it had better."""
    count, p = read_number(b, 0)
    if count > MAX_VECTOR or 2 * count > len(b) - p:
        raise Malformed
    for _ in range(count):
        client, p = read_number(b, p)
        clock, p = read_number(b, p)
        if client >= MAX_CLIENT or clock >= MAX_CLOCK:
            raise Malformed
    if p != len(b):
        raise Malformed


def _said(b: bytes) -> tuple[tuple[int, int, bytes], ...]:
    count, p = read_number(b, 0)
    if count > MAX_PRESENT or 3 * count > len(b) - p:
        raise Malformed
    said = []
    for _ in range(count):
        client, p = read_number(b, p)
        clock, p = read_number(b, p)
        length, p = read_number(b, p)
        end = p + length
        if client >= MAX_CLIENT or clock >= MAX_CLOCK or length > MAX_STATE or end > len(b):
            raise Malformed
        said.append((client, clock, b[p:end]))
        p = end
    if p != len(b):
        raise Malformed
    return tuple(said)


def _state(text: bytes) -> dict[str, object] | None:
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH:
        raise Malformed
    try:
        state = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        raise Malformed from None
    if state is not None and not isinstance(state, dict):
        raise Malformed
    return state


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _sized(payload: bytes) -> bytes:
    return number(len(payload)) + payload


_STEP1 = bytes((Message.SYNC, Sync.STEP1))
_STEP2 = bytes((Message.SYNC, Sync.STEP2))
_UPDATE = bytes((Message.SYNC, Sync.UPDATE))


def encode_step1(state_vector: bytes) -> bytes:
    """Ask for what we lack."""
    return _STEP1 + _sized(state_vector)


def encode_step2(update: bytes) -> bytes:
    """Answer a question; stock clients take the document as synced from here on."""
    return _STEP2 + _sized(update)


def encode_update(update: bytes) -> bytes:
    """Tell what was written."""
    return _UPDATE + _sized(update)


def encode_awareness(entries: Iterable[Entry]) -> bytes:
    """Tell who is here. Not ASCII is escaped, so that half an emoji in a name cannot hurt."""
    said = [
        number(entry.client_id) + number(entry.clock) + _sized(_json(entry.state))
        for entry in entries
    ]
    return bytes((Message.AWARENESS,)) + _sized(number(len(said)) + b"".join(said))


def encode_saved(count: int) -> bytes:
    """The first `count` edit frames that this connection sent are durable."""
    return bytes((Message.SAVED,)) + number(count)


def encode_news(topic: str) -> bytes:
    """Something beside the words changed: a topic of docs/protocol.md."""
    return bytes((Message.NEWS,)) + _sized(topic.encode())


def _json(state: Mapping[str, object] | None) -> bytes:
    return json.dumps(state, separators=(",", ":")).encode("ascii")


def frame(payload: bytes) -> bytes:
    """A whole WebSocket frame (RFC 6455, binary, unmasked, final), built once for many readers."""
    size = len(payload)
    if size < 126:
        return bytes((0x82, size)) + payload
    if size < 65_536:
        return b"\x82\x7e" + size.to_bytes(2) + payload
    return b"\x82\x7f" + size.to_bytes(8) + payload
