from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from server import clock
from server.errors import NothingChosen, StillSaid
from server.people.actions import make_group
from server.people.tables import PersonRow
from server.store import Store
from server.writing import editions, history, sittings, wording
from server.writing import removing as module
from server.writing.actions import add_charter
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.edition import digest as edition_digest
from server.writing.read_side import read_charter, store_reading
from server.writing.removing import Chosen, kept_for, remove
from server.writing.rich_text import from_text
from server.writing.sittings import Span
from server.writing.tables import EditionRow, WordingRow

BEGAN = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
PRIVATE = "Ben lives at 3 Mill Lane."


def says(text: str, item_id: str = "a", why: str = "") -> Item:
    return Item(item_id, Kind.STATEMENT, "a0", from_text(text), why=from_text(why))


def digest(text: str) -> str:
    return wording.digest(wording.of(says(text))).whole


def reason(text: str) -> str:
    return wording.digest_of_why(from_text(text))


@dataclass
class Pen:
    """Writes in one Charter, an hour after the last time."""

    store: Store
    charter_id: str
    seq: int = 0

    async def write(self, *items: Item) -> None:
        self.seq += 1
        at = BEGAN + timedelta(hours=self.seq)
        charter = Charter("Ours", items=items)

        def work(connection: Connection) -> None:
            done = store_reading(connection, self.charter_id, charter, self.seq, {})
            by = {one.item_id: (Author("ben"),) for one in done}
            sittings.record(connection, self.charter_id, done, by, Span(at, at))

        await self.do(work)

    async def do(self, work: Any) -> Any:
        async with self.store.engine.begin() as connection:
            return await connection.run_sync(work)

    async def forget(self, *texts: str, whys: tuple[str, ...] = (), item_id: str = "a") -> None:
        chosen = Chosen(item_id, frozenset(map(digest, texts)), frozenset(map(reason, whys)))
        await self.do(lambda plain: remove(plain, self.charter_id, chosen, "ben"))

    async def earlier(self, item_id: str = "a") -> list[str]:
        async with self.store.reading() as session:
            found = await history.earlier(session, self.charter_id, item_id)
        return [
            "(removed)" if one.version.words_removed else _text(one.version.item) for one in found
        ]

    async def publish(self, later: int = 0) -> str:
        async with self.store.session() as session:
            # Editions have whole seconds.
            at = clock.now() + timedelta(seconds=later)
            return (await editions.publish(session, self.charter_id, at=at)).id


def _text(item: Item) -> str:
    return "".join(paragraph.text for paragraph in item.words)  # type: ignore[union-attr]  # no lists here


async def new_pen(store: Store, group: str = "Devon") -> Pen:
    async with store.session() as session:
        owner = await make_group(session, group)
        if await session.get(PersonRow, "ben") is None:
            session.add(PersonRow(id="ben", name="Ben", created_at=clock.now()))
        first = Charter("Ours", items=(says("I choose."),))
        return Pen(store, (await add_charter(session, first, group_id=owner.id)).id)


@pytest.fixture
async def pen(store: Store) -> Pen:
    return await new_pen(store)


async def stored(store: Store, text: str) -> WordingRow | None:
    async with store.reading() as session:
        return await session.get(WordingRow, digest(text))


