from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from server.people import actions, pages
from server.people.invitations import invite as make_invitation
from server.people.permits import Role
from server.people.tables import PersonRow, SessionRow
from server.settings import Settings
from server.store import Store
from tests.support.pages import browser, form_token, make_app, send


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, pages.routes)


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def invite(store: Store, name: str = "Ann", role: Role = Role.MEMBER, days: int = 14) -> str:
    """The path of an invitation to Devon."""
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        return "/come-in/" + await make_invitation(session, group, name, role, days)


async def count(store: Store, table: type[PersonRow | SessionRow]) -> int:
    async with store.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_one_press_lets_somebody_in_by_name(store: Store, hers: httpx.AsyncClient) -> None:
    path = await invite(store)
    page = await hers.get(path)
    assert page.status_code == 200
    assert "Hello, Ann" in page.text
    assert "You are invited to join Devon." in page.text
    pressed = await send(hers, path)
    assert (pressed.status_code, pressed.headers["location"]) == (
        303,
        "/groups/devon?arrived=yes",
    )
    cookie = next(c for c in pressed.headers.get_list("set-cookie") if c.startswith("our_charter="))
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=7776000"):
        assert part in cookie
    assert "Secure" not in cookie


async def test_over_https_the_cookie_is_for_this_host_alone(store: Store, tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, public_url="https://charter.example")
    app = make_app(store, tmp_path, pages.routes, settings)
    async with browser(app, "https://charter.example") as hers:
        pressed = await send(hers, await invite(store))
    cookie = pressed.headers["set-cookie"]
    assert cookie.startswith("__Host-our_charter=")
    assert "Secure" in cookie


async def test_looking_at_the_link_uses_nothing_up(store: Store, hers: httpx.AsyncClient) -> None:
    path = await invite(store)
    for _ in range(3):
        assert (await hers.get(path)).status_code == 200
        assert (await hers.head(path)).status_code == 200
    assert await count(store, PersonRow) == 0


async def test_a_link_that_was_used_says_so(store: Store, app: Starlette) -> None:
    path = await invite(store)
    async with browser(app) as hers, browser(app) as others:
        page = await others.get(path)
        await send(hers, path)
        pressed = await others.post(path, data={"form_token": form_token(page)})
        for answer in (pressed, await others.get(path)):
            assert answer.status_code == 410
            assert "This link was used before. Ask for a new one." in answer.text
    assert await count(store, PersonRow) == 1


async def test_a_second_press_of_the_same_person_just_goes_in(
    store: Store, hers: httpx.AsyncClient
) -> None:
    path = await invite(store)
    page = await hers.get(path)
    for _ in range(2):
        pressed = await hers.post(path, data={"form_token": form_token(page)})
        assert pressed.status_code == 303
    assert (await hers.get(path)).status_code == 303
    assert await count(store, PersonRow) == 1


async def test_a_press_whose_answer_was_lost_can_be_repeated(
    store: Store, hers: httpx.AsyncClient
) -> None:
    path = await invite(store)
    page = await hers.get(path)
    await hers.post(path, data={"form_token": form_token(page)})
    hers.cookies.delete("our_charter")
    pressed = await hers.post(path, data={"form_token": form_token(page)})
    assert pressed.status_code == 303
    assert await count(store, PersonRow) == 1


async def test_an_old_link_and_an_unknown_one_say_so(store: Store, hers: httpx.AsyncClient) -> None:
    old = await hers.get(await invite(store, days=0))
    assert (old.status_code, "This link is too old. Ask for a new one." in old.text) == (410, True)
    unknown = await hers.get("/come-in/nonsense")
    assert unknown.status_code == 404
    assert "We do not know this link." in unknown.text


async def test_a_shared_tablet_changes_hands(store: Store, hers: httpx.AsyncClient) -> None:
    await send(hers, await invite(store, "Ann"))
    path = await invite(store, "Ben")
    page = await hers.get(path)
    assert "Ann is signed in on this device now." in page.text
    await send(hers, path)
    assert "You are <strong>Ben</strong>" in (await hers.get("/come-in/nonsense")).text
    assert await count(store, SessionRow) == 1
