"""A changed "not", "must" or number is pointed out, however small it is and wherever it hides."""

import pytest
from hypothesis import given

from server.comparing import flags, words
from server.comparing.flags import Flag, FlagKind
from server.writing.rich_text import RichText
from tests.server.comparing.texts import text
from tests.server.writing.strategies import rich_texts

NEGATION, MODAL, NUMBER = FlagKind.NEGATION, FlagKind.MODAL, FlagKind.NUMBER


def _flags(old: str, new: str) -> tuple[Flag, ...]:
    return flags.flags(words.changes(text(old), text(new)))


@pytest.mark.parametrize(
    ("old", "new", "flag"),
    [
        ("You do tell.", "You do not tell.", Flag(NEGATION, (), ("not",))),
        ("You never tell.", "You tell.", Flag(NEGATION, ("never",), ())),
        ("I can go.", "I can’t go.", Flag(NEGATION, (), ("can’t",))),
        ("I can go.", "I cannot go.", Flag(NEGATION, (), ("cannot",))),
        ("With help I go.", "Without help I go.", Flag(NEGATION, (), ("Without",))),
        ("You must ask.", "You may ask.", Flag(MODAL, ("must",), ("may",))),
        ("You shall ask.", "You ask.", Flag(MODAL, ("shall",), ())),
        ("You have to ask.", "You can ask.", Flag(MODAL, ("have to",), ("can",))),
        ("You must ask.", "You must pay.\nYou must ask.", Flag(MODAL, (), ("must",))),
        ("Rhaid gofyn.", "Gall gofyn.", Flag(MODAL, ("Rhaid",), ("Gall",))),
        ("We meet 3 times.", "We meet 4 times.", Flag(NUMBER, ("3",), ("4",))),
        ("We meet three times.", "We meet twice.", Flag(NUMBER, ("three",), ("twice",))),
        ("It costs £1,000.", "It costs £100.", Flag(NUMBER, ("1,000",), ("100",))),
        ("By 10:30 we go.", "By 10:45 we go.", Flag(NUMBER, ("10:30",), ("10:45",))),
        ("Within ٣ days.", "Within ٤ days.", Flag(NUMBER, ("٣",), ("٤",))),
        ("In sixty-one days.", "In sixty-two days.", Flag(NUMBER, ("sixty-one",), ("sixty-two",))),
    ],
)
def test_a_small_word_that_matters_is_pointed_out(old: str, new: str, flag: Flag) -> None:
    assert _flags(old, new) == (flag,)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We meet 3 times.", "We meet three times."),
        ("It costs 1000 pounds.", "It costs 1,000 pounds."),
        ("You can not ask.", "You can not ask now."),
        ("I have a key.", "I own a key."),
        ("You MUST ask.", "You must ask."),
        ("See https://x.org/1 now.", "See https://x.org/2 now."),
        ("You must ask us.", "First, you must tell us."),
    ],
)
def test_what_says_the_same_is_not_pointed_out(old: str, new: str) -> None:
    assert _flags(old, new) == ()


def test_the_order_of_numbers_matters() -> None:
    assert _flags("From 3 to 5 days.", "From 5 to 3 days.") != ()


def test_a_rewritten_text_is_looked_at_too() -> None:
    changes = words.changes(text("Staff must knock."), text("People can open any door."))
    assert changes.rewritten
    assert flags.flags(changes) == (Flag(MODAL, ("must",), ("can",)),)


def test_have_to_is_found_when_only_have_changed() -> None:
    assert _flags("We like to ask first.", "We have to ask first.") == (
        Flag(MODAL, (), ("have to",)),
    )


@given(rich_texts, rich_texts)
def test_no_text_is_too_odd_to_be_looked_at(old: RichText, new: RichText) -> None:
    for flag in flags.flags(words.changes(old, new)):
        assert flag.old or flag.new


def test_a_number_without_end_is_still_a_number() -> None:
    assert _flags(f"Pay {'1' * 3_000} now.", "Pay 5 now.")[0].new == ("5",)


def test_a_plain_text_can_be_asked_whether_it_matters() -> None:
    assert flags.matters("You may go.")
    assert not flags.matters("We go home.")
