"""Sentences are put together before their words."""

from itertools import pairwise

import pytest

from server.comparing import sentences, tokens
from tests.server.comparing.texts import text


def _split(written: str) -> list[str]:
    found = tokens.of(text(written))
    bounds = sentences.bounds(found)
    places = [found.ends[bound] for bound in bounds]
    return [found.text[start:end].strip() for start, end in pairwise(places)]


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("I go. You go! Who goes?", ["I go.", "You go!", "Who goes?"]),
        ("She said “Go.” We went.", ["She said “Go.”", "We went."]),
        ("One line\nand another", ["One line", "and another"]),
        ("Ask Dr. Jones, e.g. by phone.", ["Ask Dr. Jones, e.g. by phone."]),
        ("It costs £3.50 a day.", ["It costs £3.50 a day."]),
        ("Wait… then go.", ["Wait… then go."]),
        ("我走。你走。", ["我走。", "你走。"]),
    ],
)
def test_a_text_is_split_into_sentences(written: str, split: list[str]) -> None:
    assert _split(written) == split


def _shared(old: str, new: str) -> list[str]:
    """The runs of words that both texts share, as the old one has them."""
    before, after = tokens.of(text(old)), tokens.of(text(new))
    return [
        before.text[before.ends[i] : before.ends[i + size]].strip()
        for i, _, size in sentences.shared(before, after)
    ]


def test_words_of_one_sentence_are_not_found_again_in_quite_another() -> None:
    old = "I choose my own food."
    new = "I choose what I wear each day. I often choose my own food."
    assert _shared(old, new) == ["I", "choose my own food."]


def test_a_sentence_without_its_like_shares_nothing() -> None:
    assert _shared("We meet here. You listen.", "Ask the staff. You listen.") == ["You listen."]


def test_both_halves_of_a_split_sentence_are_found() -> None:
    old = "I choose who I live with and I can change my mind later."
    new = "I choose who I live with. I can change my mind later."
    assert _shared(old, new) == ["I choose who I live with", "I can change my mind later."]
    assert _shared(new, old) == ["I choose who I live with", "I can change my mind later."]


def test_the_order_of_sentences_is_kept() -> None:
    old = "We listen to everybody here. Carers get training each year."
    new = "Carers get training each year. We listen to everybody here."
    assert len(_shared(old, new)) == 1


def test_of_very_many_sentences_those_between_two_that_stayed_are_compared() -> None:
    many = [f"Rule {number} is about thing {number * 7}." for number in range(80)]
    changed = [
        line.replace("about", "for") if number % 3 else line for number, line in enumerate(many)
    ]
    shared = _shared(" ".join(many), " ".join(changed))
    assert shared[0] == "Rule 0 is about thing 0. Rule 1 is"
    assert len(shared) == 1 + sum(number % 3 > 0 for number in range(80))


def test_an_empty_text_shares_nothing() -> None:
    assert _shared("", "I go.") == []
    assert _shared("I go.", "") == []
