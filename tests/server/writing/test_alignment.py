import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.writing.alignment import kept, kept_tokens, paired, tokens
from tests.server.writing import strategies


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I choose, always.", ["I", " ", "choose", ",", " ", "always", "."]),
        ("tŷ  gŵr", ["tŷ", "  ", "gŵr"]),
        ("cafe\u0301s!", ["cafe\u0301", "s", "!"]),
        ("👩🏽‍🦽🏠❤️", ["👩🏽‍🦽", "🏠", "❤️"]),
        ("🇬🇧🇫🇷", ["🇬🇧", "🇫🇷"]),
        ("私は住む", ["私", "は", "住", "む"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("", []),
    ],
)
def test_tokens_are_words_and_never_half_a_character(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@given(strategies.texts | st.text())
def test_tokens_put_together_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def length_of_longest(old: str, new: str) -> int:
    """The textbook's table."""
    above = [0] * (len(new) + 1)
    for a in old:
        row = [0]
        for j, b in enumerate(new):
            row.append(above[j] + 1 if a == b else max(above[j + 1], row[j]))
        above = row
    return above[-1]


@given(st.text(alphabet="abc", max_size=12), st.text(alphabet="abcd", max_size=12))
def test_as_much_is_kept_as_can_be(old: str, new: str) -> None:
    pairs = kept(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert pairs == sorted(pairs)
    for side in zip(*pairs, strict=True):
        assert list(side) == sorted(set(side))
    assert len(pairs) == length_of_longest(old, new)


def test_words_stay_rather_than_the_white_space_between_them() -> None:
    old, new = tokens("my my home"), tokens("my home and more")
    stays = [old[i] for i, _ in kept_tokens(old, new)]
    assert "".join(stays) == "my home"


@given(strategies.texts, strategies.texts)
def test_what_stays_of_a_text_stays_in_its_order(one: str, other: str) -> None:
    old, new = tokens(one), tokens(other)
    pairs = kept_tokens(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    for side in zip(*pairs, strict=True):
        assert list(side) == sorted(set(side))


def alike(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    return paired(old, new, lambda i, j: len(kept(old[i], new[j])))


def test_equal_ones_are_paired_and_then_the_most_alike() -> None:
    old = ["one two", "same", "three four", "five"]
    new = ["one too", "new", "same", "five six", "three four!"]
    assert alike(old, new) == [(0, 0), (1, 2), (2, 4)]


def test_what_must_not_be_paired_is_not() -> None:
    assert paired(["a"], ["b"], lambda *_: 0) == []


def test_a_long_stretch_is_paired_in_its_order() -> None:
    old = [f"old {number}" for number in range(50)]
    new = [f"new {number}" for number in range(40)]
    assert alike(old, new) == [(number, number) for number in range(40)]
    assert alike(new, old) == [(number, number) for number in range(40)]


@pytest.mark.parametrize("seed", range(20))
def test_pairs_rise_whatever_is_alike(seed: int) -> None:
    chance = random.Random(seed)
    old = ["".join(chance.choices("abcd", k=3)) for _ in range(chance.randrange(8))]
    new = ["".join(chance.choices("abcd", k=3)) for _ in range(chance.randrange(8))]
    pairs = alike(old, new)
    for side in zip(*pairs, strict=True):
        assert list(side) == sorted(set(side))
