from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from server.people import actions, pages
from server.people.invitations import invite as make_invitation
from server.people.permits import Role
from server.people.tables import GroupRow, MembershipRow, PersonRow, SessionRow
from server.store import Store
from tests.support.pages import browser, make_app, send


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


async def test_an_organiser_makes_a_link_to_pass_on(store: Store, app: Starlette) -> None:
    async with browser(app) as hers, browser(app) as his:
        await send(hers, await invite(store, "Ann", Role.ORGANISER))
        fields = {"name": " Ben ", "role": "reader"}
        made = await send(hers, "/groups/devon/invite", fields)
        assert made.status_code == 200
        assert "A card for Ben" in made.text
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
    assert "There is a ann in this group. This card is for the same person." in made.text


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
