"""Pages of history over one Charter of Devon, and somebody's browser."""

from typing import Any

import httpx
from sqlalchemy import update
from starlette.applications import Starlette

from server import clock
from server.live.entries import Batch
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import MembershipRow, PersonRow
from server.store import Store
from server.writing import history
from server.writing.authors import Author
from server.writing.history import Earlier
from server.writing.read_side import read_charter
from server.writing.rich_text import plain
from tests.server.live.stored import Stored
from tests.server.live.updates import Writer
from tests.support.pages import browser

FIRST, SECOND = "I choose who I live with.", "I choose where I live."
_TOKEN = "a value that the page and the cookie share"


class Site:
    def __init__(self, store: Store, charter: Stored, rooms: Rooms, journal: Journal) -> None:
        self.store, self.id, self.rooms, self.journal = store, charter.charter_id, rooms, journal
        self.page = Writer(11, charter.state)

    def open(self, app: Starlette) -> httpx.AsyncClient:
        self.browser = browser(app)
        self.browser.cookies.set("our_charter_form", _TOKEN)
        return self.browser

    async def come_in(self, role: Role | None, person_id: str = "p-ann") -> None:
        """Sign somebody in: as a member in this role, or as a stranger to the group."""
        async with self.store.session() as session:
            person = await session.get(PersonRow, person_id)
            if person is None:
                person = PersonRow(id=person_id, name="Eve", created_at=clock.now())
                session.add(person)
                await session.flush()
            if role is not None:
                await session.execute(
                    update(MembershipRow)
                    .where(MembershipRow.person_id == person_id)
                    .values(role=role.value)
                )
            self.browser.cookies.set("our_charter", await sign_in(session, person))

    async def say(self, *edits: bytes, person_id: str = "p-ann", generation: int = 1) -> None:
        """Write something, and have it settle."""
        changes = tuple((Author(person_id), edit) for edit in edits)
        await self.journal.append([Batch(self.id, generation, changes)])
        await self.rooms.settling.settle(self.id)

    async def reword(self) -> None:
        """From the FIRST words to the SECOND."""
        kept = len("I choose ")
        gone = self.page.delete("s1", kept, len(FIRST))
        await self.say(gone, self.page.type("s1", kept, SECOND[kept:]))

    async def get(self, path: str = "", **params: Any) -> httpx.Response:
        return await self.browser.get(f"/charters/devon/history{path}", params=params)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        data = {"form_token": _TOKEN, **fields}
        return await self.browser.post(f"/charters/devon/history{path}", data=data)

    async def words(self) -> str:
        """What the first statement says now."""
        async with self.store.reading() as session:
            charter = await read_charter(session, self.id)
        item = charter.item("s1")
        assert item is not None
        return plain(item.words)

    async def earlier(self) -> list[Earlier]:
        async with self.store.reading() as session:
            return list(await history.earlier(session, self.id, "s1"))
