"""Smallest edits: what is asked for is said, and what stays is still the same."""

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from server.live import update as updates
from server.writing import fragment, limits, rich_text
from server.writing.alignment import kept_tokens, tokens
from server.writing.rewriting import rewrite
from server.writing.rich_text import BulletList, Paragraph, RichText, Run, from_text
from tests.server.writing import strategies
from tests.support import pen

Says = tuple[str, ...] | str
NOTHING = b"\x00\x00"


def text(*blocks: Says) -> RichText:
    """Paragraphs as strings, lists as tuples of them."""
    return rich_text.tidy(
        Paragraph((Run(block),))
        if isinstance(block, str)
        else BulletList(tuple(Paragraph((Run(item),)) for item in block))
        for block in blocks
    )


def place_of(doc: Doc[Any]) -> XmlFragment:
    held: XmlFragment = doc.get("items", type=Map)["a"]["words"]
    return held


def opened(rich: RichText) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.get("items", type=Map)["a"] = Map({"words": XmlFragment()})
    blocks = place_of(doc).children
    for block in rich:
        if isinstance(block, Paragraph):
            write(blocks, block)
            continue
        bullets = blocks.append(XmlElement("bullet_list")).children
        for item in block.items:
            write(bullets.append(XmlElement("list_item")).children, item)
    return doc


def write(holder: Any, paragraph: Paragraph) -> None:
    words = holder.append(XmlElement("paragraph")).children.append(XmlText())
    for run in paragraph.runs:
        words.insert(len(words), run.text, fragment.marks_of(run))


def copy_of(doc: Doc[Any]) -> Doc[Any]:
    copy: Doc[Any] = Doc()
    copy.apply_update(doc.get_update())
    return copy


def become(doc: Doc[Any], rich: RichText) -> bytes:
    """Have a document's words say this; returns the update that did it."""
    made: list[bytes] = []
    seen = doc.observe(lambda event: made.append(event.update))
    rewrite(place_of(doc), rich)
    doc.unobserve(seen)
    assert fragment.says(place_of(doc)) == rich
    return made[0] if made else NOTHING


def brought(update: bytes) -> tuple[int, int]:
    """How many units an update puts in, and how many it takes out of what was there."""
    read = updates.read(update)
    put_in = sum(end - start for start, end in read.structs.values())
    taken_out = sum(end - start for ranges in read.deletes.values() for start, end in ranges)
    return put_in, taken_out


