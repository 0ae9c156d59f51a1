from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert
from starlette.applications import Starlette

from server.bus.memory import MemoryBus
from server.people import actions
from server.people.coming_in import invitations
from server.people.groups import actions as groups
from server.people.groups import local_group_pages
from server.people.groups import pages as group_pages
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import GroupRow
from server.store import Store
from tests.support.pages import browser, form_token, make_app, send

NEW = {"name": "Kent", "organiser": "Ken"}


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    app = make_app(store, tmp_path, [*local_group_pages.routes, *group_pages.routes])
    app.state.bus = MemoryBus()
    app.state.secret = b"secret"
    return app


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def make_group(store: Store, name: str = "England", kind: str = "national") -> GroupRow:
    async with store.session() as session:
        return await actions.make_group(session, name, kind)


async def come(
    store: Store, group: GroupRow, client: httpx.AsyncClient, role: Role = Role.ORGANISER
) -> None:
    async with store.session() as session:
        person = await actions.make_person(session, "Olwen")
        await actions.join(session, person, group, role)
        client.cookies.set("our_charter", await sign_in(session, person))


async def test_a_national_group_invites_a_local_one_by_a_card_for_its_organiser(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await come(store, await make_group(store), hers)
    made = await send(hers, "/groups/england/new-group", NEW)
    assert made.status_code == 200
    assert "A card for Ken" in made.text
    link = made.text.split('class="link-to-pass-on__link">')[1].split("<")[0]
    listed = (await hers.get("/groups/england/groups")).text
    assert "Nobody has come in yet." in listed
    assert 'href="/groups/england/groups/kent/invite"' in listed
    async with store.session() as session:
        token = link.rsplit("/", 1)[1]
        found = await invitations.look_at_invitation(session, token)
        await invitations.come_in(session, found)
        kent = await session.get_one(GroupRow, found.group.id)
        people = await groups.people_in(session, kent)
        assert [(one.name, one.role) for one in people] == [("Ken", Role.ORGANISER)]
    listed = (await hers.get("/groups/england/groups")).text
    assert "1 person, 1 organiser" in listed
    assert "Ken<" not in listed
    assert "/groups/kent/invite" not in listed


async def test_what_is_missing_or_taken_is_said_and_what_was_written_stays(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await come(store, await make_group(store), hers)
    path = "/groups/england/new-group"
    empty = await send(hers, path, {"name": "Kent", "organiser": " "})
    assert (empty.status_code, 'value="Kent"' in empty.text) == (422, True)
    assert "Please write the name of the person." in empty.text
    taken = await send(hers, path, {"name": "england", "organiser": "Ken"})
    assert (taken.status_code, 'value="Ken"' in taken.text) == (422, True)
    assert "This name is taken. Choose another." in taken.text
    long = await send(hers, path, {"name": "x" * 101, "organiser": "Ken"})
    assert long.status_code == 422


async def test_a_lost_card_is_made_anew_until_an_organiser_is_in(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await come(store, await make_group(store), hers)
    await send(hers, "/groups/england/new-group", NEW)
    path = "/groups/england/groups/kent/invite"
    assert "Invite an organiser to Kent" in (await hers.get(path)).text
    assert (await send(hers, path, {"organiser": ""})).status_code == 422
    page = await hers.get(path)
    made = await send(hers, path, {"organiser": "Kay"})
    assert "A card for Kay" in made.text
    token = made.text.split("/come-in/")[1].split("<")[0]
    async with store.session() as session:
        found = await invitations.look_at_invitation(session, token)
        await invitations.come_in(session, found)
    assert (await hers.get(path)).status_code == 409
    late = await hers.post(path, data={"form_token": form_token(page), "organiser": "Mallory"})
    assert late.status_code == 409
    assert "This group has an organiser now." in late.text


async def test_a_thousand_groups_are_turned_through_and_found_by_name(
    store: Store, hers: httpx.AsyncClient
) -> None:
    national = await make_group(store)
    await come(store, national, hers, Role.READER)
    async with store.session() as session:
        await session.execute(
            insert(GroupRow),
            [
                {
                    "id": f"g{number}",
                    "slug": f"place-{number}",
                    "name": f"Place {number:03} & more",
                    "kind": "local",
                    "invited_by_id": national.id,
                }
                for number in range(1000)
            ],
        )
    first = (await hers.get("/groups/england/groups")).text
    assert "There are 1000 local groups." in first
    assert "Page 1 of 20" in first
    assert "Invite" not in first
    last = (await hers.get("/groups/england/groups?page=20")).text
    assert "Place 999 &amp; more" in last
    assert "More groups" not in last
    found = (await hers.get("/groups/england/groups", params={"find": "place 123 &"})).text
    assert "We found 1 group." in found
    assert (await hers.get("/groups/england/groups?find=nowhere")).status_code == 200
    for odd in ("0", "-1", "x", "9" * 30, "21"):
        assert (await hers.get(f"/groups/england/groups?page={odd}")).status_code == 200
    assert (await hers.get("/groups/england/groups?find=%25")).status_code == 200


async def test_who_may_see_and_invite_local_groups(store: Store, hers: httpx.AsyncClient) -> None:
    england = await make_group(store)
    devon = await make_group(store, "Devon", "local")
    paths = ["groups", "new-group", "groups/devon/invite"]
    for path in paths:
        assert (await hers.get(f"/groups/england/{path}")).status_code == 401
    await come(store, england, hers, Role.MEMBER)
    asked = [(await hers.get(f"/groups/england/{path}")).status_code for path in paths]
    assert asked == [200, 403, 403]
    await come(store, england, hers)
    asked = [(await hers.get(f"/groups/england/{path}")).status_code for path in paths]
    assert asked == [200, 200, 404]
    token = form_token(await hers.get("/groups/england/new-group"))
    await come(store, devon, hers)
    asked = [(await hers.get(f"/groups/england/{path}")).status_code for path in paths]
    assert asked == [403, 403, 403]
    asked = [(await hers.get(f"/groups/devon/{path}")).status_code for path in paths]
    assert asked == [404, 404, 404]
    for group, status in (("england", 403), ("devon", 404)):
        fields = {"form_token": token, **NEW}
        answer = await hers.post(f"/groups/{group}/new-group", data=fields)
        assert answer.status_code == status
