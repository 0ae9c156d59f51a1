import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette

from server import clock
from server.people import actions
from server.people.coming_in import pages
from server.people.coming_in.invitations import Made, make_card
from server.people.coming_in.invitations import invite as make_invitation
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role
from server.people.tables import InvitationRow, MembershipRow, PersonRow, SessionRow
from server.settings import Settings
from server.store import Store
from server.web.limits import KINDS, Limits
from tests.support.pages import browser, form_token, make_app, send
from tests.support.people import invite


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, pages.routes)


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


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


async def card(store: Store, app: Starlette, wanted: Wanted) -> Made:
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        return await make_card(session, app.state.secret, group, wanted)


async def press(
    client: httpx.AsyncClient, path: str, fields: dict[str, str] | None = None
) -> httpx.Response:
    """Open a page and send its form with all that is hidden in it, as a browser does."""
    page = await client.get(path)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return await client.post(path, data={**hidden, **(fields or {})})


async def only_session(store: Store) -> SessionRow:
    async with store.reading() as session:
        return (await session.scalars(select(SessionRow))).one()


async def roles(store: Store) -> dict[str, str]:
    async with store.reading() as session:
        rows = await session.execute(
            select(PersonRow.name, MembershipRow.role).join(
                MembershipRow, MembershipRow.person_id == PersonRow.id
            )
        )
        return {row.name: row.role for row in rows}


