from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from server.store import Store
from server.store.base import Base, Instant

# At half past one in the morning in Kolkata it is still the evening before in UTC.
MOMENT = datetime(2026, 3, 29, 1, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))

moments = Table(
    "moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Instant)
)


async def kept(store: Store, moment: datetime | None) -> datetime | None:
    async with store.session() as session:
        connection = await session.connection()
        await connection.run_sync(moments.create)
        await session.execute(insert(moments).values(id=1, at=moment))
    async with store.reading() as session:
        return await session.scalar(select(moments.c.at))


async def test_a_moment_is_kept_to_the_microsecond_and_comes_back_in_utc(store: Store) -> None:
    back = await kept(store, MOMENT)
    assert back == MOMENT
    assert back.tzinfo is UTC


async def test_no_moment_stays_no_moment(store: Store) -> None:
    assert await kept(store, None) is None


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"):
        await kept(store, datetime(2026, 3, 29, 1, 30))  # noqa: DTZ001 -- that is the point


def test_every_constraint_has_a_name_that_a_migration_can_use() -> None:
    unnamed = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not unnamed
