import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import func, select

from server.errors import DiskFull, Trouble
from server.live.journal import Journal
from server.live.tables import EntryRow
from server.store import Store
from tests.server.live.faults import Faults, faults_of
from tests.server.live.journals import batch, changes, checkpoint
from tests.server.live.stored import Stored, store_charter


@pytest.fixture
async def journal(store: Store) -> AsyncIterator[Journal]:
    journal = Journal(store)
    yield journal
    await journal.aclose()


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
def faults(store: Store) -> Iterator[Faults]:
    with faults_of(store) as faults:
        yield faults


async def test_writers_at_once_get_numbers_without_a_gap(
    store: Store, journal: Journal, charter: Stored
) -> None:
    other_server = Journal(store)
    await asyncio.gather(
        *(one.append([batch(charter, b"x")]) for one in (journal, other_server) * 10)
    )
    await other_server.aclose()
    assert [seq for seq, _, _ in await changes(journal, charter)] == list(range(1, 21))


async def test_a_look_at_a_charter_is_of_one_moment(
    store: Store, journal: Journal, charter: Stored
) -> None:
    """Whatever a checkpoint does meanwhile, state and edits fit together without a hole."""
    other = Journal(store)
    total = 30

    async def write() -> None:
        for seq in range(1, total + 1):
            await journal.append([batch(charter, b"x")])
            await journal.checkpoint([checkpoint(charter, seq - 1)])

    async def look() -> None:
        seen = 0
        while seen < total:
            opened = await other.open(charter.charter_id)
            assert opened is not None
            first = opened.checkpoint_seq + 1
            assert [entry.seq for entry in opened.tail] == list(range(first, opened.seq + 1))
            seen = opened.seq

    await asyncio.gather(write(), look(), look())
    await other.aclose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_told_by_its_name_and_loses_nothing(
    journal: Journal, charter: Stored, faults: Faults
) -> None:
    await journal.append([batch(charter, b"before")])
    faults.full = True
    with pytest.raises(DiskFull):
        await journal.append([batch(charter, bytes(100_000))])
    faults.mend()
    assert await journal.append([batch(charter, b"after")]) == {charter.charter_id: 2}
    assert [change for _, _, change in await changes(journal, charter)] == [b"before", b"after"]


async def test_a_commit_that_fails_leaves_nothing_half_done(
    store: Store, journal: Journal, charter: Stored, faults: Faults
) -> None:
    other = await store_charter(store, "cornwall")
    await journal.append([batch(charter, b"before")])
    faults.cut = True
    with pytest.raises(Trouble):
        await journal.append([batch(other, b"1"), batch(charter, b"2")])
    faults.mend()
    assert await changes(journal, charter) == [(1, "p-ann", b"before")]
    assert await changes(journal, other) == []
    assert await journal.append([batch(charter, b"after")]) == {charter.charter_id: 2}


async def test_closing_ends_what_is_being_written(store: Store, charter: Stored) -> None:
    journal = Journal(store)
    writing = asyncio.gather(*(journal.append([batch(charter, b"x")]) for _ in range(5)))
    await asyncio.sleep(0)
    await journal.aclose()
    await writing
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(EntryRow)) == 5
