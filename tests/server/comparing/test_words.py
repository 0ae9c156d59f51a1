"""Changes of words are told word by word, and both texts can be rebuilt from them."""

import pytest
from hypothesis import given, settings

from server.comparing import words
from server.comparing.words import Band
from server.writing.rich_text import RichText
from tests.server.comparing.texts import text
from tests.server.writing.strategies import rich_texts


@given(rich_texts, rich_texts)
@settings(max_examples=300)
def test_old_and_new_can_be_rebuilt_exactly(old: RichText, new: RichText) -> None:
    changes = words.changes(old, new)
    assert changes.old == old
    assert changes.new == new


@given(rich_texts)
def test_a_text_has_no_changes_against_itself(same: RichText) -> None:
    assert words.changes(same, same).is_same


@given(rich_texts, rich_texts)
def test_similarity_is_a_share_and_the_same_both_ways(old: RichText, new: RichText) -> None:
    share = words.similarity(old, new)
    assert 0 <= share <= 1
    assert share == pytest.approx(words.similarity(new, old))


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


def test_similarity_is_the_share_of_words_that_stay() -> None:
    assert words.similarity(text("We may ask"), text("We must ask")) == pytest.approx(2 / 3)
