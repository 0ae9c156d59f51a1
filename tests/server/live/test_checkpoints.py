from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.live.entries import Entry, Opened
from server.live.journal import Journal
from server.live.tables import SetAsideRow
from server.store import Store
from server.writing.authors import Author
from server.writing.read_side import read_charter
from tests.server.live.journals import batch, checkpoint
from tests.server.live.stored import Stored, example, store_charter


@pytest.fixture
async def journal(store: Store) -> AsyncIterator[Journal]:
    journal = Journal(store)
    yield journal
    await journal.aclose()


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


async def test_a_checkpoint_replaces_the_edits_it_holds_and_no_others(
    journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    await journal.checkpoint([checkpoint(charter, 2)])
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert (opened.checkpoint_seq, opened.seq) == (2, 3)
    assert (opened.state, opened.known) == (b"state 2", b"known")
    assert opened.tail == (Entry(3, Author("p-ann"), b"3"),)


async def test_checkpoints_only_replace_older_ones(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1", b"2")])
    assert await journal.checkpoint([checkpoint(charter, 2)]) == {charter.charter_id}
    assert await journal.checkpoint([checkpoint(charter, 1)]) == set()
    assert await journal.checkpoint([checkpoint(charter, 2)]) == set()
    assert await journal.checkpoint([checkpoint(charter, 3, generation=2)]) == set()
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert opened.state == b"state 2"


async def test_a_charter_is_unsettled_until_its_checkpoint_has_everything(
    journal: Journal, charter: Stored
) -> None:
    assert await journal.unsettled() == []
    await journal.append([batch(charter, b"1", b"2")])
    await journal.checkpoint([checkpoint(charter, 1)])
    assert await journal.unsettled() == [charter.charter_id]
    await journal.checkpoint([checkpoint(charter, 2)])
    assert await journal.unsettled() == []


async def test_a_checkpoint_brings_the_read_side_with_it(
    store: Store, journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1")])
    title = replace(example(), title="A new name")
    await journal.checkpoint([replace(checkpoint(charter, 1), charter=title)])
    async with store.reading() as session:
        assert await read_charter(session, charter.charter_id) == title


def bad_ones(stored: Opened) -> list[Entry]:
    return [entry for entry in stored.tail if entry.change == b"bad"]


async def test_what_is_set_aside_is_kept_and_a_new_generation_begins(
    store: Store, journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"bad", b"3", by="p-ben")])
    bad = Entry(2, Author("p-ben"), b"bad")
    aside = await journal.set_aside(charter.charter_id, 1, bad_ones, "It stops workers.")
    assert aside == [bad]
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert (opened.generation, opened.seq) == (2, 3)
    assert [entry.change for entry in opened.tail] == [b"1", b"3"]
    async with store.reading() as session:
        kept = (await session.scalars(select(SetAsideRow))).one()
    assert (kept.person_id, kept.change, kept.reason) == ("p-ben", b"bad", "It stops workers.")


@pytest.mark.parametrize("settled", [0, 1])
async def test_after_setting_aside_the_last_edits_the_numbers_go_on_from_what_is_left(
    journal: Journal, charter: Stored, settled: int
) -> None:
    await journal.append([batch(charter, b"1", b"bad")])
    if settled:
        await journal.checkpoint([checkpoint(charter, 1)])
    await journal.set_aside(charter.charter_id, 1, bad_ones, "")
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    counters = await journal.counters([charter.charter_id])
    assert opened.seq == counters[charter.charter_id].seq == 1
    assert await journal.since(charter.charter_id, 1) == ()
    assert await journal.append([batch(charter, b"2", generation=2)]) == {charter.charter_id: 2}
    assert await journal.since(charter.charter_id, 1) == (Entry(2, Author("p-ann"), b"2"),)


async def test_only_one_of_two_servers_sets_aside(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"bad")])
    assert await journal.set_aside(charter.charter_id, 1, bad_ones, "")
    assert not await journal.set_aside(charter.charter_id, 1, bad_ones, "")


async def test_no_generation_begins_for_nothing(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1")])
    assert not await journal.set_aside(charter.charter_id, 1, bad_ones, "")
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert opened.generation == 1
