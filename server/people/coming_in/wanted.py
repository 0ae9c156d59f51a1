"""What an organiser wants of a card or link: read from a form, and held to what cards can be."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.errors import NotFilledIn, WrongField
from server.people.permits import Role
from server.people.rules import tidy_email, tidy_name

MOST_DAYS = 400
MOST_USES = 500
# A card that somebody keeps lasts a year, and as many days more as it takes to make a new one.
DAYS_TO_KEEP = 365
USES_FOR_ANYBODY = 30
# What is asked before a card is made, one question a page. The rest is as usual unless somebody
# says otherwise on the last page.
_QUESTIONS = {"person": ("name", "keep", "role"), "anybody": ("role",)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card for a person (`name`), or for anybody who is there (None)."""

    name: str | None
    role: Role = Role.MEMBER
    days: int = 14
    uses: int = 1
    email: str | None = None

    @property
    def is_kept(self) -> bool:
        """Whether its person can come back with it."""
        return self.name is not None and self.uses > 1


@dataclass(frozen=True, slots=True)
class Step:
    """One page on the way to a card: its question, or None on the last, which shows the answers.

    `before` is the question of the page before, `answers` what was said on other pages.
    """

    question: str | None
    number: int
    of: int
    before: str | None
    answers: Mapping[str, str]


def step_of(written: Mapping[str, str], asked: str | None = None) -> Step:
    """The page that asks this question; without one, what nobody has answered yet."""
    whom = "anybody" if written.get("for") == "anybody" else "person"
    questions = _QUESTIONS[whom]
    open_ones = [each for each in questions if each not in written]
    question = asked if asked in questions else next(iter(open_ones), None)
    number = len(questions) if question is None else questions.index(question)
    answers = {each: written[each] for each in questions if each in written and each != question}
    return Step(
        question=question,
        number=number + 1,
        of=len(questions) + 1,
        before=questions[number - 1] if number else None,
        answers={"for": whom, **answers},
    )


def read_wanted(written: Mapping[str, str], preset_days: int) -> Wanted:
    """What the form says; what was left empty is as usual.

    Raises WrongField, which names the field that has to be mended.
    """
    if written.get("for", "person") not in {"person", "anybody"}:
        raise WrongField("Please choose who this is for.", "for")
    for_anybody = written.get("for") == "anybody"
    name = None if for_anybody else _name(written.get("name", ""))
    role = _role(written.get("role") or Role.MEMBER.value, for_anybody=for_anybody)
    keep = written.get("keep") == "yes" and not for_anybody
    days = DAYS_TO_KEEP if keep else min(preset_days, MOST_DAYS)
    uses = USES_FOR_ANYBODY if for_anybody else MOST_USES if keep else 1
    email = written.get("email", "").strip()
    return Wanted(
        name=name,
        role=role,
        days=_number(written.get("days", ""), "days", days, MOST_DAYS),
        uses=_number(written.get("uses", ""), "uses", uses, MOST_USES),
        email=tidy_email(email) if email and not for_anybody else None,
    )


def _name(written: str) -> str:
    try:
        return tidy_name(written, missing="Please write the name of the person.")
    except NotFilledIn as wrong:
        raise WrongField(wrong.sentence, "name") from None


def _role(written: str, *, for_anybody: bool) -> Role:
    if written not in set(Role):
        raise WrongField("Please choose what the person can do.", "role")
    role = Role(written)
    if for_anybody and role is Role.ORGANISER:
        raise WrongField("This card is for anybody, so nobody can organise with it.", "role")
    return role


def _number(written: str, field: str, usual: int, most: int) -> int:
    text = written.strip()
    if not text:
        return usual
    # A longer one is too much anyway, and could be very long.
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        number = int(text)
        if 1 <= number <= most:
            return number
    raise WrongField(f"Please write a number from 1 to {most}.", field)
