"""Real traces of people writing at the same time, keystroke by keystroke.

A trace is a list of changes, each made by one person who had seen exactly the changes named by its
parents. They are read where they lie, beside the clone; they are not ours to copy.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.real_parts import missing

FOLDER = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "traces"


@dataclass(frozen=True)
class Change:
    """One change: (position, deleted, inserted) patches by a person who had `seen` others' changes.

    `seen`: person → number of the last change of theirs that the author had; numbers count all
    changes of the trace.
    """

    author: int
    seen: dict[int, int]
    patches: list[tuple[int, int, str]]


@dataclass(frozen=True)
class Trace:
    people: int
    changes: list[Change]
    end: str

    def cuts(self) -> list[set[int]]:
        """For each person, the numbers of those changes after which somebody looked."""
        looked: list[set[int]] = [set() for _ in range(self.people)]
        for change in self.changes:
            for person, number in change.seen.items():
                if person != change.author:
                    looked[person].add(number)
        return looked


def read(name: str) -> Trace:
    """Read a trace by its name; a named skip where the traces are not beside the clone."""
    file = FOLDER / f"{name}.json.gz"
    if not file.is_file():
        missing(f"the trace {name} is not in {FOLDER}")
    found: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    changes: list[Change] = []
    reached: list[dict[int, int]] = []
    for number, entry in enumerate(found["txns"]):
        seen: dict[int, int] = {}
        for parent in entry["parents"]:
            for person, last in reached[parent].items():
                seen[person] = max(seen.get(person, -1), last)
        changes.append(Change(entry["agent"], seen, [tuple(patch) for patch in entry["patches"]]))
        reached.append(seen | {entry["agent"]: number})
    return Trace(found["numAgents"], changes, found["endContent"])