@pytest.fixture
def nothing_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No fragment is emptied and written again as a whole."""
    monkeypatch.setattr(fragment, "insert", never)


def never(*_: object) -> None:
    raise AssertionError("written again as a whole")


@given(strategies.rich_texts, strategies.rich_texts)
@settings(deadline=None, max_examples=300)
def test_whatever_is_asked_for_is_said(old: RichText, new: RichText) -> None:
    doc = opened(old)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fragment, "insert", never)
        become(doc, new)
    assert fragment.says(place_of(copy_of(doc))) == new


@given(strategies.rich_texts)
@settings(deadline=None)
def test_what_is_said_already_is_no_edit(rich: RichText) -> None:
    assert become(opened(rich), rich) == NOTHING


@given(st.lists(st.sampled_from(strategies.SAMPLES)), st.lists(st.sampled_from(strategies.SAMPLES)))
@settings(deadline=None, max_examples=200)
def test_within_a_paragraph_nothing_that_stays_is_written_again(
    one: list[str], other: list[str]
) -> None:
    old, new = rich_text.tidy_line("|".join(one)), rich_text.tidy_line("|".join(other))
    if not old or not new:
        return
    put_in, taken_out = brought(become(opened(from_text(old)), from_text(new)))
    stays = sum(units(tokens(old)[i]) for i, _ in kept_tokens(tokens(old), tokens(new)))
    assert put_in == units(new) - stays
    assert taken_out == units(old) - stays


def units(words: str) -> int:
    """As a CRDT counts, in UTF-16."""
    return len(words.encode("utf-16-le")) // 2


# Words typed by somebody else meanwhile


def sentence(chance: random.Random) -> str:
    some = ["tŷ{}", "we{}", "ŵ{}ŷ", "{}"]
    words = chance.choices(some, k=chance.randrange(1, 9))
    # Each its own: with words that come twice, another one may as well be the one that stays.
    return " ".join(word.format(chance.randrange(1_000_000)) for word in words)


def some_text(chance: random.Random) -> RichText:
    blocks: list[Says] = [
        sentence(chance)
        if chance.random() < 0.6
        else tuple(sentence(chance) for _ in range(chance.randrange(1, 4)))
        for _ in range(chance.randrange(1, 5))
    ]
    return text(*blocks)


def changed(rich: RichText, chance: random.Random) -> RichText:
    """The same with a few words, paragraphs and marks changed; `MARK` stays."""
    blocks: list[Paragraph | BulletList] = []
    for block in rich:
        if isinstance(block, Paragraph):
            blocks.append(reworded(block, chance))
        else:
            blocks.append(BulletList(tuple(reworded(item, chance) for item in block.items)))
        if chance.random() < 0.3:
            blocks.append(Paragraph((Run(sentence(chance)),)))
    return rich_text.tidy(blocks)


def reworded(paragraph: Paragraph, chance: random.Random) -> Paragraph:
    runs = []
    for word in tokens(paragraph.text):
        if chance.random() < 0.2 and not word.isspace():
            runs.append(Run(sentence(chance) + " "))
        if chance.random() < 0.8 or word.isspace() or word == "MARK":
            runs.append(Run(word, chance.random() < 0.3))
    return Paragraph(tuple(runs))


@pytest.mark.parametrize("seed", range(60))
def test_what_somebody_types_meanwhile_stays_in_its_place(
    seed: int, nothing_written_anew: None
) -> None:
    chance = random.Random(seed)
    rich = text(sentence(chance) + " 👩🏽‍🦽 MARK 🏠 " + sentence(chance), "one", ("two", "three"))
    doc = opened(rich)
    theirs = copy_of(doc)
    typed = next(node for node in texts(place_of(theirs)) if "MARK" in pen.plain(node))
    inside = len(pen.plain(typed).split("MARK")[0].encode()) + 2
    seen = theirs.get_state()
    typed.insert(inside, "typed")
    update = become(doc, changed(rich, chance))
    doc.apply_update(theirs.get_update(seen))
    theirs.apply_update(update)
    assert fragment.says(place_of(doc)) == fragment.says(place_of(theirs))
    assert "MAtypedRK" in rich_text.plain(fragment.says(place_of(doc)))


def texts(node: Any) -> list[XmlText]:
    found: list[XmlText] = []
    for child in node.children:
        found += [child] if isinstance(child, XmlText) else texts(child)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_a_text_may_change_again_and_again(seed: int) -> None:
    chance = random.Random(seed)
    versions = [some_text(chance)]
    versions += [
        changed(versions[-1], chance) if chance.random() < 0.7 else some_text(chance)
        for _ in range(6)
    ]
    doc = opened(versions[0])
    for _, new in pairwise(versions):
        become(doc, new)
    assert fragment.says(place_of(copy_of(doc))) == versions[-1]


# Paragraphs and lists


@pytest.mark.parametrize(
    ("old", "new", "put_in", "taken_out"),
    [
        pytest.param(["one", "two"], ["one", "new", "two"], 5, 0, id="a paragraph comes"),
        pytest.param(["one", "two", "three"], ["one", "three"], 0, 5, id="a paragraph goes"),
        pytest.param([("one", "two")], [("one", "new", "two")], 6, 0, id="a list item comes"),
        pytest.param([("one", "two")], [("new", "one", "two")], 6, 0, id="one comes first"),
        pytest.param([("one", "two")], [("two",)], 0, 6, id="a list item goes"),
        pytest.param([("one",), "x", ("two",)], [("one", "two")], 0, 3, id="two lists become one"),
        pytest.param(["one"], [("one",)], 7, 5, id="a paragraph becomes a list"),
        pytest.param([("one", "two")], [("one",), "x", ("two",)], 10, 6, id="a list falls apart"),
        pytest.param(["one"], [], 0, 3, id="the last words go, their paragraph stays"),
        pytest.param([("one",)], [], 0, 7, id="the last list goes"),
    ],
)
def test_paragraphs_and_list_items_that_stay_are_left_alone(
    old: list[Says], new: list[Says], put_in: int, taken_out: int, nothing_written_anew: None
) -> None:
    doc = opened(text(*old))
    got_in, got_out = brought(become(doc, text(*new)))
    assert (got_in, got_out) == (put_in, taken_out)


def test_two_people_who_begin_to_write_write_into_one_text(nothing_written_anew: None) -> None:
    doc = opened(text("one"))
    become(doc, ())
    theirs = copy_of(doc)
    pen.text_of(theirs, "a").insert(0, "Theirs. ")
    seen = theirs.get_update(doc.get_state())
    become(doc, text("Ours."))
    doc.apply_update(seen)
    assert len(fragment.says(place_of(doc))) == 1


def test_marks_are_put_on_by_formatting() -> None:
    rich = text("I choose who I live with.")
    doc = opened(rich)
    strong = (Paragraph((Run("I "), Run("choose who", strong=True), Run(" I live with."))),)
    assert brought(become(doc, strong)) == (2, 0)
    linked = (
        Paragraph((Run("I choose who I "), Run("live", link="https://a.org"), Run(" with."))),
    )
    become(doc, linked)
    assert brought(become(doc, rich))[0] <= 2


# What raw clients may have left


def test_white_space_at_the_ends_and_empty_paragraphs_are_left_alone() -> None:
    doc = opened(())
    blocks = place_of(doc).children
    for words in ("  Old words ", "", " "):
        blocks.append(XmlElement("paragraph")).children.append(XmlText(words))
    assert brought(become(doc, text("Old new words"))) == (4, 0)
    assert [pen.plain(node) for node in texts(place_of(doc))] == ["  Old new words ", "", " "]


def test_words_in_several_texts_are_changed_where_they_are() -> None:
    doc = opened(())
    paragraph = place_of(doc).children.append(XmlElement("paragraph"))
    for words in ("I cho", "ose ", "🏠 my home"):
        paragraph.children.append(XmlText(words))
    put_in, taken_out = brought(become(doc, text("I choose 🏠 home and more")))
    assert (put_in, taken_out) == (9, 3)


def test_what_is_neither_word_nor_list_is_left_alone() -> None:
    doc = opened(())
    blocks = place_of(doc).children
    blocks.append(XmlText("loose"))
    blocks.append(XmlElement("table"))
    paragraph = blocks.append(XmlElement("paragraph"))
    words = paragraph.children.append(XmlText("tŷ bach"))
    words.insert_embed(4, {"picture": "x"})
    paragraph.children.append(XmlElement("image"))
    become(doc, text("tŷ mawr"))
    assert [getattr(node, "tag", None) for node in blocks] == [None, "table", "paragraph"]
    assert len(paragraph.children) == 2


def test_odd_lists_keep_their_shape() -> None:
    doc = opened(())
    item = (
        place_of(doc)
        .children.append(XmlElement("bullet_list"))
        .children.append(XmlElement("list_item"))
    )
    for words in ("one", "two"):
        item.children.append(XmlElement("paragraph")).children.append(XmlText(words))
    inner = item.children.append(XmlElement("bullet_list")).children.append(XmlElement("list_item"))
    inner.children.append(XmlElement("paragraph")).children.append(XmlText("three"))
    become(doc, text(("new", "one", "more", "two", "three", "last")))
    become(doc, text(("one", "three", "four")))


def test_a_mark_with_a_hash_is_taken_off_by_its_own_name() -> None:
    doc = opened(())
    words = place_of(doc).children.append(XmlElement("paragraph")).children.append(XmlText())
    words.insert(0, "bold", {"strong--AbCdEf12": {}})
    assert brought(become(doc, text("bold"))) == (0, 2)


def test_what_nobody_can_read_is_written_anew() -> None:
    doc = opened(())
    blocks = place_of(doc).children
    deep = blocks.append(XmlElement("bullet_list"))
    for _ in range(25):
        deep = deep.children.append(XmlElement("bullet_list"))
    deep.children.append(XmlElement("paragraph")).children.append(XmlText("deep"))
    become(doc, text("Anew."))
    assert len(blocks) == 1


# How much it takes


def test_a_changed_word_takes_few_bytes() -> None:
    words = " ".join(["We choose together how we live and who lives with us."] * 40)
    rich = text(words, ("one", "two"), words + " End.")
    assert rich_text.length(rich) > limits.WORDS
    new = text(words.replace("together", "always", 1), ("one", "two"), words + " End.")
    assert len(become(opened(rich), new)) < 60
