import pickle
from dataclasses import replace

from hypothesis import given

from server.writing import charter, limits, position
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import Paragraph, Run
from tests.server.writing import strategies


def item(item_id: str, place: str = "a0", kind: Kind = Kind.STATEMENT, text: str = "x") -> Item:
    return Item(item_id, kind, place, words=(Paragraph((Run(text),)),))


def test_items_stand_by_position_then_by_id() -> None:
    whole = charter.valid(Charter("A", items=(item("c", "a1"), item("b"), item("a"))))
    assert [i.id for i in whole.items] == ["a", "b", "c"]


def test_an_item_without_a_place_stands_last() -> None:
    whole = charter.valid(Charter("A", items=(item("a", "nowhere?"), item("b", "zz"), item("c"))))
    assert [(i.id, i.position) for i in whole.items] == [
        ("c", "a0"),
        ("a", position.LAST),
        ("b", position.LAST),
    ]


def test_statements_left_out_keep_their_number() -> None:
    whole = Charter(
        "A",
        items=(
            item("h", kind=Kind.HEADING),
            item("a"),
            replace(item("b"), left_out=True),
            item("c"),
        ),
    )
    assert whole.numbers == {"a": 1, "b": 2, "c": 3}


def test_sections_keep_statements_under_their_heading() -> None:
    first, heading, second, empty = (
        item("a"),
        item("h", kind=Kind.HEADING),
        item("b"),
        item("g", kind=Kind.HEADING),
    )
    whole = Charter("A", items=(first, heading, second, empty))
    assert whole.sections == (
        charter.Section(None, (first,)),
        charter.Section(heading, (second,)),
        charter.Section(empty, ()),
    )
    assert whole.headings == (heading, empty)
    assert whole.item("b") == second
    assert whole.item("nobody") is None


def test_a_charter_always_has_a_title() -> None:
    assert charter.valid(Charter(" \n")).title == charter.UNTITLED


def test_what_is_too_long_is_cut() -> None:
    whole = charter.valid(
        Charter(
            "t" * 500, "s" * 5_000, "not a language!", (item("a", text="w" * 9_000), item("bad id"))
        )
    )
    assert len(whole.title) == limits.TITLE
    assert len(whole.summary) == limits.SUMMARY
    assert whole.language == charter.LANGUAGE
    assert [i.id for i in whole.items] == ["a"]
    assert whole.items[0].words == (Paragraph((Run("w" * limits.WORDS),)),)


@given(strategies.charters)
def test_a_valid_charter_stays_as_it_is(whole: Charter) -> None:
    assert charter.valid(whole) == whole


def test_an_addition_that_was_undone_is_not_shown_and_not_counted() -> None:
    said = replace(item("a"), left_out=True)
    undone = Item("b", Kind.STATEMENT, "a1", left_out=True)
    begun = Item("c", Kind.STATEMENT, "a2")
    shown = Charter("Ours", items=(said, undone, begun)).shown
    assert shown.items == (said, begun)
    assert shown.numbers == {"a": 1, "c": 2}


def test_a_kind_travels_between_processes_by_its_name_alone() -> None:
    sent = pickle.dumps(Kind.HEADING)
    assert b"getattr" not in sent
    assert pickle.loads(sent) is Kind.HEADING  # noqa: S301 -- made one line above
