import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import clock
from server.people import actions
from server.people.audit import What
from server.people.coming_in import device_pages, passkey_pages
from server.people.coming_in.passkey_pages import offers_passkey
from server.people.permits import Role
from server.people.sessions import Device, sign_in
from server.people.tables import AuditRow, ChallengeRow, MembershipRow, PasskeyRow, SessionRow
from server.settings import Settings
from server.store import Store
from server.web.limits import KINDS
from tests.support.authenticator import Authenticator
from tests.support.pages import ADDRESS, browser, form_token, make_app

KEYS = "/me/passkeys"
JSON = {"accept": "application/json"}
PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"}


async def offered(request: Request) -> Response:
    return PlainTextResponse(str(await offers_passkey(request)))


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    routes = [*passkey_pages.routes, *device_pages.routes, Route("/groups/devon", offered)]
    return make_app(store, tmp_path, routes)


@pytest.fixture
async def hers(app: Starlette, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """Ann's phone, where she is signed in; she is in the group Devon."""
    async with store.session() as session:
        group = await actions.make_group(session, "Devon")
        ann = await actions.make_person(session, "Ann")
        await actions.join(session, ann, group, Role.MEMBER)
        secret = await sign_in(session, ann, device=Device("Phone"))
    async with browser(app) as client:
        client.headers.update(PHONE)
        client.cookies.set("our_charter", secret, domain="localhost.local")
        client.cookies.set("our_charter_form", "token", domain="localhost.local")
        yield client


@pytest.fixture
async def strange(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in."""
    async with browser(app) as client:
        client.cookies.set("our_charter_form", "token", domain="localhost.local")
        yield client


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    return await client.post(path, data={"form_token": "token", **fields}, headers=JSON)


async def make(client: httpx.AsyncClient, device: Authenticator) -> httpx.Response:
    asked = await post(client, f"{KEYS}/begin")
    assert asked.status_code == 200, asked.text
    return await post(client, f"{KEYS}/make", answer=device.make(asked.json()))


async def come_in(
    client: httpx.AsyncClient, device: Authenticator, **fields: str
) -> httpx.Response:
    asked = await post(client, "/passkeys/begin")
    assert asked.status_code == 200, asked.text
    return await post(client, "/passkeys/come-in", answer=device.sign(asked.json()), **fields)


def sentence(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["sentence"]


async def keys(store: Store) -> list[PasskeyRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(PasskeyRow)))


async def sessions(store: Store) -> list[SessionRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(SessionRow).order_by(SessionRow.created_at)))


async def test_somebody_makes_a_key_signs_out_and_comes_in_with_it(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    made = await make(hers, device)
    assert made.json() == {"to": f"{KEYS}?done=made"}
    page = await hers.get(made.json()["to"])
    assert "This device has your key now." in page.text
    assert "Phone" in page.text
    assert "Made today. Used last today." in page.text
    arrived = await come_in(strange, device)
    assert arrived.json() == {"to": "/groups/devon"}
    assert strange.cookies["our_charter"] != hers.cookies["our_charter"]
    assert (await strange.get(KEYS)).status_code == 200
    async with store.reading() as session:
        told = [(row.what, row.details) for row in await session.scalars(select(AuditRow))]
    assert told == [(What.PASSKEY_MADE, {"device": "Phone"}), (What.CAME_IN, {"key": True})]


async def test_no_name_is_asked_and_no_key_is_named(
    hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    await make(hers, Authenticator(ADDRESS))
    asked = (await post(strange, "/passkeys/begin")).json()
    assert not asked.get("allowCredentials")
    assert asked["rpId"] == "localhost"


async def test_coming_in_ends_the_session_that_the_browser_had(
    store: Store, hers: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    before = hers.cookies["our_charter"]
    await come_in(hers, device)
    assert hers.cookies["our_charter"] != before
    assert len(await sessions(store)) == 1


async def test_coming_in_on_a_shared_device_ends_with_the_day(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    arrived = await come_in(strange, device, shared="yes")
    cookie = next(
        line for line in arrived.headers.get_list("set-cookie") if line.startswith("our_charter=")
    )
    assert "Max-Age" not in cookie
    assert [row.shared for row in await sessions(store)] == [False, True]
    page = await strange.get(KEYS)
    assert "Make your key on your own device." in page.text
    assert "Make a key on this device" not in page.text
    begun = await post(strange, f"{KEYS}/begin")
    assert begun.status_code == 409


async def test_the_challenge_stays_in_the_browser_that_asked(
    hers: httpx.AsyncClient, strange: httpx.AsyncClient, app: Starlette
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    asked = await post(strange, "/passkeys/begin")
    cookie = asked.headers["set-cookie"]
    assert cookie.startswith("our_charter_key=")
    for part in ("HttpOnly", "Max-Age=300", "SameSite=lax"):
        assert part in cookie
    async with browser(app) as other:
        other.cookies.set("our_charter_form", "token", domain="localhost.local")
        taken = await post(other, "/passkeys/come-in", answer=device.sign(asked.json()))
        assert sentence(taken) == (410, "That took too long. Please try again.")


async def test_over_https_the_cookies_are_for_this_host_alone(store: Store, tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, public_url="https://charter.example")
    app = make_app(store, tmp_path, passkey_pages.routes, settings)
    async with browser(app, "https://charter.example") as client:
        client.cookies.set("__Host-our_charter_form", "token")
        asked = await post(client, "/passkeys/begin")
    assert asked.headers["set-cookie"].startswith("__Host-our_charter_key=")
    assert "Secure" in asked.headers["set-cookie"]
    assert asked.json()["rpId"] == "charter.example"


async def test_an_answer_sent_twice_lets_in_once(
    hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS, counts=False)
    await make(hers, device)
    asked = await post(strange, "/passkeys/begin")
    kept = strange.cookies["our_charter_key"]
    answer = device.sign(asked.json())
    assert (await post(strange, "/passkeys/come-in", answer=answer)).status_code == 200
    strange.cookies.set("our_charter_key", kept, domain="localhost.local")
    again = await post(strange, "/passkeys/come-in", answer=answer)
    assert sentence(again) == (410, "That took too long. Please try again.")


async def test_a_wrong_answer_uses_the_challenge_up(
    hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    asked = (await post(strange, "/passkeys/begin")).json()
    assert (await post(strange, "/passkeys/come-in", answer="{}")).status_code == 422
    late = await post(strange, "/passkeys/come-in", answer=device.sign(asked))
    assert late.status_code == 410


async def test_an_old_challenge_is_too_late(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    asked = (await post(strange, "/passkeys/begin")).json()
    async with store.session() as session:
        await session.execute(update(ChallengeRow).values(expires_at=clock.now()))
    late = await post(strange, "/passkeys/come-in", answer=device.sign(asked))
    assert sentence(late) == (410, "That took too long. Please try again.")


async def test_a_challenge_to_come_in_makes_no_key_and_the_other_way_round(
    store: Store, hers: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    asked = (await post(hers, "/passkeys/begin")).json()
    asked["user"] = {"id": ""}
    wrong = await post(hers, f"{KEYS}/make", answer=device.make(asked))
    assert wrong.status_code == 410
    assert await keys(store) == []
    await make(hers, device)
    asked = (await post(hers, f"{KEYS}/begin")).json()
    wrong = await post(hers, "/passkeys/come-in", answer=device.sign(asked))
    assert wrong.status_code == 410


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"origin": "https://evil.example"}, (403, "This came from another website")),
        ({"rp_id": "evil.example"}, (422, "We could not read what your device sent.")),
        ({"credential_id": b"unknown"}, (404, "We do not know this key.")),
        ({"count": 0}, (409, "This key may be a copy.")),
        ({"user": "c29tZWJvZHk"}, (404, "We do not know this key.")),
    ],
)
async def test_what_does_not_fit_lets_nobody_in(
    store: Store,
    hers: httpx.AsyncClient,
    strange: httpx.AsyncClient,
    spoil: dict[str, Any],
    told: tuple[int, str],
) -> None:
    device = Authenticator(ADDRESS, count=5)
    await make(hers, device)
    for name, value in spoil.items():
        setattr(device, name, value)
    refused = await come_in(strange, device)
    status, said = sentence(refused)
    assert (status, said[: len(told[1])]) == told
    assert "our_charter" not in strange.cookies
    assert len(await sessions(store)) == 1


@pytest.mark.parametrize("answer", ["", "{}", "[]", "nonsense", json.dumps({"id": "x" * 30_000})])
async def test_damaged_answers_are_refused_kindly(
    hers: httpx.AsyncClient, strange: httpx.AsyncClient, answer: str
) -> None:
    said = "We could not read what your device sent. Please try again."
    await post(hers, f"{KEYS}/begin")
    assert sentence(await post(hers, f"{KEYS}/make", answer=answer)) == (422, said)
    await post(strange, "/passkeys/begin")
    assert sentence(await post(strange, "/passkeys/come-in", answer=answer)) == (422, said)


async def test_a_key_that_is_in_use_is_not_taken_over(
    store: Store, hers: httpx.AsyncClient, app: Starlette
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    async with store.session() as session:
        ben = await actions.make_person(session, "Ben")
        secret = await sign_in(session, ben)
    async with browser(app) as his:
        his.cookies.set("our_charter", secret, domain="localhost.local")
        his.cookies.set("our_charter_form", "token", domain="localhost.local")
        taken = await make(his, device)
        assert sentence(taken) == (409, "This key is in use already. Make another one.")
        hers_row = (await keys(store))[0]
        away = await post(his, f"{KEYS}/{hers_row.id}/take-away")
        assert away.status_code == 404
    assert len(await keys(store)) == 1


async def test_a_key_that_was_taken_away_lets_nobody_in(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    (row,) = await keys(store)
    page = await hers.get(KEYS)
    gone = await hers.post(f"{KEYS}/{row.id}/take-away", data={"form_token": form_token(page)})
    assert "The key is taken away." in (await hers.get(gone.headers["location"])).text
    assert sentence(await come_in(strange, device))[0] == 404


async def test_who_is_in_no_group_any_more_comes_in_to_the_first_page(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    async with store.session() as session:
        await session.execute(update(MembershipRow).values(ended_at=clock.now()))
    assert (await come_in(strange, device)).json() == {"to": "/"}


async def test_too_many_wrong_keys_have_to_wait(
    app: Starlette, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    device = Authenticator(ADDRESS)
    await make(hers, device)
    most = int(KINDS["passkey"].split()[0])
    for _ in range(most):
        await app.state.limits.count("passkey", "127.0.0.1")
    asked = await post(strange, "/passkeys/begin")
    assert asked.status_code == 429


async def test_coming_in_by_a_key_is_not_begun_without_end(
    app: Starlette, strange: httpx.AsyncClient
) -> None:
    for _ in range(int(KINDS["passkey-begun"].split()[0]) - 1):
        await app.state.limits.count("passkey-begun", "127.0.0.1")
    answers = [(await post(strange, "/passkeys/begin")).status_code for _ in range(2)]
    assert answers == [200, 429]


@pytest.mark.parametrize(
    "path",
    [
        *(f"{KEYS}/{path}" for path in ("begin", "make", "not-now", "x/take-away")),
        "/passkeys/begin",
        "/passkeys/come-in",
    ],
)
async def test_only_our_own_pages_ask(hers: httpx.AsyncClient, path: str) -> None:
    evil = {"origin": "https://evil.example", **JSON}
    assert (await hers.post(path, data={"form_token": "token"}, headers=evil)).status_code == 403
    assert (await hers.post(path, data={"form_token": "other"}, headers=JSON)).status_code == 403
    assert (await hers.post(path, json={"form_token": "token"}, headers=JSON)).status_code == 403


async def test_keys_are_for_who_is_signed_in_on_a_device(
    store: Store, strange: httpx.AsyncClient, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        group = await actions.find_group(session, "devon")
        token = await actions.issue_token(session, "Ann", group)
    for headers in ({}, {"authorization": f"Bearer {token}"}):
        assert (await strange.get(KEYS, headers=headers)).status_code == 401
        for path in ("begin", "make", "not-now", "x/take-away"):
            answer = await strange.post(
                f"{KEYS}/{path}", data={"form_token": "token"}, headers=headers
            )
            assert answer.status_code == 401


async def test_a_key_is_offered_once_after_coming_in(store: Store, hers: httpx.AsyncClient) -> None:
    assert (await hers.get("/groups/devon")).text == "False"
    assert (await hers.get("/groups/devon?arrived=yes")).text == "True"
    away = await post(hers, f"{KEYS}/not-now", **{"from": "/groups/devon"})
    assert (away.status_code, away.headers["location"]) == (303, "/groups/devon")
    assert (await hers.get("/groups/devon?arrived=yes")).text == "False"


async def test_a_key_is_not_offered_to_who_has_one_nor_on_a_shared_device(
    store: Store, hers: httpx.AsyncClient, strange: httpx.AsyncClient
) -> None:
    assert (await strange.get("/groups/devon?arrived=yes")).text == "False"
    device = Authenticator(ADDRESS)
    await make(hers, device)
    assert (await hers.get("/groups/devon?arrived=yes")).text == "False"
    async with store.session() as session:
        await session.execute(update(SessionRow).values(shared=True))
    assert (await hers.get("/groups/devon?arrived=yes")).text == "False"


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/groups/a/../../x", ""]
)
async def test_putting_the_offer_away_leads_nowhere_else(
    hers: httpx.AsyncClient, back: str
) -> None:
    away = await post(hers, f"{KEYS}/not-now", **{"from": back})
    assert away.headers["location"] == "/"
