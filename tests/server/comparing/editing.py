"""Charters changed by seeded chance, as people change them: the ids tell what really happened."""

import random
from collections.abc import Sequence
from dataclasses import replace

from server.writing import charter as charters
from server.writing import position, rich_text
from server.writing.charter import Charter, Item, Kind

# Few words, so that many statements say the same and nothing but ids can tell them apart.
_SAYINGS = ("I choose.", "My home is my home.", "I am asked first.", "")


class Editor:
    """Makes a Charter and changes it, minting ids that no version had before."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._minted = 0

    def mint(self) -> str:
        self._minted += 1
        # Not in the order of minting, because ids break ties of position.
        return f"{self.chance.randrange(36**4):04x}-{self._minted}"

    def charter(self) -> Charter:
        items = [self._item() for _ in range(self.chance.randrange(14))]
        return _placed(items)

    def changed(self, charter: Charter) -> Charter:
        """The Charter after some changes of all kinds."""
        for _ in range(self.chance.randrange(9)):
            items = list(charter.items)
            change = self.chance.choice(
                (self._add, self._reword, self._move, self._leave_out, self._split, self._join)
            )
            change(items)
            charter = _placed(items)
        return charter

    def _item(self) -> Item:
        kind = Kind.HEADING if self.chance.random() < 0.2 else Kind.STATEMENT
        words = rich_text.from_text(self.chance.choice(_SAYINGS))
        return Item(self.mint(), kind, "a0", words=words)

    def _any(self, items: list[Item]) -> int:
        return self.chance.randrange(len(items)) if items else -1

    def _add(self, items: list[Item]) -> None:
        items.insert(self.chance.randint(0, len(items)), self._item())

    def _reword(self, items: list[Item]) -> None:
        if (at := self._any(items)) >= 0:
            said = rich_text.from_text(self.chance.choice(_SAYINGS))
            item = items[at]
            items[at] = self.chance.choice(
                (replace(item, words=said), replace(item, meaning=said), replace(item, why=said))
            )

    def _move(self, items: list[Item]) -> None:
        if (at := self._any(items)) >= 0:
            item = items.pop(at)
            items.insert(self.chance.randint(0, len(items)), item)

    def _leave_out(self, items: list[Item]) -> None:
        if (at := self._any(items)) >= 0:
            items[at] = replace(items[at], left_out=not items[at].left_out)

    def _split(self, items: list[Item]) -> None:
        if (at := self._any(items)) >= 0 and items[at].kind is Kind.STATEMENT:
            items.insert(at + 1, replace(self._item(), origins=(items[at].id,)))

    def _join(self, items: list[Item]) -> None:
        at = self._any(items)
        if 0 <= at < len(items) - 1:
            first, second = items[at], items[at + 1]
            items[at] = replace(first, origins=(*first.origins, second.id))
            items[at + 1] = replace(second, left_out=True)


def _placed(items: Sequence[Item]) -> Charter:
    places = position.spread(len(items))
    placed = (replace(item, position=at) for item, at in zip(items, places, strict=True))
    return charters.valid(Charter("Ours", items=tuple(placed)))
