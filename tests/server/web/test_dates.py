from datetime import UTC, date, datetime

import pytest

from server.web.dates import in_words, lately, month_in_words, with_weekday


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


def test_a_month_is_said_in_words() -> None:
    assert month_in_words(date(2026, 2, 28), "cy") == "February 2026"


def test_a_day_is_said_with_its_name() -> None:
    assert with_weekday(date(2026, 11, 3)) == "Tuesday 3 November 2026"
    assert with_weekday(date(2026, 11, 8), "cy") == "Sunday 8 November 2026"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 23, 0, 5, tzinfo=UTC), "today"),
        (datetime(2026, 11, 22, 23, 55, tzinfo=UTC), "yesterday"),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), "on 21 November"),
        (datetime(2025, 11, 23, 12, 0, tzinfo=UTC), "on 23 November 2025"),
    ],
)
def test_a_day_not_long_ago_is_said_as_people_say_it(moment: datetime, said: str) -> None:
    assert lately(moment, datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "Europe/London") == said


def test_a_day_begins_where_people_are() -> None:
    moment = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    now = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
    assert lately(moment, now, "Europe/London") == "today"
    assert lately(moment, now, "UTC") == "yesterday"
