import pytest
from hypothesis import given

from server.adapting.simple_text import from_text, to_text
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from tests.server.writing.strategies import rich_texts

SAYS: RichText = (
    Paragraph((Run("I choose "), Run("who", strong=True), Run(" I live with."))),
    BulletList(
        (
            Paragraph((Run("Ann"),)),
            Paragraph((Run("See "), Run("Ben", link="https://charter.example/ben"))),
        )
    ),
)


def test_a_box_has_a_line_for_each_paragraph_and_bullet() -> None:
    assert to_text(SAYS) == "I choose who I live with.\n\n- Ann\n- See Ben"


@given(rich_texts)
def test_a_box_that_nobody_changed_says_the_same(rich: RichText) -> None:
    assert from_text(to_text(rich), rich) == rich


def test_the_line_ends_of_a_browser_change_nothing() -> None:
    assert from_text(to_text(SAYS).replace("\n", "\r\n"), SAYS) == SAYS


def test_words_that_stay_keep_their_strong_words_and_links() -> None:
    written = "We choose who we live with.\n- Ann\n- Dan\n- See Ben"
    assert from_text(written, SAYS) == (
        Paragraph((Run("We choose "), Run("who", strong=True), Run(" we live with."))),
        BulletList(
            (
                Paragraph((Run("Ann"),)),
                Paragraph((Run("Dan"),)),
                Paragraph((Run("See "), Run("Ben", link="https://charter.example/ben"))),
            )
        ),
    )


@pytest.mark.parametrize("bullet", ["- One", "* One", "• One", "  – One"])
def test_a_bullet_is_known_however_it_is_written(bullet: str) -> None:
    assert from_text(bullet) == (BulletList((Paragraph((Run("One"),)),)),)


def test_an_empty_box_says_nothing() -> None:
    assert from_text("  \n\n", SAYS) == ()
