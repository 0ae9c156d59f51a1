from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Connection, Dialect, event, func, select

from server import clock
from server.errors import UnknownCharter
from server.people.actions import make_group
from server.people.tables import PersonRow
from server.store import Store
from server.store.compiled import Compiled
from server.writing import charter as charters
from server.writing.actions import add_charter
from server.writing.authors import Author, author
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import read_charter, store_reading
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from server.writing.tables import CharterRow, ItemRow, WordingRow


def says(text: str) -> RichText:
    return (Paragraph((Run(text),)),)


WHOLE = Charter(
    "Ours",
    "In short.",
    "cy",
    (
        Item("h", Kind.HEADING, "Zz", says("Home")),
        Item(
            "a",
            Kind.STATEMENT,
            "a0",
            (*says("I choose."), BulletList(says("tŷ 🏠"))),  # type: ignore[arg-type]  # says() gives paragraphs
            (Paragraph((Run("More", link="https://a.org"), Run("!", strong=True))),),
            "house",
            says("We asked."),
            left_out=True,
            origins=("x", "y"),
        ),
        Item("b", Kind.STATEMENT, "a0", says("I live.")),
    ),
)


async def added(store: Store, charter: Charter = WHOLE) -> str:
    """The id of a Charter in a group, with a person `ben` beside it."""
    async with store.session() as session:
        group = await make_group(session, f"Group {clock.new_id()}")
        if await session.get(PersonRow, "ben") is None:
            session.add(PersonRow(id="ben", name="Ben", created_at=clock.now()))
        return (await add_charter(session, charter, group_id=group.id)).id


async def settle(
    store: Store,
    charter_id: str,
    charter: Charter,
    seq: int = 1,
    changed: Mapping[str, str | None] | None = None,
) -> list[str]:
    """Store a reading; returns the first words of the statements that it took."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement.split(maxsplit=1)[0])

    def found(compiled: Compiled, dialect: Dialect) -> Any:
        words = words_for(compiled, dialect)
        note(None, None, words.text)
        return words

    words_for = Compiled._for

    authors = {item_id: author(by) for item_id, by in (changed or {}).items()}

    def work(connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", note)
        with patch.object(Compiled, "_for", found):
            store_reading(connection, charter_id, charter, seq, authors)

    async with store.engine.begin() as connection:
        await connection.run_sync(work)
    return statements


async def read(store: Store, charter_id: str) -> Charter:
    async with store.reading() as session:
        return await read_charter(session, charter_id)


async def changes(store: Store, charter_id: str) -> dict[str, tuple[datetime | None, str | None]]:
    async with store.reading() as session:
        rows = await session.scalars(select(ItemRow).where(ItemRow.charter_id == charter_id))
        return {row.item_id: (row.changed_at, row.changed_by) for row in rows}


async def test_a_charter_is_read_as_it_was_stored(store: Store) -> None:
    assert await read(store, await added(store)) == WHOLE


async def test_an_unknown_charter_is_refused(store: Store) -> None:
    with pytest.raises(UnknownCharter):
        await read(store, "nobody")


async def test_items_stand_by_position_whatever_language_the_database_speaks(store: Store) -> None:
    places = ["Zz", "a0", "aA", "aa", "b00"]
    items = tuple(Item(f"n{p}", Kind.STATEMENT, p) for p in places)
    found = await read(store, await added(store, Charter("A", items=items)))
    assert [item.position for item in found.items] == places


async def test_rows_of_items_that_did_not_change_are_left_as_they_are(store: Store) -> None:
    charter_id = await added(store)
    changed = replace(WHOLE.items[2], words=says("I live here."))
    part = replace(WHOLE, items=(changed,))
    async with store.engine.begin() as connection:
        await connection.run_sync(
            lambda plain: store_reading(
                plain,
                charter_id,
                part,
                7,
                {"a": Author("ben"), "b": Author("ben")},
                only={"a", "b"},
            )
        )
    expected = {item.id: item for item in WHOLE.items if item.id not in {"a", "b"}}
    expected[changed.id] = changed
    assert {item.id: item for item in (await read(store, charter_id)).items} == expected


async def test_words_are_stored_composed(store: Store) -> None:
    whole = Charter("A", items=(Item("a", Kind.STATEMENT, "a0", says("ty\u0302")),))
    found = await read(store, await added(store, whole))
    assert found.items[0].words == says("t\u0177")


async def test_a_change_is_stored_with_who_and_when(store: Store) -> None:
    charter_id = await added(store)
    changed = replace(
        WHOLE,
        title="New",
        items=(
            WHOLE.items[0],
            replace(WHOLE.items[1], left_out=False),
            replace(WHOLE.items[2], words=says("I live here.")),
            Item("c", Kind.STATEMENT, "a1", says("New.")),
        ),
    )
    await settle(store, charter_id, changed, 7, {"a": "ben", "c": "ben"})
    assert await read(store, charter_id) == changed
    found = await changes(store, charter_id)
    assert {item_id: by for item_id, (_, by) in found.items()} == {
        "h": None,
        "a": "ben",
        "b": None,
        "c": "ben",
    }
    assert found["h"][0] is None
    assert all(
        at is not None and clock.now() - at < timedelta(minutes=1)
        for item_id, (at, _) in found.items()
        if item_id != "h"
    )
    async with store.reading() as session:
        row = await session.get_one(CharterRow, charter_id)
        assert (row.title, row.settled_seq) == ("New", 7)


async def test_typing_that_was_taken_back_is_no_change(store: Store) -> None:
    charter_id = await added(store)
    statements = await settle(store, charter_id, WHOLE, 2, {"a": "ben"})
    assert statements == ["SELECT", "UPDATE"]
    assert (await changes(store, charter_id))["a"] == (None, None)


async def test_one_change_takes_few_statements(store: Store) -> None:
    charter_id = await added(store)
    moved = charters.in_order(
        [WHOLE.items[0], replace(WHOLE.items[1], position="a9"), WHOLE.items[2]]
    )
    assert await settle(store, charter_id, replace(WHOLE, items=moved), 2, {"a": "ben"}) == [
        "SELECT",
        "UPDATE",
        "UPDATE",
    ]
    assert await read(store, charter_id) == replace(WHOLE, items=moved)


async def test_an_item_that_is_gone_loses_its_row_and_no_other(store: Store) -> None:
    charter_id, other = await added(store), await added(store)
    await settle(store, charter_id, replace(WHOLE, items=WHOLE.items[:1]), 2)
    assert [item.id for item in (await read(store, charter_id)).items] == ["h"]
    assert await read(store, other) == WHOLE


async def test_a_wording_is_stored_once_for_all(store: Store) -> None:
    one, other = await added(store), await added(store)
    again = replace(WHOLE, items=(*WHOLE.items, replace(WHOLE.items[2], id="c", position="a1")))
    await settle(store, one, again, 2)
    assert await read(store, one) == again
    assert await read(store, other) == WHOLE
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(WordingRow)) == 3
