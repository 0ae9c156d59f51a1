"""Rules of publishing and adopting, without a database: names, notes, dates and counts."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.errors import NotFilledIn
from server.writing import rich_text

NAME_LIMIT = 100
NOTE_LIMIT = 2_000
# A meeting may agree on a date to come; a year is never meant.
AHEAD = timedelta(days=366)
EARLIEST = date(2000, 1, 1)
LOOK_AGAIN_WITHIN = timedelta(days=10 * 366)
MOST_PRESENT = 1_000

# Who can be there when a group adopts a Charter: the key that is kept, and what the page says.
ROLES: Mapping[str, str] = {
    "people": "People who use Shared Lives",
    "families": "Families and friends",
    "carers": "Carers",
    "workers": "Workers",
    "others": "Others",
}


class WrongField(NotFilledIn):
    """What is wrong with one field of a form."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def tidy_name(text: str) -> str:
    """The name of an edition: one line, or nothing. Raises WrongField."""
    name = " ".join(rich_text.tidy_line(unicodedata.normalize("NFC", text)).split())
    if len(name) > NAME_LIMIT:
        raise WrongField("name", f"This name is too long. Use at most {NAME_LIMIT} letters.")
    return name


def tidy_note(text: str, field: str = "note") -> str:
    """A note: lines without white space at their ends, none of them empty. Raises WrongField."""
    composed = unicodedata.normalize("NFC", text)
    lines = (rich_text.tidy_line(line) for line in composed.splitlines())
    note = "\n".join(filter(None, lines))
    if len(note) > NOTE_LIMIT:
        raise WrongField(field, f"This is too long. Use at most {NOTE_LIMIT:,} letters.")
    return note


# Who can read a Charter and its editions: what is kept, and what the page says.
READERS: Mapping[str, str] = {
    "everybody": "Everybody can read it, now and later",
    "groups": "All groups can read it, but nobody else",
    "group": "Only our group can read it",
}


def readers_to_choose() -> list[dict[str, str]]:
    """Who can read a Charter, for the radios of a form."""
    return [{"value": key, "text": said} for key, said in READERS.items()]


def tidy_readers(text: str) -> str | None:
    """Who shall be able to read a Charter; None leaves it as it is. Raises WrongField."""
    if text and text not in READERS:
        raise WrongField("readers", "Please choose who can read it.")
    return text or None


# Adopting


@dataclass(frozen=True, slots=True)
class Present:
    """How many people of one role were there."""

    role: str
    count: int

    @property
    def label(self) -> str:
        return ROLES.get(self.role, ROLES["others"])


@dataclass(frozen=True, slots=True)
class Adopting:
    """What a group says about adopting an edition."""

    adopted_on: date
    look_again_on: date | None
    present: Sequence[Present]
    note: str = ""


def read_date(field: str, day: str, month: str, year: str) -> date | None:
    """The date in three fields of a form; None when all are empty. Raises WrongField."""
    parts = [part.strip() for part in (day, month, year)]
    if not any(parts):
        return None
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts[2]) != 4:
        raise WrongField(field, "Write a day, a month and a year, as 27 3 2026.")
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        raise WrongField(field, "There is no such day. Look at the date again.") from None


def read_count(role: str, written: str) -> int:
    """How many people of a role were there; 0 when nothing was written. Raises WrongField."""
    text = written.strip()
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise WrongField(f"present-{role}", "Write how many as a number, as 4.")
    if int(text) > MOST_PRESENT:
        raise WrongField(f"present-{role}", f"Write a number up to {MOST_PRESENT:,}.")
    return int(text)


def check_adopting(said: Adopting, today: date) -> None:
    """Raise WrongField where the dates or the counts of an adoption cannot be right."""
    if said.adopted_on < EARLIEST:
        raise WrongField("adopted", "This date is too long ago. Look at the year.")
    if said.adopted_on > today + AHEAD:
        raise WrongField("adopted", "This date is too far away. Look at the year.")
    if said.look_again_on is not None:
        if said.look_again_on <= said.adopted_on:
            raise WrongField("again", "You look again later than you adopt. Change a date.")
        if said.look_again_on > said.adopted_on + LOOK_AGAIN_WITHIN:
            raise WrongField("again", "This date is too far away. Look at the year.")
    if not any(present.count for present in said.present):
        raise WrongField("present-people", "Write how many people were there.")
