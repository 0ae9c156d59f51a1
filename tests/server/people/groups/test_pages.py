from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.bus.memory import MemoryBus
from server.errors import NotInTheGroup
from server.people import actions
from server.people.groups import actions as groups
from server.people.groups import pages as group_pages
from server.people.permits import Helped, Role, Who
from server.people.sessions import sign_in
from server.people.tables import GroupRow, PersonRow
from server.store import Store
from tests.support.pages import browser, form_token, make_app, send


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    app = make_app(store, tmp_path, group_pages.routes)
    app.state.bus = MemoryBus()
    return app


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def make_group(store: Store, name: str = "Devon") -> GroupRow:
    async with store.session() as session:
        return await actions.make_group(session, name)


async def come(
    store: Store,
    group: GroupRow,
    name: str,
    role: Role = Role.MEMBER,
    client: httpx.AsyncClient | None = None,
) -> str:
    """Somebody new in the group, signed in on this browser; returns who."""
    async with store.session() as session:
        person = await actions.make_person(session, name)
        person.email = f"{name}@charter.example"
        await actions.join(session, person, group, role)
        if client is not None:
            client.cookies.set("our_charter", await sign_in(session, person))
    return person.id


async def roles(store: Store, group: GroupRow) -> dict[str, Role]:
    async with store.reading() as session:
        return {one.name: one.role for one in await groups.people_in(session, group)}


async def test_people_see_who_is_in_the_group_and_never_an_email_address(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER)
    ben = await come(store, devon, "Ben", Role.READER)
    await come(store, devon, "Ann", client=hers)
    async with store.session() as session:
        (await session.get_one(PersonRow, ben)).picture = "house"
    page = (await hers.get("/groups/devon/people")).text
    for part in (
        "3 people are in this group.",
        "Ann (you)",
        "Organiser",
        "Only reads",
        'src="/pictures/house.svg"',
        "Tell an organiser.",
        'href="/groups/devon/leave"',
    ):
        assert part in page
    assert page.index("Ann (you)") < page.index("Ben") < page.index("Olwen")
    assert "@charter.example" not in page
    assert f"/people/{ben}" not in page
    assert "/groups/devon/lead" not in page


async def test_an_organiser_changes_what_somebody_does(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER, hers)
    ann = await come(store, devon, "Ann")
    assert f'href="/groups/devon/people/{ann}"' in (await hers.get("/groups/devon/people")).text
    path = f"/groups/devon/people/{ann}"
    page = (await hers.get(path)).text
    assert "What can Ann do?" in page
    assert "@charter.example" not in page
    done = await send(hers, path, {"role": "reader"})
    assert (done.status_code, done.headers["location"]) == (
        303,
        "/groups/devon/people?done=changed",
    )
    assert "Done." in (await hers.get(done.headers["location"])).text
    wrong = await send(hers, path, {"role": "king"})
    assert (wrong.status_code, "Please choose" in wrong.text) == (422, True)
    assert (await roles(store, devon))["Ann"] is Role.READER


async def test_somebody_is_taken_out_after_a_page_that_says_what_happens(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER, hers)
    ann = await come(store, devon, "Ann")
    path = f"/groups/devon/people/{ann}/take-out"
    page = await hers.get(path)
    assert "Ann cannot read or write here any more." in page.text
    assert (await roles(store, devon)).keys() == {"Ann", "Olwen"}
    done = await hers.post(path, data={"form_token": form_token(page)})
    assert (done.status_code, done.headers["location"]) == (303, "/groups/devon/people?done=out")
    assert (await roles(store, devon)).keys() == {"Olwen"}
    again = await hers.post(path, data={"form_token": form_token(page)})
    assert again.status_code == 404
    assert "This person is not in the group any more." in again.text


async def test_the_last_organiser_is_told_who_must_come_first(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    olwen = await come(store, devon, "Olwen", Role.ORGANISER, hers)
    await come(store, devon, "Ann")
    for path in ("/groups/devon/leave", f"/groups/devon/people/{olwen}/take-out"):
        page = (await hers.get(path)).text
        assert "Make somebody else an organiser first." in page
        assert "warning" not in page
    token = form_token(await hers.get(f"/groups/devon/people/{olwen}"))
    for path, fields in (
        ("/groups/devon/leave", {}),
        (f"/groups/devon/people/{olwen}/take-out", {}),
        (f"/groups/devon/people/{olwen}", {"role": "member"}),
    ):
        answer = await hers.post(path, data={"form_token": token, **fields})
        assert answer.status_code == 409
        assert "A group needs an organiser" in answer.text
        assert "Make somebody else an organiser first." in answer.text
    assert (await roles(store, devon))["Olwen"] is Role.ORGANISER


async def test_one_press_hands_over(store: Store, hers: httpx.AsyncClient) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER, hers)
    ann = await come(store, devon, "Ann")
    path = f"/groups/devon/people/{ann}/hand-over"
    assert "You stop being an organiser." in (await hers.get(path)).text
    done = await send(hers, path)
    assert "You have handed over." in (await hers.get(done.headers["location"])).text
    assert await roles(store, devon) == {"Ann": Role.ORGANISER, "Olwen": Role.MEMBER}
    assert (await hers.get(path)).status_code == 403


