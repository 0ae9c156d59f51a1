from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.people.me import pages as me_pages
from server.people.permits import Who
from server.people.safety.hiding import hide
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.store import Store
from tests.support.pages import browser, make_app, send
from tests.support.people import come_in, person, somebody

PAGES = ["/me", "/me/name", "/me/email", "/me/leave"]


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, me_pages.routes)


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(store: Store, client: httpx.AsyncClient) -> Who:
    ann = await somebody(store, "Ann", "Devon")
    await come_in(store, client, ann)
    return ann


@pytest.mark.parametrize("path", PAGES)
async def test_my_pages_are_for_who_is_signed_in(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/me/name", "/me/email"])
async def test_nothing_is_changed_without_the_pages_own_form(
    client: httpx.AsyncClient, ann: Who, path: str
) -> None:
    assert (await client.post(path, data={"name": "Eve"})).status_code == 403
    other = {"sec-fetch-site": "cross-site"}
    assert (await client.post(path, data={"name": "Eve"}, headers=other)).status_code == 403


async def test_my_page_names_me_and_leads_to_all_that_is_mine(
    client: httpx.AsyncClient, ann: Who
) -> None:
    page = await client.get("/me")
    assert page.status_code == 200
    for path in ("name", "picture", "email", "looks", "devices", "passkeys", "supporters"):
        assert f'href="/me/{path}"' in page.text
    for path in ("data", "leave", "delete"):
        assert f'href="/me/{path}"' in page.text
    assert 'href="/groups/devon"' in page.text
    assert 'class="top__me" href="/me"' in page.text
    assert "You have not given us one." in page.text
    leave = await client.get("/me/leave")
    assert 'href="/groups/devon/leave"' in leave.text


async def test_a_card_is_shown_no_way_that_it_cannot_go(
    store: Store, client: httpx.AsyncClient
) -> None:
    ann = await somebody(store, "Ann", "Devon", "Kent")
    async with store.session() as session:
        person = await session.get_one(PersonRow, ann.person_id)
        devon = await session.get_one(GroupRow, next(iter(ann.roles)))
        secret = await sign_in(session, person, vouched_by=[devon.id])
        seen = {"part": "name", "seen": "Ann"}
        await hide(session, ann, devon, ann.person_id, **seen, reason="It hurts.")
    client.cookies.set("our_charter", secret)
    page = (await client.get("/me")).text
    assert "Others do not see your name" in page
    for path in ("name", "picture", "email", "passkeys", "data", "delete"):
        assert f'href="/me/{path}"' not in page
    assert (await client.get("/me/name")).status_code == 403
    for path in ("looks", "devices", "supporters", "reports", "leave"):
        assert f'href="/me/{path}"' in page
    assert "Come in with your key or e-mail to find them all." in page


async def test_a_new_name_is_seen_at_once(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    done = await send(client, "/me/name", {"name": "Annie"})
    assert (done.status_code, done.headers["location"]) == (303, "/me?done=name")
    page = await client.get("/me?done=name")
    assert "You are <strong>Annie</strong>" in page.text
    assert "We changed your name." in page.text


async def test_a_name_that_is_taken_comes_back_with_what_was_written(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await somebody(store, "Ben", "Devon")
    page = await send(client, "/me/name", {"name": "ben"})
    assert page.status_code == 409
    assert "Somebody here has this name. Add a second name or a letter." in page.text
    assert 'value="ben"' in page.text


async def test_an_email_address_is_shown_to_its_owner(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await send(client, "/me/email", {"email": "ann@example.org"})
    assert "We have ann@example.org." in (await client.get("/me")).text
    page = await send(client, "/me/email", {"email": "<b>"})
    assert page.status_code == 422
    assert "This is not an e-mail address." in page.text
    assert (await person(store, ann)).email == "ann@example.org"
    await send(client, "/me/email", {"email": ""})
    assert (await person(store, ann)).email is None
