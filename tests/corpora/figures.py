"""How well matching without ids does against the labels: `python -m tests.corpora.figures`."""

import time
from collections.abc import Sequence

from server.comparing.matching import SURE, match
from tests.corpora.labels import Task, apart, figures, halves
from tests.corpora.texts import text


def main() -> None:
    tuned, reported = halves()
    print("| labels | of | score .5 or more: precision | recall | all offers: precision | recall |")
    print("| --- | --- | --- | --- | --- | --- |")
    show("the half tuned on", tuned)
    show("the half reported", reported)
    show("both halves", [*tuned, *reported])
    for task in apart():
        show(f"apart: {task.name}", [task])
    national, local = text("licences", "3.0").parts, text("licences", "australia-3.0").parts
    started = time.perf_counter()
    match(national, local)
    took = (time.perf_counter() - started) * 1000
    print(
        f"\n{len(national)} parts of 3.0 and {len(local)} of its Australian version: {took:.0f} ms"
    )


def show(name: str, tasks: Sequence[Task]) -> None:
    sure, offered = figures(tasks, at_least=SURE), figures(tasks)
    print(
        f"| {name} | {sure.parts} parts, {sure.old} old | {sure.precision:.3f} | {sure.recall:.3f} "
        f"| {offered.precision:.3f} | {offered.recall:.3f} |"
    )


if __name__ == "__main__":
    main()
