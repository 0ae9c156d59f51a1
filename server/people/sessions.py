"""Sessions: a person is signed in on a device, for as long as they go on using it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.people.tables import PersonRow, SessionRow
from server.people.tokens import hash_of, new_token

SESSION_DAYS = 90


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in: in plain words ("Tablet"), and whether others use it too."""

    name: str = ""
    shared: bool = False


async def sign_in(
    session: AsyncSession,
    person: PersonRow,
    days: int = SESSION_DAYS,
    device: Device = Device(),
    zone: str = "UTC",
) -> str:
    """Start a session on one device; returns the secret for its cookie.

    One on a shared device ends with the day, in the time zone `zone`.
    """
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
            device=device.name,
            shared=device.shared,
            created_at=now,
            used_at=now,
            expires_at=end_of_day(now, zone) if device.shared else now + timedelta(days=days),
        )
    )
    return token.secret


async def renew(session: AsyncSession, token: str, days: int = SESSION_DAYS) -> None:
    """Let a session that is being used last its full time from now on; not on a shared device."""
    now = clock.now()
    await session.execute(
        update(SessionRow)
        .where(
            SessionRow.token_hash == hash_of(token),
            SessionRow.expires_at > now,
            SessionRow.shared.is_(False),
        )
        .values(used_at=now, expires_at=now + timedelta(days=days))
    )


async def sign_out(session: AsyncSession, token: str) -> str | None:
    """End a session; returns whose it was, None when it was over already."""
    row = await session.scalar(select(SessionRow).where(SessionRow.token_hash == hash_of(token)))
    if row is None:
        return None
    await session.delete(row)
    return row.person_id


def end_of_day(now: datetime, zone: str) -> datetime:
    """The next midnight in a time zone such as "Europe/London"."""
    here = now.astimezone(ZoneInfo(zone))
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
