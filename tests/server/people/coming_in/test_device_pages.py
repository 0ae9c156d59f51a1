from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from server import clock
from server.people import actions
from server.people.audit import What
from server.people.coming_in import device_pages, pages
from server.people.coming_in.device_pages import in_words
from server.people.coming_in.invitations import invite
from server.people.permits import Role
from server.people.sessions import Device, sign_in
from server.people.tables import AuditRow, PersonRow, SessionRow
from server.people.telling import TOPIC
from server.store import Store
from tests.support.pages import browser, form_token, make_app

DEVICES = "/me/devices"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [*device_pages.routes, *pages.routes])


@pytest.fixture
async def ann(store: Store) -> PersonRow:
    async with store.session() as session:
        return await actions.make_person(session, "Ann")


@pytest.fixture
async def hers(app: Starlette, store: Store, ann: PersonRow) -> AsyncIterator[httpx.AsyncClient]:
    """Ann's tablet, where she is signed in."""
    async with browser(app) as client:
        client.cookies.set(
            "our_charter", await start(store, ann, "Tablet"), domain="localhost.local"
        )
        yield client


async def start(store: Store, person: PersonRow, device: str, shared: bool = False) -> str:
    async with store.session() as session:
        return await sign_in(session, person, device=Device(device, shared))


async def sessions(store: Store) -> dict[str, SessionRow]:
    """Every session that there is, by its device."""
    async with store.reading() as session:
        return {row.device: row for row in await session.scalars(select(SessionRow))}


