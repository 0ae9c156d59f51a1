from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from server.people import actions, pages
from server.people.permits import Role
from server.people.tables import GroupRow, MembershipRow, PersonRow, SessionRow
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
        return "/come-in/" + await actions.invite(session, group, name, role, days)


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
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/groups/devon")
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


async def test_signing_out_ends_the_session_for_good(store: Store, hers: httpx.AsyncClient) -> None:
    await send(hers, await invite(store))
    secret = hers.cookies["our_charter"]
    page = await hers.get("/come-in/nonsense")
    out = await hers.post("/sign-out", data={"form_token": form_token(page)})
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert "our_charter" not in hers.cookies
    hers.cookies.set("our_charter", secret)
    assert "You are" not in (await hers.get("/come-in/nonsense")).text
    assert await count(store, SessionRow) == 0


async def test_signing_out_is_not_done_by_a_link(hers: httpx.AsyncClient) -> None:
    assert (await hers.get("/sign-out")).status_code == 405


async def test_an_organiser_makes_a_link_to_pass_on(store: Store, app: Starlette) -> None:
    async with browser(app) as hers, browser(app) as his:
        await send(hers, await invite(store, "Ann", Role.ORGANISER))
        fields = {"name": " Ben ", "role": "reader"}
        made = await send(hers, "/groups/devon/invite", fields)
        assert made.status_code == 200
        assert "A link for Ben" in made.text
        link = made.text.split('class="link-to-pass-on__link">')[1].split("<")[0]
        assert link.startswith("http://localhost:8000/come-in/")
        await send(his, link.removeprefix("http://localhost:8000"))
    async with store.reading() as session:
        rows = await session.execute(
            select(PersonRow.name, MembershipRow.role).join(
                MembershipRow, MembershipRow.person_id == PersonRow.id
            )
        )
        roles = {row.name: row.role for row in rows}
    assert roles == {"Ann": "organiser", "Ben": "reader"}


async def test_an_organiser_hears_that_the_name_is_known(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    made = await send(hers, "/groups/devon/invite", {"name": "ann", "role": "member"})
    assert "There is a ann in this group. This link is for the same person." in made.text


async def test_an_invitation_needs_a_name_and_keeps_what_was_chosen(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    made = await send(hers, "/groups/devon/invite", {"name": " ", "role": "reader"})
    assert made.status_code == 422
    assert "Please write the name of the person." in made.text
    assert 'value="reader" checked' in made.text
    wrong = await send(hers, "/groups/devon/invite", {"name": "Ben", "role": "king"})
    assert (wrong.status_code, "Please choose" in wrong.text) == (422, True)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.READER])
async def test_only_an_organiser_invites(store: Store, hers: httpx.AsyncClient, role: Role) -> None:
    await send(hers, await invite(store, "Ann", role))
    assert (await hers.get("/groups/devon/invite")).status_code == 403


async def test_an_organiser_elsewhere_invites_nobody_here(
    store: Store, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        await actions.make_group(session, "Kent")
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    assert (await hers.get("/groups/kent/invite")).status_code == 403
    assert (await hers.get("/groups/nowhere/invite")).status_code == 404


async def test_who_is_not_signed_in_is_told_how(store: Store, hers: httpx.AsyncClient) -> None:
    async with store.session() as session:
        group: GroupRow = await actions.make_group(session, "Devon")
    answer = await hers.get(f"/groups/{group.slug}/invite")
    assert answer.status_code == 401
    assert "You are not signed in. Open your link and press Come in." in answer.text
