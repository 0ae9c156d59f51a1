import pytest

from server.comparing.side import Side, names_of
from tests.server.comparing.places import charter


def side(slug: str, group: str, number: int | None, title: str = "Our Charter") -> Side:
    return Side(slug, slug, group, number, charter(title))


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        (side("a", "Avon", 1), side("a", "Avon", 2), ("Edition 1", "Edition 2")),
        (side("a", "Avon", 1), side("a", "Avon", None), ("Edition 1", "Now")),
        (side("a", "Avon", 1), side("b", "Barry", 3), ("Avon, edition 1", "Barry, edition 3")),
        (
            side("a", "Avon", 1, "One"),
            side("b", "Avon", None, "Two"),
            ("One, edition 1", "Two, now"),
        ),
    ],
)
def test_names_are_as_short_as_tells_them_apart(
    first: Side, second: Side, names: tuple[str, str]
) -> None:
    assert names_of(first, second) == names


def test_an_edition_and_a_draft_are_read_at_their_own_pages() -> None:
    assert side("a", "Avon", 2).path == "/charters/a/editions/2"
    assert side("a", "Avon", None).path == "/charters/a/draft"