async def test_forgotten_words_leave_their_digest_and_nothing_else(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    await pen.write(says("I choose where I live."))
    await pen.forget(PRIVATE)
    row = await stored(store, PRIVATE)
    assert row is not None
    assert (row.words, row.meaning, row.picture) == ([], [], None)
    assert row.removed_at is not None
    assert await pen.earlier() == ["I choose where I live.", "(removed)", "I choose."]


async def test_the_history_says_who_took_something_out_and_when(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    async with store.reading() as session:
        (removal,) = await history.removals(session, pen.charter_id, "a")
    assert (removal.by, removal.part, removal.digest) == ("Ben", "words", digest(PRIVATE))
    assert removal.at <= clock.now()


async def test_present_words_are_not_forgotten(pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    with pytest.raises(StillSaid):
        await pen.forget(PRIVATE)
    await pen.write(says("I choose."), says(PRIVATE, "b"))
    with pytest.raises(StillSaid):
        await pen.forget(PRIVATE)


async def test_a_present_reason_is_not_forgotten(pen: Pen) -> None:
    await pen.write(says("I choose.", why=PRIVATE))
    with pytest.raises(StillSaid):
        await pen.forget(whys=(PRIVATE,))


async def test_only_words_of_the_statement_are_forgotten(store: Store, pen: Pen) -> None:
    other = await new_pen(store, "Wales")
    await other.write(says("Elsewhere."))
    await other.write(says("I choose."))
    with pytest.raises(NothingChosen):
        await pen.forget("Elsewhere.")
    with pytest.raises(NothingChosen):
        await pen.forget()
    row = await stored(store, "Elsewhere.")
    assert row is not None
    assert row.removed_at is None


async def test_a_forgotten_reason_goes_from_history_and_editions(store: Store, pen: Pen) -> None:
    await pen.write(says("I choose.", why=PRIVATE))
    edition = await pen.publish()
    await pen.write(says("I choose.", why="We asked."))
    await pen.forget(whys=(PRIVATE,))
    async with store.reading() as session:
        newest, private, _ = await history.earlier(session, pen.charter_id, "a")
        assert newest.version.item.why == from_text("We asked.")
        assert private.version.item.why == ()
        assert private.version.why_removed
        read = await editions.read(session, edition)
        row = await session.get(EditionRow, edition)
    assert read.items[0].why is None
    assert row is not None
    assert edition_digest(read) == row.digest


async def test_an_edition_with_forgotten_words_still_verifies(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    edition = await pen.publish()
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    async with store.reading() as session:
        read = await editions.read(session, edition)
        row = await session.get(EditionRow, edition)
    assert read.items[0].is_removed
    assert row is not None
    assert edition_digest(read) == row.digest


async def test_words_that_another_charter_has_stay_there_and_go_here(
    store: Store, pen: Pen
) -> None:
    other = await new_pen(store, "Wales")
    for each in (pen, other):
        await each.write(says(PRIVATE))
    edition = await pen.publish()
    for each in (pen, other):
        await each.write(says("I choose."))
    assert await pen.do(lambda plain: kept_for(plain, pen.charter_id, digest(PRIVATE))) == {
        other.charter_id
    }
    await pen.forget(PRIVATE)
    assert await pen.earlier() == ["I choose.", "(removed)", "I choose."]
    assert await other.earlier() == ["I choose.", PRIVATE, "I choose."]
    async with store.reading() as session:
        read = await editions.read(session, edition)
        published = await session.get(EditionRow, edition)
    assert read.items[0].is_removed
    assert published is not None
    assert edition_digest(read) == published.digest
    # The last one to let go of them takes them out of the store.
    await other.forget(PRIVATE)
    row = await stored(store, PRIVATE)
    assert row is not None
    assert row.words == []


async def test_words_that_another_charter_says_now_stay(store: Store, pen: Pen) -> None:
    other = await new_pen(store, "Wales")
    await other.write(says(PRIVATE))
    await pen.write(says(PRIVATE))
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    async with store.reading() as session:
        assert (await read_charter(session, other.charter_id)).items == (says(PRIVATE),)


async def test_words_that_were_forgotten_can_be_said_again(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    await pen.write(says(PRIVATE))
    edition = await pen.publish(later=1)
    async with store.reading() as session:
        assert (await read_charter(session, pen.charter_id)).items == (says(PRIVATE),)
        assert not (await editions.read(session, edition)).items[0].is_removed


async def test_the_same_words_of_another_statement_are_not_shown_either(
    store: Store, pen: Pen
) -> None:
    other = await new_pen(store, "Wales")
    await other.write(says(PRIVATE))
    await pen.write(says(PRIVATE), says(PRIVATE, "b"))
    await pen.write(says("I choose."), says("I go.", "b"))
    await pen.forget(PRIVATE)
    assert await pen.earlier("b") == ["I go.", "(removed)"]


async def test_words_on_the_way_and_stray_ones_go_too(store: Store, pen: Pen) -> None:
    await pen.write(says(PRIVATE))
    stray = wording.of(says(PRIVATE + " Stray."))
    async with store.session() as session:
        session.add(
            WordingRow(
                digest=wording.digest(stray).whole,
                words=[{"p": [{"text": "Stray."}]}],
                meaning=[],
                picture=None,
            )
        )
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    async with store.reading() as session:
        digests = set(await session.scalars(select(WordingRow.digest)))
    assert wording.digest(stray).whole not in digests


async def test_words_on_the_way_in_a_sitting_elsewhere_stay_until_it_ends(
    store: Store, pen: Pen
) -> None:
    other = await new_pen(store, "Wales")
    await other.write(says("One."))
    other.seq -= 1  # in the same sitting
    await other.write(says("Two."))
    await pen.write(says(PRIVATE))
    await pen.write(says("I choose."))
    await pen.forget(PRIVATE)
    assert await stored(store, "One.") is not None


def test_digests_are_asked_for_in_parts() -> None:
    many = [str(number) for number in range(1200)]
    assert [len(some) for some in module._in_parts(many)] == [500, 500, 200]
