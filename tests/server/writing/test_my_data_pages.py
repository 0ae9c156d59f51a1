import json
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from server import clock
from server.people.me import pages as me_pages
from server.people.permits import Who
from server.people.tables import AuditRow, SessionRow, SupportRow
from server.store import Store
from server.writing import my_data_pages
from tests.support.pages import browser, make_app, send
from tests.support.people import come_in, somebody


@pytest.fixture
async def client(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(store, tmp_path, [*me_pages.routes, *my_data_pages.routes])
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(store: Store, client: httpx.AsyncClient) -> Who:
    ann = await somebody(store, "../Ann", "Devon")
    await come_in(store, client, ann)
    return ann


async def taken(store: Store) -> list[str | None]:
    async with store.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.what == "data taken"))
        return [row.person_id for row in rows]


async def test_one_press_gives_the_file_and_records_it(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    answer = await send(client, "/me/data")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    day = f"{clock.now():%Y-%m-%d}"
    assert answer.headers["content-disposition"] == f'attachment; filename="my-data-{day}.zip"'
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        data = json.loads(archive.read("my-data.json"))
    assert data["me"]["id"] == ann.person_id
    assert await taken(store) == [ann.person_id]


async def test_looking_at_the_page_takes_nothing(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    assert (await client.get("/me/data")).status_code == 200
    assert (await client.post("/me/data")).status_code == 403
    assert await taken(store) == []


async def test_nobody_takes_it_while_helping_somebody(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    ben = await somebody(store, "Ben", "Devon")
    page = await client.get("/me/data")
    async with store.session() as session:
        session.add(
            SupportRow(
                id="s",
                person_id=ben.person_id,
                supporter_id=ann.person_id,
                asked_at=clock.now(),
                yes_at=clock.now(),
            )
        )
        await session.flush()
        await session.execute(update(SessionRow).values(helping_id="s"))
    token = client.cookies["our_charter_form"]
    answer = await client.post("/me/data", data={"form_token": token})
    assert page.status_code == 200
    assert answer.status_code == 409
    assert "Stop helping first." in answer.text
    assert await taken(store) == []


async def test_who_is_not_signed_in_gets_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/me/data")).status_code == 401
