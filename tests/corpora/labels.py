"""Which part of an edition parts of adaptations came from, as a person decided; and how well
`matching` tells the same.

Only parts that are not word for word in the edition have labels, no words twice for one edition.
What could be said either way has none. Adaptations of the covenant and the Rust code make two
halves, drawn by lot: thresholds were tuned on one, and the other is reported. A third part is kept
apart: the licences, which are another kind of text, and the covenant's edition 3.0, which was
written anew.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from server.comparing import matching
from server.comparing.matching import Match
from tests.corpora.texts import HERE, Text, text

SEED = 20_26

# Made from one another: what was tuned on one must not be reported on the other.
_KIN = {"minimal-lexical": "weallbehave", "bytecode-alliance-organisations": "bytecode-alliance"}
_APART = ("licences/", "covenant/2.1 covenant/3.0")


@dataclass(frozen=True)
class Task:
    """One text to be matched to one edition, and its labels: part → the parts it came from."""

    text: Text
    edition: Text
    labels: dict[int, frozenset[str]]

    @property
    def name(self) -> str:
        return f"{self.text.family}/{self.text.name} {self.edition.family}/{self.edition.name}"

    @property
    def kin(self) -> str:
        return _KIN.get(self.text.name, self.text.name)

    def matches(self) -> tuple[Match, ...]:
        return matching.match(self.edition.parts, self.text.parts)


@dataclass(frozen=True)
class Figures:
    """What was offered for labelled parts, against what is true.

    `offered` and `right` count pairs of a part and an edition's part; `old` are parts that came
    from the edition, and `found` those for which one of the right ones was offered.
    """

    parts: int
    offered: int
    right: int
    old: int
    found: int

    @property
    def precision(self) -> float:
        return self.right / self.offered if self.offered else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.old if self.old else 1.0


@cache
def tasks() -> tuple[Task, ...]:
    listed = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
    return tuple(
        Task(
            _named(each["text"]),
            _named(each["edition"]),
            {part["part"]: frozenset(map(str, part["from"])) for part in each["parts"]},
        )
        for each in listed
    )


def _named(path: str) -> Text:
    return text(*path.split("/"))


def apart() -> list[Task]:
    """Tasks of other kinds, on which nothing was tuned either."""
    return [task for task in tasks() if task.name.startswith(_APART)]


def halves() -> tuple[list[Task], list[Task]]:
    """The tasks to tune on and those to report; all tasks of one adaptation in one half."""
    main = [task for task in tasks() if not task.name.startswith(_APART)]
    kins = sorted({task.kin for task in main})
    random.Random(SEED).shuffle(kins)
    tuned = set(kins[::2])
    return (
        [task for task in main if task.kin in tuned],
        [task for task in main if task.kin not in tuned],
    )


def figures(given: Sequence[Task], *, at_least: float = 0.0) -> Figures:
    """How well labelled parts are matched, counting only offers of this score or more."""
    parts = offered = right = old = found = 0
    for task in given:
        matches = task.matches()
        for part, truth in task.labels.items():
            one = matches[part]
            ids = {one.national, *one.also_from} - {None} if one.score >= at_least else set()
            parts += 1
            offered += len(ids)
            right += len(ids & truth)
            old += bool(truth)
            found += bool(ids & truth)
    return Figures(parts, offered, right, old, found)
