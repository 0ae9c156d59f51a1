from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from server.errors import Trouble
from server.live.entries import Entry
from server.live.journal import Journal
from server.store import Store
from server.writing.authors import Author
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
    two = replace(batch(charter), changes=((Author("p-ann"), b"1"), (Author("p-ben"), b"2")))
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
    await journal.append([replace(batch(charter, b"1"), clients=((2**53 - 1, Author("p-ann")),))])
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert opened.clients == {2**53 - 1: Author("p-ann")}
    other = await store_charter(store, "cornwall")
    stolen = replace(batch(charter, b"2", by="p-ben"), clients=((2**53 - 1, Author("p-ben")),))
    assert await journal.append([stolen, batch(other, b"1")]) == {other.charter_id: 1}
    assert await changes(journal, charter) == [(1, "p-ann", b"1")]


async def test_a_client_id_may_be_claimed_again_by_its_own_person(
    journal: Journal, charter: Stored
) -> None:
    claim = replace(batch(charter, b"1"), clients=((7, Author("p-ann")),))
    await journal.append([claim])
    both = replace(batch(charter, b"2"), clients=((7, Author("p-ann")), (8, Author("p-ann"))))
    assert await journal.append([both]) == {charter.charter_id: 2}


async def test_what_others_wrote_since_is_told(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    charter_id = charter.charter_id
    assert await journal.since(charter_id, 1) == (
        Entry(2, Author("p-ann"), b"2"),
        Entry(3, Author("p-ann"), b"3"),
    )
    assert await journal.since(charter_id, 3) == ()


async def test_since_does_not_know_what_a_checkpoint_has_replaced(
    journal: Journal, charter: Stored
) -> None:
    await journal.append([batch(charter, b"1", b"2", b"3")])
    assert await journal.checkpoint([checkpoint(charter, 2)]) == {charter.charter_id}
    charter_id = charter.charter_id
    assert await journal.since(charter_id, 1) is None
    assert await journal.since(charter_id, 2) == (Entry(3, Author("p-ann"), b"3"),)
    await journal.checkpoint([checkpoint(charter, 3)])
    assert await journal.since(charter_id, 2) is None
    assert await journal.since(charter_id, 3) == ()


async def test_counters_say_where_each_charter_stands(journal: Journal, charter: Stored) -> None:
    await journal.append([batch(charter, b"1")])
    counters = await journal.counters([charter.charter_id, "nothing"])
    assert set(counters) == {charter.charter_id}
    counter = counters[charter.charter_id]
    assert (counter.seq, counter.generation, counter.group_id) == (1, 1, charter.group_id)


async def test_words_that_sound_like_a_full_disk_are_only_words(
    journal: Journal, charter: Stored, faults: Faults
) -> None:
    faults.cut = True
    with pytest.raises(Trouble) as refused:
        await journal.append([batch(charter, b"the disk is full")])
    assert type(refused.value) is Trouble


async def test_whom_somebody_helped_is_kept_with_entries_and_client_ids(
    journal: Journal, charter: Stored
) -> None:
    helping, alone = Author("p-ben", "p-ann"), Author("p-ben")
    clients = ((7, helping), (8, alone))
    one = replace(batch(charter), changes=((helping, b"1"), (alone, b"2")), clients=clients)
    await journal.append([one])
    opened = await journal.open(charter.charter_id)
    assert opened is not None
    assert [entry.author for entry in opened.tail] == [helping, alone]
    assert opened.clients == {7: helping, 8: alone}
    stolen = replace(batch(charter, b"3", by="p-ben"), clients=((7, alone),))
    assert await journal.append([stolen]) == {}
