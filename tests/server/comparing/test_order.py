import random
from itertools import combinations

import pytest

from server.comparing import order


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abcd", "dabc", 1),
        ("abcd", "bcda", 1),
        ("abcde", "adcbe", 2),
        ("abc", "xaybzc", 0),
        ("axbycz", "abc", 0),
        ("abcdef", "defabc", 3),
        ("abxcd", "cdyab", 2),
    ],
)
def test_what_moved_is_as_little_as_can_be(old: str, new: str, count: int) -> None:
    found = order.moved(old, new)
    assert len(found) == count
    assert [x for x in old if x in new and x not in found] == [
        x for x in new if x in old and x not in found
    ]


def test_a_statement_moves_past_a_heading_and_not_the_heading_past_it() -> None:
    assert order.moved("HaJb", "HJab", landmarks="HJ") == {"a"}
    assert order.moved("HJab", "HaJb", landmarks="HJ") == {"a"}


def test_a_heading_that_moved_with_nothing_else_moved() -> None:
    assert order.moved("HabcJdef", "JHabcdef", landmarks="HJ") == {"J"}


@pytest.mark.parametrize("seed", range(300))
def test_no_smaller_set_explains_the_new_order(seed: int) -> None:
    chance = random.Random(seed)
    items = range(chance.randrange(8))
    old, new = (chance.sample(items, chance.randint(0, len(items))) for _ in range(2))
    both = [item for item in new if item in old]
    found = order.moved(old, new, landmarks=[item for item in items if item % 3 == 0])

    def explains(moved: tuple[int, ...] | frozenset[int]) -> bool:
        places = [old.index(item) for item in both if item not in moved]
        return places == sorted(places)

    assert explains(found)
    assert not any(explains(fewer) for n in range(len(found)) for fewer in combinations(both, n))


@pytest.mark.parametrize(
    ("old", "new", "woven"),
    [
        ("abc", "ac", "abc"),
        ("abc", "bc", "abc"),
        ("abc", "", "abc"),
        ("", "abc", "abc"),
        ("axb", "ayb", "axyb"),
        ("abxcd", "cdab", "cdabx"),
        # a moved away; what was behind it stays behind what did not move.
        ("habcx", "hbcxa", "hbcxa"),
        ("haxbc", "hbca", "hxbca"),
    ],
)
def test_what_is_gone_stands_where_it_stood(old: str, new: str, woven: str) -> None:
    assert "".join(order.woven(old, new)) == woven


@pytest.mark.parametrize("seed", range(100))
def test_weaving_keeps_both_orders(seed: int) -> None:
    chance = random.Random(seed)
    items = range(chance.randrange(30))
    old, new = (chance.sample(items, chance.randint(0, len(items))) for _ in range(2))
    woven, moved = order.woven(old, new), order.moved(old, new)
    assert sorted(woven) == sorted({*old, *new})
    assert [item for item in woven if item in new] == new
    assert [x for x in woven if x in old and x not in moved] == [x for x in old if x not in moved]


def test_ten_thousand_items_in_any_order_are_no_trouble() -> None:
    # Comparing each with each would take a minute.
    items = list(range(10_000))
    assert len(order.moved(items, random.Random(1).sample(items, len(items)))) > 9_000
