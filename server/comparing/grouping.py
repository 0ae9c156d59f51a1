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
from itertools import chain, pairwise
from math import log
from typing import NamedTuple

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
_LOOKED_UNDER = 8
_LOOKED_AT = 4


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
    weighed = _weighed(texts)
    groups: list[list[int]] = []
    under: defaultdict[str, list[int]] = defaultdict(list)
    for index in _most_first(counts):
        text = weighed[index]
        best, score = None, ABOUT_THE_SAME
        for number in _nearest(text, under):
            found = _likeness(weighed[groups[number][0]], text)
            if found > score:
                best, score = number, found
        if best is None:
            for word, _ in text.telling:
                under[word].append(len(groups))
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


class _Text(NamedTuple):
    """A text as its words and pairs of words, what each weighs, and what all weigh together.

    `telling` are the rarest of its words that others have too, and their weights; `weight` is that
    of everything in any text.
    """

    features: frozenset[str]
    telling: Sequence[tuple[str, float]]
    weight: Mapping[str, float]
    whole: float


def _weighed(texts: Sequence[str]) -> list[_Text]:
    """Texts, in which a word or pair of words weighs the more, the fewer of them have it."""
    said = [_WORD.findall(text.casefold().replace("’", "'")) for text in texts]
    features = [frozenset(found + list(map(" ".join, pairwise(found)))) for found in said]
    having = Counter(chain.from_iterable(features))
    weight = {feature: log(1 + len(texts) / count) for feature, count in having.items()}
    found = []
    for words_of, all_of in zip(said, features, strict=True):
        # A word that no other text has leads to none. Of equals the earlier in the alphabet comes
        # first, so that it is the same each time.
        shared = sorted({word for word in words_of if having[word] > 1})
        rarest = sorted(shared, key=weight.__getitem__, reverse=True)
        telling = [(word, weight[word]) for word in rarest[:_LOOKED_UNDER]]
        found.append(_Text(all_of, telling, weight, sum(map(weight.__getitem__, all_of))))
    return found


def _nearest(text: _Text, under: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """The groups, kept under their telling words, that share most of this text's."""
    shared: dict[int, float] = {}
    for word, weight in text.telling:
        for number in under.get(word, ()):
            shared[number] = shared.get(number, 0.0) + weight
    return nlargest(_LOOKED_AT, shared, key=shared.__getitem__)


def _likeness(one: _Text, other: _Text) -> float:
    """½ Dice + ½ containment of what they weigh, 0 to 1."""
    if not one.whole or not other.whole:
        return 0.0
    shared = sum(map(one.weight.__getitem__, one.features & other.features))
    return shared / (one.whole + other.whole) + shared / min(one.whole, other.whole) / 2
