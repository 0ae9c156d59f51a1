from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Doc

from server.adapting.taking import (
    NOTHING,
    Taking,
    Wanted,
    from_json,
    print_of,
    taken_back,
    to_json,
)
from server.errors import WordsChanged
from server.writing import document, rich_text
from server.writing.charter import Charter, Item
from tests.server.adapting.stage import WORDS, charter_of, statement

BASE = charter_of(*WORDS)


def opened(charter: Charter = BASE) -> Doc[Any]:
    return document.opened(document.new_state(charter))


def item(item_id: str) -> Item:
    found = BASE.item(item_id)
    assert found is not None
    return found


def order(doc: Doc[Any]) -> Sequence[str]:
    return [each.id for each in document.read(doc).charter.items]


def test_all_items_say_what_is_wanted_and_keep_their_place() -> None:
    doc = opened()
    wanted = replace(item("s2"), words=rich_text.from_text("We meet."), why=(), position="zz")
    Taking((Wanted("s2", print_of(item("s2")), wanted),))(doc)
    found = document.read_items(doc, ["s2"])["s2"]
    assert found == replace(wanted, position=item("s2").position)


def test_nothing_is_changed_where_one_is_not_what_was_seen() -> None:
    doc = opened()
    wanted = [
        Wanted(each, print_of(item(each)), replace(item(each), words=())) for each in ("s1", "s2")
    ]
    document.set_text(doc, "s2", document.Part.WORDS, rich_text.from_text("Written since."))
    before = document.read(doc)
    with pytest.raises(WordsChanged):
        Taking(tuple(wanted))(doc)
    assert document.read(doc) == before


def test_what_only_needs_to_be_as_it_was_seen_is_not_touched() -> None:
    doc = opened()
    state = doc.get_state()
    Taking((Wanted("s1", print_of(item("s1"))), Wanted("x", NOTHING)))(doc)
    assert doc.get_state() == state


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (("s4", "s1"), ["h1", "s1", "s2", "s3", "s4", "new", "s5"]),
        (("gone", "s1"), ["h1", "s1", "new", "s2", "s3", "s4", "s5"]),
        (("gone",), ["new", "h1", "s1", "s2", "s3", "s4", "s5"]),
        ((), ["new", "h1", "s1", "s2", "s3", "s4", "s5"]),
    ],
)
def test_a_new_item_stands_behind_the_nearest_one_that_is_there(
    behind: tuple[str, ...], expected: list[str]
) -> None:
    doc = opened()
    Taking((Wanted("new", NOTHING, statement("new", "New."), behind),))(doc)
    assert order(doc) == expected


def test_a_move_changes_no_words() -> None:
    doc = opened()
    Taking((Wanted("s1", print_of(item("s1")), None, ("s3",)),))(doc)
    assert order(doc) == ["h1", "s2", "s3", "s1", "s4", "s5"]


def test_the_origins_of_a_joined_statement_come_with_it() -> None:
    doc = opened()
    joined = replace(item("s1"), origins=("s2",))
    Taking((Wanted("s1", print_of(item("s1")), joined),))(doc)
    found = document.read_items(doc, ["s1"])["s1"]
    assert found is not None
    assert found.origins == ("s2",)


def test_the_print_of_an_item_tells_everything_but_its_place() -> None:
    one = item("s1")
    others = [
        replace(one, words=()),
        replace(one, meaning=rich_text.from_text("It means this.")),
        replace(one, picture="house"),
        replace(one, why=rich_text.from_text("Why.")),
        replace(one, left_out=True),
    ]
    assert len({print_of(each) for each in (one, *others)}) == 6
    assert print_of(replace(one, position="zz")) == print_of(one)


def test_an_addition_that_was_taken_back_is_like_nothing() -> None:
    assert print_of(None) == print_of(taken_back(item("s1"))) == NOTHING


def test_a_decision_keeps_a_whole_item() -> None:
    whole = replace(
        item("s1"), picture="house", why=rich_text.from_text("Why."), origins=("s2",), left_out=True
    )
    assert from_json(to_json(whole)) == whole
    assert from_json(to_json(None)) is None
