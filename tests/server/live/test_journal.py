import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from server.errors import DiskFull, Trouble
from server.live.journal import Batch, Checkpoint, Entry, Journal, Opened
from server.live.tables import EntryRow, SetAsideRow
from server.store import Store
from server.writing.read_side import read_charter
from tests.server.live.faults import Faults, faults_of
from tests.server.live.stored import Stored, example, store_charter


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


def batch(charter: Stored, *changes: bytes, by: str = "p-ann", generation: int = 1) -> Batch:
    return Batch(charter.charter_id, generation, tuple((by, change) for change in changes))


def checkpoint(charter: Stored, seq: int, generation: int = 1) -> Checkpoint:
    return Checkpoint(
        charter.charter_id, generation, seq, b"state %d" % seq, b"known", example(), {}
    )


async def changes(journal: Journal, charter: Stored) -> list[tuple[int, str | None, bytes]]:
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    return [(entry.seq, entry.person_id, entry.change) for entry in opened.tail]


async def test_a_charter_opens_at_its_checkpoint(journal: Journal, charter: Stored) -> None:
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert (opened.generation, opened.schema, opened.seq, opened.checkpoint_seq) == (1, 1, 0, 0)
    assert (opened.group_id, opened.visibility) == (charter.group_id, "group")
    assert opened.state == charter.state
    assert opened.known
    assert opened.tail == ()


async def test_an_unknown_charter_does_not_open(journal: Journal) -> None:
    assert await journal.open("nothing") is None


async def test_edits_are_kept_in_the_order_they_came(journal: Journal, charter: Stored) -> None:
    two = replace(batch(charter), changes=(("p-ann", b"1"), ("p-ben", b"2")))
    assert await journal.append([two]) == {charter.charter_id: 2}
    assert await journal.append([batch(charter, b"3")]) == {charter.charter_id: 3}
    assert await changes(journal, charter) == [
        (1, "p-ann", b"1"),
        (2, "p-ben", b"2"),
        (3, "p-ann", b"3"),
    ]


async def test_one_commit_holds_the_edits_of_many_charters(
    journal: Journal, charter: Stored, store: Store
) -> None:
    other = await store_charter(store, "cornwall")
    await journal.append([batch(other, b"1")])
    last = await journal.append([batch(charter, b"1"), batch(other, b"2", b"3")])
    assert last == {charter.charter_id: 1, other.charter_id: 3}


async def test_writers_at_once_get_numbers_without_a_gap(
    store: Store, journal: Journal, charter: Stored
) -> None:
    other_server = Journal(store)
    await asyncio.gather(
        *(one.append([batch(charter, b"x")]) for one in (journal, other_server) * 10)
    )
    await other_server.aclose()
    assert [seq for seq, _, _ in await changes(journal, charter)] == list(range(1, 21))


async def test_the_server_itself_may_write(journal: Journal, charter: Stored) -> None:
    await journal.append([replace(batch(charter), changes=((None, b"1"),))])
    assert await changes(journal, charter) == [(1, None, b"1")]


async def test_edits_for_a_generation_that_is_over_are_left_out(
    store: Store, journal: Journal, charter: Stored
) -> None:
    other = await store_charter(store, "cornwall")
    last = await journal.append([batch(charter, b"1", generation=2), batch(other, b"1")])
    assert last == {other.charter_id: 1}
    assert await changes(journal, charter) == []


async def test_a_client_id_belongs_to_who_used_it_first(
    store: Store, journal: Journal, charter: Stored
) -> None:
    await journal.append([replace(batch(charter, b"1"), clients=((2**53 - 1, "p-ann"),))])
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert opened.clients == {2**53 - 1: "p-ann"}
    other = await store_charter(store, "cornwall")
    stolen = replace(batch(charter, b"2", by="p-ben"), clients=((2**53 - 1, "p-ben"),))
    assert await journal.append([stolen, batch(other, b"1")]) == {other.charter_id: 1}
    assert await changes(journal, charter) == [(1, "p-ann", b"1")]


async def test_a_client_id_may_be_claimed_again_by_its_own_person(
    journal: Journal, charter: Stored
) -> None:
    claim = replace(batch(charter, b"1"), clients=((7, "p-ann"),))
    await journal.append([claim])
    both = replace(batch(charter, b"2"), clients=((7, "p-ann"), (8, "p-ann")))
    assert await journal.append([both]) == {charter.charter_id: 2}


async def test_what_others_wrote_since_is_told(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    charter_id = charter.charter_id
    assert await journal.since(charter_id, 1) == (Entry(2, "p-ann", b"2"), Entry(3, "p-ann", b"3"))
    assert await journal.since(charter_id, 3) == ()


async def test_since_does_not_know_what_a_checkpoint_has_replaced(
    journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    assert await journal.checkpoint([checkpoint(charter, 2)]) == {charter.charter_id}
    charter_id = charter.charter_id
    assert await journal.since(charter_id, 1) is None
    assert await journal.since(charter_id, 2) == (Entry(3, "p-ann", b"3"),)
    await journal.checkpoint([checkpoint(charter, 3)])
    assert await journal.since(charter_id, 2) is None
    assert await journal.since(charter_id, 3) == ()


async def test_a_checkpoint_replaces_the_edits_it_holds_and_no_others(
    journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    await journal.checkpoint([checkpoint(charter, 2)])
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert (opened.checkpoint_seq, opened.seq) == (2, 3)
    assert (opened.state, opened.known) == (b"state 2", b"known")
    assert opened.tail == (Entry(3, "p-ann", b"3"),)


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


async def test_counters_say_where_each_charter_stands(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1")])
    counters = await journal.counters([charter.charter_id, "nothing"])
    assert set(counters) == {charter.charter_id}
    counter = counters[charter.charter_id]
    assert (counter.seq, counter.generation, counter.group_id) == (1, 1, charter.group_id)


def bad_ones(stored: Opened) -> list[Entry]:
    return [entry for entry in stored.tail if entry.change == b"bad"]


async def test_what_is_set_aside_is_kept_and_a_new_generation_begins(
    store: Store, journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"bad", b"3", by="p-ben")])
    bad = Entry(2, "p-ben", b"bad")
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
    assert await journal.since(charter.charter_id, 1) == (Entry(2, "p-ann", b"2"),)


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


async def test_words_that_sound_like_a_full_disk_are_only_words(
    journal: Journal, charter: Stored, faults: Faults
) -> None:
    faults.cut = True
    with pytest.raises(Trouble) as refused:
        await journal.append([batch(charter, b"the disk is full")])
    assert type(refused.value) is Trouble


async def test_closing_ends_what_is_being_written(store: Store, charter: Stored) -> None:
    journal = Journal(store)
    writing = asyncio.gather(*(journal.append([batch(charter, b"x")]) for _ in range(5)))
    await asyncio.sleep(0)
    await journal.aclose()
    await writing
    async with store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(EntryRow)) == 5
