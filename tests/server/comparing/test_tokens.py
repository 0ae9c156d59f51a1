"""A token is a whole word, whatever script it is in; its key leaves out how it is typed."""

import pytest
from hypothesis import given

from server.comparing import tokens
from server.writing import rich_text
from server.writing.rich_text import RichText, Run
from tests.server.comparing.texts import text
from tests.server.writing.strategies import rich_texts


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("I don't, you do.", ["I", "don't", ",", "you", "do", "."]),
        ("I don’t", ["I", "don’t"]),
        ("co-production (new)", ["co-production", "(", "new", ")"]),
        ("3.5 of 1,000 at 10:30", ["3.5", "of", "1,000", "at", "10:30"]),
        ("home.In", ["home", ".", "In"]),
        ("See https://example.org/a?b=1.", ["See", "https://example.org/a?b=1", "."]),
        ("ask ann@example.org now", ["ask", "ann@example.org", "now"]),
        ("wait...", ["wait", "..."]),
        ("caf\u0065\u0301 tŷ", ["caf\u0065\u0301", "tŷ"]),
        ("👩🏽‍🦽🏠 🇬🇧", ["👩🏽‍🦽", "🏠", "🇬🇧"]),
        ("我选择", ["我", "选", "择"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("مَنْ أعيش؟", ["مَنْ", "أعيش", "؟"]),
        ("हिन्दी।", ["हिन्दी", "।"]),
    ],
)
def test_a_text_is_split_into_whole_words(written: str, split: list[str]) -> None:
    assert [typed.strip() for typed, _ in tokens.pieces(written)] == split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Home", "home"),
        ("don't", "don’t"),
        ("“so”", "'so'"),
        ("e\u0301t", "ét"),
        ("...", "…"),
        ("a - b", "a — b"),
        ("a\u00a0b", "a  b"),
    ],
)
def test_what_is_only_typed_differently_has_the_same_keys(one: str, other: str) -> None:
    assert tokens.of(text(one)).keys == tokens.of(text(other)).keys


@given(rich_texts)
def test_tokens_leave_nothing_out(rich: RichText) -> None:
    found = tokens.of(rich)
    assert found.text == rich_text.plain(rich)
    assert found.ends[0] == 0
    assert found.ends[-1] == len(found.text)
    assert len(found.ends) == len(found.keys) + 1
    assert len(found.starts) == len(found.bullets)
    assert all(key and not key[0].isspace() for key in found.keys)


def test_the_tokens_that_begin_a_paragraph_are_known() -> None:
    found = tokens.of(text("One two.\n- three\nfour"))
    assert [found.keys[start] for start in found.starts] == ["one", "three", "four"]
    assert found.bullets == [False, True, False]


def test_a_place_in_the_text_has_the_marks_that_stand_there() -> None:
    found = tokens.of(text("I **may** see\n[it](https://example.org)."))
    assert found.runs(0, 7) == (Run("I "), Run("may", strong=True), Run(" s"))
    assert found.runs(10, 13) == (Run("it", link="https://example.org"), Run("."))
    assert found.runs(3, 3) == ()
