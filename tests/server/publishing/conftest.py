"""Charters to publish, people of their groups, and the pages of publishing asked in this process.

A Charter is changed as if people had written it and it had settled: `settle`.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import httpx
import pytest
from starlette.applications import Starlette

from server.people import actions as people
from server.people.permits import Role, Who
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.publishing import adopting_pages, correcting_pages, naming_pages, pages, reader_pages
from server.publishing.additions import of_editions
from server.store import Store
from server.writing import editions
from server.writing import pages as writing_pages
from server.writing.actions import add_charter
from server.writing.authors import author
from server.writing.markdown_in import parse
from server.writing.read_side import store_reading
from server.writing.tables import CharterRow, EditionRow
from tests.support.pages import browser, make_app

CHARTER = """# Our & Devon Charter

What good looks like.

## My home
<!-- heading id=heading1 -->

### Statement 1
<!-- statement id=statement1 picture=house -->

I choose who I live with.

### Statement 2 (left out)
<!-- statement id=statement2 left-out -->

We have a bus.

<!-- why -->
**Why**

There is no bus here.
"""


class Place(NamedTuple):
    """A group with one Charter."""

    group: GroupRow
    charter: CharterRow


async def make_place(
    store: Store,
    group: str = "Devon",
    visibility: str = "group",
    text: str = CHARTER,
    kind: str = "local",
) -> Place:
    async with store.session() as session:
        owner = await people.ensure_group(session, group, kind)
        slug = f"{owner.slug}-charter"
        row = await add_charter(
            session, parse(text.encode()), group_id=owner.id, slug=slug, visibility=visibility
        )
        return Place(owner, row)


async def join(store: Store, group: GroupRow, name: str, role: Role = Role.MEMBER) -> PersonRow:
    async with store.session() as session:
        person = await people.make_person(session, name)
        await people.join(session, person, group, role)
        return person


def who_is(person: PersonRow, group: GroupRow, role: Role = Role.MEMBER) -> Who:
    return Who(person.id, person.name, roles={group.id: role})


async def settle(
    store: Store, charter_id: str, text: str, changed: dict[str, str | None] | None = None
) -> None:
    """Have the Charter say this; `changed` tells who touched which item."""
    async with store.session() as session:
        connection = await session.connection()
        authors = {item_id: author(by) for item_id, by in (changed or {}).items()}
        await connection.run_sync(store_reading, charter_id, parse(text.encode()), 1, authors)


async def publish(store: Store, place: Place, name: str = "") -> EditionRow:
    async with store.session() as session:
        return await editions.publish(session, place.charter.id, name=name)


@pytest.fixture
async def devon(store: Store) -> Place:
    return await make_place(store)


class Settled(list[str]):
    """The Charters that a page had settled; `then` is awaited at each."""

    async def settle(self, charter_id: str) -> None:
        self.append(charter_id)


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    routes = [
        *pages.routes,
        *naming_pages.routes,
        *reader_pages.routes,
        *adopting_pages.routes,
        *correcting_pages.routes,
        *writing_pages.routes,
    ]
    app = make_app(store, tmp_path, routes)
    app.state.rooms = SimpleNamespace(settling=Settled())
    app.state.additions = [of_editions]
    app.state.before_publishing = []
    app.state.after_publishing = []
    return app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def come_in(
    store: Store,
    client: httpx.AsyncClient,
    group: GroupRow,
    role: Role = Role.ORGANISER,
    name: str = "Olwen",
) -> PersonRow:
    """Sign the browser in as somebody of this group."""
    async with store.session() as session:
        person = await people.find_member(session, group, name)
        if person is None:
            person = await people.make_person(session, name)
            await people.join(session, person, group, role)
        client.cookies.set("our_charter", await sign_in(session, person))
        return person
