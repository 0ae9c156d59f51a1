from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from server import clock
from server.people.actions import make_group
from server.people.tables import AuditRow, PersonRow
from server.store import Store
from server.writing import charter as charters
from server.writing import sittings
from server.writing.actions import add_charter
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import store_reading
from server.writing.rich_text import from_text
from server.writing.sittings import Span
from server.writing.tables import ItemRow, SittingChangeRow, SittingRow, WordingRow

BEGAN = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
FIRST = Charter("Ours", items=(Item("a", Kind.STATEMENT, "a0", from_text("I choose.")),))


class Evening:
    """A Charter that people change, minute by minute."""

    def __init__(self, store: Store, charter_id: str) -> None:
        self.store = store
        self.charter_id = charter_id
        self.charter = FIRST
        self.seq = 0

    async def settle(
        self, minute: float, by: dict[str, tuple[str | None, ...]], *items: Item
    ) -> None:
        """Items as they were said by then; they replace those with the same id."""
        kept = {item.id: item for item in (*self.charter.items, *items)}
        self.charter = replace(self.charter, items=charters.in_order(kept.values()))
        await self._store(minute, by)

    async def drop(self, minute: float, item_id: str) -> None:
        left = tuple(item for item in self.charter.items if item.id != item_id)
        self.charter = replace(self.charter, items=left)
        await self._store(minute, {})

    async def _store(self, minute: float, by: dict[str, tuple[str | None, ...]]) -> None:
        at = BEGAN + timedelta(minutes=minute)
        self.seq += 1
        authors = {
            item_id: tuple(_author(person) for person in persons) for item_id, persons in by.items()
        }
        last = {item_id: each[-1] for item_id, each in authors.items()}

        def work(connection: Connection) -> None:
            done = store_reading(connection, self.charter_id, self.charter, self.seq, last)
            sittings.record(connection, self.charter_id, done, authors, Span(at, at))

        await self.do(work)

    async def do(self, work: Any) -> None:
        async with self.store.engine.begin() as connection:
            await connection.run_sync(work)

    async def end(self, quiet_since: datetime | None = None) -> None:
        await self.do(lambda plain: sittings.end(plain, [self.charter_id], quiet_since))

    async def recorded(self) -> list[tuple[Any, ...]]:
        async with self.store.reading() as session:
            rows = (await session.scalars(select(AuditRow))).all()
        return [(row.what, row.person_id, row.for_id, row.charter_id, row.details) for row in rows]

    async def sittings(self) -> list[SittingRow]:
        async with self.store.reading() as session:
            rows = await session.scalars(select(SittingRow).order_by(SittingRow.began_at))
            return list(rows)

    async def changes(self) -> dict[str, SittingChangeRow]:
        async with self.store.reading() as session:
            return {row.item_id: row for row in await session.scalars(select(SittingChangeRow))}

    async def wordings(self) -> int:
        async with self.store.reading() as session:
            return await session.scalar(select(func.count()).select_from(WordingRow)) or 0


def _author(person: str | None) -> Author | None:
    """ "ann+ben" is Ann, who typed for Ben."""
    return None if person is None else Author(*person.split("+"))


def says(text: str, item_id: str = "a", **more: Any) -> Item:
    return Item(item_id, Kind.STATEMENT, "a0", from_text(text), **more)


@pytest.fixture
async def evening(store: Store) -> Evening:
    async with store.session() as session:
        group = await make_group(session, "Devon")
        for name in ("ann", "ben"):
            session.add(PersonRow(id=name, name=name.title(), created_at=clock.now()))
        row = await add_charter(session, FIRST, group_id=group.id)
    return Evening(store, row.id)


async def test_a_charter_that_is_only_brought_in_makes_no_sitting(evening: Evening) -> None:
    assert await evening.sittings() == []


async def test_a_sitting_keeps_what_was_before_and_what_is_after(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("I choose w"))
    await evening.settle(1, {"a": ("ben", "ann")}, says("I choose who I live with."))
    (sitting,) = await evening.sittings()
    assert (sitting.began_at, sitting.last_at) == (BEGAN, BEGAN + timedelta(minutes=1))
    assert sitting.ended_at is None
    change = (await evening.changes())["a"]
    assert change.persons == [["ben", None], ["ann", None]]
    assert len(change.passed) == 1
    async with evening.store.reading() as session:
        item = await session.get(ItemRow, (evening.charter_id, "a"))
    assert item is not None
    assert change.after_digest == item.wording_digest != change.before_digest
    assert change.before == {
        "kind": "statement", "position": "a0", "left_out": False, "why": [], "origins": [],
    }  # fmt: skip


