from collections.abc import Sequence
from typing import Any

import pytest

from server.writing import diary
from server.writing.charter import Kind
from server.writing.diary import About, Deed, deed

S, H = Kind.STATEMENT, Kind.HEADING


def state(position: str = "a0", *, left_out: bool = False, why: Any = ()) -> dict[str, Any]:
    return {"kind": "statement", "position": position, "left_out": left_out, "why": list(why),
            "origins": []}  # fmt: skip


# fmt: off
DEEDS = [
    # before                     digest  after                       digest  what was done
    (None,                       None,   state(),                    "1",    Deed.ADDED),
    (None,                       None,   state(left_out=True),       "1",    None),
    (state(),                    "1",    None,                       None,   Deed.LEFT_OUT),
    (state(),                    "1",    state(left_out=True),       "2",    Deed.LEFT_OUT),
    (state(left_out=True),       "1",    state(),                    "2",    Deed.PUT_BACK),
    (state(left_out=True),       "1",    state(left_out=True),       "2",    None),
    (state(),                    "1",    state("b0"),                "2",    Deed.CHANGED),
    (state(),                    "1",    state("b0", why=["Why."]),  "1",    Deed.MOVED),
    (state(),                    "1",    state(why=["Why."]),        "1",    Deed.SAID_WHY),
    (state(),                    "1",    state(),                    "1",    None),
]
# fmt: on


@pytest.mark.parametrize(("before", "was", "after", "is_now", "done"), DEEDS)
def test_what_was_done_is_the_most_telling_of_all_that_was(
    before: Any, was: str | None, after: Any, is_now: str | None, done: Deed | None
) -> None:
    assert deed(before, was, after, is_now) is done


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "We"),
        (["Meg"], "Meg"),
        (["Meg", "Ben"], "Meg and Ben"),
        (["Meg", "Ben", "Anna"], "Meg, Ben and Anna"),
        (["Meg", "Ben", "Anna", "Sam", "Jo"], "Meg, Ben and 3 others"),
    ],
)
def test_names_are_said_as_one_says_them(names: Sequence[str], said: str) -> None:
    assert diary.people(names) == said


@pytest.mark.parametrize(
    ("deeds", "told"),
    [
        ({(S, Deed.CHANGED): 4, (S, Deed.ADDED): 1}, ["Meg changed 4 statements and added 1."]),
        ({(S, Deed.CHANGED): 1}, ["Meg changed 1 statement."]),
        (
            {(S, Deed.MOVED): 2, (H, Deed.ADDED): 1},
            ["Meg moved 2 statements and added 1 heading."],
        ),
        (
            {(S, Deed.LEFT_OUT): 2, (S, Deed.CHANGED): 1, (S, Deed.SAID_WHY): 3},
            ["Meg changed 1 statement and left out 2.", "They also said why for 3 statements."],
        ),
        ({(H, Deed.CHANGED): 2, (H, Deed.ADDED): 1}, ["Meg changed 2 headings and added 1."]),
        ({}, []),
    ],
)  # fmt: skip
def test_deeds_are_told_in_short_sentences(
    deeds: dict[tuple[Kind, Deed], int], told: list[str]
) -> None:
    assert list(diary.sentences(["Meg"], deeds)) == told


def test_who_was_helped_is_told_last_so_that_nobody_else_seems_to_have_helped() -> None:
    helped = "Anna, with help from Sam"
    assert diary.people([helped, "Ben"]) == "Ben and Anna, with help from Sam"
    told = diary.sentences([helped], {(S, Deed.CHANGED): 1})
    assert told == ("Anna, with help from Sam changed 1 statement.",)


def test_a_sentence_begins_with_a_capital_also_where_the_name_is_gone() -> None:
    deeds = {(S, Deed.CHANGED): 1}
    assert diary.sentences(["a member"], deeds) == ("A member changed 1 statement.",)
    assert diary.sentences(["van Dyk"], deeds) == ("van Dyk changed 1 statement.",)


def test_what_nobody_did_we_did() -> None:
    deeds = {(S, Deed.CHANGED): 1, (S, Deed.ADDED): 1, (S, Deed.MOVED): 2}
    assert diary.sentences([], deeds) == (
        "We changed 1 statement and added 1.",
        "We also moved 2 statements.",
    )


def test_a_language_without_a_table_is_told_in_english() -> None:
    assert diary.phrases("cy") is diary.phrases("en-GB") is diary.ENGLISH


def test_every_deed_has_its_words() -> None:
    assert diary.ENGLISH.first.keys() == {(kind, each) for kind in Kind for each in Deed}


@pytest.mark.parametrize(
    ("names", "parts", "said"),
    [
        (["Meg"], {About.TITLE}, "Meg changed the title of the Charter."),
        (["Meg"], {About.SUMMARY}, "Meg changed the words under the title."),
        ([], set(About), "We changed the title, and the words under it."),
        (["a member"], {About.TITLE}, "A member changed the title of the Charter."),
    ],
)
def test_another_title_is_told(names: list[str], parts: set[About], said: str) -> None:
    assert diary.retitled(names, frozenset(parts)) == said
