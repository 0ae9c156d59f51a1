from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from jinja2 import DictLoader
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from server.people import actions as people
from server.people.permits import Who
from server.people.tables import GroupRow
from server.store import Store
from server.writing import pages
from server.writing.actions import add_charter
from server.writing.additions import Link
from server.writing.beside import Note
from server.writing.markdown_in import parse
from server.writing.tables import CharterRow
from tests.support.pages import browser, make_app


async def first(
    _session: AsyncSession, who: Who | None, row: CharterRow, group: GroupRow
) -> Sequence[Note | Link]:
    asks = "nobody" if who is None else who.name
    return [
        Link(f"Links of {group.name}", f"/first/{row.slug}"),
        Note("box.html", {"asks": asks}),
    ]


async def second(
    _session: AsyncSession, _who: Who | None, row: CharterRow, _group: GroupRow
) -> Sequence[Note | Link]:
    return [Link("More <links>", f"/second/{row.slug}")]


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    async with store.session() as session:
        group = await people.make_group(session, "Devon")
        charter = parse(b"# Ours\n\nI choose.\n")
        await add_charter(session, charter, group_id=group.id, slug="devon", visibility="everybody")
    app = make_app(store, tmp_path, pages.routes)
    app.state.additions = [first, second]
    boxes = DictLoader({"box.html": "<p>{{ note.values.asks }} asks for {{ charter.title }}</p>"})
    app.state.templates.environment.loader.loaders.append(boxes)
    return app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def test_each_feature_adds_notes_and_links_in_its_turn(client: httpx.AsyncClient) -> None:
    page = (await client.get("/charters/devon")).text
    assert "<p>nobody asks for Ours</p>" in page
    links = [
        'href="/first/devon">Links of Devon</a>',
        'href="/second/devon">More &lt;links&gt;</a>',
    ]
    assert [page.count(link) for link in links] == [1, 1]
    assert page.index(links[0]) < page.index(links[1])


async def test_a_page_without_additions_has_no_empty_list(
    client: httpx.AsyncClient, app: Starlette
) -> None:
    app.state.additions = []
    page = (await client.get("/charters/devon")).text
    assert "More about this Charter" not in page