async def test_an_item_that_came_has_no_before_and_one_that_went_no_after(
    evening: Evening,
) -> None:
    await evening.settle(0, {"b": ("ben",)}, says("New.", "b"))
    await evening.drop(1, "a")
    changes = await evening.changes()
    assert (changes["b"].before, changes["b"].before_digest) == (None, None)
    assert (changes["a"].after, changes["a"].after_digest) == (None, None)
    assert changes["a"].persons == []


async def test_edits_of_the_server_itself_have_no_person(evening: Evening) -> None:
    await evening.settle(0, {"a": (None,)}, says("Set right."))
    assert (await evening.changes())["a"].persons == []


async def test_words_on_the_way_go_when_it_ends(evening: Evening) -> None:
    before = await evening.wordings()
    for minute, text in enumerate(["I", "I choo", "I choose this."]):
        await evening.settle(minute, {"a": ("ben",)}, says(text))
    assert await evening.wordings() == before + 3
    await evening.end()
    assert await evening.wordings() == before + 1
    (sitting,) = await evening.sittings()
    assert sitting.ended_at is not None
    assert (await evening.changes())["a"].passed == []


async def test_words_on_the_way_that_another_statement_says_stay(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("The same."))
    await evening.settle(1, {"b": ("ben",)}, says("The same.", "b"))
    await evening.settle(2, {"a": ("ben",)}, says("Something else."))
    await evening.end()
    async with evening.store.reading() as session:
        b = await session.get(ItemRow, (evening.charter_id, "b"))
        assert b is not None
        assert await session.get(WordingRow, b.wording_digest) is not None


async def test_what_came_to_nothing_is_dropped(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("Oh no"))
    await evening.settle(1, {"a": ("ben",)}, says("I choose."))
    await evening.settle(2, {"b": ("ben",)}, says("New.", "b"))
    await evening.end()
    assert set(await evening.changes()) == {"b"}


async def test_a_sitting_in_which_nothing_changed_vanishes(evening: Evening) -> None:
    before = await evening.wordings()
    await evening.settle(0, {"a": ("ben",)}, says("Oh no"))
    await evening.settle(1, {"a": ("ben",)}, says("I choose."))
    await evening.end()
    assert await evening.sittings() == []
    assert await evening.wordings() == before


async def test_writing_after_a_long_pause_is_another_sitting(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("One."))
    await evening.settle(11, {"a": ("ann",)}, says("Two."))
    one, two = await evening.sittings()
    assert one.ended_at is not None
    assert two.ended_at is None


async def test_after_its_end_another_sitting_begins(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("One."))
    await evening.end()
    await evening.settle(0.5, {"a": ("ben",)}, says("I choose."))
    assert [row.ended_at is None for row in await evening.sittings()] == [False, True]


async def test_only_quiet_sittings_end_when_asked_for_quiet_ones(evening: Evening) -> None:
    await evening.settle(5, {"a": ("ben",)}, says("One."))
    await evening.end(BEGAN)
    assert (await evening.sittings())[0].ended_at is None
    await evening.end(BEGAN + timedelta(minutes=5))
    assert (await evening.sittings())[0].ended_at is not None


async def test_a_long_evening_keeps_few_words_on_the_way(evening: Evening) -> None:
    before = await evening.wordings()
    for count in range(130):
        await evening.settle(count / 60, {"a": ("ben",)}, says(f"I choose {count}."))
    assert len((await evening.changes())["a"].passed) < 100
    assert await evening.wordings() < before + 101


async def test_sittings_that_go_on_are_told(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("One."))
    found: list[str] = []
    await evening.do(lambda plain: found.extend(sittings.going_on(plain)))
    assert found == [evening.charter_id]


async def test_at_its_end_the_record_says_who_wrote_and_on_whose_behalf(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("I choose who I live with."))
    by: dict[str, tuple[str | None, ...]] = {"a": ("ann+ben", "ben"), "b": ("ann+ben",)}
    by["h"] = ("ann",)
    heading = Item("h", Kind.HEADING, "a3", from_text("Home"))
    await evening.settle(1, by, says("I choose where I live."), says("New.", "b"), heading)
    assert await evening.recorded() == []
    await evening.end()
    assert sorted(await evening.recorded(), key=str) == [
        ("wrote", "ann", "ben", evening.charter_id, {"statements": 2}),
        ("wrote", "ben", None, evening.charter_id, {"statements": 1}),
    ]


async def test_a_sitting_that_came_to_nothing_is_not_recorded(evening: Evening) -> None:
    await evening.settle(0, {"a": ("ben",)}, says("Oh no"))
    await evening.settle(1, {"a": ("ben",)}, says("I choose."))
    await evening.end()
    assert await evening.recorded() == []
