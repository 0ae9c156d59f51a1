from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from server.people import actions as people
from server.people.groups import actions as in_groups
from server.people.permits import Role, Who
from server.people.sessions import Device, sign_in
from server.people.tables import AuditRow, GroupRow, PersonRow
from server.store import Store
from server.writing import group_home, pages
from server.writing.actions import add_charter
from server.writing.markdown_in import parse
from tests.support.pages import browser, make_app, send

CHARTER = (
    "---\ntitle: Our Charter\nsummary: What good looks like.\n---\n\n### Statement\n\nI choose.\n"
)


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [*group_home.routes, *pages.routes])


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def make_group(
    store: Store,
    name: str = "Devon",
    charters: tuple[str, ...] = ("devon",),
    visibility: str = "group",
    kind: str = "local",
) -> GroupRow:
    async with store.session() as session:
        group = await people.make_group(session, name, kind)
        for slug in charters:
            await add_charter(
                session,
                parse(CHARTER.encode()),
                group_id=group.id,
                slug=slug,
                visibility=visibility,
            )
        return group


async def come_in(
    store: Store,
    client: httpx.AsyncClient,
    group: GroupRow,
    role: Role = Role.MEMBER,
    *,
    name: str = "Ann",
    shared: bool = False,
) -> Who:
    async with store.session() as session:
        person = await people.make_person(session, name)
        person.email = "ann@charter.example"
        await people.join(session, person, group, role)
        client.cookies.set(
            "our_charter", await sign_in(session, person, device=Device("Tablet", shared))
        )
    return Who(person.id, name, roles={group.id: role})


async def test_who_comes_in_finds_the_charter_to_write_in_and_the_people(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_group(store))
    page = await client.get("/groups/devon")
    assert page.status_code == 200
    for part in (
        "<title>Devon – Our Charter</title>",
        "You are a member here.",
        'href="/charters/devon"',
        '<a class="govuk-button" href="/charters/devon/draft">Write together</a>',
        "Ann (you)",
        'href="/groups/devon/people"',
    ):
        assert part in page.text
    assert page.text.count('class="govuk-button"') == 1
    assert "Look after this group" not in page.text
    assert "ann@charter.example" not in page.text


async def test_a_reader_is_shown_where_words_change(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_group(store), Role.READER)
    page = (await client.get("/groups/devon")).text
    assert "See the words change" in page
    assert "Write together" not in page
    assert "You read here." in page


async def test_a_group_without_a_charter_and_one_with_two(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_group(store, "Kent", ()), Role.ORGANISER)
    page = (await client.get("/groups/kent")).text
    assert "This group has no Charter yet." in page
    for link in ("invite", "change", "picture", "people"):
        assert f'href="/groups/kent/{link}"' in page
    assert "new-group" not in page
    await come_in(store, client, await make_group(store, charters=("one", "two")))
    page = (await client.get("/groups/devon")).text
    assert page.count("govuk-button--secondary") == 2


async def test_only_a_national_group_leads_to_local_groups(
    store: Store, client: httpx.AsyncClient
) -> None:
    national = await make_group(store, "England", (), kind="national")
    await come_in(store, client, national)
    page = (await client.get("/groups/england")).text
    assert 'href="/groups/england/groups"' in page
    assert "new-group" not in page
    await come_in(store, client, national, Role.ORGANISER)
    assert 'href="/groups/england/new-group"' in (await client.get("/groups/england")).text


async def test_strangers_see_what_is_for_everybody_and_no_names(
    store: Store, client: httpx.AsyncClient, app: Starlette
) -> None:
    devon = await make_group(store, visibility="everybody")
    await make_group(store, "Kent", ("kent",))
    await come_in(store, client, devon)
    async with browser(app) as stranger:
        page = await stranger.get("/groups/devon")
        assert page.status_code == 200
        assert "Our Charter" in page.text
        assert "Ann" not in page.text
        assert "Who is in the group" not in page.text
        assert (await stranger.get("/groups/kent")).status_code == 401
        assert (await stranger.get("/groups/nowhere")).status_code == 404
    assert (await client.get("/groups/kent")).status_code == 403


