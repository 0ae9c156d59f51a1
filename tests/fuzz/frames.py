"""What nobody honest says on the live socket, drawn by chance: for `talking.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from pycrdt import (
    Doc,
    create_sync_message,
    create_update_message,
    write_message,
    write_var_uint,
)

from server.live.known import Known
from server.live.wire import Message, Sync
from tests.fuzz.hostile import NASTY, letters
from tests.server.live.hostile import Crafter, damaged, enormous
from tests.server.live.updates import hostile, sessions
from tests.support import pen
from tests.support.world import ASKERS

_NUMBERS = ("0", "1", "2", "-1", "x", "", " 1", "+1", "1.0", "1e3", "\u0663", "9" * 9, "9" * 10)
_TELLS = ("saved", "news", "saved,news", ",", "saved,saved,x", "SAVED", "x," * 500)
_STATES = (
    *("{}", "null", "[]", "1", '"x"', "", "{", '{"a":NaN}', '{"a":1e999}', "nul", "\x00"),
    *('{"user":null}', '{"user":{"id":1,"name":[]}}', '{"user":{"name":"\\ud800"}}'),
    *('{"writing":"s1"}', '{"writing":{}}', '{"writing":["s1"]}', '{"caret":{"a":[{}]}}'),
    *('{"a":1,"a":2}', "[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200, " " * 9_000),
    *('{"a":' + "9" * 5_000 + "}", '{"writing":"' + "x" * 8_000 + '"}', "\ufeff{}"),
)
_WRITERS = ("member", "organiser", "helper")
_PATHS = ("nothing", "\x00", "..", "../..", "%2e%2e", "a" * 2_000, "\u202e", "'--", "null", " ")
# As many bytes as the server takes in one frame, and one more.
_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Broken:
    """Bytes that are put on the line as they are: no WebSocket frame of anybody."""

    line: bytes


Said = bytes | str | Broken


@dataclass(frozen=True)
class Talk:
    """One connection: who comes in where, with what headers, and what they say, in order."""

    asker: str
    path: str | None
    query: str
    headers: Mapping[str, str]
    says: tuple[Said, ...]


class Drawing:
    """Draws for one room, of which everything is known; the same for the same seed."""

    def __init__(self, seed: int, stored: bytes, people: Sequence[str]) -> None:
        self._chance = Random(seed)
        self._stored = stored
        self._people = people
        self._crafter = Crafter(self._chance, Known.from_update(stored))
        self._real = [update for session in sessions() for update in session.updates]
        self._worst = [case[-1] for case in hostile().values()]
        self._enormous = list(enormous())
        self._right = {asker: self._written() for asker in ASKERS}

    def talk(self) -> Talk:
        chance = self._chance
        # Of those who may write there is more to be feared.
        asker = chance.choice((*ASKERS, *_WRITERS, *_WRITERS))
        path = chance.choice(_PATHS) if chance.random() < 0.03 else None
        headers = self._headers() if chance.random() < 0.05 else {}
        query = self._query() if chance.random() < 0.3 else "tell=saved,news"
        # What ends the talk comes last, else most would never be heard.
        before = [self._readable(asker) for _ in range(chance.choice((0, 0, 1, 2, 4, 8)))]
        says = (*before, self._said(asker))
        return Talk(asker, path and quote(path, safe=""), query, headers, says)

    def _readable(self, asker: str) -> bytes:
        if self._chance.random() < 0.8:
            return self._honest(asker)
        return self._sync(self._crafter.update())

    def _written(self) -> list[bytes]:
        """What somebody at a real page wrote, an update a word, from the last to the first."""
        doc: Doc[Any] = Doc(client_id=self._chance.getrandbits(32))
        doc.apply_update(self._stored)
        edits: list[bytes] = []
        kept = doc.observe(lambda event: edits.append(event.update))
        for number in range(12):
            pen.write(doc, f"s{number % 5 + 1}", 0.5, f"{number} ")
        doc.unobserve(kept)
        return edits[::-1]

    def _query(self) -> str:
        chance = self._chance
        drawn = {
            "generation": (*_NUMBERS, *NASTY),
            "schema": (*_NUMBERS, *NASTY),
            "tell": (*_TELLS, *NASTY),
            "for": (*self._people, *NASTY),
            "x": NASTY,
        }
        pairs = []
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            name = chance.choice(list(drawn))
            pairs.append((name, chance.choice(drawn[name]).encode("utf-8", "surrogatepass")))
        return urlencode(pairs)

    def _headers(self) -> dict[str, str]:
        name = self._chance.choice(("origin", "authorization", "cookie", "user-agent", "x-y"))
        told = letters(self._chance.choice((*NASTY, "http://[", "null", "Bearer ", "our_charter=")))
        return {name: told.decode("latin-1")}

    def _said(self, asker: str) -> Said:
        chance = self._chance
        kind = chance.randrange(100)
        if kind < 30:
            return self._honest(asker)
        if kind < 45:
            return self._sync(self._update(asker))
        if kind < 60:
            return damaged(chance, [self._honest(asker), self._honest(asker)])
        if kind < 88:
            return self._misshapen(asker)
        if kind < 94:
            return chance.randbytes(chance.choice((0, 1, 2, 3, 8, 40, 300)))
        if kind < 97:
            return chance.choice(NASTY).encode("utf-8", "replace").decode()
        if kind < 98:
            return self._huge()
        return Broken(self._broken())

    # Right frames

    def _honest(self, asker: str) -> bytes:
        chance = self._chance
        match chance.randrange(6):
            case 0:
                return create_sync_message(Doc())
            case 1:
                return bytes((Message.SYNC, Sync.STEP1)) + write_message(self._vector())
            case 2:
                return bytes((Message.QUERY_AWARENESS,))
            case 3:
                return self._presence(chance.choice(('{"writing":"s1"}', "{}", "null")))
            case _:
                return self._sync(chance.choice(self._right[asker]))

    def _sync(self, update: bytes) -> bytes:
        step = self._chance.choice((Sync.STEP2, Sync.UPDATE, Sync.UPDATE))
        return bytes((Message.SYNC, step)) + create_update_message(update)[2:]

    def _vector(self) -> bytes:
        clients = [(self._any(), self._any()) for _ in range(self._chance.randrange(4))]
        return write_var_uint(len(clients)) + b"".join(
            write_var_uint(client) + write_var_uint(clock) for client, clock in clients
        )

    def _any(self) -> int:
        """A client or a clock, likely or not."""
        edge = self._chance.choice((3, 8, 31, 32, 53, 64, 70))
        return self._chance.choice((self._chance.getrandbits(edge), 2**edge - 1, 2**edge))

    def _presence(self, *states: str) -> bytes:
        entries = (
            write_var_uint(self._any())
            + write_var_uint(self._any())
            + write_message(state.encode())
            for state in states
        )
        body = write_var_uint(len(states)) + b"".join(entries)
        return bytes((Message.AWARENESS,)) + write_message(body)

    # Wrong ones

    def _update(self, asker: str) -> bytes:
        chance = self._chance
        match chance.randrange(10):
            case 0 | 1 | 2:
                return chance.choice(self._right[asker])
            case 3:
                # As another: they have used its client id, or will.
                return chance.choice(self._right[chance.choice(ASKERS)])
            case 4:
                return chance.choice(self._worst)
            case 5 | 6:
                return damaged(chance, [*self._real, *self._right[asker], self._stored])
            case 7:
                return self._stored
            case _:
                return self._crafter.update()

    def _misshapen(self, asker: str) -> bytes:
        """A frame whose parts are sound, but not its shape."""
        chance = self._chance
        right = self._honest(asker)
        match chance.randrange(9):
            case 0:
                kind = chance.choice((*Message, 4, 99, 102, 127, 128, 255))
                return bytes((kind,)) + right[1:]
            case 1:
                return right[:1] + bytes((chance.randrange(256),)) + right[2:]
            case 2:
                return right + right
            case 3:
                return right[: chance.randrange(len(right) + 1)]
            case 4:
                return right + chance.randbytes(chance.randrange(1, 9))
            case 5:
                return self._presence(*chance.choices(_STATES, k=chance.randrange(1, 4)))
            case 6:
                many = write_var_uint(self._any()) + self._vector()
                start = chance.choice(((0, 0), (0, 1), (0, 2), (1,)))
                return bytes(start) + write_message(many)
            case 7:
                # Wrapped once too often.
                return bytes((Message.SYNC, chance.randrange(3))) + write_message(right)
            case _:
                kind = chance.choice((Message.AUTH, Message.SAVED, Message.NEWS))
                return bytes((kind,)) + write_var_uint(self._any())

    def _huge(self) -> Said:
        match self._chance.randrange(4):
            case 0:
                return bytes(_LIMIT + 1)
            case 1:
                return "a" * _LIMIT
            case 2:
                return bytes((Message.SYNC, Sync.UPDATE)) + write_message(b"\xff" * (_LIMIT - 100))
            case _:
                return self._sync(self._chance.choice(self._enormous))

    def _broken(self) -> bytes:
        return self._chance.choice(
            (
                b"\x82\x01\x03",  # not masked
                b"\xf2\x81\x00\x00\x00\x00\x03",  # reserved bits
                b"\x83\x80\x00\x00\x00\x00",  # a kind that there is not
                b"\x80\x81\x00\x00\x00\x00\x03",  # goes on with nothing
                b"\x02\x81\x00\x00\x00\x00\x03\x82\x81\x00\x00\x00\x00\x03",  # begins twice
                b"\x82\xff" + b"\xff" * 8 + bytes(4),  # longer than anything
                b"\x81\x82\x00\x00\x00\x00\xff\xfe",  # text that is none
                b"\x88\x81\x00\x00\x00\x00\x03",  # half a close code
                b"\x88\x82\x00\x00\x00\x00\x03\xed",  # a close code that nobody may send
                b"\x89\xfe\x01\x00\x00\x00\x00\x00" + bytes(256),  # a ping too long
                self._chance.randbytes(40),
            )
        )
