"""A national group, and places with versions of its Charter; below the pages all is real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import update
from starlette.applications import Starlette

from server import clock
from server.adapting import additions, pages
from server.adapting.adaptations import begin_from, make_version
from server.adapting.beside import OurNotes
from server.adapting.offered import beside_offers
from server.bus.memory import MemoryBus
from server.live.actions import start_charter
from server.live.engine import Engine
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people import actions as people
from server.people.coming_in import pages as people_pages
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import GroupRow, SessionRow, SupportRow
from server.settings import Settings
from server.store import Store
from server.writing import editions, edits, rich_text
from server.writing import pages as writing_pages
from server.writing.charter import Charter, Item, Kind
from server.writing.document import Part
from server.writing.edits import Edit
from server.writing.position import spread
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow, EditionRow
from tests.support.pages import browser, make_app

WORDS = (
    "I choose who I live with.",
    "We must meet at least three times before I move in.",
    "My carer listens to me and asks what I think.",
    "I have my own key to the front door.",
    "My money is mine and I can look at it.",
)


def statement(item_id: str, words: str, position: str = "a0", **more: Any) -> Item:
    """A statement with these words: `statement("s1", "I choose.")`."""
    item = Item(item_id, Kind.STATEMENT, position, words=rich_text.from_text(words))
    return replace(item, **more)


def charter_of(*words: str, title: str = "Our Charter") -> Charter:
    """A Charter of a heading `h1` and statements `s1`, `s2`, … with these words."""
    places = spread(len(words) + 1)
    heading = Item("h1", Kind.HEADING, places[0], words=rich_text.from_text("My home"))
    items = [statement(f"s{n}", text, places[n]) for n, text in enumerate(words, start=1)]
    return Charter(title=title, items=(heading, *items))


@dataclass
class Person:
    """Somebody at a browser of their own."""

    id: str
    name: str
    browser: httpx.AsyncClient


class Stage:
    """The app with its rooms; what others do is done here in one line."""

    def __init__(self, app: Starlette, store: Store, engine: Engine, rooms: Rooms) -> None:
        self.app, self.store, self.engine, self.rooms = app, store, engine, rooms
        self.people: list[Person] = []

    async def come_in(self, name: str, group: str, role: Role = Role.ORGANISER) -> Person:
        """Somebody of a group, signed in."""
        async with self.store.session() as session:
            row = await people.ensure_group(session, group)
            person = await people.make_person(session, name)
            await people.join(session, person, row, role)
            secret = await sign_in(session, person)
        there = browser(self.app)
        there.cookies.set("our_charter", secret)
        self.people.append(Person(person.id, name, there))
        return self.people[-1]

    async def come_to_help(self, person: Person, name: str = "Sam") -> Person:
        """A supporter of somebody, of no group, signed in and helping."""
        async with self.store.session() as session:
            supporter, now = await people.make_person(session, name), clock.now()
            support = SupportRow(
                id=clock.new_id(),
                person_id=person.id,
                supporter_id=supporter.id,
                asked_at=now,
                yes_at=now,
            )
            session.add(support)
            secret = await sign_in(session, supporter)
            await session.flush()
            await session.execute(
                update(SessionRow)
                .where(SessionRow.person_id == supporter.id)
                .values(helping_id=support.id)
            )
        there = browser(self.app)
        there.cookies.set("our_charter", secret)
        self.people.append(Person(supporter.id, name, there))
        return self.people[-1]

    async def group(self, name: str) -> GroupRow:
        async with self.store.session() as session:
            return await people.ensure_group(session, name)

    async def charter(
        self, charter: Charter, group: str = "National", visibility: str = "everybody"
    ) -> CharterRow:
        begun = await self.engine.begin(charter)
        async with self.store.session() as session:
            row = await people.ensure_group(session, group)
            return await start_charter(
                session, charter, begun, group_id=row.id, visibility=visibility
            )

    async def publish(self, charter_id: str, name: str = "") -> EditionRow:
        async with self.store.session() as session:
            return await editions.publish(session, charter_id, name=name)

    async def version(self, edition: EditionRow, group: str = "Kent") -> CharterRow:
        """A group's own version of an edition."""
        async with self.store.reading() as session:
            charter = begin_from(await editions.read_edition(session, edition.id))
        begun = await self.engine.begin(charter)
        owner = await self.group(group)
        async with self.store.session() as session:
            return await make_version(session, edition, charter, begun, group=owner, person_id=None)

    async def edit(self, charter_id: str, *changes: Edit) -> None:
        """Somebody changes a Charter's document, and it settles."""
        await self.rooms.change(charter_id, partial(edits.apply, edits=changes), author=None)
        await self.rooms.settling.settle(charter_id)

    async def say(self, charter_id: str, item_id: str, words: str, part: str = "words") -> None:
        """Make one part of an item say this."""
        change = edits.SetText(item_id, Part(part), rich_text.from_text(words))
        await self.edit(charter_id, change)

    async def read(self, charter_id: str) -> Charter:
        async with self.store.reading() as session:
            return await read_charter(session, charter_id)

    async def words(self, charter_id: str, item_id: str) -> str:
        """The plain words of an item."""
        item = (await self.read(charter_id)).item(item_id)
        return "" if item is None else rich_text.plain(item.words)

    async def row(self, charter_id: str) -> CharterRow:
        async with self.store.reading() as session:
            return await session.get_one(CharterRow, charter_id)


@asynccontextmanager
async def stage_of(store: Store, folder: Path) -> AsyncIterator[Stage]:
    """A stage on this database."""
    settings = Settings(data_folder=folder)
    engine, journal, bus = Engine(settings), Journal(store), MemoryBus()
    rooms = Rooms(store, bus, engine, journal, settings)
    app = make_app(
        store, folder, [*people_pages.routes, *pages.routes, *writing_pages.routes], settings
    )
    app.state.engine, app.state.rooms = engine, rooms
    app.state.beside, app.state.beside_reading = [OurNotes(True), beside_offers], [OurNotes(False)]
    app.state.additions, app.state.cards = [additions.on_reading_page], [additions.on_card]
    await bus.open()
    await rooms.start()
    stage = Stage(app, store, engine, rooms)
    try:
        yield stage
    finally:
        for person in stage.people:
            await person.browser.aclose()
        await rooms.stop()
        await bus.close()
        await engine.aclose()
        await journal.aclose()
