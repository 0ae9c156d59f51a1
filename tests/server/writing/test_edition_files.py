import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import FileTooBig, NotAnEdition
from server.writing import edition as form
from server.writing import edition_files, rich_text
from server.writing.edition import Edition
from server.writing.markdown_in import parse
from tests.server.writing import strategies
from tests.server.writing.test_edition import edition_of

WIRE = Path(__file__).parents[2] / "wire"
GOLDEN: list[dict[str, Any]] = json.loads((WIRE / "editions.json").read_text("utf-8"))
every_golden = pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["name"])

lines = strategies.texts.map(lambda text: rich_text.tidy_line(normalize("NFC", text)))
editions = st.builds(
    lambda charter, name, note, people, removed: replace(
        form.composed(edition_of(charter)),
        name=name,
        note="\n".join(filter(None, note)),
        people=tuple(people),
        items=tuple(
            replace(
                item,
                position="",
                wording=None if gone else item.wording,
                why=None if gone and item.why else item.why,
            )
            for item, gone in zip(edition_of(charter).items, removed, strict=False)
        ),
    ),
    strategies.charters,
    lines,
    st.lists(lines, max_size=3),
    st.lists(lines.filter(bool), max_size=3),
    st.lists(st.booleans(), min_size=6, max_size=6),
)


@every_golden
def test_the_json_file_is_that_of_the_golden_cases(case: dict[str, Any]) -> None:
    data = json.dumps(case["file"]).encode()
    edition, said = edition_files.read(data)
    assert said == case["file"]["digest"] == form.digest(edition)
    assert json.loads(edition_files.to_json(edition)) == case["file"]


def test_the_markdown_file_is_the_golden_one() -> None:
    """One that was kept must be as good in ten years."""
    golden = (WIRE / "edition.md").read_bytes()
    edition, said = edition_files.read(golden)
    assert edition_files.to_markdown(edition).encode() == golden
    assert said == form.digest(edition)
    kept, _ = edition_files.read(json.dumps(GOLDEN[1]["file"]).encode())
    assert kept == edition


@settings(max_examples=50)
@given(editions)
def test_an_edition_comes_back_from_either_file(edition: Edition) -> None:
    said = form.digest(edition)
    assert edition_files.read(edition_files.to_json(edition).encode()) == (edition, said)
    assert edition_files.read(edition_files.to_markdown(edition).encode()) == (edition, said)


@settings(max_examples=50)
@given(editions)
def test_what_we_write_holds_only_the_edition(edition: Edition) -> None:
    for file in (edition_files.to_json(edition), edition_files.to_markdown(edition)):
        assert edition_files.holds_only(file.encode(), edition)
        assert edition_files.holds_only(file.replace("\n", "\r\n").encode(), edition)


def test_something_else_in_a_file_is_seen() -> None:
    edition = edition_of()
    value = edition_files.json_value(edition)
    for other in (
        {**value, "more": 1},
        {**value, "items": [{**value["items"][0], "more": 1}, *value["items"][1:]]},
    ):
        assert not edition_files.holds_only(json.dumps(other).encode(), edition)
    text = edition_files.to_markdown(edition)
    for changed in (
        text.replace("Statement 1", "Statement 2"),
        text.replace(" (left out)", ""),
        text.replace("title:", "more: words\ntitle:"),
        text.replace("<!-- statement", "<!-- hello --><!-- statement", 1),
    ):
        assert changed != text
        assert not edition_files.holds_only(changed.encode(), edition)


def test_the_order_of_keys_makes_no_difference() -> None:
    edition = edition_of()
    value = dict(reversed(edition_files.json_value(edition).items()))
    assert edition_files.holds_only(json.dumps(value).encode(), edition)


def test_a_reader_sees_that_words_were_removed() -> None:
    edition = edition_of()
    gone = replace(edition.items[1], wording=None, why_digest="0" * 64, why=None)
    text = edition_files.to_markdown(
        replace(edition, items=(edition.items[0], gone, *edition.items[2:]))
    )
    assert "I choose." not in text
    assert "\nThese words were removed.\n" in text
    assert "\nThis reason was removed.\n" in text


def test_the_markdown_file_is_a_charter_that_can_be_brought_in() -> None:
    edition = edition_of()
    charter = parse(edition_files.to_markdown(edition).encode())
    assert form.items_of(charter)[0].wording_digest == edition.items[0].wording_digest
    assert [item.id for item in charter.items] == [item.id for item in edition.items]


def good() -> dict[str, Any]:
    return edition_files.json_value(edition_of())


WRONG: list[dict[str, Any]] = [
    {"items": 5},
    {"items": [5]},
    {"items": [{}]},
    {"items": good()["items"] * 2},
    {"items": [{**good()["items"][1], "id": "../x"}]},
    {"items": [{**good()["items"][1], "kind": "song"}]},
    {"items": [{**good()["items"][1], "says": None}]},
    {"items": [{**good()["items"][1], "says": {"words": 5}}]},
    {"items": [{**good()["items"][1], "says": {"words": [{"paragraph": [7]}]}}]},
    {"number": "many"},
    {"number": None},
    {"published_at": "yesterday"},
    {"published_at": 5},
    {"people": None},
]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"{}",
        b"[]",
        b"\xff\xfe{",
        b'{"our-charter": "edition 1"}',
        b'{"our-charter": "edition 2"}',
        b'{"a":' * 100_000,
        b"[" * 1_000,
        b'{"our-charter": ' + b"9" * 10_000 + b"}",
        b"# A Charter\n\n## My home\n\nI choose.\n",
        b"\x89PNG\r\n\x1a\n\0",
        "# Tŷ".encode("utf-16"),
        b"---\nedition: edition 1\n---\n\n# Ours\n\nI choose.\n",
        *(json.dumps({**good(), **wrong}).encode() for wrong in WRONG),
    ],
    ids=lambda data: data[:40].decode("latin-1"),
)
def test_what_is_no_edition_is_refused(data: bytes) -> None:
    with pytest.raises(NotAnEdition):
        edition_files.read(data)


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(FileTooBig):
        edition_files.read(b"{" * (edition_files.LARGEST + 1))
