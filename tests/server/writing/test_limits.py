import pytest

from server.writing import charter, limits
from server.writing.charter import Item, Kind
from server.writing.rich_text import from_text, length


@pytest.mark.parametrize(
    ("part", "limit"),
    [("words", limits.WORDS), ("meaning", limits.MEANING), ("why", limits.WHY)],
)
def test_a_part_may_be_just_so_long(part: str, limit: int) -> None:
    def item(length: int) -> Item:
        parts = {part: from_text("ŷ" * length)}
        return Item("a", Kind.STATEMENT, "a0", **parts)  # type: ignore[arg-type]  # part is one of three

    full, over = item(limit), item(limit + 1)
    assert charter.valid_item(full) == full
    assert length(getattr(charter.valid_item(over), part)) == limit


def test_a_full_charter_has_a_thousand_items() -> None:
    items = tuple(Item(f"n{number}", Kind.STATEMENT, "a0") for number in range(limits.ITEMS + 1))
    assert len(charter.valid(charter.Charter("A", items=items)).items) == limits.ITEMS
