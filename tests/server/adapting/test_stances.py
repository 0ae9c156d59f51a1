import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.adapting.stances import stances
from server.comparing.align import Stance
from server.comparing.updates import questions
from server.writing import rich_text
from server.writing.charter import Charter, Item, in_order
from tests.server.adapting.stage import WORDS, charter_of, statement

# Statements before and after splitting and joining; the drafting page makes just these of them.
PARTING = json.loads((Path(__file__).parents[2] / "wire" / "parting.json").read_text("utf-8"))
BASE = charter_of(*WORDS)
REASON = rich_text.from_text("It is different here.")


def with_items(charter: Charter, *items: Item) -> Charter:
    """The Charter with these items in the place of those with their ids, or added."""
    kept = {item.id: item for item in charter.items} | {item.id: item for item in items}
    return replace(charter, items=in_order(kept.values()))


def item(item_id: str) -> Item:
    found = BASE.item(item_id)
    assert found is not None
    return found


def lacking(ours: Charter) -> list[str]:
    return [change.item_id for change in stances(BASE, ours).without_reason]


def test_a_version_that_changed_nothing_needs_no_reason() -> None:
    found = stances(BASE, BASE)
    assert {change.stance for change in found.comparison.items} == {Stance.KEPT}
    assert (found.differences, found.without_reason) == ((), ())


@pytest.mark.parametrize(
    ("change", "stance"),
    [
        (replace(item("s1"), words=rich_text.from_text("I choose.")), Stance.REWORDED),
        (replace(item("s1"), meaning=rich_text.from_text("I decide.")), Stance.REWORDED),
        (replace(item("s1"), picture="house"), Stance.REWORDED),
        (replace(item("s1"), left_out=True), Stance.LEFT_OUT),
        (statement("x1", "We have a garden.", "a9"), Stance.ADDED),
    ],
)
def test_a_difference_lacks_a_reason_until_somebody_says_why(change: Item, stance: Stance) -> None:
    ours = with_items(BASE, change)
    found = stances(BASE, ours)
    assert found.by_id[change.id].stance is stance
    assert lacking(ours) == [change.id]
    assert found.lacks_reason(change.id)
    told = with_items(BASE, replace(change, why=REASON))
    assert lacking(told) == []
    assert len(stances(BASE, told).differences) == 1


def test_a_move_and_a_new_heading_are_told_but_need_no_reason() -> None:
    heading = replace(item("h1"), words=rich_text.from_text("Our home"))
    ours = with_items(BASE, replace(item("s1"), position="a9"), heading)
    found = stances(BASE, ours)
    assert found.by_id["s1"].stance is Stance.MOVED
    assert found.by_id["h1"].stance is Stance.REWORDED
    assert lacking(ours) == []


def test_a_reason_for_a_split_is_the_reason_for_both_parts() -> None:
    first = replace(item("s1"), words=rich_text.from_text("I choose"), why=REASON)
    second = statement("s1b", "who I live with.", "a1V", origins=("s1",))
    assert lacking(with_items(BASE, first, second)) == []
    assert lacking(with_items(BASE, replace(first, why=()), second)) == ["s1", "s1b"]


def test_a_reason_for_joining_is_the_reason_for_the_one_that_went() -> None:
    first = replace(item("s1"), words=rich_text.from_text("Both."), why=REASON, origins=("s2",))
    gone = replace(item("s2"), left_out=True)
    assert lacking(with_items(BASE, first, gone)) == []


def saying(items: Sequence[dict[str, Any]]) -> Charter:
    """A Charter whose statements say this, in this order."""
    return Charter(
        "Our Charter",
        items=tuple(
            statement(
                says["id"],
                says["words"],
                f"a{place}",
                meaning=rich_text.from_text(says.get("meaning", "")),
                why=rich_text.from_text(says.get("why", "")),
                picture=says.get("picture"),
                left_out=says.get("left_out", False),
                origins=tuple(says.get("origins", ())),
            )
            for place, says in enumerate(items)
        ),
    )


@pytest.mark.parametrize("case", PARTING, ids=lambda case: str(case["name"]))
def test_reasons_and_comparisons_follow_what_is_split_and_joined(case: dict[str, Any]) -> None:
    national, ours, gives = (saying(case[key]) for key in ("national", "ours", "gives"))
    found = stances(national, gives)
    told = {change.item_id: str(change.stance) for change in found.comparison.statements}
    assert told == case["stances"]
    assert [change.item_id for change in found.without_reason] == case["lacking"]
    # Who adapted this version is told of it as one thing, and not as a change and an addition.
    (question,) = questions(ours, ours, gives).questions
    assert str(question.event) == case["event"]
