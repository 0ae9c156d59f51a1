import inspect
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from server import errors
from server.errors import SORRY, Refusal
from server.people.actions import make_person
from server.people.sessions import sign_in
from server.store import Store
from server.web import errors as error_pages
from tests.support.pages import browser, make_app
from tests.support.tables import make_tables

KINDS = {
    kind.__name__: kind
    for module in (errors, error_pages)
    for kind in vars(module).values()
    if inspect.isclass(kind) and issubclass(kind, Refusal)
}


async def refuse(request: Request) -> Response:
    raise KINDS[request.path_params["kind"]]


async def go_wrong(_request: Request) -> Response:
    raise ValueError("a mistake with secret words")


@pytest.fixture
async def client(sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    make_tables(sqlite_url)
    store = Store(sqlite_url)
    routes = [Route("/refuse/{kind}", refuse), Route("/wrong", go_wrong)]
    async with browser(make_app(store, tmp_path, routes)) as client:
        yield client
    await store.close()


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_every_refusal_has_a_page_with_its_sentence(
    client: httpx.AsyncClient, kind: str
) -> None:
    answer = await client.get(f"/refuse/{kind}")
    assert answer.status_code == KINDS[kind].status
    assert KINDS[kind].sentence.replace("'", "&#39;") in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "content-security-policy" in answer.headers


async def test_a_refusal_is_in_the_log_with_whom_it_was_said_to(
    client: httpx.AsyncClient, sqlite_url: str
) -> None:
    store = Store(sqlite_url)
    async with store.session() as session:
        person = await make_person(session, "Ann")
        client.cookies.set("our_charter", await sign_in(session, person))
    await store.close()
    with capture_logs() as told:
        await client.get("/refuse/MayNot")
        client.cookies.clear()
        await client.get("/refuse/NotSignedIn")
    refusals = [(line["kind"], line["person"]) for line in told if line["event"] == "refused"]
    assert refusals == [("MayNot", person.id), ("NotSignedIn", None)]


async def test_a_mistake_says_sorry_and_the_request_id_and_nothing_else(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/wrong", headers={"x-request-id": "from-the-proxy"})
    assert answer.status_code == 500
    assert SORRY in answer.text
    assert "from-the-proxy" in answer.text
    assert "secret words" not in answer.text
    assert "ValueError" not in answer.text
    assert "content-security-policy" in answer.headers


async def test_sorry_is_said_even_when_templates_are_broken(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "dist" / "manifest.json").unlink()
    answer = await client.get("/wrong")
    assert (answer.status_code, answer.text) == (500, f"{SORRY}\n")


async def test_an_unknown_address_and_method_have_pages_too(client: httpx.AsyncClient) -> None:
    unknown = await client.get("/nowhere")
    assert (unknown.status_code, "We do not know this page." in unknown.text) == (404, True)
    method = await client.delete("/wrong")
    assert (method.status_code, "This page cannot do that." in method.text) == (405, True)
    assert set(method.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_a_program_gets_the_same_as_data(client: httpx.AsyncClient) -> None:
    answer = await client.get("/refuse/UnknownCharter", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json() == {
        "kind": "UnknownCharter",
        "sentence": "We do not know this Charter. Check the link.",
        "request_id": answer.headers["x-request-id"],
    }


async def test_who_must_sign_in_is_told_how_by_header_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/refuse/NotSignedIn")
    assert answer.headers["www-authenticate"] == "Bearer"
