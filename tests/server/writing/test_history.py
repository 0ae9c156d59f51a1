from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from server import clock
from server.errors import UnknownPage
from server.people.actions import make_group
from server.people.tables import PersonRow
from server.store import Store
from server.writing import editions, history, sittings
from server.writing.actions import add_charter
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.diary import Deed
from server.writing.read_side import store_reading
from server.writing.removing import Chosen, remove
from server.writing.rich_text import from_text
from server.writing.sittings import Span
from server.writing.tables import SittingRow

BEGAN = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
S = Kind.STATEMENT


def says(text: str, item_id: str = "a") -> Item:
    return Item(item_id, S, f"{item_id}0", from_text(text))


class Charters:
    """A Charter of Devon, and who writes in it at which hour."""

    def __init__(self, store: Store, charter_id: str) -> None:
        self.store, self.id, self.seq = store, charter_id, 0

    async def write(self, hour: float, by: dict[str, tuple[str, ...]], *items: Item) -> None:
        self.seq += 1
        at = BEGAN + timedelta(hours=hour)

        authors = {
            item_id: tuple(Author(*person.split("+")) for person in persons)
            for item_id, persons in by.items()
        }

        def work(connection: Connection) -> None:
            done = store_reading(connection, self.id, Charter("Ours", items=items), self.seq, {})
            sittings.record(connection, self.id, done, authors, Span(at, at))

        async with self.store.engine.begin() as connection:
            await connection.run_sync(work)


@pytest.fixture
async def charter(store: Store) -> Charters:
    async with store.session() as session:
        group = await make_group(session, "Devon")
        for name in ("Ann", "Ben"):
            session.add(PersonRow(id=name.lower(), name=name, created_at=clock.now()))
        row = await add_charter(session, Charter("Ours", items=(says("One."),)), group_id=group.id)
    return Charters(store, row.id)


async def test_the_diary_counts_what_was_done_and_names_who_did_it(
    store: Store, charter: Charters
) -> None:
    await charter.write(0, {"a": ("ann",)}, says("Two."))
    await charter.write(2, {"a": ("ben", "ann"), "b": ("ben",)}, says("Three."), says("New.", "b"))
    async with store.reading() as session:
        newest, oldest = (await history.diary(session, charter.id)).entries
    assert (newest.persons, oldest.persons) == (("Ben", "Ann"), ("Ann",))
    assert newest.deeds == {(S, Deed.CHANGED): 1, (S, Deed.ADDED): 1}
    assert (newest.is_over, oldest.is_over) == (False, True)


async def test_a_charter_without_history_has_one_empty_page(
    store: Store, charter: Charters
) -> None:
    async with store.reading() as session:
        found = await history.diary(session, charter.id)
        assert (found.entries, found.pages) == ((), 1)
        with pytest.raises(UnknownPage):
            await history.diary(session, charter.id, 2)


async def test_the_diary_goes_on_on_older_pages_with_what_was_forgotten_then(
    store: Store, charter: Charters
) -> None:
    for hour in range(5):
        await charter.write(hour, {"a": ("ann",)}, says(f"I choose {hour}."))
    async with store.reading() as session:
        words = (await history.earlier(session, charter.id, "a"))[2].version.digest
    async with store.engine.begin() as connection:
        await connection.run_sync(remove, charter.id, Chosen("a", frozenset({words})), "ben")
    async with store.reading() as session:
        pages = [await history.diary(session, charter.id, page, at_once=2) for page in (1, 2, 3)]
    assert [len(page.entries) for page in pages] == [2, 2, 1]
    assert [page.pages for page in pages] == [3, 3, 3]
    # It happens now, long after the third of November.
    assert [len(page.removals) for page in pages] == [1, 0, 0]
    assert pages[0].removals[0].by == "Ben"
    assert [entry.took_out for page in pages for entry in page.entries] == [
        False, True, True, False, False,
    ]  # fmt: skip


async def test_a_sitting_tells_each_item_before_and_after(store: Store, charter: Charters) -> None:
    await charter.write(0, {"a": ("ann",), "b": ("ben",)}, says("Two."), says("New.", "b"))
    async with store.reading() as session:
        (entry,) = (await history.diary(session, charter.id)).entries
        row, changes = await history.sitting(session, charter.id, entry.id)
    told = {
        change.item_id: (
            change.before and change.before.item,
            change.after and change.after.item,
            change.persons,
        )
        for change in changes
    }
    assert row.id == entry.id
    assert told == {
        "a": (says("One."), says("Two."), ("Ann",)),
        "b": (None, says("New.", "b"), ("Ben",)),
    }


async def test_a_sitting_of_another_charter_is_not_told(store: Store, charter: Charters) -> None:
    async with store.session() as session:
        group = await make_group(session, "Wales")
        other = await add_charter(session, Charter("Theirs"), group_id=group.id)
        session.add(SittingRow(id="x", charter_id=other.id, began_at=BEGAN, last_at=BEGAN))
    async with store.reading() as session:
        for sitting_id in ("x", "y"):
            with pytest.raises(UnknownPage):
                await history.sitting(session, charter.id, sitting_id)


async def test_earlier_words_are_told_newest_first_with_their_time(
    store: Store, charter: Charters
) -> None:
    await charter.write(0, {"a": ("ann",)}, says("Two."))
    await charter.write(2, {"a": ("ben",)}, says("Three."))
    async with store.reading() as session:
        found = await history.earlier(session, charter.id, "a")
        now = await history.present(session, charter.id, "a")
        assert await history.present(session, charter.id, "z") is None
    assert [one.version.item for one in found] == [says("Three."), says("Two."), says("One.")]
    assert [one.persons for one in found] == [("Ben",), ("Ann",), ()]
    later = BEGAN + timedelta(hours=2)
    assert [(one.since, one.until) for one in found] == [
        (later, None), (BEGAN, later), (None, BEGAN),
    ]  # fmt: skip
    assert now == found[0].version
    assert len({one.key for one in found}) == 3


async def test_words_that_only_an_edition_knows_are_told_too(
    store: Store, charter: Charters
) -> None:
    await charter.write(0, {"a": ("ann",)}, says("Passing."))
    async with store.session() as session:
        edition = await editions.publish(session, charter.id, at=BEGAN)
    await charter.write(0.1, {"a": ("ann",)}, says("Two."))
    async with store.reading() as session:
        found = await history.earlier(session, charter.id, "a")
    assert {one.version.item for one in found} == {says("One."), says("Two."), says("Passing.")}
    assert f"{edition.id}-edition" in {one.key for one in found}


async def test_what_was_forgotten_is_empty_and_says_so(store: Store, charter: Charters) -> None:
    await charter.write(0, {"a": ("ann",)}, says("Two."))
    await charter.write(2, {"a": ("ben",)}, says("Three."))
    async with store.reading() as session:
        _, second, _ = await history.earlier(session, charter.id, "a")
    async with store.engine.begin() as connection:
        await connection.run_sync(
            remove, charter.id, Chosen("a", frozenset({second.version.digest})), None
        )
    async with store.reading() as session:
        third, second, _ = await history.earlier(session, charter.id, "a")
        (removal,) = await history.removals(session, charter.id)
    assert third.version.is_whole
    assert not second.version.is_whole
    assert second.version.item.words == ()
    assert (removal.item_id, removal.by) == ("a", None)
