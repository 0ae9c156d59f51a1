from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from server import clock
from server.people import actions
from server.people.sessions import (
    Device,
    end_of_day,
    end_one,
    end_others,
    renew,
    sessions_of,
    sign_in,
    sign_out,
    was_shared,
)
from server.people.signing_in import who_by_token_hash
from server.people.tables import SessionRow
from server.people.tokens import hash_of
from server.store import Store


async def knows(store: Store, secret: str) -> bool:
    async with store.reading() as session:
        return bool(await who_by_token_hash(session, [hash_of(secret)]))


async def test_a_session_lasts_until_its_person_signs_out(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        tablet, phone = await sign_in(session, ann), await sign_in(session, ann)
    async with store.session() as session:
        await sign_out(session, tablet)
        await sign_out(session, tablet)
    assert not await knows(store, tablet)
    assert await knows(store, phone)


async def test_a_session_ends_with_its_time_and_is_cleared_away_later(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        old = await sign_in(session, ann, days=0)
    assert not await knows(store, old)
    async with store.session() as session:
        await sign_in(session, ann)
        assert len((await session.scalars(select(SessionRow))).all()) == 1


async def test_a_session_in_use_is_given_its_full_time_again(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        secret = await sign_in(session, ann, days=1)
    async with store.session() as session:
        await renew(session, secret, days=90)
    async with store.session() as session:
        row = (await session.scalars(select(SessionRow))).one()
    assert row.expires_at > clock.now() + timedelta(days=89)


async def test_a_session_that_is_over_stays_over(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        secret = await sign_in(session, ann, days=0)
    async with store.session() as session:
        await renew(session, secret)
    assert not await knows(store, secret)


async def test_a_session_on_a_shared_device_ends_with_the_day_and_is_never_renewed(
    store: Store,
) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        secret = await sign_in(session, ann, device=Device("Tablet", shared=True))
        assert not await was_shared(session, secret)
    async with store.session() as session:
        await renew(session, secret)
        row = (await session.scalars(select(SessionRow))).one()
        assert row.expires_at <= clock.now() + timedelta(days=1)
        await session.execute(update(SessionRow).values(expires_at=clock.now()))
    assert not await knows(store, secret)
    async with store.reading() as session:
        assert await was_shared(session, secret)
        assert not await was_shared(session, "unknown")


async def test_each_sign_in_has_a_secret_of_its_own(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        secrets = {await sign_in(session, ann) for _ in range(3)}
        ids = {row.id for row in await sessions_of(session, ann.id)}
    assert len(secrets) == len(ids) == 3


async def test_one_session_ends_alone_and_only_by_its_own_person(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        ben = await actions.make_person(session, "Ben")
        tablet, phone = await sign_in(session, ann), await sign_in(session, ann)
        row = (await sessions_of(session, ann.id))[0]
        assert await end_one(session, ben.id, row.id) is None
        assert await end_one(session, ann.id, row.id) is row
    assert await knows(store, tablet) != await knows(store, phone)


async def test_all_others_end_and_this_one_stays(store: Store) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        ben = await actions.make_person(session, "Ben")
        his = await sign_in(session, ben)
        hers = [await sign_in(session, ann) for _ in range(3)]
        kept = (await sessions_of(session, ann.id))[1].id
        assert await end_others(session, ann.id, kept) == 2
        assert [row.id for row in await sessions_of(session, ann.id)] == [kept]
    assert [await knows(store, secret) for secret in hers].count(True) == 1
    assert await knows(store, his)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # In summer the day ends at eleven by UTC; the night the clocks change, at midnight again.
        (datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC)),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), datetime(2026, 7, 2, 23, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 26, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, 0, tzinfo=UTC)),
    ],
)
def test_the_day_ends_where_people_are(now: datetime, end: datetime) -> None:
    assert end_of_day(now, "Europe/London") == end
