"""Every change can be said aloud, in short sentences."""

from dataclasses import replace

import pytest
from hypothesis import given

from server.comparing import align, flags, phrases, words
from server.comparing.align import Part
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import RichText
from tests.server.comparing.texts import text
from tests.server.writing.strategies import rich_texts


def _said(old: str, new: str, part: Part = Part.WORDS) -> tuple[str, ...]:
    return phrases.of_words(words.changes(text(old), text(new)), part)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "You must choose your food.",
            "You choose your food in your own time.",
            ("We took out “must”.", "We added “in your own time”."),
        ),
        ("You must ask.", "You may ask.", ("We changed “must” to “may”.",)),
        (
            "It is my home.",
            "You open no letters.",
            ("We changed “It is my home” to “You open no letters”.",),
        ),
        (
            "This is the place where I live with my family and my cats.",
            "Nobody else opens letters or parcels unless you asked him before.",
            ("We said this in new words.",),
        ),
        (
            "I go.",
            "I go. I can have friends here for lunch, tea, dinner and the night.",
            ("We added 12 words, from “I can have” to “and the night”.",),
        ),
        ("I go home.", "I go, home.", ("We changed only signs, such as dots.",)),
        ("I go Home.", "I go home.", ("We typed “home” in another way.",)),
        ("our plan", "our **plan**", ("We made “plan” bold.",)),
        ("our **plan**", "our plan", ("“plan” is no longer bold.",)),
        ("our plan", "our [plan](https://x.org)", ("“plan” is now a link.",)),
        ("our [plan](https://x.org)", "our plan", ("“plan” is no longer a link.",)),
        (
            "our [plan](https://x.org)",
            "our [plan](https://y.org)",
            ("The link “plan” now leads to another place.",),
        ),
        (
            "Read our [plan](https://x.org) first.",
            "Read our [guide](https://y.org) first.",
            (
                "We changed “plan” to “guide”.",
                "The link “guide” now leads to another place.",
            ),
        ),
        ("tea\nmilk", "- tea\n- milk", ("“tea” is now in a list.", "“milk” is now in a list.")),
        ("I go. You stay.", "I go.\nYou stay.", ("A new line now starts at “You stay”.",)),
        ("I go.\nYou stay.", "I go. You stay.", ("“You stay” now goes on in the same line.",)),
        (
            "- my food\n- my clothes\n- my friends",
            "- my friends\n- my food\n- my clothes",
            ("We moved “my friends” to another place.",),
        ),
        ("", "I go.", ("We wrote the first words.",)),
        ("I go.", "", ("We took out all the words.",)),
        ("I go.", "I go.", ()),
    ],
)
def test_every_change_is_a_short_sentence(old: str, new: str, said: tuple[str, ...]) -> None:
    assert _said(old, new) == said


def test_what_changed_in_the_meaning_and_in_the_why_is_told_as_that() -> None:
    assert _said("You must ask.", "You may ask.", Part.MEANING) == (
        "In what it means, we changed “must” to “may”.",
    )
    assert _said("", "We have a bus.", Part.WHY) == ("We said why.",)


def test_of_many_changes_the_last_sentence_says_how_many_more_there_are() -> None:
    old = "\n".join(f"I have {name} at home." for name in ("cats", "dogs", "fish", "mice", "hens"))
    new = old.replace("have", "keep")
    said = phrases.of_words(words.changes(text(old), text(new)), most=3)
    assert said == ("We changed “have” to “keep”.",)
    new = "\n".join(line.replace("home", str(count)) for count, line in enumerate(old.split("\n")))
    said = phrases.of_words(words.changes(text(old), text(new)), most=3)
    assert said[-1] == "We made 3 more small changes."


def test_a_flag_says_what_to_look_at() -> None:
    changed = words.changes(text("You must ask 3 people."), text("You may not ask 4 people."))
    assert phrases.of_flags(flags.flags(changed)) == (
        "Look: “not” is new here.",
        "Look: “must” is now “may”.",
        "Look: the number “3” is now “4”.",
    )


