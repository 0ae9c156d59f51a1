import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from server.people.groups import pages as group_pages
from server.people.me import pages as me_pages
from server.people.safety import hiding_pages
from server.people.tables import GroupRow, PersonHidingRow, PersonRow
from server.store import Store
from tests.server.people.safety.devon import Desk
from tests.support.pages import form_token, make_app

HIDE, HIDDEN = "/groups/devon/people/ann/hide", "/groups/devon/hidden"


class Site(Desk):
    async def get(self, address: str) -> httpx.Response:
        return await self.browser.get(address)

    async def send(self, address: str, **fields: str) -> httpx.Response:
        """Send a form as the page of it would, also for those who do not see that page."""
        page = await self.get("/me/name")
        token = form_token(page) if page.status_code == 200 else ""
        return await self.browser.post(address, data={"form_token": token, **fields})

    async def hide(self, **fields: str) -> httpx.Response:
        return await self.send(
            HIDE, **{"part": "name", "seen-name": "Ann", "reason": "It hurts.", **fields}
        )

    async def show(self) -> httpx.Response:
        async with self.store.reading() as session:
            hiding_id = await session.scalar(select(PersonHidingRow.id))
        return await self.send(f"{HIDDEN}/{hiding_id}/show")


@pytest.fixture
async def site(store: Store, tmp_path: Path, group: GroupRow) -> AsyncIterator[Site]:
    routes = [*hiding_pages.routes, *group_pages.routes, *me_pages.routes]
    site = Site(make_app(store, tmp_path, routes), store, group)
    await site.come_in("meg")
    yield site
    await site.browser.aclose()


@pytest.mark.parametrize("person", [None, "sam", "ann"])
async def test_only_organisers_and_the_lead_hide_and_show(site: Site, person: str | None) -> None:
    assert (await site.hide()).status_code == 303
    await site.come_in(person)
    refused = 401 if person is None else 403
    assert (await site.get(HIDE)).status_code == refused
    assert (await site.get(HIDDEN)).status_code == refused
    for answer in (await site.hide(), await site.show()):
        assert answer.status_code == 403
    async with site.store.reading() as session:
        assert (await session.get_one(PersonRow, "ann")).name == "a member"


async def test_the_lead_who_only_reads_hides_too(site: Site) -> None:
    async with site.store.session() as session:
        await session.execute(update(GroupRow).values(lead_id="ann"))
    await site.come_in("ann")
    assert (await site.get(HIDE)).status_code == 200
    assert (await site.hide()).headers["location"] == f"{HIDDEN}?done=hidden"


async def test_the_person_reads_why_on_their_page_and_others_see_a_member(site: Site) -> None:
    page = (await site.get(HIDE)).text
    assert 'name="seen-name" value="Ann"' in page
    assert "You hide the name." in page
    page = (await site.get((await site.hide()).headers["location"])).text
    assert "We hid it. The person can read why." in page
    assert re.search(r"The name\s+Ann", page)
    people = (await site.get("/groups/devon/people")).text
    assert "a member" in people
    assert "Ann" not in people
    await site.come_in("ann")
    mine = (await site.get("/me")).text
    assert "Others do not see your name" in mine
    assert "The reason: It hurts." in mine
    refused = await site.send("/me/name", name="ann")
    assert "Your group has hidden this name." in refused.text
    assert (await site.send("/me/name", name="Annie")).status_code == 303
    assert "Others do not see" not in (await site.get("/me")).text


async def test_it_is_shown_again_by_a_press(site: Site) -> None:
    await site.hide()
    assert (await site.show()).headers["location"] == f"{HIDDEN}?done=shown"
    page = (await site.get(f"{HIDDEN}?done=shown")).text
    assert "We show it again." in page
    assert "No name and no picture is hidden here." in page
    assert "Ann" in (await site.get("/groups/devon/people")).text
    late = await site.show()
    assert (late.status_code, "We changed nothing" in late.text) == (409, True)


async def test_a_mistake_keeps_what_was_written(site: Site) -> None:
    answer = await site.hide(reason="")
    assert answer.status_code == 422
    assert "Please say why you hide this." in answer.text
    answer = await site.hide(**{"seen-name": "Anne", "reason": "Kept."})
    assert answer.status_code == 409
    assert "Kept." in answer.text


async def test_who_is_not_there_and_what_is_not_hidden_are_not_found(site: Site) -> None:
    for address in (HIDE.replace("ann", "sam"), HIDE.replace("devon", "kent")):
        assert (await site.get(address)).status_code == 404
        assert (await site.send(address, part="name", reason="x")).status_code == 404
    assert (await site.send(f"{HIDDEN}/nothing/show")).status_code == 404
