import random
from dataclasses import replace

import pytest

from server.comparing import align
from server.comparing.merge import Outcome, merge_item
from server.comparing.whole import (
    Standing,
    beside,
    both_beside,
    merge_charters,
    places,
    reading_order,
    standing,
)
from server.writing import markdown_in, rich_text
from server.writing.charter import Charter, Item, Kind
from tests.server.comparing import rewordings

MIRRORED = {Outcome.OURS: Outcome.THEIRS, Outcome.THEIRS: Outcome.OURS}


def charter(ids: str) -> Charter:
    """Statements with these letters for ids; a capital is left out."""
    return rewordings.placed(
        [Item(i.lower(), Kind.STATEMENT, "a0", left_out=i.isupper()) for i in ids]
    )


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "found"),
    [
        ("abcd", "abcd", "abcd", {}),
        ("abcd", "bcda", "abcd", {"a": Outcome.OURS}),
        ("abcd", "abcd", "bcda", {"a": Outcome.THEIRS}),
        ("abcd", "bcda", "bcda", {"a": Outcome.SAME}),
        ("abcd", "bcad", "bcda", {"a": Outcome.CHOOSE}),
        ("abcd", "bcdax", "bcday", {"a": Outcome.SAME}),
        ("abcd", "bcda", "bcdA", {"a": Outcome.OURS}),
    ],
)
def test_who_moved_what_is_told(
    base: str, ours: str, theirs: str, found: dict[str, Outcome]
) -> None:
    here = align.compare(charter(base), charter(ours))
    there = align.compare(charter(base), charter(theirs))
    assert places(here, there) == found


def test_what_theirs_has_not_stands_where_it_stood() -> None:
    assert "".join(reading_order(charter("acd"), charter("abcdx"), charter("azbcd"))) == "azbcdx"


def test_what_nobody_shows_is_not_listed() -> None:
    merges = merge_charters(charter("aBc"), charter("aBc"), charter("ac"))
    assert [merge.item_id for merge in merges] == ["a", "c"]


@pytest.mark.parametrize("seed", range(15))
def test_naming_the_sides_the_other_way_round_mirrors_all(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base, new="o")
    theirs = rewordings.changed(chance, base, new="t")
    here = {merge.item_id: merge for merge in merge_charters(base, ours, theirs)}
    there = {merge.item_id: merge for merge in merge_charters(base, theirs, ours)}
    assert here.keys() == there.keys()
    for item_id, merge in here.items():
        mirror = there[item_id]
        assert merge.outcome is MIRRORED.get(mirror.outcome, mirror.outcome)
        assert merge.place is MIRRORED.get(mirror.place, mirror.place)
        if merge.result is None or mirror.result is None:
            assert merge.result is mirror.result
        else:
            stands = merge.result.position, merge.result.origins
            assert replace(mirror.result, position=stands[0], origins=stands[1]) == merge.result


@pytest.mark.parametrize("seed", range(15))
def test_a_charter_merged_with_what_was_before_is_itself(seed: int) -> None:
    chance = random.Random(seed)
    base = rewordings.charter(chance)
    ours = rewordings.changed(chance, base)
    for merge in merge_charters(base, ours, base):
        assert merge.outcome in (Outcome.SAME, Outcome.OURS)
        assert merge.place in (Outcome.SAME, Outcome.OURS)
        item = ours.item(merge.item_id)
        assert merge.result == (None if item is None or item.left_out else item)


def test_both_sides_get_the_ids_of_the_base_and_one_for_what_both_added() -> None:
    def read(text: str) -> Charter:
        return markdown_in.parse(text.encode())

    base = read("# Ours\n\nI choose who I live with.\n\nI have a key.\n")
    ours = read("# Ours\n\nI have a key.\n\nI cook my food.\n\nI sing.\n")
    theirs = read("# Ours\n\nI decide who I live with.\n\nI cook my food.\n")
    here, there = both_beside(base, ours, theirs)
    assert here.items[0].id == base.items[1].id
    assert there.items[0].id == base.items[0].id
    assert there.items[1].id == here.items[1].id
    assert [item.words for item in there.items] == [item.words for item in theirs.items]


def test_what_a_file_has_no_place_for_is_not_taken_out() -> None:
    def item(item_id: str, meaning: str = "", picture: str | None = None) -> Item:
        words, means = (
            rich_text.from_text("I choose who I live with."),
            rich_text.from_text(meaning),
        )
        return Item(item_id, Kind.STATEMENT, "a0", words, means, picture)

    def one(it: Item) -> Charter:
        return Charter("Ours", items=(it,))

    base = one(item("a", "We meet.", "house"))
    assert beside(base, one(item("x"))).items == base.items
    assert beside(base, one(item("x", "We talk."))).items == (item("a", "We talk.", "house"),)
    assert beside(base, one(item("x", "", "tree"))).items == (item("a", "We meet.", "tree"),)
    assert beside(base, one(item("a"))).items == (item("a"),)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("One two three.", "One two three.", Standing.SAME),
        ("A two three.", "One two three.", Standing.SETTLED),
        ("A two three.", "A two three.", Standing.SETTLED),
        ("A two three.", "B two three.", Standing.CHOOSE),
    ],
)
def test_how_far_people_have_come_is_told(ours: str, theirs: str, expected: Standing) -> None:
    def item(words: str) -> Item:
        return Item("a", Kind.STATEMENT, "a0", rich_text.from_text(words))

    assert standing(merge_item(item("One two three."), item(ours), item(theirs))) is expected


def test_a_place_that_both_chose_differently_is_to_choose() -> None:
    item = Item("a", Kind.STATEMENT, "a0")
    assert standing(merge_item(item, item, item, Outcome.CHOOSE)) is Standing.CHOOSE
    assert standing(merge_item(item, item, item, Outcome.THEIRS)) is Standing.SETTLED
