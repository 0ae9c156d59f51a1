from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from server.bus.memory import MemoryBus
from server.live import forgetting_pages, history_pages
from server.live.engine import Engine
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.settings import Settings
from server.store import Store
from tests.server.live.history_site import Site
from tests.server.live.stored import store_charter
from tests.support.pages import make_app

SETTINGS = Settings(settle_after=3600, settle_at_most=3600)


@pytest.fixture
async def site(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """The pages of history, with a real engine behind them; nobody is signed in."""
    charter = await store_charter(store)
    app = make_app(store, tmp_path, [*forgetting_pages.routes, *history_pages.routes])
    async with aclosing(Journal(store)) as journal, aclosing(Engine(SETTINGS)) as engine:
        rooms = Rooms(store, MemoryBus(), engine, journal, SETTINGS)
        await rooms.start()
        app.state.rooms = rooms
        app.state.forgetting = Forgetting(store, journal, engine, rooms)
        site = Site(store, charter, rooms, journal)
        async with site.open(app):
            yield site
        await rooms.stop()
