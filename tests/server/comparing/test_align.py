from dataclasses import replace

import pytest

from server.comparing.align import Comparison, ItemChange, Part, Stance, compare
from server.settings import bundled
from server.writing import charter as charters
from server.writing import markdown_in, position, rich_text
from server.writing.charter import Charter, Item, Kind
from tests.server.comparing.editing import Editor


def said(
    item_id: str,
    words: str | None = None,
    *,
    meaning: str = "",
    why: str = "",
    picture: str | None = None,
    left_out: bool = False,
    origins: tuple[str, ...] = (),
) -> Item:
    """A statement, or a heading where the id is in capitals."""
    return Item(
        item_id,
        Kind.HEADING if item_id.isupper() else Kind.STATEMENT,
        "a0",
        words=rich_text.from_text(words or f"Words of {item_id}."),
        meaning=rich_text.from_text(meaning),
        picture=picture,
        why=rich_text.from_text(why),
        left_out=left_out,
        origins=origins,
    )


def version(*items: Item | str) -> Charter:
    """A Charter of these items in this order; a text is the ids of plain ones."""
    flat: list[Item] = []
    for item in items:
        flat.extend([item] if isinstance(item, Item) else map(said, item))
    places = position.spread(len(flat))
    return charters.valid(
        Charter(
            "Ours",
            items=tuple(replace(i, position=at) for i, at in zip(flat, places, strict=True)),
        )
    )


def told(comparison: Comparison) -> str:
    """`a b+ c- d~ e<` for kept, added, left out, reworded, moved (`>` is down)."""
    marks = {Stance.KEPT: "", Stance.ADDED: "+", Stance.LEFT_OUT: "-", Stance.REWORDED: "~"}
    return " ".join(
        change.item_id
        + marks.get(change.stance, "")
        + (("<" if change.moved_up else ">") if change.moved else "")
        for change in comparison.items
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("abc", "abc", "a b c"),
        ("abc", "ac", "a b- c"),
        ("ac", "abc", "a b+ c"),
        ("abcd", "dabc", "d< a b c"),
        ("abcd", "bcda", "b c d a>"),
        ("HaJb", "HJab", "H J a> b"),
        ("", "a", "a+"),
        ("a", "", "a-"),
        ("", "", ""),
        ("HaxJb", "HayJb", "H a x- y+ J b"),
    ],
)
def test_items_pair_by_id_and_stand_in_the_order_of_the_new(
    old: str, new: str, expected: str
) -> None:
    assert told(compare(version(old), version(new))) == expected


def test_what_is_left_out_stands_where_it_stood() -> None:
    new = version("a", said("b", left_out=True), "c")
    assert told(compare(version("abc"), new)) == "a b- c"


def test_a_statement_left_out_in_both_is_kept_as_left_out() -> None:
    both = version("a", said("b", left_out=True), "c")
    assert told(compare(both, both)) == "a b c"
    change = compare(both, both).by_id["b"]
    assert (change.stance, change.old, change.new) == (Stance.KEPT, both.items[1], both.items[1])


def test_a_statement_put_back_in_is_added_and_its_earlier_words_are_there() -> None:
    old = version("a", said("b", "Earlier.", left_out=True))
    change = compare(old, version("ab")).by_id["b"]
    assert change.stance is Stance.ADDED
    assert change.parts == {Part.WORDS}


def test_what_neither_shows_and_only_one_has_is_not_listed() -> None:
    only = version("a", said("b", left_out=True))
    assert told(compare(only, version("a"))) == "a"
    assert told(compare(version("a"), only)) == "a"


def test_additions_that_were_undone_do_not_count() -> None:
    undone = Item("u", Kind.STATEMENT, "a0", left_out=True)
    comparison = compare(version("ab"), version("a", undone, "b"))
    assert told(comparison) == "a b"
    assert comparison.by_id["b"].number_new == 2


