"""Days as people say them. One table for each language."""

from collections.abc import Mapping
from datetime import date

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_DAY: Mapping[str, str] = {"en": "{day} {month} {year}"}


def in_words(day: date, language: str = "en") -> str:
    """A day, or the day of a moment in UTC: "3 November 2026". English where we know no other."""
    known = language.partition("-")[0].casefold()
    if known not in _DAY:
        known = "en"
    return _DAY[known].format(day=day.day, month=_MONTHS[known][day.month - 1], year=day.year)
