import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update

from server.errors import EmptyCharter, PublishedMeanwhile, Refusal, UnknownCharter, UnknownEdition
from server.people import actions as people
from server.store import Store
from server.writing import edition as forms
from server.writing import editions
from server.writing.actions import add_charter
from server.writing.markdown_in import parse
from server.writing.read_side import read_charter, store_reading
from server.writing.tables import (
    AdaptationRow,
    CharterRow,
    EditionItemRow,
    EditionRow,
    ItemRow,
    WordingRow,
)

CHARTER = """# Our Devon Charter

What good looks like.

## My home
<!-- heading id=heading1 -->

### Statement 1
<!-- statement id=statement1 picture=house -->

I choose **who** I live with.

<!-- why -->
**Why**

Tŷ: it is my home.

### Statement 2 (left out)
<!-- statement id=statement2 left-out -->

We have a bus.
"""
AT = datetime(2026, 11, 3, 14, 5, 9, 123456, tzinfo=UTC)


async def make_charter(store: Store, text: str = CHARTER, group: str = "Devon") -> str:
    async with store.session() as session:
        owner = await people.ensure_group(session, group)
        row = await add_charter(session, parse(text.encode()), group_id=owner.id)
        return row.id


async def settle(store: Store, charter_id: str, text: str) -> None:
    """Have the Charter say this instead, as if people had written it."""
    async with store.session() as session:
        connection = await session.connection()
        await connection.run_sync(store_reading, charter_id, parse(text.encode()), 1, {})


async def test_an_edition_says_what_the_charter_said_and_goes_on_saying_it(store: Store) -> None:
    charter_id = await make_charter(store)
    async with store.session() as session:
        before = await read_charter(session, charter_id)
        row = await editions.publish(session, charter_id, name="First", note="Hello", at=AT)
    await settle(store, charter_id, CHARTER.replace("**who**", "how"))
    async with store.reading() as session:
        assert await editions.read_edition(session, row.id) == before
        edition = await editions.read(session, row.id)
    assert (edition.by, edition.number, edition.name) == ("Devon", 1, "First")
    assert edition.published_at == AT.replace(microsecond=0)
    assert forms.digest(edition) == row.digest


async def test_numbers_count_up_and_the_newest_comes_first(store: Store) -> None:
    charter_id = await make_charter(store)
    other = await make_charter(store, group="Kent")
    async with store.session() as session:
        assert await editions.newest(session, charter_id) is None
        for name in "abc":
            await editions.publish(session, charter_id, name=name)
        await editions.publish(session, other)
        assert [row.name for row in await editions.of(session, charter_id)] == ["c", "b", "a"]
        newest = await editions.newest(session, charter_id)
        assert newest is not None
        assert (newest.number, newest.name) == (3, "c")
        assert (await editions.numbered(session, charter_id, 2)).name == "b"
        assert (await editions.numbered(session, other, 1)).by == "Kent"


async def test_an_edition_of_our_own_version_says_what_it_stands_on(store: Store) -> None:
    national, ours = await make_charter(store), await make_charter(store, group="Kent")
    async with store.session() as session:
        first = await editions.publish(session, national, at=AT)
        session.add(
            AdaptationRow(charter_id=ours, of_charter_id=national, edition_id=first.id, made_at=AT)
        )
        await session.flush()
        local = await editions.publish(session, ours)
        assert local.stands_on_id == first.id
        edition = await editions.read(session, local.id)
        assert edition.stands_on == first.digest
        assert forms.digest(edition) == local.digest


@pytest.mark.parametrize(
    "text",
    [
        "# Nothing\n",
        "# Only a heading\n\n## My home\n",
        CHARTER.replace("statement1 picture=house", "statement1 left-out"),
    ],
)
async def test_an_empty_charter_is_refused(store: Store, text: str) -> None:
    charter_id = await make_charter(store, text)
    with pytest.raises(EmptyCharter):
        async with store.session() as session:
            await editions.publish(session, charter_id)
    async with store.reading() as session:
        assert await editions.of(session, charter_id) == []


