from collections.abc import Iterator

import pytest

from server import metrics


@pytest.fixture(autouse=True)
def _off_again() -> Iterator[None]:
    yield
    metrics.turn_off()


def test_nothing_is_counted_while_metrics_are_off() -> None:
    metrics.edits.add()
    metrics.rooms.set(3)
    metrics.commit_seconds.record(0.1)
    assert metrics.text() is None
    metrics.turn_on()
    assert "our_charter_edits_total 0.0" in (metrics.text() or b"").decode()


def test_counts_levels_and_spreads_are_told() -> None:
    metrics.turn_on()
    metrics.edits.add()
    metrics.edits.add(2)
    metrics.refusals.add(kind="ReadOnly")
    metrics.rooms.set(3)
    metrics.rooms.add(-1)
    metrics.commit_seconds.record(0.004)
    told = (metrics.text() or b"").decode()
    for line in (
        "our_charter_edits_total 3.0",
        'our_charter_refusals_total{kind="ReadOnly"} 1.0',
        "our_charter_rooms 2.0",
        'our_charter_commit_seconds_bucket{le="0.005"} 1.0',
        "our_charter_commit_seconds_count 1.0",
    ):
        assert line in told.splitlines()


def test_a_level_can_be_asked_for_when_somebody_looks() -> None:
    waiting = [1, 2, 3]
    metrics.journal_waiting.ask(lambda: len(waiting))
    metrics.turn_on()
    assert b"our_charter_journal_waiting 3.0" in (metrics.text() or b"")
    waiting.clear()
    assert b"our_charter_journal_waiting 0.0" in (metrics.text() or b"")


def test_turning_on_again_begins_from_nothing() -> None:
    metrics.turn_on()
    metrics.edits.add()
    metrics.turn_on()
    assert b"our_charter_edits_total 0.0" in (metrics.text() or b"")