async def test_coming_back_easily_is_offered_on_arrival_but_not_on_a_shared_device(
    store: Store, client: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come_in(store, client, devon)
    assert "Make coming back easy" in (await client.get("/groups/devon?arrived=yes")).text
    assert "Make coming back easy" not in (await client.get("/groups/devon")).text
    await come_in(store, client, devon, name="Ben", shared=True)
    assert "Make coming back easy" not in (await client.get("/groups/devon?arrived=yes")).text


async def test_the_first_page_shows_a_person_in_three_groups_what_they_do_in_each(
    store: Store, client: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    ann = await come_in(store, client, devon)
    kent = await make_group(store, "Kent", ("kent",))
    avon = await make_group(store, "Avon", ())
    async with store.session() as session:
        person = await session.get_one(PersonRow, ann.person_id)
        await people.join(session, person, kent, Role.READER)
        await people.join(session, person, avon, Role.ORGANISER)
    page = (await client.get("/")).text
    for name, does in (
        ("Avon", "You are an organiser here."),
        ("Devon", "You are a member here."),
        ("Kent", "You read here."),
    ):
        section = page.split(f'id="group-{name.lower()}"')[1].split("</section>")[0]
        assert does in section
    assert page.count("Invite somebody") == 1


async def test_an_organiser_changes_the_name_and_the_picture(
    store: Store, client: httpx.AsyncClient
) -> None:
    devon = await make_group(store)
    await come_in(store, client, devon, Role.ORGANISER)
    changed = await send(client, "/groups/devon/change", {"name": "North Devon"})
    assert (changed.status_code, changed.headers["location"]) == (303, "/groups/devon?done=changed")
    found = await client.get("/groups/devon/picture?word=house")
    assert 'value="house"' in found.text
    taken = await send(client, "/groups/devon/picture", {"picture": "house"})
    assert taken.status_code == 303
    page = (await client.get("/groups/devon?done=changed")).text
    assert "Done." in page
    assert "North Devon" in page
    assert 'src="/pictures/house.svg"' in page
    await send(client, "/groups/devon/picture", {"picture": "none"})
    async with store.reading() as session:
        row = await session.get_one(GroupRow, devon.id)
        whats = await session.scalars(select(AuditRow.what).where(AuditRow.person_id.is_not(None)))
        assert (row.name, row.picture) == ("North Devon", None)
        assert list(whats).count("group changed") == 3


async def test_a_name_that_cannot_be_is_asked_again_with_what_was_written(
    store: Store, client: httpx.AsyncClient
) -> None:
    await make_group(store, "Kent", ())
    await come_in(store, client, await make_group(store), Role.ORGANISER)
    taken = await send(client, "/groups/devon/change", {"name": "KENT"})
    assert (taken.status_code, 'value="KENT"' in taken.text) == (409, True)
    assert "This name is taken. Choose another." in taken.text
    assert (await send(client, "/groups/devon/change", {"name": ""})).status_code == 422
    assert (await send(client, "/groups/devon/picture", {"picture": "../x"})).status_code >= 400


@pytest.mark.parametrize("path", ["change", "picture"])
async def test_only_an_organiser_of_the_group_changes_it(
    store: Store, client: httpx.AsyncClient, path: str
) -> None:
    devon = await make_group(store)
    assert (await client.get(f"/groups/devon/{path}")).status_code == 401
    for group, role in ((devon, Role.MEMBER), (devon, Role.READER)):
        await come_in(store, client, group, role)
        assert (await client.get(f"/groups/devon/{path}")).status_code == 403
    kent = await make_group(store, "Kent", ())
    ken = await come_in(store, client, kent, Role.ORGANISER, name="Ken")
    assert (await client.get(f"/groups/devon/{path}")).status_code == 403
    assert (await client.get(f"/groups/nowhere/{path}")).status_code == 404
    fields = {"name": "Mine", "picture": "house"}
    token = await send(client, "/groups/kent/change", {"name": "Kent"})
    assert token.status_code == 303
    page = await client.get("/groups/kent/change")
    fields["form_token"] = page.text.split('name="form_token" value="')[1].split('"')[0]
    assert (await client.post(f"/groups/devon/{path}", data=fields)).status_code == 403
    async with store.reading() as session:
        assert [one.name for one in await in_groups.people_in(session, kent)] == [ken.name]
