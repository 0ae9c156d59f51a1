import pickle
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pycrdt import Doc

from server.errors import UnknownStatement
from server.writing import document, edits
from server.writing.charter import Charter, Item, Kind
from server.writing.document import Part
from server.writing.edits import (
    AddItem,
    Edit,
    Move,
    PlaceAfter,
    SetLeftOut,
    SetOrigins,
    SetPicture,
    SetText,
    TakeAway,
)
from server.writing.rich_text import RichText, from_text

FIRST = Item("a", Kind.STATEMENT, "a0", from_text("I choose."), picture="house")
SECOND = Item("b", Kind.STATEMENT, "a1", from_text("We decide."))


def opened(*items: Item) -> Doc[Any]:
    return document.opened(document.new_state(Charter("Ours", items=items or (FIRST, SECOND))))


def made(*some: Edit) -> tuple[Item, ...]:
    """The items after some edits."""
    doc = opened()
    edits.apply(doc, some)
    return document.read(doc).charter.items


def says(text: str) -> RichText:
    return from_text(text)


@pytest.mark.parametrize(
    ("edit", "becomes"),
    [
        (SetText("a", Part.WHY, says("Safer.")), replace(FIRST, why=says("Safer."))),
        (SetPicture("a", "door"), replace(FIRST, picture="door")),
        (SetPicture("a", None), replace(FIRST, picture=None)),
        (SetLeftOut("a", True), replace(FIRST, left_out=True)),
        (Move("a", "Zz"), replace(FIRST, position="Zz")),
        (SetOrigins("a", ("b", "c", "b")), replace(FIRST, origins=("b", "c"))),
        (AddItem(replace(FIRST, position="a0V")), replace(FIRST, position="a0V")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_edit_does_one_thing(edit: Edit, becomes: Item) -> None:
    assert made(edit) == (becomes, SECOND)


def test_an_item_can_be_added_and_placed_after_another_in_one_go() -> None:
    third = Item("c", Kind.STATEMENT, "a9", says("New."), origins=("a",))
    items = made(AddItem(third), PlaceAfter("c", "a"))
    assert [item.id for item in items] == ["a", "c", "b"]
    assert items[1] == replace(third, position=items[1].position)


def test_an_item_can_be_placed_first() -> None:
    assert [item.id for item in made(PlaceAfter("b", None))] == ["b", "a"]


def test_an_item_is_placed_between_two_that_share_a_position() -> None:
    doc = opened(FIRST, replace(SECOND, position="a0"), Item("c", Kind.STATEMENT, "a5"))
    edits.apply(doc, [PlaceAfter("c", "a")])
    assert [item.id for item in document.read(doc).charter.items] == ["a", "c", "b"]


@pytest.mark.parametrize(
    "edit",
    [SetText("z", Part.WORDS, ()), SetLeftOut("z", True), Move("z", "a1"), PlaceAfter("a", "z")],
    ids=lambda edit: type(edit).__name__,
)
def test_an_edit_of_an_item_that_is_not_there_is_refused(edit: Edit) -> None:
    with pytest.raises(UnknownStatement):
        edits.apply(opened(), [edit])


def test_restoring_says_exactly_what_was_asked_and_leaves_the_place() -> None:
    doc = opened()
    earlier = Item(
        "a", Kind.STATEMENT, "a9", says("I chose."), says("It was so."), None, says("Why"), True
    )
    edits.restore(doc, earlier)
    assert document.read_items(doc, ["a"])["a"] == replace(earlier, position="a0")


def test_restoring_an_item_that_is_not_there_adds_it() -> None:
    doc = opened(FIRST)
    edits.restore(doc, SECOND)
    assert document.read(doc).charter.items == (FIRST, SECOND)


def test_what_is_so_already_makes_no_edit_at_all() -> None:
    doc = opened()
    before = doc.get_state()
    updates: list[bytes] = []
    seen = doc.observe(lambda event: updates.append(event.update))
    edits.apply(doc, [AddItem(FIRST), SetLeftOut("b", False), SetPicture("b", None)])
    edits.restore(doc, SECOND)
    doc.unobserve(seen)
    assert doc.get_state() == before
    assert updates == []


def test_edits_travel_to_an_engine_worker() -> None:
    job = partial(edits.apply, edits=[SetText("a", Part.WORDS, says("Sent."))])
    doc = opened()
    pickle.loads(pickle.dumps(job))(doc)  # noqa: S301 -- our own
    assert document.read(doc).charter.items[0].words == says("Sent.")


def test_an_item_is_taken_away_with_all_that_it_says_and_again_nothing_happens() -> None:
    assert [item.id for item in made(TakeAway("a"))] == ["b"]
    assert [item.id for item in made(TakeAway("a"), TakeAway("a"), TakeAway("gone"))] == ["b"]
