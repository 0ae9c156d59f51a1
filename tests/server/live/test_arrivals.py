import asyncio

import pytest
from sqlalchemy import event

from server.errors import Trouble
from server.live.arrivals import Arrivals
from server.people import actions
from server.people.tokens import hash_of
from server.store import Base, Store

HALL = 200


@pytest.fixture
async def hall(store: Store) -> list[str]:
    """The keys of a whole hall of people."""
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        return [
            hash_of(await actions.issue_token(session, f"P{number}", group))
            for number in range(HALL)
        ]


async def test_somebody_is_known_by_their_key(store: Store, hall: list[str]) -> None:
    who = await Arrivals(store).who(hall[3])
    assert who is not None
    assert who.name == "P3"


async def test_a_stranger_is_nobody(store: Store) -> None:
    assert await Arrivals(store).who(hash_of("made up")) is None


async def test_a_whole_hall_is_asked_about_in_a_few_questions(
    store: Store, hall: list[str]
) -> None:
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", listen)
    arrivals = Arrivals(store)
    people = await asyncio.gather(*(arrivals.who(key) for key in [*hall, *hall]))
    assert [who and who.name for who in people] == [f"P{n}" for n in range(HALL)] * 2
    assert len([one for one in asked if "SELECT" in one]) <= 3


async def test_who_goes_away_while_we_ask_keeps_nobody_waiting(
    store: Store, hall: list[str]
) -> None:
    arrivals = Arrivals(store)
    going = asyncio.create_task(arrivals.who(hall[0]))
    staying = asyncio.create_task(arrivals.who(hall[0]))
    await asyncio.sleep(0)
    going.cancel()
    who = await staying
    assert who is not None
    assert going.cancelled()


async def test_when_the_database_fails_all_who_wait_are_told_and_the_next_ones_get_in(
    store: Store, hall: list[str]
) -> None:
    arrivals = Arrivals(store)
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.tables["access_tokens"].drop)
    first = asyncio.create_task(arrivals.who(hall[0]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second = asyncio.create_task(arrivals.who(hall[1]))
    for waiting in (first, second):
        with pytest.raises(Trouble):
            await waiting
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    assert await arrivals.who(hall[2]) is None
