"""Announce after commit, never before: callbacks that run once a session's work is durable."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

Callback = Callable[[], Awaitable[None]]
_KEY = "after_commit"


def after_commit(session: AsyncSession, callback: Callback) -> None:
    """Have `callback` awaited after this session has committed; a rollback forgets it."""
    session.info.setdefault(_KEY, []).append(callback)


async def announce(session: AsyncSession) -> None:
    """Await what was left with `after_commit`, in order."""
    callbacks: list[Callback] = session.info.pop(_KEY, [])
    for callback in callbacks:
        await callback()
