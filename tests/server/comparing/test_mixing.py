import random
import unicodedata

import pytest

from server.comparing import mixing, words
from server.comparing.mixing import Reason
from server.writing import limits, rich_text
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from tests.server.comparing import rewordings


def said(text: str) -> RichText:
    return rich_text.from_text(text)


BASE = "I choose who comes into my home and when they go. We agree on it together each year."


@pytest.mark.parametrize(
    ("ours", "theirs", "mixed"),
    [
        (
            BASE.replace("I choose", "Each of us chooses"),
            BASE.replace("each year", "every summer"),
            BASE.replace("I choose", "Each of us chooses").replace("each year", "every summer"),
        ),
        (
            "At home " + BASE[0].lower() + BASE[1:],
            BASE.replace(" together", ""),
            "At home i choose who comes into my home and when they go. We agree on it each year.",
        ),
        (
            BASE + "\nWe write it down.",
            BASE.replace("comes into", "enters"),
            BASE.replace("comes into", "enters") + "\nWe write it down.",
        ),
    ],
)
def test_changes_that_are_well_apart_are_mixed(ours: str, theirs: str, mixed: str) -> None:
    assert mixing.mix(said(BASE), said(ours), said(theirs)) == said(mixed)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("I decide who comes into my home", "I pick who comes into my home"),
        ("I decide who comes into my home", "I choose who enters my home"),
        ("I choose who comes into my home.", "I choose who comes into my home, too."),
        ("We choose who comes into my home", "I choose freely who comes into my home"),
        ("I choose who comes into my home\nAlways.", "I choose who comes into my home\nMostly."),
    ],
)
def test_changes_that_touch_or_are_close_are_not_mixed(ours: str, theirs: str) -> None:
    base = said("I choose who comes into my home")
    assert mixing.mix(base, said(ours), said(theirs)) is Reason.CLOSE


@pytest.mark.parametrize(("between", "is_mixed"), [("b c", False), ("b c d", True)])
def test_three_words_that_nobody_changed_are_far_enough(between: str, is_mixed: bool) -> None:
    sides = (said(f"{a} {between} {z}") for a, z in (("a", "z"), ("o", "z"), ("a", "t")))
    mixed = mixing.mix(*sides)
    assert mixed == (said(f"o {between} t") if is_mixed else Reason.CLOSE)


def test_marks_of_punctuation_are_no_words_between() -> None:
    sides = [said(f"{a}, b – c ... {z}") for a, z in (("a", "z"), ("o", "z"), ("a", "t"))]
    assert mixing.mix(*sides) is Reason.CLOSE


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("You must knock before you come in and close 2 doors", "2 becomes 3"),
        ("You may not knock before you come in and close two doors", "two becomes three"),
    ],
)
def test_two_changed_numbers_negations_or_modals_are_never_mixed(ours: str, theirs: str) -> None:
    base = ours.replace("must", "may").replace("may not", "may")
    old, new = theirs.split(" becomes ")
    assert mixing.mix(said(base), said(ours), said(base.replace(old, new))) is Reason.FLAGGED


def test_what_both_did_alike_is_in_the_way_of_nothing() -> None:
    base = "We aim to listen to you and to help you live the life you want"
    ours = base.replace("aim", "promise").replace("the life", "a life")
    theirs = base.replace("aim", "promise").replace("listen to", "hear")
    mixed = (
        base.replace("aim", "promise").replace("the life", "a life").replace("listen to", "hear")
    )
    assert mixing.mix(said(base), said(ours), said(theirs)) == said(mixed)


def test_strong_words_and_links_stay_where_they_were_written() -> None:
    def text(*, link: str | None, end: str) -> RichText:
        runs = (
            Run("Tell your "),
            Run("worker", link=link),
            Run(" or ring us when "),
            Run("you", strong=True),
            Run(end),
        )
        return rich_text.tidy([Paragraph(runs)])

    base = text(link=None, end=" worry.")
    ours = text(link="https://example.org/", end=" worry.")
    theirs = text(link=None, end=" are sad.")
    mixed = text(link="https://example.org/", end=" are sad.")
    assert mixing.mix(base, ours, theirs) == mixed


def test_a_bullet_that_one_side_adds_comes_into_the_list() -> None:
    def listed(lead: str, *points: str) -> RichText:
        items = tuple(Paragraph((Run(point),)) for point in points)
        return (*said(lead), BulletList(items))

    base = listed("I have:", "a room of my own", "a key to my door")
    ours = listed("I have:", "a room of my own", "a key to my door", "a place at the table")
    theirs = listed("Everyone has:", "a room of my own", "a key to my door")
    assert mixing.mix(base, ours, theirs) == listed(
        "Everyone has:", "a room of my own", "a key to my door", "a place at the table"
    )


def test_more_than_a_statement_may_hold_is_not_proposed() -> None:
    base = "word " * 700
    ours, theirs = said("start " * 80 + base), said(base + "end " * 80)
    assert rich_text.length(ours) <= limits.WORDS
    assert mixing.mix(said(base), ours, theirs) is Reason.LONG


@pytest.mark.parametrize("seed", range(8))
def test_a_mix_is_the_same_whichever_side_is_named_first(seed: int) -> None:
    chance, mixes = random.Random(seed), 0
    for _ in range(20):
        base = rewordings.text(chance)
        ours, theirs = rewordings.reworded(chance, base), rewordings.reworded(chance, base)
        mixed = mixing.mix(base, ours, theirs)
        assert mixed == mixing.mix(base, theirs, ours)
        mixes += not isinstance(mixed, Reason)
    assert mixes


@pytest.mark.parametrize("seed", range(8))
def test_edits_make_the_new_text_of_the_old_exactly(seed: int) -> None:
    chance = random.Random(seed)
    for step in range(20):
        base = rewordings.text(chance)
        new = rewordings.reworded(chance, base) if step % 4 else rewordings.text(chance)
        assert mixing.applied(base, mixing.edits(words.changes(base, new))) == new
        assert mixing.mix(base, new, base) == new
        assert mixing.mix(base, base, new) == new


def test_how_letters_are_composed_is_no_change() -> None:
    base, theirs = "Caffi yn y tŷ bob dydd i bawb.", "Caffi yn y tŷ bob wythnos i bawb."
    ours = unicodedata.normalize("NFD", base.replace("Caffi", "Cinio"))
    assert mixing.mix(said(base), said(ours), said(theirs)) == said(
        "Cinio yn y tŷ bob wythnos i bawb."
    )
