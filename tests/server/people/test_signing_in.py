from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import clock
from server.people import actions
from server.people.permits import Role, Who
from server.people.sessions import Device, end_of_day, sign_in
from server.people.signing_in import remember, roles_of, who_by_token_hash, who_is
from server.people.tables import GroupRow, MembershipRow, PersonRow, SessionRow
from server.people.tokens import hash_of
from server.settings import Settings
from server.store import Store
from tests.support.pages import browser, make_app


async def who_asks(request: Request) -> Response:
    """Says who asks, as middleware found out and as the live socket does."""
    who: Who | None = request.state.who
    assert who == await who_is(request, request.app.state.store)
    return PlainTextResponse("nobody" if who is None else who.name)


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [Route("/", who_asks)])


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def make_ann(store: Store) -> tuple[PersonRow, GroupRow, str]:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        ann = await actions.make_person(session, "Ann")
        await actions.join(session, ann, group, Role.MEMBER)
        return ann, group, await sign_in(session, ann)


async def test_the_cookie_tells_who_asks(store: Store, hers: httpx.AsyncClient) -> None:
    _, _, secret = await make_ann(store)
    assert (await hers.get("/")).text == "nobody"
    hers.cookies.set("our_charter", secret)
    assert (await hers.get("/")).text == "Ann"


async def test_a_session_left_behind_lets_nobody_in_who_was_deleted(
    store: Store, hers: httpx.AsyncClient
) -> None:
    ann, _, secret = await make_ann(store)
    hers.cookies.set("our_charter", secret)
    async with store.session() as session:
        (await session.get_one(PersonRow, ann.id)).deleted_at = clock.now()
    assert (await hers.get("/")).text == "nobody"


async def test_an_access_token_tells_who_asks(store: Store, hers: httpx.AsyncClient) -> None:
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        secret = await actions.issue_token(session, "Robot", group)
    answer = await hers.get("/", headers={"authorization": f"Bearer {secret}"})
    assert answer.text == "Robot"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic abc", "ŵ"])
async def test_other_headers_are_nobody(hers: httpx.AsyncClient, header: str) -> None:
    answer = await hers.get("/", headers={b"authorization": header.encode()})
    assert answer.text == "nobody"


async def test_a_session_whose_time_is_over_is_nobody(
    store: Store, hers: httpx.AsyncClient
) -> None:
    _, _, secret = await make_ann(store)
    async with store.session() as session:
        await session.execute(update(SessionRow).values(expires_at=clock.now()))
    hers.cookies.set("our_charter", secret)
    assert (await hers.get("/")).text == "nobody"


async def test_over_https_only_the_cookie_that_no_other_site_can_set_counts(
    store: Store, tmp_path: Path
) -> None:
    _, _, secret = await make_ann(store)
    settings = Settings(data_folder=tmp_path, public_url="https://charter.example")
    app = make_app(store, tmp_path, [Route("/", who_asks)], settings)
    async with browser(app, "https://charter.example") as client:
        client.cookies.set("our_charter", secret)
        assert (await client.get("/")).text == "nobody"
        client.cookies.set("__Host-our_charter", secret)
        assert (await client.get("/")).text == "Ann"


async def test_who_takes_part_is_never_signed_out(store: Store, hers: httpx.AsyncClient) -> None:
    _, _, secret = await make_ann(store)
    hers.cookies.set("our_charter", secret)
    assert "set-cookie" not in (await hers.get("/")).headers
    async with store.session() as session:
        soon = clock.now() + timedelta(days=1)
        used = clock.now() - timedelta(days=2)
        await session.execute(update(SessionRow).values(used_at=used, expires_at=soon))
    again = await hers.get("/")
    assert again.headers["set-cookie"].startswith(
        f"our_charter={secret}; HttpOnly; Max-Age=7776000"
    )
    async with store.reading() as session:
        row = (await session.scalars(select(SessionRow))).one()
    assert row.expires_at > clock.now() + timedelta(days=89)


async def test_a_session_is_noted_as_used_on_each_day(
    store: Store, hers: httpx.AsyncClient
) -> None:
    _, _, secret = await make_ann(store)
    hers.cookies.set("our_charter", secret)
    midnight = end_of_day(clock.now(), "Europe/London") - timedelta(days=1)
    async with store.session() as session:
        await session.execute(update(SessionRow).values(used_at=midnight - timedelta(minutes=1)))
    assert "set-cookie" in (await hers.get("/")).headers
    assert "set-cookie" not in (await hers.get("/")).headers


async def test_when_a_shared_devices_day_is_over_the_browser_clears_up(
    store: Store, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        ann = await actions.make_person(session, "Ann")
        secret = await sign_in(session, ann, device=Device("Tablet", shared=True))
    hers.cookies.set("our_charter", secret)
    during = await hers.get("/")
    assert during.text == "Ann"
    assert {"set-cookie", "clear-site-data"}.isdisjoint(during.headers)
    async with store.session() as session:
        await session.execute(update(SessionRow).values(expires_at=clock.now()))
    after = await hers.get("/")
    assert after.text == "nobody"
    assert after.headers["clear-site-data"] == '"cache"'
    assert after.headers["set-cookie"].startswith('our_charter=""')


def test_a_shared_devices_cookie_goes_when_the_browser_is_closed() -> None:
    response = Response()
    remember(response, "secret", Settings(), shared=True)
    cookie = response.headers["set-cookie"]
    assert "Max-Age" not in cookie
    assert "expires" not in cookie
    assert "HttpOnly" in cookie


async def test_many_are_known_with_one_question(store: Store) -> None:
    ann, group, hers = await make_ann(store)
    async with store.session() as session:
        robot = await actions.issue_token(session, "Robot", group)
        ben = await actions.make_person(session, "Ben")
        his = await sign_in(session, ben)
    questions: list[str] = []

    def asked(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            questions.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", asked)
    async with store.reading() as session:
        found = await who_by_token_hash(
            session, [hash_of(secret) for secret in (hers, robot, his, "unknown")]
        )
    assert len(questions) == 1
    assert {who.name for who in found.values()} == {"Ann", "Robot", "Ben"}
    mine = found[hash_of(hers)]
    assert replace(mine, session_id=None) == Who(ann.id, "Ann", None, {group.id: Role.MEMBER})
    assert mine.session_id is not None
    assert found[hash_of(robot)].session_id is None
    assert found[hash_of(his)].roles == {}


async def test_more_people_than_a_database_takes_in_one_question(store: Store) -> None:
    ann, group, _ = await make_ann(store)
    async with store.reading() as session:
        roles = await roles_of(session, [*(f"unknown-{n}" for n in range(2500)), ann.id])
    assert len(roles) == 2501
    assert roles[ann.id] == {group.id: Role.MEMBER}
    assert roles["unknown-0"] == {}


async def test_roles_that_ended_are_none(store: Store) -> None:
    ann, _, secret = await make_ann(store)
    async with store.session() as session:
        await session.execute(update(MembershipRow).values(ended_at=clock.now()))
    async with store.reading() as session:
        assert await roles_of(session, [ann.id]) == {ann.id: {}}
        (who,) = (await who_by_token_hash(session, [hash_of(secret)])).values()
    assert who.roles == {}
