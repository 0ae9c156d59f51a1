"""Blocks and spans can be taken apart into two sides, and both texts be made of them."""

import pytest

from server.comparing import words
from server.comparing.spans import Block, Changes, Span, SpanKind, Start, joined
from server.writing.rich_text import Run
from tests.server.comparing.texts import shown, text


def test_runs_of_the_same_marks_become_one() -> None:
    runs = [Run("a"), Run("b"), Run("c", strong=True), Run("d", strong=True), Run("e")]
    assert joined(runs) == (Run("ab"), Run("cd", strong=True), Run("e"))


def test_each_side_has_its_own_paragraphs_and_words() -> None:
    changes = words.changes(text("I go.\nYou must stay."), text("I go.\nNew.\nYou may stay."))
    assert shown(Changes(changes.old_blocks)) == "I go.\nYou [-must-] stay."
    assert shown(Changes(changes.new_blocks)) == "I go.\n{+New.+}\nYou {+may+} stay."


def test_paragraphs_that_were_joined_are_one_on_the_new_side() -> None:
    changes = words.changes(text("I go.\nYou stay."), text("I go. You stay."))
    assert len(changes.old_blocks) == 2
    assert len(changes.new_blocks) == 1


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("I go.", "I go.", True),
        ("cafe\u0301", "café", True),
        ("I go.", "I Go.", False),
        ("I go.", "- I go.", False),
        ("I go.", "", False),
    ],
)
def test_changes_say_whether_there_are_any(old: str, new: str, same: bool) -> None:
    assert words.changes(text(old), text(new)).is_same is same


def test_a_block_is_shown_as_the_new_text_has_it() -> None:
    span = Span(SpanKind.SAME, (Run("tea"),), (Run("tea"),))
    assert Block((span,), Start.PARAGRAPH, Start.BULLET).bullet
    assert Block((span,), Start.PARAGRAPH, Start.BULLET).reshaped
    assert Block((span,), Start.BULLET, None).bullet
    assert not Block((span,), Start.BULLET, None).reshaped
