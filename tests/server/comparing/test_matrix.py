import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from server.comparing import align, matrix
from server.comparing.align import Part, Stance
from server.comparing.matrix import Cell, Difference, Entry, State, Version
from server.writing import wording
from server.writing.charter import Charter, Item, Kind, in_order
from server.writing.rich_text import from_text

LIKE = Difference(frozenset({Part.WORDS}), 0.8)


def difference(_old: str, _new: str) -> Difference:
    return LIKE


def entries(written: str) -> list[Entry]:
    """Entries in one line: `# h` a heading, `-a` left out, `a=2` other words, `a?` with a why."""
    found = []
    heading = False
    for word in written.split():
        if word == "#":
            heading = True
            continue
        name = word.removeprefix("-").removesuffix("?")
        item_id, _, digest = name.partition("=")
        found.append(
            Entry(item_id, f"{item_id}{digest}", word.startswith("-"), heading, word.endswith("?"))
        )
        heading = False
    return found


def told(national: str, local: str, base: str | None = None) -> list[str]:
    """What the one place's cells say, in the order of the edition, its additions after them."""
    version = Version(entries(local), None if base is None else entries(base))
    made = matrix.table(entries(national), [version], difference)
    return [
        *(f"{row.item_id} {row.cells[0].state}" for row in made.rows),
        *(f"{addition.item_id} {addition.cell.state}" for addition in made.additions),
    ]


@pytest.mark.parametrize(
    ("national", "local", "cells"),
    [
        ("a b", "a b", ["a kept", "b kept"]),
        ("a b", "a b=2", ["a kept", "b reworded"]),
        ("a b", "a -b", ["a kept", "b left out"]),
        ("a b", "a", ["a kept", "b left out"]),
        ("a b", "a b c", ["a kept", "b kept", "c added"]),
        ("a b", "a b -c", ["a kept", "b kept"]),
        ("a b c", "c a b", ["a kept", "b kept", "c moved"]),
        ("a -b", "a -b", ["a kept"]),
        ("a -b", "a b", ["a kept", "b added"]),
        ("# h a # i b", "# h # i b a", ["a moved", "b kept"]),
    ],
)
def test_each_statement_has_its_stance(national: str, local: str, cells: list[str]) -> None:
    assert told(national, local) == cells


@pytest.mark.parametrize(
    ("national", "base", "local", "cells"),
    [
        # The national words changed since; this place kept the ones it knew.
        ("a=2 b", "a b", "a b", ["a kept the earlier words", "b kept"]),
        ("a=2 b", "a b", "a=3 b", ["a reworded", "b kept"]),
        # It has taken them already, before it took the edition.
        ("a=2 b", "a b", "a=2 b", ["a kept", "b kept"]),
        # A statement came since.
        ("a b c", "a b", "a b", ["a kept", "b kept", "c not there yet"]),
        # A statement went since.
        ("a", "a b", "a b", ["a kept", "b kept the earlier words"]),
        ("a", "a b", "a b=2", ["a kept", "b kept the earlier words"]),
        ("a b", "a b", "a", ["a kept", "b left out"]),
        # The national group moved one since.
        ("b c a", "a b c", "a b c", ["b kept", "c kept", "a kept"]),
    ],
)
def test_what_the_national_group_did_since_is_not_this_places_doing(
    national: str, base: str, local: str, cells: list[str]
) -> None:
    assert told(national, local, base) == cells


def test_a_reworded_statement_tells_how_alike_and_whether_it_moved() -> None:
    made = matrix.table(entries("a b c"), [Version(entries("c=2? a b"))], difference)
    cell = made.rows[2].cells[0]
    assert cell == Cell(Stance.REWORDED, True, LIKE.parts, LIKE.similarity, has_why=True)


def test_a_kept_wording_is_never_looked_at() -> None:
    def unasked(old: str, new: str) -> Difference:
        raise AssertionError((old, new))

    made = matrix.table(entries("a b"), [Version(entries("a b"))] * 3, unasked)
    assert made.counts == {State.KEPT: 6}


