"""Comparisons and tables as rows for CSV and as JSON: the same as on their pages, as data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from server.comparing import labels, phrases
from server.comparing.align import Comparison, ItemChange, Part
from server.comparing.grouping import Group
from server.comparing.matrix import Addition, Cell, State, Table
from server.comparing.side import Side
from server.writing import rich_text
from server.writing.charter import Item, Kind
from server.writing.rich_text import RichText

# By place in the table, and by item: why it is so there.
Whys = Mapping[tuple[int, str], str]

# Two versions


def comparison_rows(
    comparison: Comparison,
    names: Sequence[str],
    removed: frozenset[str],
    hidden: frozenset[str] = frozenset(),
) -> Iterator[Sequence[str | int | None]]:
    """A row for each item: what became of it, in sentences, and what both versions say."""
    first, second = names
    yield (
        "Id",
        "Kind",
        "What happened",
        "Changes",
        f"Number: {first}",
        f"Number: {second}",
        f"Words: {first}",
        f"Words: {second}",
        f"What it means: {first}",
        f"What it means: {second}",
        "Why",
    )
    for change in comparison.items:
        old, new = change.old, change.new
        gone = change.item_id in removed
        told = labels.of().hidden if change.item_id in hidden else labels.of().removed
        yield (
            change.item_id,
            str(change.kind),
            str(change.stance),
            told if gone else " ".join(phrases.of_item(change, comparison)),
            change.number_old,
            change.number_new,
            *("" if gone or item is None else _plain(item.words) for item in (old, new)),
            *("" if gone or item is None else _plain(item.meaning) for item in (old, new)),
            "" if new is None else _plain(new.why),
        )


def comparison_json(comparison: Comparison, first: Side, second: Side) -> dict[str, Any]:
    """Both versions, and what became of each item."""
    removed, hidden = first.removed | second.removed, first.hidden | second.hidden
    return {
        "from": _side_json(first),
        "to": _side_json(second),
        "counts": {str(stance): count for stance, count in comparison.counts.items()},
        "items": [
            {
                **_change_json(change, comparison, change.item_id in removed),
                "hidden": change.item_id in hidden,
            }
            for change in comparison.items
        ],
    }


def _side_json(side: Side) -> dict[str, Any]:
    return {
        "version": side.version,
        "title": side.charter.title,
        "group": side.group,
        "edition": side.number,
        "language": side.charter.language,
    }


def _change_json(change: ItemChange, comparison: Comparison, gone: bool) -> dict[str, Any]:
    return {
        "id": change.item_id,
        "kind": str(change.kind),
        "stance": str(change.stance),
        "moved": change.moved,
        "parts": sorted(change.parts),
        "sentences": [] if gone else list(phrases.of_item(change, comparison)),
        "removed": gone,
        "from": _item_json(change.old, change.number_old),
        "to": _item_json(change.new, change.number_new),
    }


def _item_json(item: Item | None, number: int | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "number": number if item.kind is Kind.STATEMENT else None,
        "words": rich_text.to_json(item.words),
        "meaning": rich_text.to_json(item.meaning),
        "picture": item.picture,
        "why": rich_text.to_json(item.why),
        "left_out": item.left_out,
    }


# The table of all places


def table_rows(
    table: Table,
    groups: Sequence[Group],
    places: Sequence[str],
    texts: Mapping[str, str],
    whys: Whys,
) -> Iterator[Sequence[str | int | None]]:
    """The table as it is shown: a row for each statement, a column for each place.

    `texts` are the words by digest. Statements that places added follow, those about one thing in
    one row.
    """
    yield ("Number", "Part", "Statement", "All places", *places)
    headings = {item_id: texts.get(digest, "") for item_id, digest in table.headings}
    yield (
        None,
        "",
        "All statements",
        _counted(table.counts),
        *(_counted(counts) for counts in table.columns),
    )
    for row in table.rows:
        yield (
            row.number,
            headings.get(row.area or "", ""),
            texts.get(row.digest, ""),
            _counted(row.counts),
            *(_cell(cell, whys.get((at, row.item_id))) for at, cell in enumerate(row.cells)),
        )
    for group in groups:
        additions = [table.additions[index] for index in group.members]
        by_place: dict[int, list[Addition]] = {}
        for addition in additions:
            by_place.setdefault(addition.place, []).append(addition)
        yield (
            None,
            headings.get(additions[0].area or "", ""),
            texts.get(additions[0].digest, ""),
            f"{len(by_place)} added",
            *(_added(by_place.get(at, ()), texts, whys) for at in range(len(places))),
        )


def _cell(cell: Cell, why: str | None) -> str:
    said = ", ".join((labels.of().states[cell.state], *labels.details(cell)))
    return f"{said}. Why: {why}" if why else said


def _added(additions: Iterable[Addition], texts: Mapping[str, str], whys: Whys) -> str:
    return "\n".join(
        f"{_cell(addition.cell, whys.get((addition.place, addition.item_id)))}"
        f"\n{texts.get(addition.digest, '')}".strip()
        for addition in additions
    )


def _counted(counts: Mapping[State, int]) -> str:
    return ", ".join(labels.counted(counts))


def table_json(
    table: Table, groups: Sequence[Group], texts: Mapping[str, str], whys: Whys
) -> dict[str, Any]:
    """Statements with a cell for each place, in the order of the places, and what was added."""
    return {
        "headings": [
            {"id": item_id, "words": texts.get(digest, "")} for item_id, digest in table.headings
        ],
        "statements": [
            {
                "id": row.item_id,
                "number": row.number,
                "heading": row.area,
                "wording": row.digest,
                "words": texts.get(row.digest, ""),
                "counts": _counts_json(row.counts),
                "places": [
                    cell_json(cell, whys.get((at, row.item_id)))
                    for at, cell in enumerate(row.cells)
                ],
            }
            for row in table.rows
        ],
        "added": [
            [_addition_json(table.additions[index], texts, whys) for index in group.members]
            for group in groups
        ],
        "counts": _counts_json(table.counts),
    }


def cell_json(cell: Cell, why: str | None) -> dict[str, Any]:
    """A cell; `similarity` only where words differ and can be read, `why` only where there is."""
    found: dict[str, Any] = {"stance": str(cell.stance)}
    if cell.earlier:
        found["earlier"] = True
    if cell.moved:
        found["moved"] = True
    if cell.parts:
        found["parts"] = sorted(cell.parts)
    if Part.WORDS in cell.parts:
        found["similarity"] = cell.similarity
    if why is not None:
        found["why"] = why
    return found


def _addition_json(addition: Addition, texts: Mapping[str, str], whys: Whys) -> dict[str, Any]:
    return {
        "id": addition.item_id,
        "place": addition.place,
        "heading": addition.area,
        "wording": addition.digest,
        "words": texts.get(addition.digest, ""),
        **cell_json(addition.cell, whys.get((addition.place, addition.item_id))),
    }


def _counts_json(counts: Mapping[State, int]) -> dict[str, int]:
    return {str(state): counts[state] for state in State if counts.get(state)}


def _plain(rich: RichText) -> str:
    return rich_text.plain(rich)
