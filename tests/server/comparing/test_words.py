"""Changes of words are told word by word, and both texts can be rebuilt from them."""

import json
import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.comparing import words
from server.comparing.words import Band, Changes, SpanKind
from server.writing.rich_text import RichText
from tests.server.comparing import rewordings
from tests.server.comparing.texts import shown, text
from tests.server.writing.strategies import rich_texts

TRICKY = json.loads((Path(__file__).parent / "tricky.json").read_text("utf-8"))


@given(rich_texts, rich_texts)
@settings(max_examples=300)
def test_old_and_new_can_be_rebuilt_exactly(old: RichText, new: RichText) -> None:
    for exact in (False, True):
        changes = words.changes(old, new, exact=exact)
        assert changes.old == old
        assert changes.new == new


@given(st.integers(0, 2**32))
@settings(max_examples=300)
def test_rewordings_can_be_rebuilt_exactly(seed: int) -> None:
    chance = Random(seed)
    old = rewordings.text(chance)
    new = rewordings.reworded(chance, old)
    changes = words.changes(old, new)
    assert (changes.old, changes.new) == (old, new)
    assert _kinds_tell_the_truth(changes)


@given(rich_texts)
def test_a_text_has_no_changes_against_itself(same: RichText) -> None:
    assert words.changes(same, same).is_same


@given(st.integers(0, 2**32))
def test_no_change_begins_or_ends_inside_a_word(seed: int) -> None:
    chance = Random(seed)
    old = rewordings.text(chance)
    changes = words.changes(old, rewordings.reworded(chance, old))
    for block in changes.blocks:
        for side in ("old_text", "new_text"):
            texts = [found for span in block.spans if (found := getattr(span, side))]
            assert not any(
                re.search(r"\w$", before) and re.match(r"\w", after)
                for before, after in pairwise(texts)
            )


@pytest.mark.parametrize("case", TRICKY, ids=[case["case"] for case in TRICKY])
def test_tricky_changes_are_shown_as_a_person_would(case: dict[str, str]) -> None:
    old, new = text(case["old"]), text(case["new"])
    changes = words.changes(old, new)
    assert shown(changes) == case["shown"], case["why"]
    assert (changes.old, changes.new) == (old, new)


def test_texts_with_hardly_a_word_in_common_are_shown_one_after_the_other() -> None:
    changes = words.changes(text("It is my home too."), text("Nobody opens my letters."))
    assert changes.rewritten
    assert shown(changes) == "-[-It is my home too.-]\n+{+Nobody opens my letters.+}"


def test_a_long_addition_is_no_rewriting() -> None:
    new = "Be kind. Say hello to everybody. Share your cake. Ask before you take a photo."
    assert not words.changes(text("Be kind."), text(new)).rewritten


def test_exact_changes_keep_every_word_that_can_be_kept() -> None:
    old, new = text("I may go and see my friends."), text("I can visit and meet my friends.")
    one = "I [-may go and see-]{+can visit and meet+} my friends."
    two = "I [-may go-]{+can visit+} and [-see-]{+meet+} my friends."
    assert shown(words.changes(old, new)) == one
    assert shown(words.changes(old, new, exact=True)) == two


@pytest.mark.parametrize(
    "long",
    [
        " ".join("ABCDEFGH"[number * number % 8] + "." for number in range(1_300)),
        "\n".join("abcdefgh"[number * number % 8] for number in range(2_000)),
        "a." * 1_990 + " @ b",
        "a" + "\u0301" * 3_999,
        "'\"" * 2_000,
    ],
    ids=["sentences", "lines", "nearly an address", "one letter", "quotes"],
)
def test_texts_made_to_be_hard_can_be_compared(long: str) -> None:
    old, new = text(long), text(long[::-1])
    changes = words.changes(old, new)
    assert (changes.old, changes.new) == (old, new)


@given(rich_texts, rich_texts)
def test_similarity_is_a_share_and_the_same_both_ways(old: RichText, new: RichText) -> None:
    share = words.similarity(old, new)
    assert 0 <= share <= 1
    assert share == pytest.approx(words.similarity(new, old))


def test_similarity_is_the_share_of_words_that_stay() -> None:
    assert words.similarity(text("We may ask"), text("We must ask")) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("similarity", "band"),
    [
        (1.0, Band.SMALL),
        (0.9, Band.SMALL),
        (0.89, Band.REWORDED),
        (0.45, Band.REWORDED),
        (0.44, Band.REWRITTEN),
        (0.0, Band.REWRITTEN),
    ],
)
def test_a_similarity_has_a_name(similarity: float, band: Band) -> None:
    assert words.band(similarity) is band


def _kinds_tell_the_truth(changes: Changes) -> bool:
    """Whether what is called the same is, and what was taken out or put in is on one side only."""
    one_sided = {SpanKind.TAKEN_OUT: (True, False), SpanKind.PUT_IN: (False, True)}
    return all(
        (bool(span.old), bool(span.new)) == one_sided[span.kind]
        if span.kind in one_sided
        else span.kind is not SpanKind.SAME or span.old == span.new
        for span in changes.spans
    )
