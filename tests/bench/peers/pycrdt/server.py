"""pycrdt-websocket with SQLiteYStore, served by Hypercorn as its documentation does.

Its WebsocketServer has no store of its own: rooms are made here, and loaded before they are ready.
"""

# It runs with packages of its own, which the project does not have:
# mypy: ignore-errors

import asyncio
import contextlib
import sys

from hypercorn import Config
from hypercorn.asyncio import serve
from pycrdt.store import SQLiteYStore, YDocNotFound
from pycrdt.websocket import ASGIServer, WebsocketServer, YRoom
from pycrdt.websocket.websocket_server import exception_logger

PORT, DATA = sys.argv[1:3]


class Store(SQLiteYStore):
    """All documents in one file under the data folder."""

    db_path = f"{DATA}/ystore.db"


class Server(WebsocketServer):
    """Rooms that load what is stored before anybody enters."""

    def __init__(self) -> None:
        super().__init__(exception_handler=exception_logger)
        self.loading: dict[str, asyncio.Lock] = {}

    async def get_room(self, name: str) -> YRoom:
        async with self.loading.setdefault(name, asyncio.Lock()):
            if name not in self.rooms:
                store = Store(path=name)
                room = YRoom(ready=False, ystore=store, exception_handler=exception_logger)
                await self.start_room(room)
                await store.started.wait()
                with contextlib.suppress(YDocNotFound):
                    await store.apply_updates(room.ydoc)
                room.ready = True
                self.rooms[name] = room
            return self.rooms[name]


async def main() -> None:
    server = Server()
    config = Config()
    config.bind = [f"127.0.0.1:{PORT}"]
    async with server:
        await serve(ASGIServer(server), config, mode="asgi")


asyncio.run(main())
