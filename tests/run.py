"""Everything `make test` runs, in a good order, with one closing line.

Every step runs even when an earlier one failed, so that one run shows all there is to mend. The
closing line adds up what pytest and Vitest counted; each check without a count of its own is one.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.support import real_parts

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Step:
    """One thing to run. `report`: where it writes a JUnit report, when it counts tests itself."""

    name: str
    command: Sequence[str]
    report: Path | None = None


@dataclass
class Tally:
    """What has passed, failed and been skipped so far, and the names of what failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failed_steps: list[str] = field(default_factory=list)
    failed_tests: list[str] = field(default_factory=list)

    def add(self, step: Step, ok: bool) -> None:
        """Count one finished step; a step that fails always counts at least one failure."""
        passed, failed, skipped = counts(step.report) if step.report else (int(ok), 0, 0)
        self.passed += passed
        self.skipped += skipped
        self.failed += failed if ok else max(failed, 1)
        if not ok:
            self.failed_steps.append(step.name)
        if step.report:
            self.failed_tests += failures(step.report)


def counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report; none when it was never written."""
    if not report.is_file():
        return 0, 0, 0
    tests = failed = skipped = 0
    # Written a moment ago by pytest or Vitest on this machine.
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
        tests += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return tests - failed - skipped, failed, skipped


def failures(report: Path) -> list[str]:
    """The names of the failed tests of a JUnit report, each once."""
    if not report.is_file():
        return []
    # As in `counts`.
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314
    failed = (case for case in cases if {"failure", "error"} & {child.tag for child in case})
    return list(dict.fromkeys(f"{case.get('classname')}: {case.get('name')}" for case in failed))


def checks() -> list[Step]:
    """What reads the code without running it."""
    return [
        Step("Python format", ["ruff", "format", "--check", "."]),
        Step("Python lint", ["ruff", "check", "."]),
        Step("Client format and lint", ["npx", "biome", "check", "--error-on-warnings", "."]),
        Step("Python types", ["mypy"]),
        Step("Client types", ["npx", "tsc", "--noEmit"]),
    ]


def tests(reports: Path) -> list[Step]:
    """What runs the code; each leaves a report in the folder."""
    vitest, pytest = reports / "vitest.xml", reports / "pytest.xml"
    return [
        Step(
            "Client tests",
            [
                *("npx", "vitest", "run", "--config", "client/vite.config.ts"),
                *("--reporter=default", "--reporter=junit", f"--outputFile.junit={vitest}"),
            ],
            vitest,
        ),
        Step(
            "Server, shape and together tests",
            [
                *(sys.executable, "-m", "pytest", f"--junit-xml={pytest}"),
                *("-n", str(processes(os.cpu_count() or 1)), "--dist=load", "--maxschedchunk=8"),
            ],
            pytest,
        ),
    ]


def processes(cores: int) -> int:
    """How many processes run tests: one more than the cores, as tests often wait for real parts.

    Each starts real parts of its own, so more than four gain little.
    """
    return min(cores + 1, 4)


def run(steps: Sequence[Step]) -> Tally:
    """Run the steps one after the other, each under its name."""
    tally = Tally()
    for step in steps:
        print(f"\n=== {step.name} ===", flush=True)
        began = time.monotonic()
        ok = subprocess.run(step.command, cwd=ROOT, check=False).returncode == 0
        tally.add(step, ok)
        print(f"--- {step.name}: {'ok' if ok else 'FAILED'}, {time.monotonic() - began:.0f} s")
    return tally


def main() -> int:
    """Run the checks and, unless `--checks` says otherwise, the tests. Returns the exit status."""
    began = time.monotonic()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory(prefix="our-charter-reports-") as folder:
        steps = checks()
        if "--checks" not in sys.argv:
            real_parts.bring_in()
            steps += tests(Path(folder))
        tally = run(steps)
    # At the very end, as that is all one sees of a long log.
    if tally.failed_tests:
        print("\nFailed tests:", *tally.failed_tests, sep="\n  ")
    if tally.failed_steps:
        print("\nFailed: " + ", ".join(tally.failed_steps))
    print(
        f"\n{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped "
        f"in {time.monotonic() - began:.0f} s"
    )
    return 1 if tally.failed_steps else 0


if __name__ == "__main__":
    sys.exit(main())
