"""One person's line to the server: a forwarder that a test can cut and mend.

Chromium's own "offline" leaves open WebSockets alone, so it is not how a network is really lost.
"""

import asyncio
from contextlib import suppress

_CHUNK = 65536


class Line:
    """Forwards a port of its own to the server's. While cut, it carries nothing."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = 0
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._hushed: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    async def mend(self) -> "Line":
        """Take connections (again), always on the same port."""
        self._listener = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def cut(self) -> None:
        """End all connections at once and take no new ones."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for writer in list(self._open):
            writer.transport.abort()

    def hush(self) -> None:
        """Swallow whatever the present connections say, and end none; new ones are carried."""
        self._hushed |= self._open

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            writer.transport.abort()
            return
        both = (self._pour(reader, forth), self._pour(back, writer))
        self._open |= {writer, forth}
        try:
            await asyncio.gather(*both)
        finally:
            for end in (writer, forth):
                self._open.discard(end)
                end.close()

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if target not in self._hushed:
                    target.write(data)
                    await target.drain()
        with suppress(OSError):
            if target.can_write_eof():
                target.write_eof()
