"""How alike two texts are, judged by the words and pairs of words that few others have.

A word weighs the more, the fewer of the texts at hand have it (IDF), so that "must" or "everybody"
make nothing alike. What two texts share is measured against both of them (Dice) and against the
shorter one (containment: a sentence that was kept in a paragraph that grew), half and half. Order
counts by pairs of neighbouring words alone.
"""

import itertools
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

_PAIR_WEIGHT = 0.5
"""A pair says again what its two words say, and breaks with each word that changes."""

_DOUBT = 8.0
"""What a text is taken to say besides, in units of weight: about three rare words. Without it two
short texts that share "you must" are as alike as two paragraphs that share every sentence."""

_TOO_COMMON = 10_000
"""A word is passed over when this many pairs of texts share it; with 100 and 100 texts, none is."""


class Likeness:
    """Of two lists of texts, given as words, how alike each of one is to each of the other.

    Making it costs as much as the pairs share; asking costs nothing.
    """

    def __init__(self, olds: Sequence[Sequence[str]], news: Sequence[Sequence[str]]) -> None:
        counted_old, counted_new = [*map(_features, olds)], [*map(_features, news)]
        weigh = _weights(counted_old, counted_new)
        weighed_old, weighed_new = _weighed(counted_old, weigh), _weighed(counted_new, weigh)
        self._sizes_old = [sum(features.values()) for features in weighed_old]
        self._sizes_new = [sum(features.values()) for features in weighed_new]
        holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for old, features in enumerate(weighed_old):
            for feature, weight in features.items():
                holders[feature].append((old, weight))
        # What each new text shares with each old one.
        self._shared = [self._row(features, holders) for features in weighed_new]

    def _row(
        self, features: dict[str, float], holders: dict[str, list[tuple[int, float]]]
    ) -> "array[float]":
        row = array("d", bytes(8 * len(self._sizes_old)))
        for feature, weight in features.items():
            for old, other in holders.get(feature, ()):
                row[old] += min(weight, other)
        return row

    def alike(self, at_least: float) -> Iterator[tuple[float, int, int]]:
        """(score, old, new) of every two that share anything and are as alike as this."""
        for new, row in enumerate(self._shared):
            for old, shared in enumerate(row):
                if shared and (score := self.score(old, new)) >= at_least:
                    yield score, old, new

    def score(self, old: int, new: int) -> float:
        """0 (nothing alike) to nearly 1 (the same words)."""
        shared = self._shared[new][old]
        size_old, size_new = self._sizes_old[old], self._sizes_new[new]
        dice = 2 * shared / (size_old + size_new + _DOUBT)
        contained = shared / (min(size_old, size_new) + _DOUBT)
        return (dice + contained) / 2

    def held_of_old(self, old: int, new: int) -> float:
        """How much of the old text the new one has: 0 to nearly 1."""
        return self._shared[new][old] / (self._sizes_old[old] + _DOUBT)

    def held_of_new(self, old: int, new: int) -> float:
        """How much of the new text the old one has: 0 to nearly 1."""
        return self._shared[new][old] / (self._sizes_new[new] + _DOUBT)


def _features(words: Sequence[str]) -> Counter[str]:
    pairs = (f"{first} {second}" for first, second in itertools.pairwise(words))
    return Counter([*words, *pairs])


def _weights(olds: Sequence[Counter[str]], news: Sequence[Counter[str]]) -> dict[str, float]:
    """What one occurrence of each word and pair weighs."""
    having_old = Counter(feature for features in olds for feature in features)
    having_new = Counter(feature for features in news for feature in features)
    total = len(olds) + len(news)
    return {
        feature: math.log(1 + total / count) * (_PAIR_WEIGHT if " " in feature else 1)
        for feature, count in (having_old + having_new).items()
        if having_old[feature] * having_new[feature] <= _TOO_COMMON
    }


def _weighed(counted: Sequence[Counter[str]], weigh: dict[str, float]) -> list[dict[str, float]]:
    return [
        {feature: times * weigh[feature] for feature, times in features.items() if feature in weigh}
        for features in counted
    ]
