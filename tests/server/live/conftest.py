from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.bus.memory import MemoryBus
from server.live import (
    forgetting_pages,
    hiding_pages,
    history_pages,
    rooms,
    title_pages,
    wiping,
    writer,
)
from server.live.engine import Engine
from server.live.forgetting import Forgetting
from server.live.hiding import HidingWords
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.settings import Settings
from server.store import Store
from tests.server.live.history_site import Site
from tests.server.live.servers import SETTINGS as OWN_SETTINGS
from tests.server.live.servers import Server
from tests.server.live.stored import store_charter
from tests.support.pages import make_app

SETTINGS = Settings(settle_after=3600, settle_at_most=3600)


@pytest.fixture(autouse=True)
def quiet_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each moment be quiet enough to wipe the files of the database."""
    monkeypatch.setattr(wiping, "_QUIET", 0.0)


@pytest.fixture
async def site(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """The pages of history, with a real engine behind them; nobody is signed in."""
    charter = await store_charter(store)
    routes = [
        *forgetting_pages.routes,
        *hiding_pages.routes,
        *title_pages.routes,
        *history_pages.routes,
    ]
    app = make_app(store, tmp_path, routes)
    async with aclosing(Journal(store)) as journal, aclosing(Engine(SETTINGS)) as engine:
        rooms = Rooms(store, MemoryBus(), engine, journal, SETTINGS)
        await rooms.start()
        app.state.rooms = rooms
        app.state.forgetting = Forgetting(store, journal, engine, rooms)
        app.state.hiding = HidingWords(store, rooms)
        site = Site(store, charter, rooms, journal)
        async with site.open(app):
            yield site
        await rooms.stop()
        await app.state.forgetting.wiping.stop()


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is done each second be done at once."""
    monkeypatch.setattr(rooms, "WATCH", 0.02)
    monkeypatch.setattr(writer, "_TRY_AGAIN", 0.02)


@pytest.fixture
async def new_own(store: Store, impatience: None) -> AsyncIterator[Callable[[], Any]]:
    bus, servers = MemoryBus(), []

    async def make(bus: MemoryBus = bus, **settings: Any) -> Server:
        server = Server(store, bus, replace(OWN_SETTINGS, **settings))
        servers.append(server)
        await server.rooms.start()
        return server

    yield make
    for server in servers:
        await server.close()


@pytest.fixture
async def own(new_own: Callable[[], Any]) -> Server:
    made: Server = await new_own()
    return made
