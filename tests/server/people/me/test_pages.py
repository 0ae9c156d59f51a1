import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.people.me import pages as me_pages
from server.people.permits import Who
from server.people.preferences import Preferences
from server.people.safety.hiding import hide
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.store import Store
from tests.support.pages import browser, make_app, send
from tests.support.people import come_in, person, somebody

PAGES = ["/me", "/me/name", "/me/email", "/me/looks", "/me/leave"]
LOOKS = {"text_size": "largest", "colours": "cream", "speed": "0.8", "quiet": "yes"}


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


@pytest.mark.parametrize("path", ["/me/name", "/me/email", "/me/looks", "/me/quiet"])
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


async def test_how_pages_look_is_on_every_page_from_its_first_byte(
    store: Store, client: httpx.AsyncClient, ann: Who, app: Starlette
) -> None:
    assert (await send(client, "/me/looks", LOOKS)).status_code == 303
    page = (await client.get("/me")).text
    html = re.search(r"<html[^>]*>", page)
    assert html is not None
    for said in ('text-size="largest"', 'colours="cream"', 'quiet="yes"', 'speed="0.8"'):
        assert f"data-{said}" in html[0]
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


async def test_a_voice_is_kept_where_no_script_lists_any(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await send(client, "/me/looks", {**LOOKS, "voice": 'Moira "x" <y>'})
    assert 'data-voice="Moira &#34;x&#34; &lt;y&gt;"' in (await client.get("/me")).text
    await send(client, "/me/looks", LOOKS)
    kept = Preferences.read((await person(store, ann)).preferences)
    assert kept == Preferences("largest", "cream", True, 'Moira "x" <y>', 0.8)
    await send(client, "/me/looks", {**LOOKS, "voice": "x" * 300})
    assert Preferences.read((await person(store, ann)).preferences).voice == ""


@pytest.mark.parametrize(
    "wrong", [{"text_size": "huge"}, {"colours": ""}, {"speed": "9"}, {"speed": "nan"}]
)
async def test_what_nobody_can_choose_is_refused(
    store: Store, client: httpx.AsyncClient, ann: Who, wrong: dict[str, str]
) -> None:
    assert (await send(client, "/me/looks", {**LOOKS, **wrong})).status_code == 422
    assert Preferences.read((await person(store, ann)).preferences) == Preferences()


async def test_quiet_is_kept_without_touching_the_rest(
    store: Store, client: httpx.AsyncClient, ann: Who
) -> None:
    await send(client, "/me/looks", LOOKS)
    token = client.cookies["our_charter_form"]
    for said, quiet in (("no", False), ("yes", True)):
        done = await client.post("/me/quiet", data={"form_token": token, "quiet": said})
        assert done.status_code == 204
        kept = Preferences.read((await person(store, ann)).preferences)
        assert (kept.quiet, kept.text_size) == (quiet, "largest")
