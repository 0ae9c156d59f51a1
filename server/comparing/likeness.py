"""How alike two texts are, judged by the words and pairs of words that few others have.

A word weighs the more, the fewer of the texts at hand have it (IDF), so that "must" or "everybody"
make nothing alike. What two texts share is measured against both of them (Dice) and against the
shorter one (containment: a sentence that was kept in a paragraph that grew), half and half. Order
counts by pairs of neighbouring words alone.
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Sequence

_PAIR_WEIGHT = 1.0


class Likeness:
    """Of two lists of texts, given as words, how alike each of one is to each of the other.

    O(texts × length) to make, and O(what the two lists share) to ask for all pairs.
    """

    def __init__(self, olds: Sequence[Sequence[str]], news: Sequence[Sequence[str]]) -> None:
        counted = [_features(words) for words in (*olds, *news)]
        having = Counter(feature for features in counted for feature in features)
        total = len(counted)
        weigh = {
            feature: math.log(1 + total / count) * (_PAIR_WEIGHT if " " in feature else 1)
            for feature, count in having.items()
        }
        weighed = [{f: n * weigh[f] for f, n in features.items()} for features in counted]
        self._olds, self._news = weighed[: len(olds)], weighed[len(olds) :]
        self._sizes_old = [sum(features.values()) for features in self._olds]
        self._sizes_new = [sum(features.values()) for features in self._news]
        self._shared: dict[tuple[int, int], float] = defaultdict(float)
        holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for old, features in enumerate(self._olds):
            for feature, weight in features.items():
                holders[feature].append((old, weight))
        for new, features in enumerate(self._news):
            for feature, weight in features.items():
                for old, other in holders.get(feature, ()):
                    self._shared[old, new] += min(weight, other)

    @property
    def pairs(self) -> Sequence[tuple[int, int]]:
        """The (old, new) that share anything."""
        return tuple(self._shared)

    def score(self, old: int, new: int) -> float:
        """0 (nothing alike) to 1 (the same words)."""
        shared = self._shared.get((old, new), 0.0)
        if not shared:
            return 0.0
        dice = 2 * shared / (self._sizes_old[old] + self._sizes_new[new])
        return (dice + self._contained(shared, old, new)) / 2

    def containment(self, old: int, new: int) -> float:
        """How much of the shorter one the longer one has: 0 to 1."""
        shared = self._shared.get((old, new), 0.0)
        return self._contained(shared, old, new) if shared else 0.0

    def _contained(self, shared: float, old: int, new: int) -> float:
        return shared / min(self._sizes_old[old], self._sizes_new[new])


def _features(words: Sequence[str]) -> Counter[str]:
    pairs = (f"{first} {second}" for first, second in itertools.pairwise(words))
    return Counter([*words, *pairs])