async def recorded(store: Store) -> Sequence[AuditRow]:
    async with store.reading() as session:
        return (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()


async def news(app: Starlette) -> list[object]:
    """What the bus says of permits from now on."""
    heard: list[object] = []
    await app.state.bus.open()
    app.state.bus.subscribe(lambda topic, _: heard.append(topic))
    return heard


def row(device: str = "Phone", shared: bool = False, used_at: datetime = NOW) -> SessionRow:
    return SessionRow(id="s1", device=device, shared=shared, used_at=used_at)


@pytest.mark.parametrize(
    ("device", "here", "words"),
    [
        (row(), None, "Phone, used today"),
        (row(used_at=NOW - timedelta(days=1)), None, "Phone, used yesterday"),
        (row(used_at=NOW - timedelta(days=20)), None, "Phone, used on 3 November"),
        (row(used_at=NOW - timedelta(days=365)), None, "Phone, used on 23 November 2025"),
        (row("Tablet", used_at=NOW - timedelta(days=1)), "s1", "This tablet, used today"),
        (row("Computer", shared=True), None, "Computer that others use too, until tonight"),
        (row("Tablet", shared=True), "s1", "This tablet, which others use too, until tonight"),
        (row(""), None, "Device, used today"),
    ],
)
def test_a_session_is_told_as_people_say_it(
    device: SessionRow, here: str | None, words: str
) -> None:
    assert in_words(device, here, NOW, "Europe/London") == words


async def test_one_sees_where_one_is_signed_in_and_nobody_else(
    store: Store, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    await start(store, ann, "Phone")
    async with store.session() as session:
        ben = await actions.make_person(session, "Ben")
    await start(store, ben, "Computer")
    page = (await hers.get(DEVICES)).text
    assert page.index("This tablet, used today") < page.index("Phone, used today")
    assert "Computer" not in page


async def test_a_session_that_is_over_is_not_shown(
    store: Store, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    await start(store, ann, "Phone")
    async with store.session() as session:
        await session.execute(
            update(SessionRow).where(SessionRow.device == "Phone").values(expires_at=clock.now())
        )
    page = (await hers.get(DEVICES)).text
    assert "Phone" not in page
    assert "You are signed in on no other device." in page


async def test_signing_out_there_ends_that_session_alone(
    store: Store, app: Starlette, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    secret = await start(store, ann, "Phone")
    heard = await news(app)
    there = (await sessions(store))["Phone"].id
    page = await hers.get(DEVICES)
    pressed = await hers.post(f"{DEVICES}/{there}/end", data={"form_token": form_token(page)})
    assert pressed.headers["location"] == f"{DEVICES}?ended=one"
    assert "That device is signed out." in (await hers.get(pressed.headers["location"])).text
    assert set(await sessions(store)) == {"Tablet"}
    assert heard == [TOPIC]
    async with browser(app) as stolen:
        stolen.cookies.set("our_charter", secret, domain="localhost.local")
        assert (await stolen.get(DEVICES)).status_code == 401
    (told,) = await recorded(store)
    assert (told.what, told.person_id, told.details) == (
        What.SESSION_ENDED,
        ann.id,
        {"device": "Phone"},
    )


async def test_signing_out_there_twice_says_that_it_is_done(
    store: Store, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    await start(store, ann, "Phone")
    there = (await sessions(store))["Phone"].id
    page = await hers.get(DEVICES)
    for status in (303, 404):
        pressed = await hers.post(f"{DEVICES}/{there}/end", data={"form_token": form_token(page)})
        assert pressed.status_code == status
    assert "You are not signed in on this device any more." in pressed.text


async def test_anothers_session_is_as_if_it_were_not_there(
    store: Store, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        ben = await actions.make_person(session, "Ben")
    await start(store, ben, "Phone")
    his = (await sessions(store))["Phone"].id
    token = form_token(await hers.get(DEVICES))
    answers = [
        await hers.post(f"{DEVICES}/{key}/end", data={"form_token": token})
        for key in (his, "nonsense", "%00", "%ff", "💥")
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert "Phone" in await sessions(store)
    assert await recorded(store) == []


async def test_all_other_devices_are_signed_out_at_once(
    store: Store, app: Starlette, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    for device in ("Phone", "Computer"):
        await start(store, ann, device)
    heard = await news(app)
    page = await hers.get(DEVICES)
    pressed = await hers.post(f"{DEVICES}/end-others", data={"form_token": form_token(page)})
    assert (
        "All your other devices are signed out."
        in (await hers.get(pressed.headers["location"])).text
    )
    assert set(await sessions(store)) == {"Tablet"}
    assert heard == [TOPIC]
    again = await hers.post(f"{DEVICES}/end-others", data={"form_token": form_token(page)})
    assert again.status_code == 303
    assert [told.details for told in await recorded(store)] == [{"count": 2}]


async def test_signing_out_where_one_is_signs_out_here(
    store: Store, hers: httpx.AsyncClient
) -> None:
    here = (await sessions(store))["Tablet"].id
    page = await hers.get(DEVICES)
    out = await hers.post(f"{DEVICES}/{here}/end", data={"form_token": form_token(page)})
    assert out.headers["location"] == "/signed-out"
    assert "our_charter" not in hers.cookies
    assert await sessions(store) == {}


async def test_signing_out_ends_the_session_for_good(
    store: Store, app: Starlette, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    secret = hers.cookies["our_charter"]
    heard = await news(app)
    page = await hers.get(DEVICES)
    out = await hers.post("/sign-out", data={"form_token": form_token(page)})
    assert (out.status_code, out.headers["location"]) == (303, "/signed-out")
    assert "clear-site-data" not in out.headers
    assert "our_charter" not in hers.cookies
    hers.cookies.set("our_charter", secret, domain="localhost.local")
    assert (await hers.get(DEVICES)).status_code == 401
    assert await sessions(store) == {}
    assert heard == [TOPIC]
    assert [(told.what, told.person_id) for told in await recorded(store)] == [
        (What.SIGNED_OUT, ann.id)
    ]


async def test_signing_out_on_a_shared_device_has_the_browser_clear_up(
    store: Store, app: Starlette, ann: PersonRow
) -> None:
    async with browser(app) as shared:
        shared.cookies.set(
            "our_charter", await start(store, ann, "Tablet", shared=True), domain="localhost.local"
        )
        page = await shared.get(DEVICES)
        assert "This tablet, which others use too, until tonight" in page.text
        out = await shared.post("/sign-out", data={"form_token": form_token(page)})
        assert out.headers["location"] == "/signed-out"
        assert out.headers["clear-site-data"] == '"cache"'
        assert "our_charter" not in shared.cookies
        assert "This device keeps nothing of yours." in (await shared.get("/signed-out")).text


async def test_signing_out_is_not_done_by_a_link_nor_by_another_site(
    store: Store, hers: httpx.AsyncClient
) -> None:
    assert (await hers.get("/sign-out")).status_code == 405
    token = form_token(await hers.get(DEVICES))
    for path in ("/sign-out", f"{DEVICES}/end-others"):
        elsewhere = await hers.post(
            path, data={"form_token": token}, headers={"origin": "https://evil.example"}
        )
        assert elsewhere.status_code == 403
        assert (await hers.post(path)).status_code == 403
    assert set(await sessions(store)) == {"Tablet"}


async def test_a_device_that_was_signed_out_cannot_press_come_in_again(
    store: Store, app: Starlette, hers: httpx.AsyncClient, ann: PersonRow
) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        await actions.join(session, ann, group, Role.MEMBER)
        link = "/come-in/" + await invite(session, group, "Ann")
    async with browser(app) as lost:
        page = await lost.get(link)
        fields = {"form_token": form_token(page)}
        assert (await lost.post(link, data=fields)).status_code == 303
        assert (await lost.get(DEVICES)).status_code == 200
        token = form_token(await hers.get(DEVICES))
        await hers.post(f"{DEVICES}/end-others", data={"form_token": token})
        lost.cookies.delete("our_charter")
        assert (await lost.post(link, data=fields)).status_code == 410
        assert (await lost.get(DEVICES)).status_code == 401


async def test_who_is_not_signed_in_is_told_how(app: Starlette) -> None:
    async with browser(app) as stranger:
        assert (await stranger.get(DEVICES)).status_code == 401
