"""Put what says the same thing together: wordings of one statement, statements of several places.

Both go through the texts once, those that most places have first. Each joins the group whose first
text is most like it, or begins a new one. So everybody in a group is like one and the same text,
and no chain of small steps leads from one thing to another.

Wordings of one statement are together when hardly a word differs, unless what differs is a number,
a "not" or a "must": that is never hardly anything. Statements that places added for themselves
are about the same thing when they share most of their telling words: words and pairs of words weigh
the more the rarer they are in all these statements (inverse document frequency), and the score is
½ Dice + ½ containment, as in matching without ids. Whole-sentence likeness would put apart what two
places said in their own ways, and together all that begins with "We have a".
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import pairwise
from math import log

from rapidfuzz.distance import Indel

from server.comparing import flags, tokens, words
from server.writing.rich_text import RichText

# Above this, hardly a word differs: `words.band` calls it a small change.
NEARLY_THE_SAME = 0.9
# From where matching without ids suggests that two texts are one statement. It is taken of all that
# a statement says: words alone are so few that "We have a plan for snow" is near "for hard times".
ABOUT_THE_SAME = 0.3

_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
# Texts are looked for under this many of their rarest words, and of all groups found there those
# that share most of them are looked at.
_LOOKED_UNDER = 10
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Places in the given list, the first one being the text that stands for the group."""

    members: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.members[0]


def near_identical(wordings: Sequence[RichText], places: Sequence[int]) -> list[Group]:
    """Wordings in which hardly a word differs, together; those of most places come first.

    `places` tells how many places have each wording. O(wordings × groups).
    """
    keys = [tokens.of(wording).keys for wording in wordings]

    def says_the_same(one: int, other: int) -> bool:
        alike = Indel.normalized_similarity(keys[one], keys[other], score_cutoff=NEARLY_THE_SAME)
        # What small words changed is looked at only where hardly a word did.
        return bool(alike) and not flags.flags(words.changes(wordings[one], wordings[other]))

    groups: list[list[int]] = []
    for index in _most_first(places):
        home = next((group for group in groups if says_the_same(group[0], index)), None)
        if home is None:
            groups.append([index])
        else:
            home.append(index)
    return _sorted(groups, places)


def about_the_same(texts: Sequence[str], places: Sequence[int] | None = None) -> list[Group]:
    """Texts that are about the same thing, together; the largest groups come first.

    A text is all that a statement says: its words and what they mean.
    `places` tells how many places have each text. About O(texts × words) where words are many.
    """
    counts = [1] * len(texts) if places is None else places
    seen = [_features(text) for text in texts]
    weigh = _Weights(seen)
    groups: list[list[int]] = []
    under: defaultdict[str, list[int]] = defaultdict(list)
    for index in _most_first(counts):
        best, score = None, ABOUT_THE_SAME
        rarest = weigh.rarest(seen[index])
        for number in weigh.nearest(rarest, under):
            found = weigh.likeness(seen[groups[number][0]], seen[index])
            if found > score:
                best, score = number, found
        if best is None:
            for feature in rarest:
                under[feature].append(len(groups))
            groups.append([index])
        else:
            groups[best].append(index)
    return _sorted(groups, counts)


def _most_first(places: Sequence[int]) -> list[int]:
    return sorted(range(len(places)), key=lambda index: -places[index])


def _sorted(groups: Iterable[list[int]], places: Sequence[int]) -> list[Group]:
    """The groups of most places first; of equals the one that was begun first."""
    sizes = [(-sum(places[index] for index in group), group) for group in groups]
    return [Group(tuple(group)) for _, group in sorted(sizes, key=lambda sized: sized[0])]


def _features(text: str) -> frozenset[str]:
    """The words of a text and its pairs of words, in lower case."""
    found = _WORD.findall(text.casefold().replace("’", "'"))
    return frozenset(found) | {" ".join(pair) for pair in pairwise(found)}


class _Weights:
    """What each word and pair of words weighs: the rarer it is in these texts, the more."""

    def __init__(self, seen: Sequence[frozenset[str]]) -> None:
        many = Counter(feature for features in seen for feature in features)
        self._weight = {f: log(1 + len(seen) / count) for f, count in many.items()}
        self._whole = {features: self._sum(features) for features in set(seen)}

    def rarest(self, features: frozenset[str]) -> list[str]:
        """The telling words first; of equals the earlier in the alphabet, to be repeatable."""
        single = [feature for feature in features if " " not in feature]
        return sorted(single, key=lambda feature: (-self._weight[feature], feature))[:_LOOKED_UNDER]

    def nearest(self, features: Sequence[str], under: Mapping[str, Sequence[int]]) -> Sequence[int]:
        """The groups, kept under their telling words, that share most of these."""
        shared: dict[int, float] = {}
        for feature in features:
            weight = self._weight[feature]
            for number in under.get(feature, ()):
                shared[number] = shared.get(number, 0.0) + weight
        return nlargest(_LOOKED_AT, shared, key=shared.__getitem__)

    def likeness(self, one: frozenset[str], other: frozenset[str]) -> float:
        """½ Dice + ½ containment of what they weigh, 0 to 1."""
        first, second = self._whole[one], self._whole[other]
        if not first or not second:
            return 0.0
        shared = self._sum(one & other)
        return shared / (first + second) + shared / min(first, second) / 2

    def _sum(self, features: Iterable[str]) -> float:
        return sum(self._weight[feature] for feature in features)
