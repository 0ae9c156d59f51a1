"""Sessions: a person is signed in on a device, for as long as they go on using it."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.people.tables import PersonRow, SessionRow
from server.people.tokens import hash_of, new_token

SESSION_DAYS = 90


async def sign_in(session: AsyncSession, person: PersonRow, days: int = SESSION_DAYS) -> str:
    """Start a session on one device; returns the secret for its cookie."""
    now = clock.now()
    token = new_token()
    await session.execute(
        delete(SessionRow).where(SessionRow.person_id == person.id, SessionRow.expires_at <= now)
    )
    session.add(
        SessionRow(
            id=clock.new_id(),
            token_hash=token.hash,
            person_id=person.id,
            created_at=now,
            used_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return token.secret


async def renew(session: AsyncSession, token: str, days: int = SESSION_DAYS) -> None:
    """Let a session that is being used last its full time from now on."""
    now = clock.now()
    await session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == hash_of(token), SessionRow.expires_at > now)
        .values(used_at=now, expires_at=now + timedelta(days=days))
    )


async def sign_out(session: AsyncSession, token: str) -> None:
    """End a session; one that is over already stays so."""
    await session.execute(delete(SessionRow).where(SessionRow.token_hash == hash_of(token)))
