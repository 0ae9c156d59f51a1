import pytest

from server.comparing import matrix
from server.comparing.align import Part
from server.comparing.grouping import Group
from server.comparing.matrix import Difference, Entry, Version, Worked
from server.comparing.table_view import AT_A_TIME, Asked, Shown, Telling

NATIONAL = [
    Entry("h", "h", is_heading=True),
    Entry("a", "a"),
    Entry("b", "b"),
    Entry("i", "i", is_heading=True),
    Entry("c", "c"),
]


def worked(places: int = 2) -> Worked:
    """Everybody but the first left out `c`, reworded `b` and added an `x`."""
    other = [*NATIONAL[:2], Entry("b", "b2", has_why=True), NATIONAL[3], Entry("x", "x")]
    made = matrix.table(
        NATIONAL,
        [Version(NATIONAL), *[Version(other)] * (places - 1)],
        lambda _a, _b: Difference(frozenset({Part.WORDS}), 0.7),
    )
    return Worked(made, tuple(Group((index,)) for index in range(len(made.additions))))


def listed(asked: Asked) -> list[tuple[str | None, list[str]]]:
    areas = Shown(worked(), asked).areas
    return [(area, [row.item_id for row in rows]) for area, rows in areas]


@pytest.mark.parametrize(
    ("asked", "areas"),
    [
        (Asked(), [("h", ["a", "b"]), ("i", ["c"])]),
        (Asked(only_differences=True), [("h", ["b"]), ("i", ["c"])]),
        (Asked(area="i"), [("i", ["c"])]),
        (Asked(most_changed=True), [(None, ["c", "b", "a"])]),
        (Asked(area="h", only_differences=True, most_changed=True), [(None, ["b"])]),
        (Asked(area="nowhere"), []),
        (Asked(area="nowhere", most_changed=True), []),
    ],
)
def test_rows_are_filtered_and_sorted(
    asked: Asked, areas: list[tuple[str | None, list[str]]]
) -> None:
    assert listed(asked) == areas


def test_additions_are_those_of_the_area() -> None:
    assert [group[0].item_id for group in Shown(worked(), Asked(area="i")).groups] == ["x"]
    assert Shown(worked(), Asked(area="h")).groups == []


@pytest.mark.parametrize(
    ("places", "asked", "columns"),
    [
        (30, Asked(), range(30)),
        (31, Asked(), range(AT_A_TIME)),
        (31, Asked(first=26), range(25, 31)),
        (31, Asked(first=999), range(30, 31)),
        (31, Asked(all_places=True), range(31)),
    ],
)
def test_many_places_come_a_page_at_a_time(places: int, asked: Asked, columns: range) -> None:
    assert Shown(worked(places), asked).columns == columns


def test_many_additions_are_shown_when_asked_for() -> None:
    assert len(Shown(worked(40), Asked()).shown_groups) == 30
    assert len(Shown(worked(40), Asked(all_additions=True)).shown_groups) == 39


@pytest.mark.parametrize(
    "asked",
    [Asked(), Asked(True, True, "h", True, 26, True, True), Asked(area="a&b=c")],
)
def test_an_address_says_what_was_asked(asked: Asked) -> None:
    from starlette.datastructures import QueryParams  # noqa: PLC0415 -- only to read it back

    assert Asked.of(QueryParams(asked.query.removeprefix("?"))) == asked


def test_what_an_address_says_wrongly_counts_as_not_said() -> None:
    assert Asked.of({"from": "-3", "show": "x", "sort": "?", "only": "1"}) == Asked()
    assert Asked.of({"from": "99999999999999"}) == Asked.of({"from": "²"}) == Asked()


def test_another_page_of_the_same_keeps_what_was_asked() -> None:
    assert Asked(area="h").but(picture=True) == "?show=picture&area=h"


def test_places_that_say_the_same_are_named_together_in_the_order_of_the_stances() -> None:
    row = worked(3).table.rows[1]
    (first, avon), (second, others) = Telling("en").by_words(row.cells, ["Avon", "Barry", "Corris"])
    assert (first.label, avon) == ("Kept", "Avon")
    assert (second.label, second.details, others) == (
        "Reworded",
        ("7 of 10 words the same",),
        "Barry, Corris",
    )
    assert second.has_why
