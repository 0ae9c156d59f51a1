import re
from datetime import UTC, timedelta

from server import clock


def test_now_is_a_moment_in_utc() -> None:
    earlier = clock.now()
    assert earlier.tzinfo is UTC
    assert timedelta(0) <= clock.now() - earlier


def test_a_new_id_is_sixteen_small_letters_and_digits() -> None:
    assert all(re.fullmatch("[a-z2-7]{16}", clock.new_id()) for _ in range(100))


def test_ids_do_not_come_twice() -> None:
    assert len({clock.new_id() for _ in range(10_000)}) == 10_000
