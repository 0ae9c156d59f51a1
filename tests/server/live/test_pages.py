from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server import clock
from server.live import pages
from server.live.engine import Engine
from server.live.tables import CheckpointRow
from server.people import actions as people
from server.people.coming_in import pages as people_pages
from server.people.permits import Role
from server.people.sessions import end_of_day, sign_in
from server.people.tables import GroupRow, MembershipRow, PersonRow, SessionRow
from server.store import Store
from server.writing import pages as writing_pages
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow
from tests.support.pages import browser, make_app, send


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> AsyncIterator[Starlette]:
    routes = [*people_pages.routes, *pages.routes, *writing_pages.routes]
    app = make_app(store, tmp_path, routes)
    app.state.engine = Engine(app.state.settings)
    yield app
    await app.state.engine.aclose()


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def set_up_path(store: Store) -> str:
    async with store.session() as session:
        return "/set-up/" + await people.make_set_up(session)


async def come_in(store: Store, client: httpx.AsyncClient, role: Role, *groups: str) -> None:
    async with store.session() as session:
        person = await people.make_person(session, "Ann")
        for name in groups:
            group = await people.ensure_group(session, name)
            await people.join(session, person, group, role)
        client.cookies.set("our_charter", await sign_in(session, person))


async def charters(store: Store) -> list[CharterRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(CharterRow).order_by(CharterRow.slug)))


FILLED_IN = {"name": "Ann", "group": "Our group", "start": "starter"}


async def test_the_first_set_up_makes_a_group_its_organiser_and_a_charter(
    store: Store, client: httpx.AsyncClient
) -> None:
    client.headers["user-agent"] = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)"
    done = await send(client, await set_up_path(store), FILLED_IN)
    (row,) = await charters(store)
    assert (done.status_code, done.headers["location"]) == (303, f"/charters/{row.slug}")
    async with store.reading() as session:
        person, membership, group = (
            await session.execute(
                select(PersonRow, MembershipRow, GroupRow)
                .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
                .join(GroupRow, GroupRow.id == MembershipRow.group_id)
            )
        ).one()
        assert (await session.scalars(select(SessionRow.device))).one() == "Tablet"
        assert (await read_charter(session, row.id)).statements
        assert (await session.get_one(CheckpointRow, row.id)).state
    assert (person.name, membership.role) == ("Ann", "organiser")
    assert (group.name, group.kind) == ("Our group", "national")
    read = await client.get(done.headers["location"])
    assert read.status_code == 200
    assert "You are <strong>Ann</strong>" in read.text


async def test_a_set_up_on_a_shared_device_ends_with_the_day_where_we_are(
    store: Store, app: Starlette, client: httpx.AsyncClient
) -> None:
    zone = "Pacific/Kiritimati"
    app.state.settings = replace(app.state.settings, time_zone=zone)
    done = await send(client, await set_up_path(store), {**FILLED_IN, "shared": "yes"})
    assert "max-age" not in done.headers["set-cookie"].lower()
    async with store.reading() as session:
        ends = (await session.scalars(select(SessionRow.expires_at))).one()
    assert ends == end_of_day(clock.now(), zone)


async def test_a_set_up_can_start_from_a_blank_sheet(
    store: Store, client: httpx.AsyncClient
) -> None:
    await send(client, await set_up_path(store), {**FILLED_IN, "start": "blank"})
    (row,) = await charters(store)
    async with store.reading() as session:
        assert not (await read_charter(session, row.id)).statements


@pytest.mark.parametrize(
    ("field", "sentence"),
    [("name", "Please write your name."), ("group", "Please write the name of your group.")],
)
async def test_a_set_up_with_something_missing_keeps_the_rest(
    store: Store, client: httpx.AsyncClient, field: str, sentence: str
) -> None:
    path = await set_up_path(store)
    page = await send(client, path, {**FILLED_IN, "start": "blank", field: " "})
    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert f'href="#{field}"' in page.text
    assert 'value="blank" checked' in page.text
    assert await charters(store) == []
    assert (await send(client, path, FILLED_IN)).status_code == 303


async def test_a_set_up_link_works_once(store: Store, client: httpx.AsyncClient) -> None:
    path = await set_up_path(store)
    await send(client, path, FILLED_IN)
    again = await client.get(path)
    assert again.status_code == 410
    assert "This link was used before." in again.text
    assert (await client.get("/set-up/nonsense")).status_code == 404


async def test_a_start_that_is_not_offered_uses_nothing_up(
    store: Store, client: httpx.AsyncClient
) -> None:
    path = await set_up_path(store)
    wrong = await send(client, path, {**FILLED_IN, "start": "secret"})
    assert (wrong.status_code, "Please choose how you want to start." in wrong.text) == (422, True)
    assert (await client.get(path)).status_code == 200


async def test_an_organiser_starts_a_charter_with_a_name(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, Role.ORGANISER, "Devon")
    fields = {"group": "devon", "title": "  Our   Devon Charter ", "start": "blank"}
    done = await send(client, "/charters/new", fields)
    assert done.headers["location"] == "/charters/our-devon-charter"
    (row,) = await charters(store)
    assert row.title == "Our Devon Charter"
    assert row.visibility == "group"


async def test_a_second_charter_of_one_name_has_its_own_address(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, Role.ORGANISER, "Devon")
    fields = {"group": "devon", "title": "New", "start": "blank"}
    places = [(await send(client, "/charters/new", fields)).headers["location"] for _ in "12"]
    assert places == ["/charters/new-2", "/charters/new-3"]


async def test_an_organiser_of_two_groups_chooses_one(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, Role.ORGANISER, "Devon", "Kent")
    page = await client.get("/charters/new?group=kent")
    assert 'value="kent" checked' in page.text
    await send(client, "/charters/new", {"group": "kent", "start": "blank"})
    (row,) = await charters(store)
    async with store.reading() as session:
        assert (await people.find_group(session, "Kent")).id == row.group_id


async def test_a_name_that_is_too_long_is_asked_for_again(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, Role.ORGANISER, "Devon")
    fields = {"group": "devon", "title": "x" * 201, "start": "blank"}
    page = await send(client, "/charters/new", fields)
    assert page.status_code == 422
    assert "This name is too long. Use at most 200 letters." in page.text
    assert await charters(store) == []


async def test_only_organisers_start_charters_and_only_in_their_groups(
    store: Store, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/charters/new")).status_code == 401
    await come_in(store, client, Role.MEMBER, "Devon")
    assert (await client.get("/charters/new")).status_code == 403
    client.cookies.clear()
    await come_in(store, client, Role.ORGANISER, "Kent")
    taken = await send(client, "/charters/new", {"group": "devon", "start": "blank"})
    assert taken.status_code == 403
    assert await charters(store) == []
