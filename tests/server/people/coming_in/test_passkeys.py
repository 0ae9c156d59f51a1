from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server import clock
from server.errors import (
    DamagedPasskey,
    PasskeyCopied,
    PasskeyKnown,
    TooManyPasskeys,
    UnknownPasskey,
    WrongOrigin,
)
from server.people.audit import What
from server.people.coming_in import passkeys
from server.people.coming_in.passkey_answers import Answer, ask_for_known, ask_for_new
from server.people.tables import AuditRow, ChallengeRow, PasskeyRow, PersonRow
from server.store import Store
from tests.support.authenticator import CHALLENGE, HERE, SITE, Authenticator
from tests.support.people import make_passkey, somebody


async def whose(store: Store, device: Authenticator, **changed: object) -> str:
    """The name of whom a signature of this device lets in."""
    answer = Answer(device.sign(ask_for_known(SITE, CHALLENGE), **changed), CHALLENGE, SITE)
    async with store.session() as session:
        return (await passkeys.person_of_answer(session, answer)).name


async def test_a_challenge_is_good_for_one_try(store: Store) -> None:
    async with store.session() as session:
        asked = await passkeys.new_challenge(session, None)
    async with store.session() as session:
        assert await passkeys.take_challenge(session, asked.secret, None) == asked.challenge
    async with store.session() as session:
        assert await passkeys.take_challenge(session, asked.secret, None) is None


@pytest.mark.parametrize("asked_for", [None, "ann"])
async def test_a_challenge_is_good_for_what_it_was_asked_for(
    store: Store, asked_for: str | None
) -> None:
    ann, ben = await somebody(store, "Ann"), await somebody(store, "Ben")
    mine = None if asked_for is None else ann.person_id
    for other in {None, ann.person_id, ben.person_id} - {mine}:
        async with store.session() as session:
            asked = await passkeys.new_challenge(session, mine)
            assert await passkeys.take_challenge(session, asked.secret, other) is None
            assert await passkeys.take_challenge(session, asked.secret, mine) is None


@pytest.mark.parametrize("secret", [None, "", "nonsense"])
async def test_an_unknown_challenge_is_none(store: Store, secret: str | None) -> None:
    async with store.session() as session:
        await passkeys.new_challenge(session, None)
        assert await passkeys.take_challenge(session, secret, None) is None


async def test_an_old_challenge_is_none_and_is_cleared_away(store: Store) -> None:
    async with store.session() as session:
        asked = await passkeys.new_challenge(session, None)
        other = await passkeys.new_challenge(session, None)
    async with store.session() as session:
        row = (await session.scalars(select(ChallengeRow))).first()
        assert row is not None
        assert timedelta(0) < row.expires_at - clock.now() <= timedelta(minutes=5)
        await session.execute(update(ChallengeRow).values(expires_at=clock.now()))
    async with store.session() as session:
        assert await passkeys.take_challenge(session, asked.secret, None) is None
    async with store.session() as session:
        newest = await passkeys.new_challenge(session, None)
    async with store.session() as session:
        again = await passkeys.new_challenge(session, None, before=newest.secret)
        assert len((await session.scalars(select(ChallengeRow))).all()) == 1
        assert await passkeys.take_challenge(session, other.secret, None) is None
        assert await passkeys.take_challenge(session, again.secret, None) == again.challenge


async def test_a_key_lets_its_person_in_and_is_told_in_the_audit(store: Store) -> None:
    ann = await somebody(store, "Ann")
    device = Authenticator(HERE)
    await make_passkey(store, ann, device)
    assert await whose(store, device) == "Ann"
    assert await whose(store, device) == "Ann"
    async with store.reading() as session:
        (row,) = await passkeys.passkeys_of(session, ann.person_id)
        told = (await session.scalars(select(AuditRow))).all()
    assert (row.name, row.sign_count) == ("Phone", 2)
    assert [(one.what, one.person_id) for one in told] == [(What.PASSKEY_MADE, ann.person_id)]