def test_rows_and_columns_are_counted() -> None:
    versions = [Version(entries(local)) for local in ("a b c", "a=2 b", "b a x y")]
    made = matrix.table(entries("# h a b c"), versions, difference)
    assert [dict(row.counts) for row in made.rows] == [
        {State.KEPT: 2, State.REWORDED: 1},
        {State.KEPT: 2, State.MOVED: 1},
        {State.KEPT: 1, State.LEFT_OUT: 2},
    ]
    assert made.columns[2] == {
        State.KEPT: 1,
        State.MOVED: 1,
        State.LEFT_OUT: 1,
        State.ADDED: 2,
    }
    assert [row.area for row in made.rows] == ["h", "h", "h"]
    assert made.size == 11


def test_numbers_count_what_the_edition_left_out() -> None:
    made = matrix.table(entries("# h a -b c"), [], difference)
    assert [(row.item_id, row.number) for row in made.rows] == [("a", 1), ("c", 3)]
    assert made.places == 0


def test_an_addition_tells_where_it_stands_at_its_place() -> None:
    made = matrix.table(
        entries("# h a"), [Version(entries("a")), Version(entries("# h a # i x?"))], difference
    )
    (addition,) = made.additions
    assert (addition.place, addition.item_id, addition.area) == (1, "x", "i")
    assert addition.has_why


def test_what_was_left_out_is_further_away_than_what_was_reworded_a_little() -> None:
    versions = [Version(entries("a=2 b -c"))]
    rows = matrix.table(entries("a b c"), versions, difference).rows
    a, b, c = (row.distance for row in rows)
    assert b == 0.0 < a < c


def changed(charter: Charter, dice: random.Random) -> Charter:
    """A local version: some statements reworded, left out, moved, illustrated or added."""
    items = []
    for item in charter.items:
        luck = dice.random()
        if luck < 0.15:
            item = replace(item, words=from_text(f"Other words {dice.random()}."))  # noqa: PLW2901
        elif luck < 0.3:
            item = replace(item, left_out=not item.left_out)  # noqa: PLW2901
        elif luck < 0.45:
            item = replace(item, position=f"{dice.random():.9f}"[2:])  # noqa: PLW2901
        elif luck < 0.55:
            item = replace(item, picture="house", meaning=from_text("It means."))  # noqa: PLW2901
        elif luck < 0.6:
            continue
        items.append(item)
    for number in range(dice.randrange(4)):
        kind = dice.choice(list(Kind))
        place = f"{dice.random():.9f}"[2:]
        items.append(Item(f"new{number}", kind, place, from_text(f"New {number}.")))
    return Charter("Ours", items=in_order(items))


def national(dice: random.Random) -> Charter:
    return Charter(
        "National",
        items=in_order(
            Item(
                f"i{number}",
                Kind.HEADING if number % 5 == 0 else Kind.STATEMENT,
                f"{number:09}",
                from_text(f"We say {number}."),
                left_out=number % 5 > 0 and dice.random() < 0.1,
            )
            for number in range(20)
        ),
    )


def entries_of(charter: Charter) -> Sequence[Entry]:
    return [
        Entry(
            item.id,
            wording.digest(wording.of(item)).whole,
            item.left_out,
            item.kind is Kind.HEADING,
        )
        for item in charter.shown.items
    ]


@pytest.mark.parametrize("seed", range(60))
def test_a_cell_says_what_the_comparison_of_the_two_versions_says(seed: int) -> None:
    dice = random.Random(seed)
    ours = national(dice)
    theirs = [changed(ours, dice) for _ in range(3)]
    made = matrix.table(
        entries_of(ours), [Version(entries_of(version)) for version in theirs], difference
    )
    for place, version in enumerate(theirs):
        compared = align.compare(ours, version)
        by_id = compared.by_id
        for row in made.rows:
            cell = row.cells[place]
            assert (cell.stance, cell.moved) == (
                by_id[row.item_id].stance,
                by_id[row.item_id].moved,
            )
            assert row.number == by_id[row.item_id].number_old
            assert row.area == by_id[row.item_id].area_old
        added = {a.item_id for a in made.additions if a.place == place}
        assert added == {c.item_id for c in compared.statements if c.stance is Stance.ADDED}
