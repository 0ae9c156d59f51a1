import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from server.writing import charter, document, limits, position, rich_text
from server.writing.charter import Charter, Item, Kind
from server.writing.document import Part
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from tests.server.writing import strategies

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "wire" / "documents.json").read_text(encoding="utf-8")
)


def says(*lines: str) -> RichText:
    return tuple(Paragraph((Run(line),)) for line in lines)


def small() -> Charter:
    return Charter(
        "Ours",
        items=(
            Item("a", Kind.STATEMENT, "a0", says("one", "two", "three"), picture="house"),
            Item("b", Kind.STATEMENT, "a1", says("four")),
        ),
    )


def opened(whole: Charter) -> Doc[Any]:
    return document.opened(document.new_state(whole))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["name"])
def test_golden_documents_read_as_the_charter_beside_them(golden: dict[str, Any]) -> None:
    reading = document.read(document.opened(base64.b64decode(golden["update"])))
    assert charter.to_json(reading.charter) == golden["charter"]
    assert sorted(reading.dropped) == sorted(golden["dropped"])
    assert charter.valid(reading.charter) == reading.charter


@given(strategies.charters)
@settings(deadline=None)
def test_a_charter_reads_as_it_was_written(whole: Charter) -> None:
    assert document.read(opened(whole)) == document.Reading(whole, ())


def test_documents_made_twice_differ_in_their_client() -> None:
    assert document.new_state(small()) != document.new_state(small())
    assert document.new_state(small(), client_id=5) == document.new_state(small(), client_id=5)


def test_a_document_of_another_schema_tells_its_number() -> None:
    doc = opened(small())
    doc.get("meta", type=Map)["schema"] = 2
    assert document.read(doc).schema == 2


def test_items_over_the_limit_are_left_out_from_the_end() -> None:
    doc = opened(small())
    with doc.transaction():
        items = doc.get("items", type=Map)
        for number in range(limits.ITEMS):
            items[f"n{number}"] = Map({"kind": "heading", "position": "a2"})
    reading = document.read(doc)
    assert len(reading.charter.items) == limits.ITEMS
    assert "items: too many" in reading.dropped
    assert [item.id for item in reading.charter.items[:2]] == ["a", "b"]


# Whatever a client wrote

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=True)
    | st.text(max_size=5)
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
_tags = st.sampled_from(["paragraph", "bullet_list", "list_item", "heading", "", "x y"])
_texts = st.builds(XmlText, st.text(max_size=8))
_elements = st.recursive(
    st.builds(XmlElement, _tags),
    lambda inner: st.builds(
        lambda tag, contents: XmlElement(tag, None, contents),
        _tags,
        st.lists(inner | _texts, max_size=3),
    ),
    max_leaves=6,
)
_fragments = st.builds(XmlFragment, st.lists(_elements | _texts, max_size=3))
_shared = _fragments | st.builds(Text, st.text(max_size=5)) | st.builds(lambda: Array([1]))
_keys = st.sampled_from(
    ["kind", "position", "words", "meaning", "why", "picture", "left_out", "origins", "other"]
)
_kinds = st.sampled_from(["statement", "heading", "table"])
_maps = st.builds(
    lambda kind, entries: Map({"kind": kind, **entries}),
    _kinds,
    st.dictionaries(_keys, _values | _shared, max_size=8),
)


@given(
    meta=st.dictionaries(
        st.sampled_from(["schema", "title", "summary", "language", "other"]), _values | _shared
    ),
    items=st.dictionaries(strategies.names | st.text(max_size=4), _values | _maps, max_size=4),
)
@settings(deadline=None)
def test_whatever_was_written_reads_as_a_valid_charter(
    meta: dict[str, Any], items: dict[str, Any]
) -> None:
    doc: Doc[Any] = Doc()
    doc["meta"] = Map(meta)
    doc["items"] = Map(items)
    reading = document.read(document.opened(doc.get_update()))
    assert charter.valid(reading.charter) == reading.charter


@pytest.mark.parametrize("kind", [Text, Array, XmlFragment])
def test_a_root_of_another_type_reads_as_nothing(kind: Any) -> None:
    doc: Doc[Any] = Doc()
    doc["items"] = kind()
    doc["meta"] = kind()
    assert document.read(document.opened(doc.get_update())).charter == Charter("Our Charter")


def test_a_map_that_names_a_key_and_holds_nothing_is_read() -> None:
    # Found by chance: this byte makes a formatting mark the newest entry under a key of the item.
    update = bytearray(base64.b64decode(next(g for g in GOLDEN if g["name"] == "marks")["update"]))
    assert update[387] == 23
    update[387] = 10
    reading = document.read(document.opened(bytes(update)))
    assert charter.valid(reading.charter) == reading.charter
    assert reading.dropped == ("a.meaning: missing",)


