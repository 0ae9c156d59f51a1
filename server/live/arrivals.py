"""Who is at the door of the live sockets: asked for many at once.

After a break in the network a whole hall comes back in the same second. Those who arrive while
one question is under way are asked about together in the next one.
"""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from server.errors import Trouble
from server.people.permits import Who
from server.people.signing_in import who_by_token_hash
from server.store import Store

log = structlog.get_logger(__name__)


class Arrivals:
    """Answers `who` with one query for all that wait, one query at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, asyncio.Future[Who | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def who(self, token_hash: str) -> Who | None:
        """The person behind a token's hash; None when it is unknown or over.

        Raises Trouble when the database cannot be asked.
        """
        answer = self._waiting.get(token_hash)
        if answer is None:
            answer = self._waiting[token_hash] = asyncio.get_running_loop().create_future()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(answer)

    async def _ask(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, {}
            try:
                async with self._store.reading() as session:
                    people = await who_by_token_hash(session, asked.keys())
            except SQLAlchemyError as error:
                log.error("arrivals_failed", error=type(error).__name__)
                for answer in asked.values():
                    answer.set_exception(Trouble())
                    answer.exception()  # somebody who has gone again need not fetch it
                continue
            for token_hash, answer in asked.items():
                answer.set_result(people.get(token_hash))
