"""A web server in this process, for tests that look at it from inside and outside."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from tests.support.waiting import until


class Quiet(uvicorn.Server):
    """uvicorn without its hands on the signals of the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve as long as this lasts."""
        running = asyncio.create_task(self.serve())
        await until(lambda: self.started, "the server to be there")
        try:
            yield
        finally:
            self.should_exit = True
            await running
