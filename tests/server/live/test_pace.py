import pytest

from server.errors import TooFast
from server.live.pace import PATIENCE, Pace


def sent(pace: Pace, frames: int, now: float) -> float:
    """The pause after so many frames at one moment."""
    return [pace.pause(now) for _ in range(frames)][-1]


def test_somebody_who_types_is_never_held_back() -> None:
    pace = Pace(10, 0.0)
    assert not any(pace.pause(second / 10) for second in range(1_000))


def test_five_seconds_worth_may_come_at_once() -> None:
    pace = Pace(10, 0.0)
    assert sent(pace, 50, 0.0) == 0
    assert pace.pause(0.0) == pytest.approx(0.1)


def test_who_comes_too_fast_waits_until_the_frames_fit() -> None:
    pace = Pace(10, 0.0)
    assert sent(pace, 70, 0.0) == pytest.approx(2.0)


def test_after_a_rest_everything_is_forgotten() -> None:
    pace = Pace(10, 0.0)
    sent(pace, 70, 0.0)
    assert sent(pace, 50, 100.0) == 0


def test_who_keeps_coming_too_fast_is_closed_after_a_while() -> None:
    pace, now = Pace(10, 0.0), 0.0
    sent(pace, 60, now)
    while now <= PATIENCE:
        now += pace.pause(now)
    with pytest.raises(TooFast):
        sent(pace, 10, now)


def test_a_short_rest_now_and_then_is_not_enough() -> None:
    pace = Pace(10, 0.0)

    def keep_coming(now: float = 0.0) -> None:
        while now < 10 * PATIENCE:
            now += pace.pause(now) + 0.05

    with pytest.raises(TooFast):
        keep_coming()
