from dataclasses import replace

import pytest

from server.comparing.merge import (
    Aspect,
    ItemMerge,
    Outcome,
    PictureMerge,
    PresenceMerge,
    TextMerge,
    differing,
    merge_item,
    merge_text,
)
from server.comparing.mixing import Reason
from server.writing import rich_text
from server.writing.charter import Item, Kind
from server.writing.rich_text import Paragraph, RichText, Run


def said(text: str) -> RichText:
    return rich_text.from_text(text)


OLD = "I choose who I live with and where."
OURS = "I decide who I live with and where."
THEIRS = "I choose who I live with and in which town."
BASE = Item("k2", Kind.STATEMENT, "a0", said(OLD), said("We meet first."), "house")


def reworded(text: str) -> Item:
    return replace(BASE, words=said(text))


# Text


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "result"),
    [
        (OLD, OLD, Outcome.SAME, OLD),
        (OURS, OURS, Outcome.SAME, OURS),
        (OURS, OLD, Outcome.OURS, OURS),
        (OLD, THEIRS, Outcome.THEIRS, THEIRS),
        (OURS, THEIRS, Outcome.MIX, "I decide who I live with and in which town."),
    ],
)
def test_one_changed_text_counts_and_two_are_mixed(
    ours: str, theirs: str, outcome: Outcome, result: str
) -> None:
    found = merge_text(said(OLD), said(ours), said(theirs))
    assert found == TextMerge(outcome, said(OLD), said(ours), said(theirs), said(result))


def test_what_cannot_be_mixed_is_for_people_to_choose_and_says_why() -> None:
    found = merge_text(said(OLD), said("I say who I live with."), said(THEIRS))
    assert (found.outcome, found.result, found.reason) == (Outcome.CHOOSE, None, Reason.CLOSE)


def test_the_same_letters_composed_in_another_way_are_no_change() -> None:
    base, ours = said("Ty\u0302 i bawb"), said("Tŷ i bawb")
    assert merge_text(base, ours, said("Tŷ i ni")).outcome is Outcome.THEIRS


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "result"),
    [
        (OLD, OLD.replace(" who", "  who"), Outcome.THEIRS, OLD.replace(" who", "  who")),
        (OURS, OLD.replace(" who", "  who"), Outcome.OURS, OURS),
        (OLD.replace(" who", "  who"), THEIRS, Outcome.THEIRS, THEIRS),
        (OURS, OURS.replace(" who", "  who"), Outcome.SAME, OURS),
    ],
)
def test_one_more_blank_gives_way_to_any_other_change(
    ours: str, theirs: str, outcome: Outcome, result: str
) -> None:
    found = merge_text(said(OLD), said(ours), said(theirs))
    assert (found.outcome, found.result) == (outcome, said(result))


# One item


def test_parts_are_merged_each_for_itself() -> None:
    ours = replace(BASE, meaning=said("We meet twice."), why=said("We had to."), position="a7")
    theirs = replace(BASE, picture="tree")
    found = merge_item(BASE, ours, theirs)
    assert (found.words.outcome, found.meaning.outcome) == (Outcome.SAME, Outcome.OURS)
    assert found.picture == PictureMerge(Outcome.THEIRS, "house", "house", "tree", "tree")
    assert found.result == replace(ours, picture="tree")


def test_parts_of_both_sides_are_a_mix_that_a_person_looks_at() -> None:
    found = merge_item(BASE, reworded(OURS), replace(BASE, meaning=said("We meet twice.")))
    assert found.outcome is Outcome.MIX
    assert found.changed_here == {Aspect.WORDS}
    assert found.changed_there == {Aspect.MEANING}


def test_two_other_pictures_are_for_people_to_choose() -> None:
    found = merge_item(BASE, replace(BASE, picture=None), replace(BASE, picture="tree"))
    assert found.picture.outcome is Outcome.CHOOSE
    assert found.outcome is Outcome.CHOOSE
    assert found.result is None


LEFT_OUT = replace(BASE, left_out=True)


@pytest.mark.parametrize("gone", [None, LEFT_OUT])
def test_what_one_side_takes_out_goes_where_the_other_left_it_alone(gone: Item | None) -> None:
    here, there = merge_item(BASE, gone, BASE), merge_item(BASE, BASE, gone)
    assert here.presence == PresenceMerge(Outcome.OURS, True, False, True, False)
    assert there.presence == PresenceMerge(Outcome.THEIRS, True, True, False, False)
    assert (here.outcome, there.outcome) == (Outcome.OURS, Outcome.THEIRS)
    assert here.result is None
    assert there.result is None


