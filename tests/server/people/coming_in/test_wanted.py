import pytest

from server.errors import WrongField
from server.people.coming_in.wanted import Wanted, read_wanted, step_of
from server.people.permits import Role


def test_a_name_is_enough() -> None:
    assert read_wanted({"name": " Ben "}, 14) == Wanted("Ben", Role.MEMBER, 14, 1)


def test_a_card_to_keep_lasts_a_year_and_brings_back_again_and_again() -> None:
    wanted = read_wanted({"name": "Ben", "keep": "yes", "role": "reader"}, 14)
    assert (wanted.role, wanted.days, wanted.uses, wanted.is_kept) == (Role.READER, 365, 500, True)


def test_a_card_for_anybody_needs_no_name_and_is_for_thirty() -> None:
    written = {"for": "anybody", "name": "ignored", "email": "ignored", "keep": "yes"}
    assert read_wanted(written, 14) == Wanted(None, Role.MEMBER, 14, 30)


def test_days_and_uses_can_be_said() -> None:
    wanted = read_wanted({"for": "anybody", "days": " 400 ", "uses": "500"}, 14)
    assert (wanted.days, wanted.uses) == (400, 500)


def test_the_usual_days_are_never_too_many() -> None:
    assert read_wanted({"name": "Ben"}, 5000).days == 400


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Ben", "for": "everybody"}, "for"),
        ({"name": "Ben", "role": "king"}, "role"),
        ({"for": "anybody", "role": "organiser"}, "role"),
        ({"name": "Ben", "days": "0"}, "days"),
        ({"name": "Ben", "days": "401"}, "days"),
        ({"name": "Ben", "days": "-1"}, "days"),
        ({"name": "Ben", "days": "1.5"}, "days"),
        ({"name": "Ben", "days": "²"}, "days"),
        ({"name": "Ben", "days": "9" * 5000}, "days"),
        ({"for": "anybody", "uses": "501"}, "uses"),
        ({"for": "anybody", "uses": "many"}, "uses"),
        ({"name": "Ben", "email": "ben"}, "email"),
    ],
)
def test_what_makes_no_sense_names_the_field_to_mend(written: dict[str, str], field: str) -> None:
    with pytest.raises(WrongField) as refused:
        read_wanted(written, 14)
    assert refused.value.field == field
    assert len(refused.value.sentence.split()) <= 15


@pytest.mark.parametrize(
    ("written", "question", "number", "of", "before"),
    [
        ({}, "name", 1, 4, None),
        ({"name": "Ben"}, "keep", 2, 4, "name"),
        ({"name": "Ben", "keep": "no"}, "role", 3, 4, "keep"),
        ({"name": "Ben", "keep": "no", "role": "member"}, None, 4, 4, "role"),
        ({"for": "anybody"}, "role", 1, 2, None),
        ({"for": "anybody", "role": "reader"}, None, 2, 2, "role"),
        ({"for": "nonsense", "role": "reader"}, "name", 1, 4, None),
    ],
)
def test_the_next_page_asks_what_nobody_answered_yet(
    written: dict[str, str], question: str | None, number: int, of: int, before: str | None
) -> None:
    step = step_of(written)
    assert (step.question, step.number, step.of, step.before) == (question, number, of, before)


def test_a_page_carries_the_answers_of_the_others() -> None:
    written = {"name": "Ben", "keep": "yes", "role": "reader", "email": "ben@example.org"}
    step = step_of(written, asked="keep")
    assert step.question == "keep"
    assert step.answers == {"for": "person", "name": "Ben", "role": "reader"}
