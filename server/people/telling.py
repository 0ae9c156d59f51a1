"""Telling all servers that who may do what has changed, so that open pages follow within a second.

A bus may lose it: every server also asks by itself, each second (live/rooms.py).
"""

from sqlalchemy.ext.asyncio import AsyncSession

from server.bus.port import Bus
from server.store.after_commit import after_commit

TOPIC = "permits"


def permits_changed(session: AsyncSession, bus: Bus) -> None:
    """After this transaction, have every open connection judged anew.

    To be called wherever a role, a membership, a session, or a yes to a supporter ends or changes.
    """

    async def tell() -> None:
        bus.publish(TOPIC, {})

    after_commit(session, tell)
