from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from server.people.coming_in import pages
from server.people.tables import PersonRow, SessionRow
from server.store import Store
from tests.support.pages import browser, form_token, make_app, send
from tests.support.people import invite


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, pages.routes)


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def count(store: Store, table: type[PersonRow | SessionRow]) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_signing_out_ends_the_session_for_good(store: Store, hers: httpx.AsyncClient) -> None:
    await send(hers, await invite(store))
    secret = hers.cookies["our_charter"]
    page = await hers.get("/come-in/nonsense")
    out = await hers.post("/sign-out", data={"form_token": form_token(page)})
    assert (out.status_code, out.headers["location"]) == (303, "/signed-out")
    assert "our_charter" not in hers.cookies
    hers.cookies.set("our_charter", secret)
    assert "You are" not in (await hers.get("/come-in/nonsense")).text
    assert await count(store, SessionRow) == 0


async def test_signing_out_is_not_done_by_a_link(hers: httpx.AsyncClient) -> None:
    assert (await hers.get("/sign-out")).status_code == 405
