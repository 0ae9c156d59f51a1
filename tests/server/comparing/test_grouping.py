import random

import pytest

from server.comparing.grouping import about_the_same, near_identical
from server.writing import starters
from server.writing.rich_text import RichText, from_text, plain

CHOIR = "We have a choir. It sings on Fridays. Everybody may come and sing with us."
CHOIR_TOO = "Our choir sings each Friday. All of us may come and sing."
BUS = "There is a bus to town. It takes wheelchairs, and it is free for us."
PHONE = "My phone is my own. Nobody looks into it."


def grouped(*texts: str) -> list[list[str]]:
    return [[texts[index] for index in group.members] for group in about_the_same(texts)]


def worded(*wordings: str, places: list[int] | None = None) -> list[list[str]]:
    rich: list[RichText] = [from_text(text) for text in wordings]
    found = near_identical(rich, places or [1] * len(wordings))
    return [[wordings[index] for index in group.members] for group in found]


def test_what_is_about_the_same_thing_stands_together() -> None:
    assert grouped(CHOIR, BUS, CHOIR_TOO, PHONE) == [[CHOIR, CHOIR_TOO], [BUS], [PHONE]]


def test_beginning_alike_is_not_being_about_the_same() -> None:
    snow = "We have a plan for snow. Food, oil and medicine are in the house by November."
    hard = "We have a plan for hard times. My carer knows whom to call, and so do I."
    assert grouped(snow, hard) == [[snow], [hard]]


def test_none_of_the_examples_additions_are_about_the_same_thing() -> None:
    national = {item.id for item in starters.load("starter").items}
    said = [
        plain(item.words + item.meaning)
        for _, charter in starters.local_versions()
        for item in charter.statements
        if item.id not in national and not item.left_out
    ]
    assert len(said) > 15
    assert all(len(group.members) == 1 for group in about_the_same(said))


def test_what_most_places_have_stands_for_the_group() -> None:
    groups = about_the_same([CHOIR, BUS, CHOIR_TOO, PHONE], [1, 1, 5, 1])
    assert groups[0].members == (2, 0)


def test_empty_texts_are_like_nothing() -> None:
    assert len(about_the_same(["", "", "…"])) == 3
    assert about_the_same([]) == []


def test_wordings_in_which_hardly_a_word_differs_stand_together() -> None:
    kept = "I choose who I live with, and when I see my friends and my family in my own home."
    comma = "I choose who I live with and when I see my friends and my family in my own home."
    other = "I say who lives here, and nobody else does that for me."
    assert worded(kept, other, comma) == [[kept, comma], [other]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We meet at least 3 times before I decide.", "We meet at least 2 times before I decide."),
        ("My carer must ask before coming in.", "My carer may ask before coming in."),
    ],
)
def test_a_number_or_a_must_is_never_hardly_anything(one: str, other: str) -> None:
    tail = " " + "We say so to each other, and we write it down where all of us can see it." * 2
    assert worded(one + tail, other + tail) == [[one + tail], [other + tail]]


def test_wordings_of_most_places_come_first() -> None:
    assert worded("Ours is blue.", "We go out.", places=[1, 3]) == [
        ["We go out."],
        ["Ours is blue."],
    ]


@pytest.mark.parametrize("seed", range(5))
def test_everybody_is_in_one_group_and_no_order_of_equals_matters(seed: int) -> None:
    dice = random.Random(seed)
    texts = [CHOIR, CHOIR_TOO, BUS, PHONE, "", BUS + " It comes each hour."]
    dice.shuffle(texts)
    groups = about_the_same(texts)
    assert sorted(index for group in groups for index in group.members) == list(range(6))
    together = {frozenset(texts[index] for index in group.members) for group in groups}
    assert frozenset({CHOIR, CHOIR_TOO}) in together