@pytest.mark.parametrize(
    ("item", "parts", "stance"),
    [
        (said("a", meaning="It means."), {Part.MEANING}, Stance.REWORDED),
        (said("a", picture="key"), {Part.PICTURE}, Stance.REWORDED),
        (said("a", why="Because."), {Part.WHY}, Stance.KEPT),
        (said("a", origins=("b",)), set(), Stance.KEPT),
        (said("a", "New.", why="Because."), {Part.WORDS, Part.WHY}, Stance.REWORDED),
    ],
)
def test_the_parts_that_differ_are_named(item: Item, parts: set[Part], stance: Stance) -> None:
    change = compare(version("a"), version(item)).by_id["a"]
    assert (set(change.parts), change.stance) == (parts, stance)


def test_how_a_letter_is_composed_is_no_difference() -> None:
    old, new = version(said("a", "Café")), version(said("a", "Cafe\u0301"))
    assert told(compare(old, new)) == "a"


def test_a_reworded_statement_tells_that_it_moved_too() -> None:
    change = compare(version("abcd"), version(said("d", "New."), "abc")).by_id["d"]
    assert (change.stance, change.moved, change.moved_up) == (Stance.REWORDED, True, True)


def test_repeated_words_never_look_like_moves() -> None:
    same = [said(item_id, "The same words.") for item_id in "abcdef"]
    comparison = compare(version(*same), version(*same[:2], *same[3:]))
    assert told(comparison) == "a b c- d e f"


def test_a_statement_that_became_a_heading_is_reworded() -> None:
    heading = replace(said("a"), kind=Kind.HEADING)
    assert compare(version("a"), version(heading)).by_id["a"].parts == {Part.WORDS}


def test_numbers_and_areas_are_those_that_each_version_shows() -> None:
    change = compare(version("HabJc"), version("JcHba")).by_id["c"]
    assert (change.number_old, change.number_new) == (3, 1)
    assert (change.area_old, change.area_new) == ("J", "J")
    heading = compare(version("H"), version("H")).by_id["H"]
    assert (heading.number_old, heading.area_new) == (None, "H")


def test_statements_are_counted_by_stance_without_headings() -> None:
    counts = compare(version("HabcJ"), version("H", said("a", "New."), "bd")).counts
    assert counts == {
        Stance.KEPT: 1,
        Stance.REWORDED: 1,
        Stance.LEFT_OUT: 1,
        Stance.ADDED: 1,
        Stance.MOVED: 0,
    }


def family(change: ItemChange) -> tuple[object, ...]:
    return change.split_from, change.split_into, change.joined_from, change.joined_into


def test_a_split_is_told_from_both_ends() -> None:
    by_id = compare(version("ab"), version("a", said("n", origins=("a",)), "b")).by_id
    assert family(by_id["n"]) == ("a", (), (), ())
    assert family(by_id["a"]) == (None, ("n",), (), ())


def test_a_statement_split_into_new_ones_is_told_as_that() -> None:
    new = version(said("n", origins=("a",)), said("m", origins=("a",)), "b")
    by_id = compare(version("ab"), new).by_id
    assert family(by_id["n"]) == ("a", (), (), ())
    assert family(by_id["a"]) == (None, ("n", "m"), (), ())


def test_a_join_is_told_from_both_ends() -> None:
    new = version(said("a", "Both.", origins=("b",)), said("b", left_out=True))
    by_id = compare(version("ab"), new).by_id
    assert family(by_id["a"]) == (None, (), ("b",), ())
    assert family(by_id["b"]) == (None, (), (), ("a",))
    assert by_id["b"].stance is Stance.LEFT_OUT


def test_a_new_statement_made_from_others_that_are_gone_was_joined_from_them() -> None:
    by_id = compare(version("abc"), version(said("n", origins=("a", "b")), "c")).by_id
    assert family(by_id["n"]) == (None, (), ("a", "b"), ())


def test_a_join_that_was_undone_is_not_told() -> None:
    new = version(said("a", origins=("b",)), "b")
    assert [family(change) for change in compare(version("ab"), new).items] == [
        (None, (), (), ()),
        (None, (), (), ()),
    ]


