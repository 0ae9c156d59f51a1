import pytest

from server.comparing import heat_map, matrix
from server.comparing.align import Part
from server.comparing.heat_map import MOST_BESIDE, NAMES, SQUARE
from server.comparing.matrix import Difference, Entry, Table, Version


def made(areas: list[int], places: int = 2) -> Table:
    """A table with areas of so many statements; the second place reworded the first one."""
    national = []
    for area, statements in enumerate(areas):
        national.append(Entry(f"h{area}", "h", is_heading=True))
        national += [Entry(f"s{area}x{n}", "d") for n in range(statements)]
    other = [Entry("s0x0", "e") if entry.item_id == "s0x0" else entry for entry in national]
    versions = [Version(national), *[Version(other)] * (places - 1)]
    return matrix.table(national, versions, lambda _a, _b: Difference(frozenset({Part.WORDS}), 0.5))


@pytest.mark.parametrize(
    ("areas", "bands"),
    [
        ([3], [3]),
        ([14], [14]),
        ([15], [8, 7]),
        ([8, 8], [8, 8]),
        ([6, 6, 6], [6, 12]),
        ([30], [10, 10, 10]),
        ([10, 4, 10], [10, 14]),
    ],
)
def test_pictures_are_few_and_cut_at_headings_where_they_can_be(
    areas: list[int], bands: list[int]
) -> None:
    drawn = heat_map.pictures(made(areas).rows, ["Avon", "Barry"], range(2))
    assert [len(picture.statements) for picture in drawn] == bands
    assert all(len(picture.statements) <= MOST_BESIDE for picture in drawn)
    assert [picture.first for picture in drawn] == [1 + sum(bands[:n]) for n in range(len(bands))]


def test_a_square_says_in_words_what_it_shows() -> None:
    (picture,) = heat_map.pictures(made([2]).rows, ["Avon", "Barry"], range(2))
    first, second = picture.squares[0], picture.squares[1]
    assert (first.look, first.letter, first.title) == ("kept", "K", "Avon, 1: Kept")
    assert (second.look, second.letter) == ("reworded-2", "R2")
    assert second.title == "Barry, 1: Reworded, 5 of 10 words the same"
    assert (second.x, second.y - first.y) == (NAMES, SQUARE)
    assert picture.width == NAMES + 2 * SQUARE


def test_only_the_places_asked_for_are_drawn_and_long_names_are_cut() -> None:
    names = ["Avon", "The very long name of a place"]
    (picture,) = heat_map.pictures(made([1]).rows, names, [1])
    (label,) = picture.places
    assert label.whole == names[1]
    assert label.text == "The very long name o…"
    assert len(picture.squares) == 1


def test_nothing_is_no_picture() -> None:
    assert heat_map.pictures([], [], []) == []


def test_the_key_tells_every_square() -> None:
    drawn = heat_map.pictures(made([2]).rows, ["Avon", "Barry"], range(2))
    names = {look.name for look in heat_map.key()}
    assert {square.look for picture in drawn for square in picture.squares} <= names
