"""Several people who write at once, by seeded chance: pycrdt clients and stock yjs clients alike.

A deed is one thing done by one of them: writing, erasing, making bold, moving, leaving out, adding,
losing the line, coming back. The chance is a `random.Random` of the test's seed, so a failure can
be repeated.
"""

import random
from typing import Any, Protocol

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.yjs_peer import YjsPeer
from tests.together.views import View, view_of

TEXTS = (
    "a",
    " ",
    "we ",
    "I choose who I live with. ",
    "😀",
    "👩‍👩‍👧",
    "🏳️‍🌈 ",
    "café ",
    "e\u0301",
    "Llŷn, tŷ bach, ŵyn ",
    "مرحبا ",
    "שלום ",
    "हम साथ ",
    "\u200f",
    "𝒳𝒴",
)


class Hand(Protocol):
    """What one person can do, however their program is made."""

    name: str

    async def write(self, item: str, place: float, text: str) -> None: ...
    async def erase(self, item: str, place: float, count: int) -> None: ...
    async def embolden(self, item: str, place: float, count: int) -> None: ...
    async def put(self, item: str, key: str, value: Any) -> None: ...
    async def add(self, item: str, position: str, text: str) -> None: ...
    async def leave(self) -> None: ...
    async def lose_the_line(self) -> None: ...
    async def come_back(self) -> None: ...
    async def view(self) -> View: ...
    async def closed(self) -> Any: ...


class PythonHand:
    """A person at a pycrdt client."""

    def __init__(self, name: str, client: LiveClient) -> None:
        self.name = name
        self.client = client

    async def write(self, item: str, place: float, text: str) -> None:
        pen.write(self.client.doc, item, place, text)

    async def erase(self, item: str, place: float, count: int) -> None:
        pen.erase(self.client.doc, item, place, count)

    async def embolden(self, item: str, place: float, count: int) -> None:
        pen.embolden(self.client.doc, item, place, count)

    async def put(self, item: str, key: str, value: Any) -> None:
        pen.put(self.client.doc, item, key, value)

    async def add(self, item: str, position: str, text: str) -> None:
        pen.add(self.client.doc, item, "statement", position, text)

    async def leave(self) -> None:
        await self.client.disconnect()

    async def lose_the_line(self) -> None:
        await self.client.cut()

    async def come_back(self) -> None:
        if not self.client.connected:
            await self.client.cut()
            await self.client.connect()

    async def view(self) -> View:
        return view_of(self.client.doc)

    async def closed(self) -> int | None:
        """The code with which the server closed this person's line, if it did."""
        return self.client.close_code


class NodeHand:
    """A person at a stock yjs client. `split`: offsets may fall inside a surrogate pair."""

    def __init__(self, peer: YjsPeer, split: bool = False) -> None:
        self.name = peer.name
        self.peer = peer
        self.split = split

    async def write(self, item: str, place: float, text: str) -> None:
        await self._at("write", item, place, text=text)

    async def erase(self, item: str, place: float, count: int) -> None:
        await self._at("erase", item, place, count=count)

    async def embolden(self, item: str, place: float, count: int) -> None:
        await self._at("strong", item, place, count=count)

    async def put(self, item: str, key: str, value: Any) -> None:
        await self.peer.ask("set", item=item, key=key, value=value)

    async def add(self, item: str, position: str, text: str) -> None:
        await self.peer.ask("add", item=item, kind="statement", position=position, words=text)

    async def leave(self) -> None:
        await self.peer.ask("disconnect")

    async def lose_the_line(self) -> None:
        await self.peer.ask("cut")

    async def come_back(self) -> None:
        await self.peer.ask("connect")

    async def view(self) -> View:
        return await self.peer.view()

    async def closed(self) -> Any:
        return await self.peer.ask("closed")

    async def _at(self, do: str, item: str, place: float, **details: Any) -> None:
        await self.peer.ask(do, item=item, part="words", place=place, split=self.split, **details)


class Chance:
    """Chooses what happens next. `items` grows as statements are added."""

    def __init__(self, seed: int, items: list[str]) -> None:
        self.random = random.Random(seed)
        # Few statements, so that people meet in them.
        self.items = self.random.sample(items, 4)
        self.added: dict[str, list[str]] = {}

    async def deed(self, hand: Hand) -> str:
        """Do one thing, chosen by chance; returns what it was."""
        chance = self.random
        # A hand can only write where it knows the statement: its own additions and the first ones.
        item = chance.choice(self.items + self.added.get(hand.name, []))
        place = chance.random()
        kind = chance.choices(
            ("write", "erase", "embolden", "move", "leave out", "add", "leave", "lose", "return"),
            (50, 15, 6, 10, 3, 2, 2, 2, 10),
        )[0]
        match kind:
            case "write":
                await hand.write(item, place, chance.choice(TEXTS))
            case "erase":
                await hand.erase(item, place, chance.randint(1, 8))
            case "embolden":
                await hand.embolden(item, place, chance.randint(1, 8))
            case "move":
                letters = "abcdefghijklmnopqrstuvwxyz"
                await hand.put(item, "position", "a1" + "".join(chance.choices(letters, k=3)))
            case "leave out":
                await hand.put(item, "left_out", chance.random() < 0.5)
            case "add":
                added = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz234567", k=16))
                await hand.add(added, "a1" + chance.choice("klmnop"), "We add this. ")
                self.added.setdefault(hand.name, []).append(added)
            case "leave":
                await hand.leave()
            case "lose":
                await hand.lose_the_line()
            case _:
                await hand.come_back()
        return kind
