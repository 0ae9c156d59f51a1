import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given

from server.writing import edition as editions
from server.writing import wording
from server.writing.charter import Charter, Item, Kind
from server.writing.edition import Edition
from server.writing.rich_text import RichText, from_text
from tests.server.writing import strategies

AT = datetime(2026, 11, 3, 14, 5, 9, tzinfo=UTC)


def says(text: str) -> RichText:
    return from_text(text)


CHARTER = Charter(
    "Our Charter",
    "What good looks like.",
    items=(
        Item("heading1", Kind.HEADING, "a0", says("My home")),
        Item("one", Kind.STATEMENT, "a1", says("I choose."), says("We ask."), "house"),
        Item("two", Kind.STATEMENT, "a2", says("A bus."), why=says("None."), left_out=True),
    ),
)


def edition_of(charter: Charter = CHARTER) -> Edition:
    return Edition(
        charter_id="k2m4p7aa",
        by="Devon",
        number=2,
        name="Second edition",
        note="",
        published_at=AT,
        title=charter.title,
        summary=charter.summary,
        language=charter.language,
        people=("Ann", "Ben"),
        stands_on=None,
        items=editions.items_of(charter),
    )


def test_the_canonical_form_is_a_line_and_sorted_json() -> None:
    edition = edition_of()
    line, _, form = canonical_parts(edition)
    assert line == b"our-charter 1 edition"
    value = json.loads(form)
    assert list(value) == sorted(value)
    assert value["items"][1] == {
        "id": "one",
        "kind": "statement",
        "left_out": False,
        "origins": [],
        "why": editions.NO_WHY,
        "wording": wording.digest(wording.of(CHARTER.items[1])).whole,
    }
    assert value["published_at"] == "2026-11-03T14:05:09Z"
    assert editions.digest(edition) == hashlib.sha256(editions.canonical(edition)).hexdigest()


def canonical_parts(edition: Edition) -> tuple[bytes, bytes, bytes]:
    return editions.canonical(edition).partition(b"\n")


@pytest.mark.parametrize(
    "other",
    [
        {"by": "Kent"},
        {"charter_id": "other"},
        {"number": 3},
        {"name": "second edition"},
        {"note": "Hello"},
        {"published_at": AT + timedelta(seconds=1)},
        {"title": "Our charter"},
        {"summary": ""},
        {"language": "cy"},
        {"people": ("Ben", "Ann")},
        {"people": ("AnnBen",)},
        {"stands_on": "0" * 64},
        {"items": ()},
        {"items": edition_of().items[::-1]},
        *(
            {"items": (replace(edition_of().items[0], **change), *edition_of().items[1:])}
            for change in (
                {"id": "another"},
                {"kind": Kind.STATEMENT},
                {"left_out": True},
                {"origins": ("one",)},
                {"wording_digest": "0" * 64},
                {"why_digest": "0" * 64},
            )
        ),
    ],
    ids=",".join,
)
def test_whatever_is_other_makes_another_digest(other: dict[str, Any]) -> None:
    edition = edition_of()
    assert editions.digest(replace(edition, **other)) != editions.digest(edition)


def test_how_it_is_written_down_makes_no_other_digest() -> None:
    edition = edition_of(replace(CHARTER, title="Ein tŷ"))
    places = tuple(replace(item, position="zz") for item in edition.items)
    forgotten = tuple(replace(item, wording=None, why=None) for item in edition.items)
    wales = edition.published_at.astimezone(timezone(timedelta(hours=1)))
    for same in (
        replace(edition, title="Ein ty\u0302"),
        replace(edition, items=places),
        replace(edition, items=forgotten),
        replace(edition, published_at=wales),
    ):
        assert editions.digest(same) == editions.digest(edition)


@given(strategies.charters)
def test_an_edition_says_what_its_charter_said(charter: Charter) -> None:
    read = edition_of(charter).charter
    assert editions.items_of(read) == edition_of(charter).items
    assert [item.id for item in read.items] == [item.id for item in charter.shown.items]


def test_an_addition_that_was_undone_is_not_published() -> None:
    undone = Item("three", Kind.STATEMENT, "a3", left_out=True)
    assert edition_of(replace(CHARTER, items=(*CHARTER.items, undone))) == edition_of()


def test_words_have_the_same_digest_whoever_publishes_them() -> None:
    def shown(charter: Charter) -> str:
        return editions.digest_of_words(
            charter.title, charter.summary, charter.language, editions.items_of(charter)
        )

    assert shown(CHARTER) == shown(edition_of().charter)
    assert shown(replace(CHARTER, title="Other")) != shown(CHARTER)
    assert shown(replace(CHARTER, items=CHARTER.items[:2])) != shown(CHARTER)


def test_a_moment_comes_back() -> None:
    assert editions.read_moment(editions.moment(AT)) == AT
    with pytest.raises(ValueError, match="does not match"):
        editions.read_moment("3 November 2026")


@pytest.mark.parametrize(
    ("item", "something"),
    [
        (Item("a", Kind.STATEMENT, "a0", says("I choose.")), True),
        (Item("a", Kind.STATEMENT, "a0", says("I choose."), left_out=True), False),
        (Item("a", Kind.STATEMENT, "a0", meaning=says("I choose.")), False),
        (Item("a", Kind.HEADING, "a0", says("My home")), False),
    ],
)
def test_only_a_statement_with_words_is_something(item: Item, something: bool) -> None:
    items = editions.items_of(Charter("Ours", items=(item,)))
    assert editions.says_something(items) is something
