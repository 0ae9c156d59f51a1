from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.publishing.rules import (
    Adopting,
    Present,
    WrongField,
    check_adopting,
    read_count,
    read_date,
    tidy_name,
    tidy_note,
)

TODAY = date(2026, 11, 22)
SAID = Adopting(TODAY, date(2027, 11, 1), [Present("people", 4), Present("carers", 0)])


@pytest.mark.parametrize(
    ("written", "name"),
    [("", ""), ("  Second \n edition ", "Second edition"), ("Ty\u0302", "Tŷ"), ("a\0b", "a b")],
)
def test_a_name_is_one_tidy_line(written: str, name: str) -> None:
    assert tidy_name(written) == name


def test_a_name_and_a_note_have_limits() -> None:
    assert tidy_name("x" * 100) == "x" * 100
    with pytest.raises(WrongField, match="at most 100") as wrong:
        tidy_name("x" * 101)
    assert wrong.value.field == "name"
    with pytest.raises(WrongField, match="at most 2,000") as wrong:
        tidy_note("x" * 2_001)
    assert wrong.value.field == "note"


def test_a_note_keeps_its_lines() -> None:
    assert tidy_note(" One. \r\n\r\n\tTwo.\0 ") == "One.\nTwo."


def test_a_date_is_read_from_three_fields() -> None:
    assert read_date("adopted", " 3", "11", "2026 ") == date(2026, 11, 3)
    assert read_date("adopted", "", " ", "") is None


@pytest.mark.parametrize(
    "written",
    [
        ("3", "11", ""),
        ("3", "", "2026"),
        ("", "11", "2026"),
        ("31", "2", "2026"),
        ("0", "1", "2026"),
        ("3", "13", "2026"),
        ("3", "11", "26"),
        ("3", "11", "0000"),
        ("3", "November", "2026"),
        ("-3", "11", "2026"),
        ("٣", "11", "2026"),
        ("3", "11", "20260"),
    ],
)
def test_what_is_no_date_is_refused(written: tuple[str, str, str]) -> None:
    with pytest.raises(WrongField) as wrong:
        read_date("again", *written)
    assert wrong.value.field == "again"


@pytest.mark.parametrize(("written", "count"), [("", 0), (" 4 ", 4), ("1000", 1000), ("007", 7)])
def test_a_count_is_read(written: str, count: int) -> None:
    assert read_count("people", written) == count


@pytest.mark.parametrize("written", ["-1", "some", "1.5", "1001", "9" * 5_000, "²", "1e3"])
def test_a_silly_count_is_refused(written: str) -> None:
    with pytest.raises(WrongField) as wrong:
        read_count("carers", written)
    assert wrong.value.field == "present-carers"


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        replace(SAID, look_again_on=None),
        replace(SAID, adopted_on=date(2000, 1, 1), look_again_on=date(2000, 1, 2)),
        replace(SAID, adopted_on=TODAY + timedelta(days=30)),
    ],
)
def test_a_sound_adoption_passes(said: Adopting) -> None:
    check_adopting(said, TODAY)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        (replace(SAID, adopted_on=date(1999, 12, 31)), "adopted", "too long ago"),
        (
            replace(SAID, adopted_on=date(2062, 11, 3), look_again_on=None),
            "adopted",
            "too far away",
        ),
        (replace(SAID, look_again_on=TODAY), "again", "later than you adopt"),
        (replace(SAID, look_again_on=date(2020, 1, 1)), "again", "later than you adopt"),
        (replace(SAID, look_again_on=date(2126, 1, 1)), "again", "too far away"),
        (replace(SAID, present=[]), "present-people", "how many people"),
        (replace(SAID, present=[Present("people", 0)]), "present-people", "how many people"),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(said: Adopting, field: str, sentence: str) -> None:
    with pytest.raises(WrongField, match=sentence) as wrong:
        check_adopting(said, TODAY)
    assert wrong.value.field == field


def test_a_role_has_words_also_one_that_we_know_no_more() -> None:
    assert Present("carers", 1).label == "Carers"
    assert Present("neighbours", 1).label == "Others"