def test_a_fragment_with_very_many_nodes_is_read_only_so_far() -> None:
    doc = opened(small())
    with doc.transaction():
        words = doc.get("items", type=Map)["a"]["words"]
        for _ in range(25_000):
            words.children.insert(1, XmlElement("paragraph"))
    reading = document.read(doc)
    assert reading.charter.items[0].words == says("one")
    assert reading.dropped == ("a.words: too long",)


def test_reports_are_bounded_and_hold_no_words() -> None:
    doc = opened(small())
    with doc.transaction():
        for number in range(300):
            doc.get("items", type=Map)["a"][f"secret words {number}"] = 1
            doc.get("items", type=Map)[f"n{number}"] = 1
    dropped = document.read(doc).dropped
    assert len(dropped) == 200
    assert not any("secret" in report for report in dropped)


# Some of the items, and which were touched


def test_some_items_are_read_as_all_are() -> None:
    doc = opened(small())
    whole = document.read(doc).charter
    assert document.read_items(doc, ["b", "nobody"]) == {"b": whole.item("b"), "nobody": None}


def test_touched_names_the_items_of_a_change() -> None:
    doc = opened(small())
    seen: list[set[str]] = []
    items = doc.get("items", type=Map)
    subscription = items.observe_deep(lambda events: seen.append(document.touched(events)))
    document.move(doc, "a", "a5")
    document.set_text(doc, "b", Part.MEANING, says("deep"))
    with doc.transaction():
        document.leave_out(doc, "a", True)
        document.add_item(doc, Item("c", Kind.HEADING, "a6"))
    items.unobserve(subscription)
    assert seen == [{"a"}, {"b"}, {"a", "c"}]


# Edits of the server itself


def test_a_moved_statement_keeps_its_words() -> None:
    ours, theirs = opened(small()), Doc[Any]()
    theirs.apply_update(ours.get_update())
    document.move(ours, "a", "a2")
    text = theirs.get("items", type=Map)["a"]["words"].children[1].children[0]
    text.insert(3, " and a half")
    ours.apply_update(theirs.get_update())
    whole = document.read(ours).charter
    assert [(item.id, rich_text.plain(item.words)) for item in whole.items] == [
        ("b", "four"),
        ("a", "one\ntwo and a half\nthree"),
    ]


def test_setting_words_leaves_the_paragraphs_that_stay_to_those_who_write_in_them() -> None:
    ours, theirs = opened(small()), Doc[Any]()
    theirs.apply_update(ours.get_update())
    document.set_text(ours, "a", Part.WORDS, says("one", "2", "three"))
    first, _, last = theirs.get("items", type=Map)["a"]["words"].children
    first.children[0].insert(3, "!")
    last.children[0].insert(5, "?")
    ours.apply_update(theirs.get_update())
    assert document.read_items(ours, ["a"])["a"] == replace(
        small().items[0], words=says("one!", "2", "three?")
    )


@given(before=strategies.rich_texts, after=strategies.rich_texts)
@settings(deadline=None)
def test_a_part_says_what_it_was_set_to(before: RichText, after: RichText) -> None:
    doc = opened(Charter("A", items=(Item("a", Kind.STATEMENT, "a0", before),)))
    document.set_text(doc, "a", Part.WORDS, after)
    assert document.read(doc).charter.items[0].words == after


def test_setting_the_same_words_changes_nothing() -> None:
    whole = charter.valid(
        Charter(
            "A",
            items=(
                Item("a", Kind.STATEMENT, "a0", (*says("x"), BulletList(says("y")))),  # type: ignore[arg-type]  # says() gives paragraphs
            ),
        )
    )
    doc = opened(whole)
    before = doc.get_state()
    document.set_text(doc, "a", Part.WORDS, whole.items[0].words)
    document.set_meta(doc, title="A")
    assert doc.get_state() == before


def test_pictures_titles_and_leaving_out_are_set_and_taken_back() -> None:
    doc = opened(small())
    document.set_picture(doc, "a", None)
    document.set_picture(doc, "b", "tree")
    document.leave_out(doc, "b", True)
    document.set_meta(doc, title="New", summary="Short.", language="cy")
    whole = document.read(doc).charter
    assert (whole.title, whole.summary, whole.language) == ("New", "Short.", "cy")
    assert [(item.picture, item.left_out) for item in whole.items] == [
        (None, False),
        ("tree", True),
    ]
    document.set_picture(doc, "a", None)
    document.leave_out(doc, "b", False)
    assert not document.read(doc).charter.items[1].left_out


def test_a_part_that_is_no_fragment_is_made_one() -> None:
    doc = opened(small())
    doc.get("items", type=Map)["a"]["words"] = "broken"
    document.set_text(doc, "a", Part.WORDS, says("mended"))
    assert document.read(doc).charter.items[0].words == says("mended")


def test_unknown_items_and_positions_are_refused() -> None:
    doc = opened(small())
    with pytest.raises(KeyError):
        document.move(doc, "nobody", position.LAST)
    with pytest.raises(ValueError, match="position"):
        document.move(doc, "a", "?")
