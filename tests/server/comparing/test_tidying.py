"""Few changes, and such as make sense, rather than the fewest changed words."""

import pytest

from server.comparing import tidying, words
from tests.server.comparing.texts import shown, text


def _shown(old: str, new: str) -> str:
    return shown(words.changes(text(old), text(new)))


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        (
            "I like the cat and I like tea.",
            "I like the cat and the dog and I like tea.",
            "I like the cat{+ and the dog+} and I like tea.",
        ),
        (
            "You may ask. You may go.",
            "You may ask. You may stay. You may go.",
            "You may ask.{+ You may stay.+} You may go.",
        ),
        (
            "I can cook, I can wash, I can sing.",
            "I can cook, I can sing.",
            "I can cook,[- I can wash,-] I can sing.",
        ),
    ],
)
def test_an_edit_goes_to_where_a_sentence_or_a_part_of_one_ends(
    old: str, new: str, seen: str
) -> None:
    assert _shown(old, new) == seen


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        (
            "Staff will tell you of the results soon.",
            "Staff will show you all letters soon.",
            "Staff will [-tell you of the results-]{+show you all letters+} soon.",
        ),
        (
            "We ask you to be quiet at night.",
            "We want you to be quiet in the evening.",
            "We [-ask-]{+want+} you to be quiet [-at night-]{+in the evening+}.",
        ),
        (
            "I like tea. You like milk here.",
            "I like water. They like milk here.",
            "I like [-tea-]{+water+}. [-You-]{+They+} like milk here.",
        ),
    ],
)
def test_a_run_that_tells_nothing_goes_with_the_edits_around_it(
    old: str, new: str, seen: str
) -> None:
    assert _shown(old, new) == seen


@pytest.mark.parametrize(
    ("left", "island"),
    [("home", True), ("of the", True), (", ", True), ("my home", False), ("in the home", False)],
)
def test_an_island_is_one_word_or_two_stop_words(left: str, island: bool) -> None:
    assert tidying.is_island(left) is island


def test_a_line_between_two_edits_stays_a_line() -> None:
    assert _shown("my cats\nfood\nmy dogs", "my birds\nfood\nmy fish") == (
        "my [-cats-]{+birds+}\nfood\nmy [-dogs-]{+fish+}"
    )
