from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.people.me import pages as me_pages
from server.people.permits import Who
from server.store import Store
from server.writing import own_picture_pages
from tests.support.pages import browser, make_app, send
from tests.support.people import come_in, person, somebody


@pytest.fixture
async def client(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(store, tmp_path, [*me_pages.routes, *own_picture_pages.routes])
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(store: Store, client: httpx.AsyncClient) -> Who:
    ann = await somebody(store, "Ann", "Devon")
    await come_in(store, client, ann)
    return ann


async def test_a_word_finds_pictures_and_one_press_takes_one(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    found = await client.get("/me/picture", params={"word": "dog"})
    assert 'name="picture" value="dog"' in found.text
    done = await send(client, "/me/picture", {"picture": "dog"})
    assert (done.status_code, done.headers["location"]) == (303, "/me?done=picture")
    assert (await person(store, ann)).picture == "dog"
    assert 'class="top__picture" src="/pictures/dog.svg"' in (await client.get("/me")).text
    await send(client, "/me/picture", {"picture": "none"})
    assert (await person(store, ann)).picture is None


@pytest.mark.parametrize("picture", ["", "../../x", "nosuchpicture", "dog.svg", '"><script>'])
async def test_a_picture_that_we_do_not_have_is_refused(
    store: Store, client: httpx.AsyncClient, ann: Who, picture: str
) -> None:
    page = await send(client, "/me/picture", {"picture": picture})
    assert page.status_code == 422
    assert "We do not have this picture." in page.text
    assert (await person(store, ann)).picture is None


async def test_a_word_that_finds_nothing_says_so(client: httpx.AsyncClient, ann: Who) -> None:
    page = await client.get("/me/picture", params={"word": "<b>zzz" + "x" * 500})
    assert page.status_code == 200
    assert "We found no picture" in page.text
    assert "<b>zzz" not in page.text


async def test_only_who_is_signed_in_chooses(client: httpx.AsyncClient) -> None:
    assert (await client.get("/me/picture")).status_code == 401
    assert (await client.post("/me/picture", data={"picture": "dog"})).status_code == 403