@given(rich_texts, rich_texts)
def test_no_sentence_is_longer_than_15_words(old: RichText, new: RichText) -> None:
    for part in (Part.WORDS, Part.MEANING, Part.WHY):
        for sentence in phrases.of_words(words.changes(old, new), part):
            assert len(sentence.split()) <= 15


HEADING = Item("h", Kind.HEADING, "a0", text("My home"))
ONE = Item("one", Kind.STATEMENT, "a1", text("You must ask."), picture="door")
TWO = Item("two", Kind.STATEMENT, "a2", text("You listen."))
THREE = Item("three", Kind.STATEMENT, "a3", text("You share."))
FOUR = Item("four", Kind.HEADING, "a4", text("My life"))
ALL = Charter("Ours", items=(HEADING, ONE, TWO, THREE, FOUR))


def _of(item_id: str, *items: Item, old: Charter = ALL) -> tuple[str, ...]:
    new = Charter("Ours", items=tuple(sorted(items, key=lambda item: item.position)))
    found = align.compare(old, new)
    return phrases.of_item(found.by_id[item_id], found)


def test_an_item_that_stayed_says_so() -> None:
    assert _of("two", *ALL.items) == ("This stayed the same.",)


def test_an_item_says_whether_it_is_there() -> None:
    added = replace(TWO, id="new", position="a5")
    heading = replace(FOUR, id="area", position="a6")
    assert _of("new", *ALL.items, added) == ("We added this.",)
    assert _of("area", *ALL.items, heading) == ("We added this heading.",)
    assert _of("two", HEADING, ONE, THREE, FOUR) == ("We left this out.",)
    out = Charter("Ours", items=(HEADING, ONE, replace(TWO, left_out=True), THREE, FOUR))
    assert _of("two", *ALL.items, old=out) == ("We put this back.",)


def test_an_item_says_where_it_went() -> None:
    assert _of("three", HEADING, ONE, TWO, FOUR, replace(THREE, position="a0V")) == (
        "This moved up.",
    )
    assert _of("one", HEADING, TWO, THREE, FOUR, replace(ONE, position="a5")) == (
        "This moved down.",
        "This is now in another part.",
    )


def test_an_item_says_what_changed_in_each_of_its_parts() -> None:
    changed = replace(
        ONE,
        words=text("You may ask."),
        meaning=text("Say please."),
        picture="key",
        why=text("We are kind."),
    )
    assert _of("one", HEADING, changed, TWO, THREE, FOUR) == (
        "We changed “must” to “may”.",
        "Look: “must” is now “may”.",
        "We added what it means.",
        "We chose another picture.",
        "We said why.",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (None, "key", "We added a picture."),
        ("key", None, "We took the picture away."),
        ("key", "door", "We chose another picture."),
    ],
)
def test_an_item_tells_of_its_picture(old: str | None, new: str | None, said: str) -> None:
    before = Charter("Ours", items=(replace(ONE, picture=old),))
    assert _of("one", replace(ONE, picture=new), old=before) == (said,)


def test_split_and_joined_statements_name_each_other_by_number() -> None:
    part = replace(TWO, id="part", position="a1V", origins=("one",))
    split = (HEADING, ONE, part, TWO, THREE, FOUR)
    assert _of("part", *split)[0] == "This was part of statement 1."
    assert _of("one", *split)[0] == "A part of this is now statement 2."
    joined = (
        HEADING,
        replace(ONE, words=text("You must ask. You listen."), origins=("two",)),
        replace(TWO, left_out=True),
        THREE,
        FOUR,
    )
    assert "We joined statement 2 to this one." in _of("one", *joined)
    assert _of("two", *joined) == ("This is now part of statement 1.",)


def test_without_the_comparison_other_statements_have_no_number() -> None:
    part = replace(TWO, id="part", position="a1V", origins=("one",))
    new = Charter("Ours", items=(HEADING, ONE, part, TWO, THREE, FOUR))
    change = align.compare(ALL, new).by_id["part"]
    assert phrases.of_item(change) == ("This was part of another statement.",)


def test_an_unknown_language_is_told_in_english() -> None:
    changed = words.changes(text("I go."), text("I go now."))
    assert phrases.of_words(changed, language="xx") == ("We added “now”.",)