def test_a_split_that_the_old_version_had_already_is_not_told_again() -> None:
    split = version("a", said("n", origins=("a",)))
    assert family(compare(split, split).by_id["n"]) == (None, (), (), ())


def test_what_was_split_from_something_that_came_and_went_is_told_from_where_that_came() -> None:
    between = said("m", origins=("a",), left_out=True)
    by_id = compare(version("a"), version("a", between, said("n", origins=("m",)))).by_id
    assert family(by_id["n"]) == ("a", (), (), ())


def test_origins_in_a_circle_end() -> None:
    circle = (said("x", origins=("y",)), said("y", origins=("x",)))
    by_id = compare(version("a"), version("a", *circle)).by_id
    assert family(by_id["x"]) == (None, (), (), ())


@pytest.mark.parametrize("seed", range(400))
def test_ids_never_pair_wrongly_after_any_changes(seed: int) -> None:
    editor = Editor(seed)
    base = editor.charter()
    old, new = editor.changed(base), editor.changed(base)
    comparison = compare(old, new)
    before = {item.id: item for item in old.shown.items}
    after = {item.id: item for item in new.shown.items}
    for change in comparison.items:
        assert change.old == before.get(change.item_id), seed
        assert change.new == after.get(change.item_id), seed
    listed = [change.item_id for change in comparison.items]
    assert len(listed) == len(set(listed)), seed
    seen = {i for i, item in (before | after).items() if not item.left_out}
    seen |= {i for i, item in before.items() if not item.left_out}
    assert seen <= set(listed) <= seen | (before.keys() & after.keys()), seed
    assert [i for i in listed if i in after] == [i for i in after if i in set(listed)], seed


@pytest.mark.parametrize("seed", range(100))
def test_a_stance_tells_what_a_reader_of_both_sees(seed: int) -> None:
    editor = Editor(seed)
    old = editor.charter()
    for change in compare(old, editor.changed(old)).items:
        seen_old = change.old is not None and not change.old.left_out
        seen_new = change.new is not None and not change.new.left_out
        assert (change.stance is Stance.LEFT_OUT) == (seen_old and not seen_new), seed
        assert (change.stance is Stance.ADDED) == (seen_new and not seen_old), seed
        assert not change.moved or (seen_old and seen_new), seed
        for origin in (*change.joined_from, *[o for o in [change.split_from] if o]):
            assert origin in {item.id for item in old.items}, seed


@pytest.mark.parametrize("seed", range(100))
def test_a_version_compared_with_itself_is_all_kept(seed: int) -> None:
    editor = Editor(seed)
    same = editor.changed(editor.changed(editor.charter()))
    comparison = compare(same, same)
    assert [change.item_id for change in comparison.items] == [i.id for i in same.shown.items]
    assert comparison.changes == ()
    assert all(not change.moved and not change.parts for change in comparison.items)
    assert all(family(change) == (None, (), (), ()) for change in comparison.items)


@pytest.mark.parametrize("seed", range(100))
def test_what_was_added_one_way_was_left_out_the_other_way(seed: int) -> None:
    editor = Editor(seed)
    old = editor.charter()
    new = editor.changed(old)
    there, back = compare(old, new).by_id, compare(new, old).by_id
    opposite = {Stance.ADDED: Stance.LEFT_OUT, Stance.LEFT_OUT: Stance.ADDED}
    for item_id in there.keys() & back.keys():
        one, other = there[item_id], back[item_id]
        assert (other.stance in opposite.values()) == (one.stance in opposite.values())
        if one.stance in opposite:
            assert other.stance is opposite[one.stance]
    assert sum(c.moved for c in there.values()) == sum(c.moved for c in back.values())


def test_the_local_versions_that_come_with_the_program_are_told_apart() -> None:
    national = markdown_in.parse(bundled("charters", "national.md").read_bytes())
    local = markdown_in.parse(bundled("charters", "local", "thornholt.md").read_bytes())
    counts = compare(national, local).counts
    assert all(counts[stance] for stance in Stance)
