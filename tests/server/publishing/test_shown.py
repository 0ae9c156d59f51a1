from dataclasses import replace

import pytest
from hypothesis import given, settings

from server.comparing import align
from server.publishing.shown import charter_of, pack, unpack
from server.writing import edition as form
from server.writing import limits
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import from_text
from server.writing.wording import Wording
from tests.server.writing import strategies

OLD = Charter(
    "Ours",
    "All of it.",
    items=(
        Item("h", Kind.HEADING, "a0", from_text("My home")),
        Item("one", Kind.STATEMENT, "a1", from_text("I choose."), why=from_text("So we said.")),
        Item("two", Kind.STATEMENT, "a2", from_text("A bus."), left_out=True),
    ),
)


def wordings_of(charter: Charter) -> dict[str, Wording]:
    return {item.wording_digest: item.wording or Wording(()) for item in form.items_of(charter)}


@settings(max_examples=50)
@given(strategies.charters)
def test_what_was_shown_comes_back(charter: Charter) -> None:
    shown = unpack(pack(charter))
    assert shown is not None
    again = charter_of(shown, wordings_of(charter), charter)
    assert [i.wording_digest for i in form.items_of(again)] == [
        i.wording_digest for i in form.items_of(charter)
    ]
    assert not align.compare(again, charter).changes


def test_it_is_compared_with_what_is_there_now() -> None:
    shown = unpack(pack(OLD))
    assert shown is not None
    now = replace(
        OLD,
        items=(
            OLD.items[0],
            replace(OLD.items[1], words=from_text("We choose."), why=from_text("Another.")),
            OLD.items[2],
        ),
    )
    before = charter_of(shown, wordings_of(OLD), now)
    (change,) = align.compare(before, now).changes
    assert change.item_id == "one"
    assert change.parts == {align.Part.WORDS, align.Part.WHY}


def test_words_that_are_kept_no_more_are_empty() -> None:
    shown = unpack(pack(OLD))
    assert shown is not None
    assert all(item.words == () for item in charter_of(shown, {}, OLD).items)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "5",
        "[]",
        '["a", "b"]',
        '["a", "b", 5]',
        '["a", "b", [5]]',
        '["a", 5, []]',
        '["a", "b", [["../x", false, "0", false, "0"]]]',
        '["a", "b", [["x", false, 5, false, "0"]]]',
        '["a", "b", [["x", false, "0", false, "0"], ["x", false, "0", false, "0"]]]',
        "[" * 100_000,
    ],
    ids=lambda text: text[:30],
)
def test_what_we_did_not_write_is_nothing(text: str) -> None:
    assert unpack(text) is None


def test_the_largest_charter_fits_into_a_form() -> None:
    items = tuple(
        Item(f"{n:064}", Kind.STATEMENT, f"a{n:05}", from_text(str(n))) for n in range(limits.ITEMS)
    )
    assert len(pack(Charter("x" * limits.TITLE, "y" * limits.SUMMARY, items=items))) < 256 * 1024
