"""A seeded maker of updates that nobody's editor wrote: damaged, crafted, enormous."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from server.errors import Refusal
from server.live.guard import Known, New, screen
from server.live.remainder import number
from server.live.tree import NOWHERE
from server.live.update import read
from server.writing.authors import Author
from tests.server.live.updates import (
    after,
    before,
    between,
    deletes,
    hostile,
    name,
    nested,
    sessions,
    structs,
    under,
    update,
)

# Of 100 updates so many are damaged, and the rest are crafted to be readable.
_DAMAGED = 70
_CONTENTS = (
    (4, name("we choose ")),
    (4, name("x")),
    (4, name("é😀")),
    (6, name("strong") + name("{}")),
    (6, name("link") + name("null")),
    (7, b"\x01"),
    (7, b"\x03" + name("paragraph")),
    (7, b"\x04"),
    (7, b"\x06"),
    (8, b"\x01\x7e"),
    (8, b"\x02\x77\x01a\x7d\x05"),
    (1, b"\x03"),
    (0, b"\x02"),
)


def made(seed: int, count: int, known: Known, *more: bytes) -> Iterator[bytes]:
    """So many updates; the crafted ones are for a room that knows this much.

    Damaged are updates of real sessions, and `more`.
    """
    chance = Random(seed)
    crafter = Crafter(chance, known)
    real = [one for session in sessions() for one in (*session.updates, session.state)]
    real += more
    worst = [case[-1] for case in hostile().values()]
    yield from worst
    yield from enormous()
    for _ in range(count - len(worst) - 20):
        if chance.randrange(100) < _DAMAGED:
            yield damaged(chance, real)
        else:
            yield crafter.update()


def enormous() -> Iterator[bytes]:
    """Twenty that are small to send and large to open."""
    for depth in (64, 65, 1_000, 52_500, 400_000):
        yield update(
            structs(7, 0, b"\x28\x01" + name("items") + name("k") + b"\x01" + nested(depth))
        )
        yield update(
            structs(7, 0, b"\x06\x00\x05\x00" + name("link") + name("[" * depth + "]" * depth))
        )
    yield b"\xff" * 400_000
    many = 100_000
    yield number(many) + b"".join(
        structs(client, 0, b"\x27\x01" + name(f"r{client}") + name("k") + b"\x01")
        for client in range(many)
    )
    yield number(many) + b"".join(structs(client, 0, b"\x00\x01") for client in range(many)) + b"\0"
    yield b"\x00" + number(many) + b"".join(number(client) + b"\1\0\1" for client in range(many))
    yield b"\x00\x01\x07" + number(many) + b"".join(number(2 * n) + b"\1" for n in range(many))
    yield update(structs(7, 0, *[b"\x00\x01"] * many))
    yield update(structs(7, 0, b"\x88\x05\x00" + number(500_000) + b"\x7e" * 500_000))
    yield update(structs(7, 0, b"\x84\x05\x00" + name("é" * 500_000)))
    yield update(structs(7, 0, b"\x00" + number(2**31 - 2)))
    yield update(
        structs(
            7, 0, *[b"\xc6\x05\x00\x05\x00" + name("a") + name("[" + "0," * 3_999 + "0]")] * 120
        )
    )


def damaged(chance: Random, real: Sequence[bytes]) -> bytes:
    """A real update with a few bytes changed, lost, doubled, or spliced with another."""
    bytes_ = bytearray(chance.choice(real))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(bytes_) + 1)
        match chance.randrange(7):
            case 0 | 1:
                bytes_[at : at + 1] = bytes((chance.randrange(256),))
            case 2:
                del bytes_[at : at + chance.randrange(1, 5)]
            case 3:
                bytes_[at:at] = chance.randbytes(chance.randrange(1, 5))
            case 4:
                bytes_[at:at] = bytes_[at : at + chance.randrange(1, 40)]
            case 5:
                bytes_[at:at] = b"\xff" * chance.randrange(1, 9)
            case _:
                other = chance.choice(real)
                bytes_[at:] = other[chance.randrange(len(other)) :]
    return bytes(bytes_)


class Crafter:
    """Makes readable updates whose structs have any neighbours, parents and contents at all.

    Blind chance seldom meets what a guard lets in, so half of them are made knowing the room.
    """

    def __init__(self, chance: Random, known: Known) -> None:
        self._chance = chance
        self._all = [
            (client, clock) for client, end in known.clocks.items() for clock in range(end)
        ]
        self._types = [one for one in self._all if known.tree.inside(*one) != NOWHERE]
        together: dict[int | None, list[tuple[int, int]]] = {}
        for one in self._all:
            together.setdefault(known.tree.place(*one), []).append(one)
        self._together = list(together.values())

    def update(self) -> bytes:
        chance = self._chance
        client = chance.randrange(2**32)
        those: list[bytes] = []
        clock = 0
        for _ in range(chance.choice((1, 1, 2, 5))):
            own = [(client, at) for at in range(clock)]
            those.append(self._struct(own))
            clock = read(update(structs(client, 0, *those))).structs[client][1]
        gone = b"\x00"
        if chance.random() < 0.3:
            other, start = chance.choice(self._all + [(client, at) for at in range(clock)])
            last = max(at for one, at in [*self._all, (client, clock - 1)] if one == other)
            gone = deletes(other, (start, chance.randrange(1, last - start + 2)))
        return update(structs(client, 0, *those), deletes=gone)

    def _struct(self, own: list[tuple[int, int]]) -> bytes:
        chance = self._chance
        kind, content = chance.choice(_CONTENTS)
        if kind == 0:
            return b"\x00" + content
        knowing = chance.random() < 0.5
        match chance.randrange(6):
            case 0:
                return after(kind, content, self._any(own))
            case 1:
                return before(kind, content, self._any(own))
            case 2 | 3:
                near = chance.choice(self._together) if knowing else self._all + own
                return between(kind, content, chance.choice(near), chance.choice(near))
            case parented:
                parent = chance.choice(self._types) if knowing else self._any(own)
                key = chance.choice(("words", "position", "k")) if parented == 4 else None
                return under(kind, content, parent, key)

    def _any(self, own: list[tuple[int, int]]) -> tuple[int, int]:
        if own and self._chance.random() < 0.4:
            return self._chance.choice(own)
        return self._chance.choice(self._all)


@dataclass(frozen=True)
class Edit:
    author: Author | None
    change: bytes


class Gate:
    """A guard and its knowledge, and all that it let in, in order."""

    def __init__(self, first: Edit) -> None:
        self.known = Known()
        self.edits: list[Edit] = []
        self.receive(first.change, first.author)

    def receive(self, change: bytes, author: Author | None) -> str:
        """What became of an update: `New`, `Nothing`, or the name of a refusal."""
        try:
            screened = screen(change, self.known, author, may_write=True, document_limit=None)
        except Refusal as refusal:
            return refusal.kind
        if isinstance(screened, New):
            self.known.take(screened, author)
            self.edits.append(Edit(author, screened.update))
        return type(screened).__name__
