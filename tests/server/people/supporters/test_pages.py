"""The pages on which a person says yes to a supporter and ends it, and a supporter helps."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.people.permits import Who
from server.people.sessions import sign_in
from server.people.supporters import pages as supporter_pages
from server.people.tables import PersonRow, SupportRow
from server.store import Store
from tests.support.pages import browser, form_token, make_app, send
from tests.support.people import somebody

PAGES = ["/me/supporters", "/me/supporters/choose", "/me/helping", "/me/helping/ask"]
PRESSES = [
    *("/me/supporters/choose", "/me/supporters/x/yes", "/me/supporters/x/end"),
    *("/me/helping/ask", "/me/helping/stop", "/me/helping/x/begin", "/me/helping/x/end"),
]


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, supporter_pages.routes)


async def come(store: Store, app: Starlette, who: Who) -> httpx.AsyncClient:
    client = browser(app)
    async with store.session() as session:
        person = await session.get_one(PersonRow, who.person_id)
        client.cookies.set("our_charter", await sign_in(session, person))
    return client


@pytest.fixture
async def anna(store: Store, app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with await come(store, app, await somebody(store, "Anna", "Devon")) as client:
        yield client


@pytest.fixture
async def sam(store: Store, app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with await come(store, app, await somebody(store, "Sam", "Devon")) as client:
        yield client


async def person_id(store: Store, name: str) -> str:
    async with store.reading() as session:
        return (await session.scalars(select(PersonRow.id).where(PersonRow.name == name))).one()


async def support(store: Store) -> str:
    async with store.reading() as session:
        wanted = select(SupportRow.id).where(SupportRow.ended_at.is_(None))
        return (await session.scalars(wanted)).one()


async def press(client: httpx.AsyncClient, page: str, words: str) -> httpx.Response:
    """Press a button of a page that stands in a form of its own; returns the page after it."""
    shown = await client.get(page)
    forms = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', shown.text, re.DOTALL)
    [action] = [action for action, form in forms if words in form]
    done = await client.post(action, data={"form_token": form_token(shown)})
    assert done.status_code == 303, done.text
    return await client.get(done.headers["location"].replace("/?", "/me/helping?"))


@pytest.mark.parametrize("path", PAGES)
async def test_these_pages_are_for_who_is_signed_in(app: Starlette, path: str) -> None:
    async with browser(app) as client:
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("path", PRESSES)
async def test_nothing_is_done_without_the_pages_own_form(
    anna: httpx.AsyncClient, path: str
) -> None:
    assert (await anna.post(path, data={})).status_code == 403


async def test_sam_asks_anna_says_yes_sam_helps_and_anna_ends_it(
    store: Store, anna: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    done = await send(sam, "/me/helping/ask", {"person": await person_id(store, "Anna")})
    assert done.headers["location"] == "/me/helping?done=asked"
    page = (await anna.get("/me/supporters")).text
    assert "Sam asks to help you" in page
    assert "Sam cannot answer for you." in page
    assert "Your name stands first." in page
    page = (await press(anna, "/me/supporters", "Yes, Sam can help me")).text
    assert "You said yes." in page
    assert "End this now" in page
    await press(sam, "/me/helping", "Help Anna now")
    page = (await sam.get("/me/helping")).text
    assert "You help <strong>Anna</strong> now." in page
    assert "What you type shows as: Anna, with help from Sam." in page
    assert (await sam.get("/me/supporters/choose")).status_code == 403
    page = (await press(anna, "/me/supporters", "End this now")).text
    assert "This person cannot help you any more." in page
    assert "Stop helping" not in (await sam.get("/me/helping")).text


async def test_sam_stops_helping_on_any_page(
    store: Store, anna: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await send(anna, "/me/supporters/choose", {"person": await person_id(store, "Sam")})
    await press(sam, "/me/helping", "Help Anna now")
    page = (await press(sam, "/me/supporters", "Stop helping")).text
    assert "What you type is your own." in page
    assert "Help Anna now" in page


async def test_a_no_is_a_no(store: Store, anna: httpx.AsyncClient, sam: httpx.AsyncClient) -> None:
    await send(sam, "/me/helping/ask", {"person": await person_id(store, "Anna")})
    await press(anna, "/me/supporters", ">\n  No")
    assert "Anna" not in (await sam.get("/me/helping")).text


@pytest.mark.parametrize("path", ["/me/supporters/choose", "/me/helping/ask"])
async def test_somebody_has_to_be_chosen(
    anna: httpx.AsyncClient, sam: httpx.AsyncClient, path: str
) -> None:
    answer = await send(anna, path)
    assert answer.status_code == 422
    assert "Please choose a person." in answer.text


async def test_others_help_looks_as_if_it_were_not_there(
    store: Store, app: Starlette, anna: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await send(sam, "/me/helping/ask", {"person": await person_id(store, "Anna")})
    asked = await support(store)
    async with await come(store, app, await somebody(store, "Eve", "Devon")) as eve:
        token = form_token(await eve.get("/me/supporters/choose"))
        for path in (f"/me/supporters/{asked}/yes", f"/me/helping/{asked}/begin"):
            assert (await eve.post(path, data={"form_token": token})).status_code == 404
    token = form_token(await sam.get("/me/helping"))
    answer = await sam.post(f"/me/supporters/{asked}/yes", data={"form_token": token})
    assert answer.status_code == 404
