"""Match the parts of a text that has no ids to the statements of a Charter.

Places have adapted Charters in Word for years, so the ids are lost, and it must be told from the
words alone which statement each part came from. A person confirms what is found here.

1. What says exactly the same is the same. Where it is there several times, those under the same
   heading pair first, and then in order.
2. Of the rest, the most alike pair first (`likeness`), each once. Greedy was as good as the best
   assignment of all: a pair that is most alike is seldom given up for the sake of others.
3. What is left over on either side may be the rest of something that was split, or have been
   joined into something: it is offered as where a part is *also from*.

Headings pair with headings and statements with statements. What was measured, and what was tried
and was worse, stands in docs/decisions/matching-without-ids.md.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from server.comparing.likeness import Likeness
from server.comparing.passages import Passage, passages
from server.writing.charter import Charter

SURE = 0.5
"""Above it a match is preselected: no two parts of the corpora are so alike by chance."""

SUGGESTED = 0.3
"""From here on a match is offered: half of those below are wrong."""

ALSO = 0.5
"""How much of a leftover must be in a statement that has its match, to be offered as also from."""


_NO = (0.0, 0, 0)


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
        self.likeness = Likeness(
            [passage.words for passage in self.national], [passage.words for passage in self.local]
        )

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
        free_old, free_new = set(self._free_national()), set(self._free_local())
        scored = [
            (score, self._same_section(old, new), -abs(old - new), old, new)
            for old, new in self.likeness.pairs
            if old in free_old
            and new in free_new
            and self.national[old].is_heading == self.local[new].is_heading
            and (score := self.likeness.score(old, new)) >= SUGGESTED
        ]
        for score, _, _, old, new in sorted(scored, reverse=True):
            if old not in self.taken and self.found[new].is_new:
                self._pair(old, new, score)

    def offer_rest(self) -> None:
        """Leftover local parts from taken statements; leftover statements in matched parts."""
        matched = set(self.taken.values())
        for new in self._free_local():
            score, _, old = max(
                ((self._also(old, new), -old, old) for old in self.taken), default=_NO
            )
            if score >= ALSO:
                self.found[new] = replace(self.found[new], score=score, also_from=(self._id(old),))
        for old in self._free_national():
            score, _, new = max(((self._also(old, new), -new, new) for new in matched), default=_NO)
            if score >= ALSO:
                into = self.found[new]
                self.found[new] = replace(into, also_from=(*into.also_from, self._id(old)))

    def _id(self, old: int) -> str:
        found = self.national[old].id
        if found is None:
            raise ValueError("a national passage without an id")
        return found

    def _also(self, old: int, new: int) -> float:
        if self.national[old].is_heading or self.local[new].is_heading:
            return 0.0
        return self.likeness.containment(old, new)

    def _pair(self, old: int, new: int, score: float) -> None:
        self.taken[old] = new
        self.found[new] = Match(new, self._id(old), score, sure=score > SURE)

    def _free_national(self) -> list[int]:
        return [index for index in range(len(self.national)) if index not in self.taken]

    def _free_local(self) -> list[int]:
        return [one.local for one in self.found if one.is_new]

    def _same_section(self, old: int, new: int) -> bool:
        return self.national[old].under == self.local[new].under