async def test_a_key_that_nobody_has_lets_nobody_in(store: Store) -> None:
    ann = await somebody(store, "Ann")
    device = Authenticator(HERE)
    device.make(ask_for_new(SITE, CHALLENGE, ann.person_id, ann.name, []))
    with pytest.raises(UnknownPasskey):
        await whose(store, device)


async def test_a_key_lets_in_nobody_but_its_own_person(store: Store) -> None:
    ann, ben = await somebody(store, "Ann"), await somebody(store, "Ben")
    device, his = Authenticator(HERE), Authenticator(HERE)
    await make_passkey(store, ann, device)
    await make_passkey(store, ben, his)
    with pytest.raises(UnknownPasskey):
        await whose(store, device, userHandle=his.user)
    # His key under the name of hers: the signature does not fit.
    his.credential_id = device.credential_id
    with pytest.raises(DamagedPasskey):
        await whose(store, his)
    with pytest.raises(DamagedPasskey):
        await whose(store, device, userHandle=None)


async def test_a_key_of_somebody_deleted_lets_nobody_in(store: Store) -> None:
    ann = await somebody(store, "Ann")
    device = Authenticator(HERE)
    await make_passkey(store, ann, device)
    async with store.session() as session:
        await session.execute(update(PersonRow).values(deleted_at=clock.now()))
    with pytest.raises(UnknownPasskey):
        await whose(store, device)


async def test_a_copied_key_lets_nobody_in(store: Store) -> None:
    ann = await somebody(store, "Ann")
    device = Authenticator(HERE, count=3)
    await make_passkey(store, ann, device)
    assert await whose(store, device) == "Ann"
    device.count = 2
    with pytest.raises(PasskeyCopied):
        await whose(store, device)
    async with store.reading() as session:
        assert (await session.scalars(select(PasskeyRow))).one().sign_count == 4


async def test_a_key_made_for_another_site_is_not_kept(store: Store) -> None:
    ann = await somebody(store, "Ann")
    with pytest.raises(WrongOrigin):
        await make_passkey(store, ann, Authenticator("https://evil.example"))
    async with store.reading() as session:
        assert not await passkeys.has_passkey(session, ann.person_id)


async def test_one_key_is_of_one_person(store: Store) -> None:
    ann, ben = await somebody(store, "Ann"), await somebody(store, "Ben")
    device = Authenticator(HERE)
    await make_passkey(store, ann, device)
    for who in (ann, ben):
        with pytest.raises(PasskeyKnown):
            await make_passkey(store, who, device)


async def test_a_person_has_only_so_many_keys(store: Store) -> None:
    ann = await somebody(store, "Ann")
    async with store.session() as session:
        for number in range(passkeys.MOST_PASSKEYS):
            session.add(
                PasskeyRow(
                    id=clock.new_id(),
                    person_id=ann.person_id,
                    credential_id=bytes([number]),
                    public_key=b"",
                    sign_count=0,
                    name="Phone",
                    created_at=clock.now(),
                    used_at=clock.now(),
                )
            )
    with pytest.raises(TooManyPasskeys):
        await make_passkey(store, ann, Authenticator(HERE))


async def test_a_key_is_taken_away_by_its_own_person_alone(store: Store) -> None:
    ann, ben = await somebody(store, "Ann"), await somebody(store, "Ben")
    device = Authenticator(HERE)
    await make_passkey(store, ann, device)
    async with store.reading() as session:
        (row,) = await passkeys.passkeys_of(session, ann.person_id)
    for who, key in ((ben, row.id), (ann, "nonsense"), (ann, "\0")):
        with pytest.raises(UnknownPasskey):
            async with store.session() as session:
                await passkeys.take_away(session, who, key)
    assert await whose(store, device) == "Ann"
    async with store.session() as session:
        await passkeys.take_away(session, ann, row.id)
    with pytest.raises(UnknownPasskey):
        await whose(store, device)
    async with store.reading() as session:
        last = (await session.scalars(select(AuditRow).order_by(AuditRow.id.desc()))).first()
    assert last is not None
    assert (last.what, last.details) == (What.PASSKEY_TAKEN_AWAY, {"device": "Phone"})
