"""Passkeys: keys that a person's devices keep, so that coming back takes one press.

We keep the public half of each. What a key has to sign, the challenge, is good for one try, for
five minutes, in the browser that asked for it, and for what it was asked for.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import (
    DamagedPasskey,
    PasskeyCopied,
    PasskeyKnown,
    TooManyPasskeys,
    UnknownPasskey,
)
from server.people import audit
from server.people.coming_in.passkey_answers import (
    CHALLENGE_SECONDS,
    Answer,
    check_known,
    check_new,
    read_known,
    read_new,
)
from server.people.living import living
from server.people.permits import Who
from server.people.tables import ChallengeRow, PasskeyRow, PersonRow
from server.people.tokens import hash_of, new_token

MOST_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed, and the secret that stays in the browser meanwhile."""

    secret: str
    challenge: bytes


async def new_challenge(
    session: AsyncSession, person_id: str | None, before: str | None = None
) -> Challenge:
    """A new challenge: for this person to make a key, or (None) for whoever is coming in.

    It takes the place of the one that the browser asked for `before`.
    """
    now = clock.now()
    await session.execute(
        delete(ChallengeRow).where(
            (ChallengeRow.expires_at <= now) | (ChallengeRow.token_hash == hash_of(before or ""))
        )
    )
    token, challenge = new_token(), secrets.token_bytes(32)
    session.add(
        ChallengeRow(
            token_hash=token.hash,
            challenge=challenge,
            person_id=person_id,
            expires_at=now + timedelta(seconds=CHALLENGE_SECONDS),
        )
    )
    return Challenge(token.secret, challenge)


async def take_challenge(
    session: AsyncSession, secret: str | None, person_id: str | None
) -> bytes | None:
    """Use the browser's challenge up: a second try finds it gone, whatever became of the first.

    So it has to be committed before anything is checked. None when there is none, when it is too
    old, and when it was made for something else or somebody else.
    """
    taken = await session.execute(
        delete(ChallengeRow)
        .where(ChallengeRow.token_hash == hash_of(secret or ""))
        .returning(ChallengeRow.challenge, ChallengeRow.person_id, ChallengeRow.expires_at)
    )
    row = taken.one_or_none()
    if row is None or row.expires_at <= clock.now() or row.person_id != person_id:
        return None
    challenge: bytes = row.challenge
    return challenge


async def passkeys_of(session: AsyncSession, person_id: str) -> Sequence[PasskeyRow]:
    """The keys of this person; the one used last comes first."""
    rows = await session.scalars(
        select(PasskeyRow)
        .where(PasskeyRow.person_id == person_id)
        .order_by(PasskeyRow.used_at.desc(), PasskeyRow.id)
    )
    return rows.all()


async def has_passkey(session: AsyncSession, person_id: str) -> bool:
    found = await session.scalar(
        select(PasskeyRow.id).where(PasskeyRow.person_id == person_id).limit(1)
    )
    return found is not None


async def check_room(session: AsyncSession, person_id: str) -> None:
    """Raises TooManyPasskeys when this person can make no more."""
    count = await session.scalar(
        select(func.count()).select_from(PasskeyRow).where(PasskeyRow.person_id == person_id)
    )
    if (count or 0) >= MOST_PASSKEYS:
        raise TooManyPasskeys


async def make_passkey(session: AsyncSession, who: Who, answer: Answer, device: str) -> None:
    """Keep a new key of this person, which is on a device of this name.

    Raises DamagedPasskey, WrongOrigin, NotSignedIn, TooManyPasskeys; PasskeyKnown when somebody
    has it already.
    """
    made = check_new(read_new(answer), answer)
    await living(session, who.person_id)
    await check_room(session, who.person_id)
    now = clock.now()
    try:
        async with session.begin_nested():
            session.add(
                PasskeyRow(
                    id=clock.new_id(),
                    person_id=who.person_id,
                    credential_id=made.credential_id,
                    public_key=made.credential_public_key,
                    sign_count=made.sign_count,
                    name=device,
                    created_at=now,
                    used_at=now,
                )
            )
    except IntegrityError:
        raise PasskeyKnown from None
    audit.record(session, audit.What.PASSKEY_MADE, by=who, device=device)


async def person_of_answer(session: AsyncSession, answer: Answer) -> PersonRow:
    """Whose key signed the challenge; the key counts on.

    Raises DamagedPasskey, WrongOrigin, PasskeyCopied; UnknownPasskey for a key we do not know, for
    one of somebody who was deleted, and where the device says that it is another person's.
    """
    credential = read_known(answer)
    row = await session.scalar(
        select(PasskeyRow).where(PasskeyRow.credential_id == credential.raw_id)
    )
    if row is None:
        raise UnknownPasskey
    told = credential.response.user_handle
    if told is None:
        # A key that does not say whose it is was not made for coming in without a name.
        raise DamagedPasskey
    checked = check_known(credential, answer, row.public_key, row.sign_count)
    person = await session.get_one(PersonRow, row.person_id)
    if told != row.person_id.encode() or person.deleted_at is not None:
        raise UnknownPasskey
    # Two copies of one key that come at once: the database lets one of them count on.
    count = checked.new_sign_count
    counted = await session.execute(
        update(PasskeyRow)
        .where(PasskeyRow.id == row.id, PasskeyRow.sign_count == row.sign_count)
        .values(sign_count=count, used_at=clock.now())
        .returning(PasskeyRow.id)
    )
    if counted.one_or_none() is None:
        raise PasskeyCopied
    return person


async def take_away(session: AsyncSession, who: Who, passkey_id: str) -> None:
    """Take a key of one's own away. Raises UnknownPasskey for any other."""
    mine = await passkeys_of(session, who.person_id)
    # Looked for here: no database is asked for what stood in an address.
    row = next((row for row in mine if row.id == passkey_id), None)
    if row is None:
        raise UnknownPasskey
    await session.delete(row)
    audit.record(session, audit.What.PASSKEY_TAKEN_AWAY, by=who, device=row.name)
