import json
import unicodedata
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from server.writing import rich_text, wording
from server.writing.charter import Item, Kind
from server.writing.rich_text import Paragraph, RichText, Run
from server.writing.wording import Wording
from tests.server.writing import strategies

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "wire" / "wordings.json").read_text(encoding="utf-8")
)


def golden_wording(case: dict[str, Any]) -> Wording:
    given = case["wording"]
    return Wording(
        rich_text.from_json(given["words"]),
        rich_text.from_json(given["meaning"]),
        given["picture"],
    )


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])
def test_digests_are_those_of_the_golden_cases(case: dict[str, Any]) -> None:
    assert asdict(wording.digest(golden_wording(case))) == case["digests"]


def test_only_wordings_that_say_the_same_share_a_digest() -> None:
    whole = [case["digests"]["whole"] for case in GOLDEN]
    assert len(set(whole)) == len(GOLDEN) - 1
    assert whole.count(wording.digest(Wording(says("tŷ, café"))).whole) == 2


def says(*runs: str | Run) -> RichText:
    return (Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs)),)


@pytest.mark.parametrize(
    "other",
    [
        says("I ", "choose."),
        says("  I choose. "),
        (*says(), *says("I choose."), *says(" ")),
        says(Run("I choose.", link="javascript:alert(1)")),
    ],
)
def test_how_words_were_typed_makes_no_difference(other: RichText) -> None:
    assert wording.digest(Wording(other)) == wording.digest(Wording(says("I choose.")))


@pytest.mark.parametrize(
    "other",
    [
        says("I choose"),
        says("i choose."),
        says("I  choose."),
        says(Run("I choose.", strong=True)),
        says(Run("I choose.", link="https://a.org")),
        (*says("I"), *says("choose.")),
    ],
)
def test_other_words_have_another_digest(other: RichText) -> None:
    assert wording.digest(Wording(other)).words != wording.digest(Wording(says("I choose."))).words


def test_parts_have_digests_of_their_own() -> None:
    one = Wording(says("a"), says("b"), "house")
    before = wording.digest(one)
    after = wording.digest(replace(one, picture="tree"))
    assert (before.words, before.meaning) == (after.words, after.meaning)
    assert before.picture != after.picture
    assert before.whole != after.whole
    assert len({before.words, before.meaning, before.picture, before.whole}) == 4


@given(strategies.rich_texts)
def test_the_canonical_form_of_a_canonical_wording_is_itself(rich: RichText) -> None:
    first = wording.canonical(Wording(rich))
    assert wording.canonical(first) == first
    assert wording.digest(first) == wording.digest(Wording(rich))


def test_the_wording_of_an_item_is_composed() -> None:
    item = Item("a", Kind.STATEMENT, "a0", says("ty\u0302"), picture="house", why=says("x"))
    assert wording.of(item) == Wording(says(unicodedata.normalize("NFC", "ty\u0302")), (), "house")
