"""What `make test` says at its end."""

import sys
from pathlib import Path

import pytest

from tests import run

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5">
    <testcase classname="tests.server.test_clock" name="test_it_passes" time="0.1" />
    <testcase classname="tests.server.test_clock" name="test_it_fails[1-a]" time="0.1">
      <failure message="assert 1 == 2">Here it says why.</failure>
    </testcase>
    <testcase classname="tests.server.test_app" name="test_it_breaks" time="0.1">
      <error message="at the start">Here it says why.</error>
    </testcase>
    <testcase classname="tests.server.test_app" name="test_it_breaks" time="0.1">
      <error message="and at the end">Here it says why.</error>
    </testcase>
    <testcase classname="tests.server.test_app" name="test_it_is_skipped" time="0.1">
      <skipped type="pytest.skip" message="no Redis" />
    </testcase>
  </testsuite>
</testsuites>
"""
FAILED = ["tests.server.test_clock: test_it_fails[1-a]", "tests.server.test_app: test_it_breaks"]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.xml"
    file.write_text(REPORT)
    return file


def test_every_failed_test_is_named_once(report: Path) -> None:
    assert run.failures(report) == FAILED


def test_a_step_without_a_report_names_nothing(tmp_path: Path) -> None:
    assert run.failures(tmp_path / "never-written.xml") == []


def test_the_names_of_failed_tests_are_among_the_last_lines(
    report: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failing = run.Step("Tests", [sys.executable, "-c", "raise SystemExit(1)"], report)
    monkeypatch.setattr(run, "checks", lambda: [failing])
    monkeypatch.setattr(sys, "argv", ["run", "--checks"])
    monkeypatch.setenv("PATH", "/nowhere")
    assert run.main() == 1
    *_, named, first, second, _, steps, _, counts = capfd.readouterr().out.splitlines()
    assert [named, first.strip(), second.strip()] == ["Failed tests:", *FAILED]
    assert steps == "Failed: Tests"
    assert counts.startswith("2 passed, 2 failed, 1 skipped in ")


def test_a_small_machine_is_kept_busy_and_a_large_one_is_not_filled() -> None:
    assert [run.processes(cores) for cores in (1, 2, 3, 64)] == [2, 3, 4, 4]
