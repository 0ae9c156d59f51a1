from datetime import timedelta

from sqlalchemy import select

from server import clock
from server.people import actions
from server.people.sessions import renew, sign_in, sign_out
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
