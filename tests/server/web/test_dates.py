from datetime import UTC, date, datetime

import pytest

from server.web.dates import in_words, with_weekday


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 11, 3), "en", "3 November 2026"),
        (date(2026, 1, 31), "en-GB", "31 January 2026"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "en", "31 December 2026"),
        (date(2026, 5, 1), "tlh", "1 May 2026"),
    ],
)
def test_a_day_is_said_in_words(day: date, language: str, said: str) -> None:
    assert in_words(day, language) == said


def test_a_day_is_said_with_its_name() -> None:
    assert with_weekday(date(2026, 11, 3)) == "Tuesday 3 November 2026"
    assert with_weekday(date(2026, 11, 8), "cy") == "Sunday 8 November 2026"