async def test_nobody_hands_over_to_themselves(store: Store, hers: httpx.AsyncClient) -> None:
    devon = await make_group(store)
    olwen = await come(store, devon, "Olwen", Role.ORGANISER, hers)
    path = f"/groups/devon/people/{olwen}/hand-over"
    assert "This is you." in (await hers.get(path)).text
    token = form_token(await hers.get(f"/groups/devon/people/{olwen}"))
    assert (await hers.post(path, data={"form_token": token})).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.READER])
async def test_anybody_leaves_by_themselves(
    store: Store, hers: httpx.AsyncClient, role: Role
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Ann", role, hers)
    assert "Your words stay in the Charter." in (await hers.get("/groups/devon/leave")).text
    left = await send(hers, "/groups/devon/leave")
    assert (left.status_code, left.headers["location"]) == (303, "/?left=yes")
    assert await roles(store, devon) == {}
    assert (await hers.get("/groups/devon/people")).status_code == 403


async def test_the_lead_is_named_and_shown_to_everybody(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER, hers)
    ann = await come(store, devon, "Ann")
    page = (await hers.get("/groups/devon/lead")).text
    assert "Who hears it when something is not right?" in page
    nobody = await send(hers, "/groups/devon/lead")
    assert (nobody.status_code, "Please choose somebody." in nobody.text) == (422, True)
    done = await send(hers, "/groups/devon/lead", {"lead": ann})
    page = (await hers.get(done.headers["location"])).text
    assert "Tell Ann." in page
    assert page.count("Hears it when something is not right") == 1
    await send(hers, "/groups/devon/lead", {"lead": "organisers"})
    assert "Tell an organiser." in (await hers.get("/groups/devon/people")).text
    assert (await send(hers, "/groups/devon/lead", {"lead": "nobody"})).status_code == 404


ORGANISERS_ONLY = ["people/{ann}", "people/{ann}/take-out", "people/{ann}/hand-over", "lead"]


@pytest.mark.parametrize("path", ORGANISERS_ONLY)
async def test_only_an_organiser_of_the_group_changes_who_does_what(
    store: Store, hers: httpx.AsyncClient, path: str
) -> None:
    devon = await make_group(store)
    ann = await come(store, devon, "Ann")
    address = "/groups/devon/" + path.format(ann=ann)
    assert (await hers.get(address)).status_code == 401
    kent = await make_group(store, "Kent")
    for group, role in ((devon, Role.MEMBER), (devon, Role.READER), (kent, Role.ORGANISER)):
        await come(store, group, "Rhys", role, hers)
        assert (await hers.get(address)).status_code == 403
        token = form_token(await hers.get(f"/groups/{group.slug}/leave"))
        fields = {"form_token": token, "role": "reader", "lead": ann}
        assert (await hers.post(address, data=fields)).status_code == 403
    assert (await roles(store, devon))["Ann"] is Role.MEMBER
    nowhere = address.replace("devon", "nowhere")
    assert (await hers.get(nowhere)).status_code == 404


async def test_strangers_do_not_see_who_is_in_a_group(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Ann")
    for path in ("people", "leave"):
        assert (await hers.get(f"/groups/devon/{path}")).status_code == 401
    await come(store, await make_group(store, "Kent"), "Ken", Role.ORGANISER, hers)
    for path in ("people", "leave"):
        answer = await hers.get(f"/groups/devon/{path}")
        assert answer.status_code == 403
        assert "Ann" not in answer.text


async def test_an_unknown_person_and_one_of_another_group_are_not_in_this_one(
    store: Store, hers: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come(store, devon, "Olwen", Role.ORGANISER, hers)
    ken = await come(store, await make_group(store, "Kent"), "Ken")
    for person in (ken, "nobody"):
        answer = await hers.get(f"/groups/devon/people/{person}")
        assert answer.status_code == 404
        assert "Ken" not in answer.text


async def test_a_supporter_leaves_for_nobody_else(store: Store) -> None:
    devon = await make_group(store)
    ann = await come(store, devon, "Ann")
    helped = Helped(ann, "Ann", roles={devon.id: Role.MEMBER})
    sam = Who("sam", "Sam", helping=helped)
    with pytest.raises(NotInTheGroup):
        async with store.session() as session:
            await groups.leave(session, devon, sam)
    assert (await roles(store, devon)).keys() == {"Ann"}