async def test_a_device_is_remembered_in_plain_words(store: Store, hers: httpx.AsyncClient) -> None:
    hers.headers["user-agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile"
    await send(hers, await invite(store))
    row = await only_session(store)
    assert (row.device, row.shared) == ("Phone", False)


async def test_on_a_shared_device_one_is_signed_out_by_tonight(
    store: Store, hers: httpx.AsyncClient
) -> None:
    pressed = await send(hers, await invite(store), {"shared": "yes"})
    cookie = next(c for c in pressed.headers.get_list("set-cookie") if c.startswith("our_charter="))
    assert "Max-Age" not in cookie
    assert "expires" not in cookie.lower()
    row = await only_session(store)
    assert row.shared
    assert row.expires_at <= clock.now() + timedelta(hours=25)


async def test_a_card_that_is_kept_says_whose_it_is_and_lets_them_back(
    store: Store, app: Starlette
) -> None:
    path = f"/come-in/{(await card(store, app, Wanted('Ann', uses=500))).token}"
    async with browser(app) as hers:
        assert "You are invited to join Devon." in (await hers.get(path)).text
        await send(hers, path)
    async with browser(app) as hers:
        assert "This is your card for Devon." in (await hers.get(path)).text
        assert (await send(hers, path)).status_code == 303
    assert await count(store, PersonRow) == 1


async def test_a_card_for_anybody_asks_for_a_name_and_nothing_else(
    store: Store, app: Starlette
) -> None:
    path = f"/come-in/{(await card(store, app, Wanted(None, uses=30))).token}"
    for name in ("Ben", "Cara"):
        async with browser(app) as theirs:
            page = await theirs.get(path)
            assert "What do you like to be called?" in page.text
            fields = set(re.findall(r'<input[^>]* name="(\w+)"', page.text))
            assert fields == {"form_token", "page", "name", "shared"}
            assert (await send(theirs, path, {"name": name})).status_code == 303
    assert await roles(store) == {"Ben": "member", "Cara": "member"}


async def test_nobody_comes_in_as_somebody_else_by_a_card_for_anybody(
    store: Store, app: Starlette
) -> None:
    path = f"/come-in/{(await card(store, app, Wanted(None, uses=30))).token}"
    async with browser(app) as his:
        await send(his, path, {"name": "Ben"})
    async with browser(app) as others:
        page = await send(others, path, {"name": "ben "})
        assert page.status_code == 409
        assert "Somebody here has this name. Please add something, like Ben B." in page.text
        assert 'value="ben "' in page.text
        empty = await send(others, path, {"name": " "})
        assert (empty.status_code, "what you like to be called" in empty.text) == (422, True)
        assert (await send(others, path, {"name": "Ben B."})).status_code == 303
    assert await roles(store) == {"Ben": "member", "Ben B.": "member"}


async def test_one_tablet_lets_several_people_in_by_a_card_for_anybody(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    path = f"/come-in/{(await card(store, app, Wanted(None, uses=30))).token}"
    await press(hers, path, {"name": "Ann", "shared": "yes"})
    page = await hers.get(path)
    assert "Hello, Ann" in page.text
    assert "I am not Ann" in page.text
    other = await hers.get(f"{path}?as=new")
    assert "When you come in, we sign Ann out." in other.text
    await press(hers, f"{path}?as=new", {"name": "Ben"})
    assert "You are <strong>Ben</strong>" in (await hers.get("/come-in")).text
    taken = await press(hers, f"{path}?as=new", {"name": "Ann"})
    assert taken.status_code == 409
    assert await count(store, SessionRow) == 1


async def test_who_is_signed_in_is_not_asked_for_a_name(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        kent = await actions.make_group(session, "Kent")
        token = await make_invitation(session, kent, "Ann")
    await send(hers, f"/come-in/{token}")
    path = f"/come-in/{(await card(store, app, Wanted(None, uses=30))).token}"
    assert "What do you like to be called?" not in (await hers.get(path)).text
    assert (await send(hers, path)).headers["location"] == "/groups/devon?arrived=yes"
    assert await count(store, PersonRow) == 1


async def test_what_somebody_sends_besides_changes_no_role(
    store: Store, hers: httpx.AsyncClient
) -> None:
    more = {"role": "organiser", "name": "Olwen", "group": "kent", "uses": "500"}
    await send(hers, await invite(store, "Ann", Role.READER), more)
    assert await roles(store) == {"Ann": "reader"}


async def test_a_card_that_was_ended_or_used_up_says_so(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    ended = await card(store, app, Wanted(None, uses=30))
    page = await hers.get(f"/come-in/{ended.token}")
    async with store.session() as session:
        await session.execute(update(InvitationRow).values(revoked_at=clock.now()))
    fields = {"form_token": form_token(page), "name": "Ann"}
    for answer in (
        await hers.get(f"/come-in/{ended.token}"),
        await hers.post(f"/come-in/{ended.token}", data=fields),
        await hers.get(f"/in/{ended.code}"),
        await hers.post(f"/in/{ended.code}", data=fields),
    ):
        assert answer.status_code == 410
        assert "This card does not work any more. Ask for a new one." in answer.text
    full = await card(store, app, Wanted(None, uses=1))
    await send(hers, f"/in/{full.code}", {"name": "Ann"})
    async with browser(app) as others:
        answer = await others.get(f"/in/{full.code}")
    assert (answer.status_code, "was used before" in answer.text) == (410, True)


async def test_a_group_is_not_flooded_by_a_card_for_anybody(
    store: Store, app: Starlette, hers: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "arrival", "2 per 1 hour")
    app.state.limits = Limits(app.state.settings)
    made = await card(store, app, Wanted(None, uses=30))
    for name, status in (("Ann", 303), ("Ben", 303), ("Cara", 429)):
        async with browser(app) as theirs:
            answer = await send(theirs, f"/come-in/{made.token}", {"name": name})
            assert answer.status_code == status
    # By name, people still come in.
    assert (await send(hers, await invite(store, "Dan"))).status_code == 303


async def test_who_signed_out_cannot_be_followed_by_the_same_link(
    store: Store, hers: httpx.AsyncClient
) -> None:
    path = await invite(store)
    page = await hers.get(path)
    await hers.post(path, data={"form_token": form_token(page)})
    await hers.post("/sign-out", data={"form_token": form_token(page)})
    again = await hers.post(path, data={"form_token": form_token(page)})
    assert (again.status_code, "was used before" in again.text) == (410, True)


async def test_coming_in_leads_nowhere_but_to_the_group(
    store: Store, hers: httpx.AsyncClient
) -> None:
    path = f"{await invite(store)}?next=https://evil.example"
    pressed = await send(hers, path, {"next": "https://evil.example"})
    assert pressed.headers["location"] == "/groups/devon?arrived=yes"


async def test_a_form_of_another_site_lets_nobody_in(store: Store, hers: httpx.AsyncClient) -> None:
    path = await invite(store)
    page = await hers.get(path)
    fields = {"form_token": form_token(page)}
    cross = await hers.post(path, data=fields, headers={"origin": "https://evil.example"})
    assert cross.status_code == 403
    assert (await hers.post(path, data={})).status_code == 403
    assert await count(store, PersonRow) == 0
