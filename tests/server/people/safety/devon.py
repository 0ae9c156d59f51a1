"""A thing of Devon's to report, and the browsers of who looks after Devon."""

import httpx
from starlette.applications import Starlette

from server.people.safety.reports import Part, Reportable
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.store import Store
from tests.support.pages import browser

PARTS = [Part("words", "The words", "I choose."), Part("why", "The why", "Because.")]


def found(group: GroupRow) -> Reportable:
    """What there is to report."""
    return Reportable(group.id, "Statement 1", "/charters/devon#s-s1", PARTS, None, "s1")


class Desk:
    """Pages of an app, and the browser of whoever came in last."""

    browser: httpx.AsyncClient

    def __init__(self, app: Starlette, store: Store, group: GroupRow) -> None:
        self.app, self.store, self.group = app, store, group

    async def come_in(self, person_id: str | None) -> None:
        self.browser = browser(self.app)
        if person_id is not None:
            async with self.store.session() as session:
                secret = await sign_in(session, await session.get_one(PersonRow, person_id))
            self.browser.cookies.set("our_charter", secret, domain="localhost.local")