async def test_what_is_not_there_is_unknown(store: Store) -> None:
    charter_id = await make_charter(store)
    async with store.session() as session:
        with pytest.raises(UnknownCharter):
            await editions.publish(session, "nothing")
        with pytest.raises(UnknownEdition):
            await editions.numbered(session, charter_id, 1)
        for number in (0, -1, 10**9, 10**30):
            with pytest.raises(UnknownEdition):
                await editions.numbered(session, charter_id, number)
        with pytest.raises(UnknownEdition):
            await editions.read_edition(session, "nothing")


async def test_words_that_changed_since_they_were_shown_are_not_published(store: Store) -> None:
    charter_id = await make_charter(store)
    async with store.reading() as session:
        charter = await read_charter(session, charter_id)
    shown = forms.digest_of_words(
        charter.title, charter.summary, charter.language, forms.items_of(charter)
    )
    await settle(store, charter_id, CHARTER.replace("a bus", "two buses"))
    with pytest.raises(PublishedMeanwhile):
        async with store.session() as session:
            await editions.publish(session, charter_id, words=shown)
    await settle(store, charter_id, CHARTER)
    async with store.session() as session:
        await editions.publish(session, charter_id, words=shown)


async def test_of_two_organisers_who_publish_at_once_one_is_told(store: Store) -> None:
    charter_id = await make_charter(store)

    async def publish(name: str) -> str:
        async with store.session() as session:
            row = await editions.publish(session, charter_id, name=name, number=1)
            return row.name

    done = await asyncio.gather(*map(publish, "abcd"), return_exceptions=True)
    assert sum(isinstance(one, PublishedMeanwhile) for one in done) == 3
    async with store.reading() as session:
        (row,) = await editions.of(session, charter_id)
    assert row.name in done


async def test_the_database_itself_keeps_each_number_once(store: Store) -> None:
    """Also where somebody else numbers editions without a look at the Charter's row."""
    charter_id = await make_charter(store)
    async with store.session() as session:
        row = await editions.publish(session, charter_id)
    facts = {c.name: getattr(row, c.name) for c in EditionRow.__table__.columns}
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with store.session() as session:
            session.add(EditionRow(**{**facts, "id": "another"}))


async def test_what_is_forgotten_is_told_and_the_digest_stays(store: Store) -> None:
    charter_id = await make_charter(store)
    async with store.session() as session:
        row = await editions.publish(session, charter_id)
        digest = await session.scalar(
            update(EditionItemRow)
            .where(EditionItemRow.item_id == "statement1")
            .values(why=[])
            .returning(EditionItemRow.wording_digest)
        )
        await session.execute(
            update(WordingRow)
            .where(WordingRow.digest == digest)
            .values(words=[], meaning=[], picture=None, removed_at=AT)
        )
    async with store.reading() as session:
        edition = await editions.read(session, row.id)
        charter = await editions.read_edition(session, row.id)
    removed = {item.id: (item.wording is None, item.why is None) for item in edition.items}
    assert removed == {
        "heading1": (False, False),
        "statement1": (True, True),
        "statement2": (False, False),
    }
    assert [item.is_removed for item in edition.items] == [False, True, False]
    found = charter.item("statement1")
    assert found is not None
    assert (found.words, found.picture, found.why) == ((), None, ())
    assert forms.digest(edition) == row.digest


async def test_nothing_that_happens_to_a_charter_changes_its_editions(store: Store) -> None:
    charter_id = await make_charter(store)

    async def rows() -> list[tuple[Any, ...]]:
        async with store.reading() as session:
            found: list[tuple[Any, ...]] = []
            for table in (EditionRow, EditionItemRow):
                lines = await session.execute(table.__table__.select())
                found += [tuple(line) for line in lines]
            return found

    async with store.session() as session:
        first = await editions.publish(session, charter_id)
    before = await rows()
    await settle(store, charter_id, "# Another\n\n## One\n\nAll is new.\n")
    async with store.session() as session:
        await session.execute(delete(ItemRow).where(ItemRow.charter_id == charter_id))
        await session.execute(update(CharterRow).values(title="Something else"))
    with pytest.raises(Refusal):
        async with store.session() as session:
            await editions.publish(session, charter_id)
    await settle(store, charter_id, CHARTER.replace("bus", "car"))
    async with store.session() as session:
        second = await editions.publish(session, charter_id)
    assert [row for row in await rows() if second.id not in row] == before
    async with store.reading() as session:
        assert forms.digest(await editions.read(session, first.id)) == first.digest
