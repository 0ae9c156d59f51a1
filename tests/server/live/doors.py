"""The live socket of a server in this process: real connections, and a database that can fail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from server.bus.memory import MemoryBus
from server.live import socket as live_socket
from server.live.arrivals import Arrivals
from server.live.connection import LiveProtocol
from server.live.engine import Engine
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people import actions
from server.people.tables import GroupRow
from server.settings import Settings
from server.store import Store
from tests.server.live.stored import Stored, store_charter
from tests.support.live_client import LiveClient
from tests.support.programs import free_port
from tests.support.waiting import until


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals of the tests alone."""
        yield


@dataclass
class Door:
    """Where people come in to one Charter, and who is behind it."""

    rooms: Rooms
    charter: Stored
    address: str
    tokens: dict[str, str]

    def client(self, name: str, query: str = "tell=saved,news") -> LiveClient:
        return LiveClient(self.address, self.charter.charter_id, self.tokens[name], query)


@asynccontextmanager
async def open_door(store: Store, settings: Settings) -> AsyncIterator[Door]:
    """Serve the live socket of a Charter in which Ann and Ben write and Rae reads."""
    charter = await store_charter(store)
    tokens = {}
    async with store.session() as session:
        group = await session.get_one(GroupRow, charter.group_id)
        for name in ("Ann", "Ben", "Rae"):
            tokens[name] = await actions.issue_token(session, name, group)
    engine, journal = Engine(settings), Journal(store)
    rooms = Rooms(store, MemoryBus(), engine, journal, settings)
    app = Starlette(routes=live_socket.routes)
    app.state.settings, app.state.rooms, app.state.arrivals = settings, rooms, Arrivals(store)
    port = free_port()
    server = _Server(
        uvicorn.Config(
            app,
            port=port,
            ws=LiveProtocol,
            ws_max_size=settings.frame_limit,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=2,
        )
    )
    await rooms.start()
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the door to open")
    yield Door(rooms, charter, f"ws://127.0.0.1:{port}/live", tokens)
    await rooms.stop()
    server.should_exit = True
    await serving
    await engine.aclose()
    await journal.aclose()
