from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from sqlalchemy import select

from server import clock
from server.errors import NameTaken
from server.live.actions import settle_now, start_charter
from server.live.engine import Engine
from server.live.entries import Batch
from server.live.journal import Journal
from server.people.tables import AuditRow, GroupRow
from server.settings import Settings
from server.store import Store
from server.writing.read_side import read_charter
from tests.server.live.sinks import as_seen
from tests.server.live.stored import example
from tests.server.live.updates import Writer


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with aclosing(Engine(Settings())) as engine:
        yield engine


async def begin(store: Store, engine: Engine, slug: str | None = None) -> str:
    begun = await engine.begin(example())
    async with store.session() as session:
        group = GroupRow(id=clock.new_id(), slug=clock.new_id(), name=clock.new_id())
        session.add(group)
        await session.flush()
        row = await start_charter(session, example(), begun, group_id=group.id, slug=slug)
        return row.id


async def test_a_new_charter_can_be_read_and_written_at_once(store: Store, engine: Engine) -> None:
    charter_id = await begin(store, engine)
    async with store.reading() as session:
        assert await read_charter(session, charter_id) == example()
    async with aclosing(Journal(store)) as journal:
        opened = await journal.open(charter_id)
        assert opened is not None
        assert "I choose" in as_seen(opened.state)["s1"]
        assert await journal.unsettled() == []


async def test_a_slug_in_use_leaves_nothing_behind(store: Store, engine: Engine) -> None:
    await begin(store, engine, "ours")
    with pytest.raises(NameTaken):
        await begin(store, engine, "ours")


async def test_settling_now_reads_up_to_the_last_edit(store: Store, engine: Engine) -> None:
    charter_id = await begin(store, engine)
    async with aclosing(Journal(store)) as journal:
        opened = await journal.open(charter_id)
        assert opened is not None
        edit = Writer(11, opened.state).type("s1", 0, "Now. ")
        await journal.append([Batch(charter_id, 1, ((None, edit),))])
        await settle_now(journal, engine, charter_id)
    async with store.reading() as session:
        read = await read_charter(session, charter_id)
    assert "Now. I choose" in str(read.items[1].words)


async def test_a_new_charter_is_recorded(store: Store, engine: Engine) -> None:
    charter_id = await begin(store, engine)
    async with store.reading() as session:
        row = (await session.scalars(select(AuditRow))).one()
    assert (row.what, row.person_id, row.charter_id) == ("charter made", None, charter_id)
    assert row.details == {}
