import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.writing import position

GOLDEN = json.loads((Path(__file__).parents[2] / "wire" / "positions.json").read_text())


@pytest.mark.parametrize(("before", "after", "expected"), GOLDEN["between"])
def test_between_gives_what_the_client_gives(
    before: str | None, after: str | None, expected: str
) -> None:
    assert position.between(before, after) == expected


def test_spread_gives_what_the_client_gives() -> None:
    assert position.spread(len(GOLDEN["spread"])) == GOLDEN["spread"]


@given(st.lists(st.floats(0, 1), max_size=60))
def test_there_is_always_room_between_two(places: list[float]) -> None:
    keys = ["a0"]
    for place in places:
        index = round(place * len(keys))
        before = keys[index - 1] if index else None
        after = keys[index] if index < len(keys) else None
        keys.insert(index, position.between(before, after))
    assert keys == sorted(set(keys))
    assert all(position.is_position(key) for key in keys)


@pytest.mark.parametrize(
    "value", [None, 7, "", "a", "A" + "0" * 26, "a0V0", "a-", "b0", "0a", "é0"]
)
def test_what_is_no_position_is_told(value: object) -> None:
    assert not position.is_position(value)


def test_a_position_longer_than_the_limit_is_none() -> None:
    assert position.is_position("a0" + "1" * 998)
    assert not position.is_position("a0" + "1" * 999)


def test_the_last_place_is_a_position() -> None:
    assert position.is_position(position.LAST)
    assert position.between(position.LAST, None) > position.LAST


@pytest.mark.parametrize(
    ("before", "after"), [("a1", "a1"), ("a2", "a1"), ("?", None), (None, "?")]
)
def test_no_room_is_refused(before: str | None, after: str | None) -> None:
    with pytest.raises(ValueError, match="no"):
        position.between(before, after)


@pytest.mark.parametrize(
    ("positions", "index", "expected"),
    [
        ([], 0, {0: "a0"}),
        (["a0", "a1"], 1, {1: "a0V"}),
        (["a0", "a1"], 2, {2: "a2"}),
        (["a0", "a0", "a1"], 1, {1: "a0V", 2: "a0l"}),
        (["a0", "a0", "a0"], 2, {2: "a1", 3: "a2"}),
    ],
)
def test_a_new_place_moves_those_that_share_one(
    positions: list[str], index: int, expected: dict[int, str]
) -> None:
    assert position.at(positions, index) == expected
