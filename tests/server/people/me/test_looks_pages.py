import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.people.me import looks_pages
from server.people.me import pages as me_pages
from server.people.permits import Who
from server.people.preferences import Preferences
from server.store import Store
from tests.support.forms import form_to
from tests.support.pages import browser, make_app, send
from tests.support.people import come_in, person, somebody

LOOKS = {
    "text_size": "largest",
    "colours": "cream",
    "quiet": "yes",
    "speed": "0.8",
    "voice": 'Moira "x" <y>',
}
USUAL = {"text_size": "usual", "colours": "device", "quiet": "no", "speed": "1.0", "voice": ""}


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [*me_pages.routes, *looks_pages.routes])


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


@pytest.fixture
async def ann(store: Store, client: httpx.AsyncClient) -> Who:
    ann = await somebody(store, "Ann", "Devon")
    await come_in(store, client, ann)
    return ann


async def choose(client: httpx.AsyncClient, **chosen: str) -> None:
    for question, said in chosen.items():
        done = await send(client, f"/me/looks/{question}", {question: said})
        assert (done.status_code, done.headers["location"]) == (303, "/me/looks?done=saved")


async def kept(store: Store, who: Who) -> Preferences:
    return Preferences.read((await person(store, who)).preferences)


@pytest.mark.parametrize("path", ["/me/looks", *(f"/me/looks/{each}" for each in LOOKS)])
async def test_looks_are_for_who_is_signed_in(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("path", ["/me/looks/colours", "/me/quiet"])
async def test_nothing_is_changed_without_the_pages_own_form(
    store: Store, client: httpx.AsyncClient, ann: Who, path: str
) -> None:
    said = {"colours": "dark", "quiet": "yes"}
    assert (await client.post(path, data=said)).status_code == 403
    other = {"sec-fetch-site": "cross-site"}
    assert (await client.post(path, data=said, headers=other)).status_code == 403
    assert await kept(store, ann) == Preferences()


async def test_the_list_shows_what_is_chosen_and_asks_nothing(
    client: httpx.AsyncClient, ann: Who
) -> None:
    page = (await client.get("/me/looks")).text
    for said in ("Usual", "As my device has them", "No, read changes out to me"):
        assert f"<strong>{said}</strong>" in page
    assert "<strong>The voice of the device</strong>" in page
    assert '<input type="radio"' not in page
    assert "<select" not in page
    for question in LOOKS:
        assert f'href="/me/looks/{question}"' in page
    await choose(client, **LOOKS)
    page = (await client.get("/me/looks?done=saved")).text
    assert 'role="status"><p>Saved</p>' in page
    for said in ("Largest", "Cream", "Slow", "Yes, do not read changes out to me"):
        assert f"<strong>{said}</strong>" in page
    assert "<strong>Moira &#34;x&#34; &lt;y&gt;</strong>" in page


@pytest.mark.parametrize("question", LOOKS)
async def test_a_page_asks_one_question_and_shows_what_is_chosen(
    client: httpx.AsyncClient, ann: Who, question: str
) -> None:
    address = f"/me/looks/{question}"
    for chosen in (USUAL[question], LOOKS[question]):
        await choose(client, **{question: chosen})
        form = form_to((await client.get(address)).text, address)
        assert {**form.fields, "form_token": ""} == {question: chosen, "form_token": ""}


async def test_a_question_that_nobody_asks_is_not_there(
    client: httpx.AsyncClient, ann: Who
) -> None:
    await client.get("/me/name")
    token = client.cookies["our_charter_form"]
    for question in ("language", "size"):
        assert (await client.get(f"/me/looks/{question}")).status_code == 404
        said = {"form_token": token, question: "en-GB"}
        assert (await client.post(f"/me/looks/{question}", data=said)).status_code == 404


async def test_how_pages_look_is_on_every_page_from_its_first_byte(
    store: Store, client: httpx.AsyncClient, ann: Who, app: Starlette
) -> None:
    await choose(client, **LOOKS)
    page = (await client.get("/me")).text
    html = re.search(r"<html[^>]*>", page)
    assert html is not None
    for said in ('text-size="largest"', 'colours="cream"', 'quiet="yes"', 'speed="0.8"'):
        assert f"data-{said}" in html[0]
    assert 'data-voice="Moira &#34;x&#34; &lt;y&gt;"' in page
    assert '<meta name="color-scheme" content="light">' in page
    async with browser(app) as another_device:
        await come_in(store, another_device, ann)
        assert 'data-text-size="largest"' in (await another_device.get("/me")).text
    async with browser(app) as stranger:
        assert "data-text-size" not in (await stranger.get("/me")).text


async def test_as_usual_says_nothing_on_the_page(client: httpx.AsyncClient, ann: Who) -> None:
    page = (await client.get("/me")).text
    assert f'<html lang="en-GB" class="govuk-template" data-person="{ann.person_id}">' in page
    assert '<meta name="color-scheme" content="light dark">' in page


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("text_size", "huge"),
        ("colours", ""),
        ("quiet", "maybe"),
        ("speed", "9"),
        ("speed", "nan"),
        ("voice", "x" * 201),
    ],
)
async def test_what_nobody_can_choose_is_refused_beside_the_question(
    store: Store, client: httpx.AsyncClient, ann: Who, question: str, wrong: str
) -> None:
    page = await send(client, f"/me/looks/{question}", {question: wrong})
    assert page.status_code == 422
    assert page.text.count("Please choose one of these.") == 2
    assert f'href="#{question}"' in page.text
    assert f'id="{question}"' in page.text
    assert await kept(store, ann) == Preferences()


async def test_each_answer_leaves_the_others_as_they_were(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await choose(client, **LOOKS)
    await choose(client, colours="dark")
    assert await kept(store, ann) == Preferences("largest", "dark", True, LOOKS["voice"], 0.8)
    token = client.cookies["our_charter_form"]
    for said, quiet in (("no", False), ("yes", True)):
        done = await client.post("/me/quiet", data={"form_token": token, "quiet": said})
        assert done.status_code == 204
        assert await kept(store, ann) == Preferences("largest", "dark", quiet, LOOKS["voice"], 0.8)
