"""Days as people say them. One table for each language."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_DAY: Mapping[str, str] = {"en": "{day} {month} {year}"}
_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_WHOLE_DAY: Mapping[str, str] = {"en": "{weekday} {day}"}
_MONTH: Mapping[str, str] = {"en": "{month} {year}"}
_LATELY: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("today", "yesterday", "on {day} {month}", "on {day} {month} {year}"),
}


def there(at: datetime, zone: str) -> datetime:
    """A moment as clocks tell it in `zone`, such as "Europe/London"."""
    return at.astimezone(ZoneInfo(zone))


def in_words(day: date, language: str = "en") -> str:
    """A day, or the day of a moment where it was: "3 November 2026". English if need be."""
    known = _known(language)
    return _DAY[known].format(day=day.day, month=_MONTHS[known][day.month - 1], year=day.year)


def with_weekday(day: date, language: str = "en") -> str:
    """A day with its name: "Tuesday 3 November 2026"."""
    known = _known(language)
    weekday = _WEEKDAYS[known][day.weekday()]
    return _WHOLE_DAY[known].format(weekday=weekday, day=in_words(day, known))


def month_in_words(day: date, language: str = "en") -> str:
    """The month of a day: "November 2026"."""
    known = _known(language)
    return _MONTH[known].format(month=_MONTHS[known][day.month - 1], year=day.year)


def lately(moment: datetime, now: datetime, zone: str, language: str = "en") -> str:
    """When something was: "today", "yesterday", "on 3 November"; with its year if not this one.

    Days begin at midnight in `zone`, such as "Europe/London".
    """
    known = _known(language)
    day, today = (there(at, zone).date() for at in (moment, now))
    this_day, day_before, this_year, other_year = _LATELY[known]
    if day == today:
        return this_day
    if day == today - timedelta(days=1):
        return day_before
    said = this_year if day.year == today.year else other_year
    return said.format(day=day.day, month=_MONTHS[known][day.month - 1], year=day.year)


def _known(language: str) -> str:
    known = language.partition("-")[0].casefold()
    return known if known in _DAY else "en"
