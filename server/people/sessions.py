"""Sessions: a person is signed in on a device, for as long as they go on using it."""

from collections.abc import Sequence
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
    *,
    vouched_by: Sequence[str] | None = None,
) -> str:
    """Start a session on one device; returns the secret for its cookie.

    One on a shared device ends with the day, in the time zone `zone`. One that groups `vouched_by`
    their cards counts in these groups alone.
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
            vouched_by=None if vouched_by is None else list(vouched_by),
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


async def sessions_of(session: AsyncSession, person_id: str) -> Sequence[SessionRow]:
    """Where this person is signed in now; the one used last comes first."""
    rows = await session.scalars(
        select(SessionRow)
        .where(SessionRow.person_id == person_id, SessionRow.expires_at > clock.now())
        .order_by(SessionRow.used_at.desc(), SessionRow.id)
    )
    return rows.all()


async def end_one(session: AsyncSession, person_id: str, session_id: str) -> SessionRow | None:
    """End one session of this person, if it is theirs and not over; returns what it was."""
    mine = await sessions_of(session, person_id)
    # Looked for here: no database is asked for what stood in an address.
    row = next((row for row in mine if row.id == session_id), None)
    if row is not None:
        await session.delete(row)
    return row


async def end_others(session: AsyncSession, person_id: str, kept: str | None) -> int:
    """End all sessions of this person but the one of this id; returns how many there were."""
    ended = [row for row in await sessions_of(session, person_id) if row.id != kept]
    for row in ended:
        await session.delete(row)
    return len(ended)


async def was_shared(session: AsyncSession, token: str) -> bool:
    """Whether this secret is of a session on a shared device that ended with its day."""
    found = await session.scalar(
        select(SessionRow.id).where(
            SessionRow.token_hash == hash_of(token),
            SessionRow.shared.is_(True),
            SessionRow.expires_at <= clock.now(),
        )
    )
    return found is not None


def end_of_day(now: datetime, zone: str) -> datetime:
    """The next midnight in a time zone such as "Europe/London"."""
    here = now.astimezone(ZoneInfo(zone))
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
