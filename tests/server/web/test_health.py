from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from server import metrics
from server.errors import Trouble
from server.store import Store
from server.web import health
from tests.support.pages import browser, make_app


@pytest.fixture
async def app(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Starlette]:
    store = Store(sqlite_url)
    yield make_app(store, tmp_path, health.routes)
    await store.close()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def test_alive_is_alive(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_ready_when_every_part_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "database: ready\n")


@pytest.mark.parametrize(
    "trouble", [Trouble(), OSError("disk"), TimeoutError(), OperationalError("", {}, OSError())]
)
async def test_not_ready_names_the_part(
    app: Starlette, client: httpx.AsyncClient, trouble: Exception
) -> None:
    async def journal() -> None:
        raise trouble

    app.state.ready_checks["journal"] = journal
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database: ready\njournal: not ready\n")
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_are_shown_only_when_they_are_on(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 404
    metrics.turn_on()
    try:
        answer = await client.get("/metrics")
    finally:
        metrics.turn_off()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == metrics.CONTENT_TYPE
    assert "our_charter_rooms 0.0" in answer.text
