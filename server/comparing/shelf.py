"""A shelf of limited size for what was worked out once: what is asked for least goes first."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def _one(_value: object) -> int:
    return 1


class Shelf(Generic[K, V]):
    """Values by key, of which at most `room` fit; `size` tells how much of it a value takes.

    A value too large for the whole shelf is not kept. Used from one thread at a time.
    """

    def __init__(self, room: int, size: Callable[[V], int] = _one) -> None:
        self.room = room
        self.taken = 0
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """What is kept under this key, or None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep this value, and let go of what was not asked for longest."""
        before = self._values.pop(key, None)
        if before is not None:
            self.taken -= self._size(before)
        size = self._size(value)
        if size > self.room:
            return
        self._values[key] = value
        self.taken += size
        while self.taken > self.room:
            _, gone = self._values.popitem(last=False)
            self.taken -= self._size(gone)

    def clear(self) -> None:
        self._values.clear()
        self.taken = 0
