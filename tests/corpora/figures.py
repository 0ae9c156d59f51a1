"""How well matching without ids does against the labels: `python -m tests.corpora.figures`."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace

from server.comparing.matching import SURE, match
from server.comparing.passages import Passage
from tests.corpora.labels import Task, apart, figures, halves
from tests.corpora.texts import text

ROUNDS = 15


def main() -> None:
    tuned, reported = halves()
    print("| labels | of | score .5 or more: precision | recall | all offers: precision | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    show("the half tuned on", tuned)
    show("the half reported", reported)
    show("both halves", [*tuned, *reported])
    for task in apart():
        show(f"apart: {task.name}", [task])
    national, local = (
        text("licences", "4.0").parts[:60],
        text("licences", "australia-3.0").parts[:60],
    )
    words = sum(len(part.words) for part in (*national, *local))
    took = milliseconds(national, local)
    print(f"\nA file of {len(local)} parts, {words} words with its edition: {took:.0f} ms")


def milliseconds(national: Sequence[Passage], local: Sequence[Passage]) -> float:
    """The median time of matching, reading the passages' words included."""
    times = []
    for _ in range(ROUNDS):
        fresh = [[replace(part) for part in parts] for parts in (national, local)]
        started = time.perf_counter()
        match(*fresh)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def show(name: str, tasks: Sequence[Task]) -> None:
    sure, offered = figures(tasks, at_least=SURE), figures(tasks)
    print(
        f"| {name} | {sure.parts} parts, {sure.old} old | {sure.precision:.3f} | {sure.recall:.3f} "
        f"| {offered.precision:.3f} | {offered.recall:.3f} |"
    )


if __name__ == "__main__":
    main()