@pytest.mark.parametrize("gone", [None, LEFT_OUT])
@pytest.mark.parametrize(
    "stays",
    [reworded(OURS), replace(BASE, meaning=()), replace(BASE, picture=None)],
)
def test_taken_out_on_one_side_and_changed_on_the_other_is_asked(
    gone: Item | None, stays: Item
) -> None:
    for found in (merge_item(BASE, gone, stays), merge_item(BASE, stays, gone)):
        assert found.presence.outcome is Outcome.CHOOSE
        assert found.outcome is Outcome.CHOOSE
        assert found.result is None


def test_what_only_looks_different_is_no_reason_to_ask_whether_it_goes() -> None:
    strong = (Paragraph((Run(OLD, strong=True),)),)
    found = merge_item(BASE, LEFT_OUT, replace(BASE, words=strong))
    assert found.outcome is Outcome.OURS
    assert merge_item(BASE, replace(BASE, words=strong), None).outcome is Outcome.THEIRS


def test_taken_out_on_both_sides_is_done_whatever_was_reworded_before() -> None:
    assert merge_item(BASE, LEFT_OUT, replace(reworded(OURS), left_out=True)).outcome is (
        Outcome.SAME
    )
    assert merge_item(BASE, None, LEFT_OUT).outcome is Outcome.SAME


def test_what_one_side_added_comes_in_without_its_reason() -> None:
    theirs = replace(BASE, why=said("National reasons."))
    found = merge_item(None, None, theirs)
    assert found.outcome is Outcome.THEIRS
    assert found.changed_there == {Aspect.PRESENCE}
    assert found.result == BASE
    assert merge_item(None, BASE, None).outcome is Outcome.OURS


def test_what_both_added_with_other_words_is_asked() -> None:
    assert merge_item(None, BASE, BASE).outcome is Outcome.SAME
    assert merge_item(None, reworded(OURS), reworded(THEIRS)).outcome is Outcome.CHOOSE


def test_what_comes_back_on_one_side_comes_back() -> None:
    found = merge_item(LEFT_OUT, LEFT_OUT, BASE)
    assert found.outcome is Outcome.THEIRS
    assert found.result == BASE


def test_the_place_of_what_is_not_there_is_no_matter() -> None:
    assert merge_item(BASE, LEFT_OUT, BASE, Outcome.THEIRS).place is Outcome.SAME
    found = merge_item(BASE, BASE, BASE, Outcome.THEIRS)
    assert found.place is Outcome.THEIRS
    assert found.changed_there == {Aspect.PLACE}


def test_only_what_readers_see_differs() -> None:
    assert differing(BASE, replace(BASE, why=said("So."), position="b0")) == set()
    assert differing(LEFT_OUT, replace(LEFT_OUT, words=())) == set()
    assert differing(BASE, replace(BASE, words=(), meaning=(), picture=None)) == {
        Aspect.WORDS,
        Aspect.MEANING,
        Aspect.PICTURE,
    }


MIRRORED = {Outcome.OURS: Outcome.THEIRS, Outcome.THEIRS: Outcome.OURS}
SIDES = [BASE, LEFT_OUT, None, reworded(OURS), reworded(THEIRS), replace(BASE, picture="tree")]


@pytest.mark.parametrize("base", [BASE, LEFT_OUT, None])
@pytest.mark.parametrize("ours", SIDES)
@pytest.mark.parametrize("theirs", SIDES)
def test_naming_the_sides_the_other_way_round_mirrors_all(
    base: Item | None, ours: Item | None, theirs: Item | None
) -> None:
    if base is None and ours is None and theirs is None:
        return
    here, there = merge_item(base, ours, theirs), merge_item(base, theirs, ours)

    def outcomes(merge: ItemMerge) -> list[Outcome]:
        parts = (merge.words, merge.meaning, merge.picture, merge.presence)
        return [merge.outcome, *(part.outcome for part in parts)]

    assert outcomes(here) == [MIRRORED.get(each, each) for each in outcomes(there)]
    assert here.result == there.result
