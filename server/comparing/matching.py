"""Match the parts of a text that has no ids to the statements of a Charter.

Places have adapted Charters in Word for years, so the ids are lost, and it must be told from the
words alone which statement each part came from. A person confirms what is found here.

1. What says exactly the same is the same. Where it is there several times, those under the same
   heading pair first, and then in order.
2. Of the rest, the most alike pair first (`likeness`), each once; standing under the same heading
   counts a little. Greedy was as good as the best assignment of all: a pair that is most alike is
   seldom given up for the sake of others.
3. Headings whose statements are mostly the same are the same heading, whatever it says now.
4. What is left over pairs with what is left over at the same place: under the same heading, next
   to a pair that is found. There much less likeness is enough.
5. What is still left over on either side may be the rest of something that was split, or have been
   joined into something: it is offered as where a part is *also from*.

Headings pair with headings and statements with statements. What was measured, and what was tried
and was worse, stands in docs/decisions/matching-without-ids.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from server.comparing.likeness import Likeness
from server.comparing.passages import Passage, passages
from server.writing.charter import Charter

SURE = 0.5
"""Above it a match is preselected: of the labels of local adaptations all such are right."""

SUGGESTED = 0.3
"""From here on a match is offered: of what is less alike, most are not from each other."""

SAME_SECTION = 0.05
"""What standing under the same heading adds to likeness."""

MOST, MOST_OF = 0.5, 2
"""Headings are offered to each other when more than this share of what stands under them, and at
least this many statements, are pairs."""

AT_ITS_PLACE = 0.1
"""From here on a match is offered for what stands at the same place: enough to tell words that were
rewritten from words that took their place."""

ALSO = 0.5
"""How much of a leftover must be in a part that has its match, to be offered as also from."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where one local part comes from.

    `local` is its index; `national` the id of the statement it is, or None for what is new. The
    score is 0 to 1; `sure` ones need no second look. `also_from` are ids of further statements
    whose words are in it: of those it was joined from; or, of a new part, the one it was split off
    from.
    """

    local: int
    national: str | None = None
    score: float = 0.0
    sure: bool = False
    also_from: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.national is None


def match(national: Sequence[Passage], local: Sequence[Passage]) -> tuple[Match, ...]:
    """One match for each local part, in order; no national one is the match of two.

    National passages have ids. O(n·m) at worst.
    """
    matcher = _Matcher(national, local)
    matcher.pair_same()
    matcher.pair_alike()
    matcher.pair_headings_by_what_is_under_them()
    matcher.pair_in_place()
    matcher.offer_rest()
    return tuple(matcher.found)


def identified(national: Charter, local: Charter) -> Charter:
    """The local Charter with the ids of the national statements that its own came from.

    Ids that both have already are believed, and only the rest is matched. What was split off or
    joined is told by origins, as the drafting page would have written them.
    """
    known = {item.id for item in national.items} & {item.id for item in local.items}
    olds = [passage for passage in passages(national) if passage.id not in known]
    news = [passage for passage in passages(local) if passage.id not in known]
    renamed: dict[str, str] = {}
    origins: dict[str, tuple[str, ...]] = {}
    for one in match(olds, news):
        item_id = news[one.local].id
        if item_id is None:
            continue
        renamed[item_id] = one.national or item_id
        origins[item_id] = one.also_from
    return replace(
        local,
        items=tuple(
            replace(
                item,
                id=renamed.get(item.id, item.id),
                origins=tuple(
                    dict.fromkeys(
                        (
                            *(renamed.get(origin, origin) for origin in item.origins),
                            *origins.get(item.id, ()),
                        )
                    )
                ),
            )
            for item in local.items
        ),
    )


@dataclass
class _Matcher:
    national: Sequence[Passage]
    local: Sequence[Passage]
    found: list[Match] = field(init=False)
    taken: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.found = [Match(index) for index in range(len(self.local))]
        # National index → local index.
        self.taken = {}
        self.above_old, self.above_new = _above(self.national), _above(self.local)
        self.likeness = Likeness(
            [passage.words for passage in self.national], [passage.words for passage in self.local]
        )
        self.candidates = [
            (score, old, new)
            for score, old, new in self.likeness.alike(AT_ITS_PLACE)
            if self.national[old].is_heading == self.local[new].is_heading
        ]

    def pair_same(self) -> None:
        keys: tuple[Callable[[Passage], Hashable], ...] = (
            lambda passage: (passage.said, passage.under),
            lambda passage: passage.said,
            lambda passage: passage.core,
        )
        for key in keys:
            olds = self._gathered(self.national, self._free_national(), key)
            news = self._gathered(self.local, self._free_local(), key)
            for what, places in news.items():
                for old, new in zip(olds.get(what, ()), places, strict=False):
                    self._pair(old, new, 1.0)

    @staticmethod
    def _gathered(
        texts: Sequence[Passage], indices: Iterable[int], key: Callable[[Passage], Hashable]
    ) -> dict[Hashable, list[int]]:
        """The indices of passages that are the same in one respect, in order; not of empty ones."""
        found: defaultdict[Hashable, list[int]] = defaultdict(list)
        for index in indices:
            if texts[index].said:
                found[texts[index].is_heading, key(texts[index])].append(index)
        return found

    def pair_alike(self) -> None:
        # Headings first: statements then know which sections are the same.
        for headings in (True, False):
            scored = [
                (score + SAME_SECTION * self._is_same_section(old, new), -abs(old - new), old, new)
                for score, old, new in self._free_pairs(SUGGESTED - SAME_SECTION)
                if self.national[old].is_heading is headings
            ]
            for score, _, old, new in sorted(scored, reverse=True):
                if score >= SUGGESTED and self._are_free(old, new):
                    self._pair(old, new, score)

    def pair_headings_by_what_is_under_them(self) -> None:
        """Headings share few words when they are reworded, but most of their statements."""
        common = Counter(
            (self.above_old[old], self.above_new[new])
            for old, new in self.taken.items()
            if not self.national[old].is_heading
        )
        under_old, under_new = Counter(self.above_old), Counter(self.above_new)
        shares = sorted(
            # A heading is above itself: it is not counted.
            (count / (max(under_old[old], under_new[new]) - 1), old, new)
            for (old, new), count in common.items()
            if count >= MOST_OF and old is not None and new is not None
        )
        for share, old, new in reversed(shares):
            if share > MOST and self._are_free(old, new):
                self._pair(old, new, min(share, SURE))

    def pair_in_place(self) -> None:
        scores = {
            (old, new): score
            for score, old, new in self._free_pairs(AT_ITS_PLACE)
            if not self.national[old].is_heading and self._is_same_section(old, new)
        }
        waiting = [
            (-score, old, new)
            for (old, new), score in scores.items()
            if self._are_neighbours_paired(old, new)
        ]
        heapify(waiting)
        while waiting:
            score, old, new = heappop(waiting)
            if self._are_free(old, new):
                self._pair(old, new, -score)
                # It gives its neighbours a place.
                for beside in ((old - 1, new - 1), (old + 1, new + 1)):
                    if beside in scores:
                        heappush(waiting, (-scores[beside], *beside))

    def offer_rest(self) -> None:
        """Leftover local parts from taken statements; leftover statements in matched parts."""
        taken = [old for old in self.taken if not self.national[old].is_heading]
        matched = [new for new in self.taken.values() if not self.local[new].is_heading]
        held_of_new, held_of_old = self.likeness.held_of_new, self.likeness.held_of_old
        for new in self._free_local():
            if not self.local[new].is_heading and taken:
                held = [held_of_new(old, new) for old in taken]
                if max(held) >= ALSO:
                    from_id = self._id(taken[held.index(max(held))])
                    self.found[new] = Match(new, score=max(held), also_from=(from_id,))
        for old in self._free_national():
            if not self.national[old].is_heading and matched:
                held = [held_of_old(old, new) for new in matched]
                if max(held) >= ALSO:
                    into = self.found[matched[held.index(max(held))]]
                    also = (*into.also_from, self._id(old))
                    self.found[into.local] = replace(into, also_from=also)

    def _free_pairs(self, at_least: float) -> list[tuple[float, int, int]]:
        """(score, old, new) of what has no match and could have one in the other."""
        return [
            (score, old, new)
            for score, old, new in self.candidates
            if score >= at_least and self._are_free(old, new)
        ]

    def _are_free(self, old: int, new: int) -> bool:
        return old not in self.taken and self.found[new].is_new

    def _are_neighbours_paired(self, old: int, new: int) -> bool:
        """Whether what is before, or what is after both of them, is a pair, or nothing."""
        at_start = old == new == 0
        at_end = old == len(self.national) - 1 and new == len(self.local) - 1
        before = new > 0 and self.taken.get(old - 1) == new - 1
        return at_start or at_end or before or self.taken.get(old + 1) == new + 1

    def _id(self, old: int) -> str:
        found = self.national[old].id
        if found is None:
            raise ValueError("a national passage without an id")
        return found

    def _pair(self, old: int, new: int, score: float) -> None:
        self.taken[old] = new
        self.found[new] = Match(new, self._id(old), score, sure=score > SURE)

    def _free_national(self) -> list[int]:
        return [index for index in range(len(self.national)) if index not in self.taken]

    def _free_local(self) -> list[int]:
        return [one.local for one in self.found if one.is_new]

    def _is_same_section(self, old: int, new: int) -> bool:
        """Whether the headings above say the same, or are a pair."""
        if self.national[old].under == self.local[new].under:
            return True
        above = self.above_old[old]
        return above is not None and self.taken.get(above, -1) == self.above_new[new]


def _above(texts: Sequence[Passage]) -> list[int | None]:
    """For each text the index of the heading that it stands under; a heading is its own."""
    found: list[int | None] = []
    for index, passage in enumerate(texts):
        found.append(index if passage.is_heading else found[-1] if found else None)
    return found
