from pathlib import Path

import httpx
import pytest

from server import metrics
from server.app import create_app, open_bus
from server.bus.memory import MemoryBus
from server.bus.redis import RedisBus
from server.migrations.upgrade import upgrade
from server.settings import Settings


def test_a_server_that_is_alone_needs_no_redis() -> None:
    assert isinstance(open_bus(Settings()), MemoryBus)
    assert isinstance(open_bus(Settings(redis_url="redis://127.0.0.1:1/0")), RedisBus)


async def test_the_whole_application_opens_answers_and_closes(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, metrics=True)
    upgrade(settings)
    app = create_app(settings)
    try:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=settings.address) as asker:
                for path in ("/healthz", "/readyz", "/", "/metrics"):
                    assert (await asker.get(path)).status_code == 200, path
                assert (await asker.get("/nothing-here")).status_code == 404
    finally:
        metrics.turn_off()


async def test_metrics_are_off_unless_they_are_set(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    upgrade(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=settings.address) as asker:
            assert (await asker.get("/metrics")).status_code == 404


@pytest.mark.parametrize("path", ["/live/x", "/charters/x", "/charters/x/draft", "/come-in/x"])
def test_every_feature_is_wired(tmp_path: Path, path: str) -> None:
    app = create_app(Settings(data_folder=tmp_path))
    kind = "websocket" if path.startswith("/live") else "http"
    scope = {"type": kind, "path": path, "method": "GET", "root_path": "", "headers": []}
    assert any(route.matches(scope)[0].value for route in app.routes)
