from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.settings import Settings
from server.store import Base, Store
from server.web.forms import FormToken, is_our_origin, read_form, text_of
from tests.support.pages import browser, make_app


async def show(request: Request) -> Response:
    """A page with two forms, or with none."""
    token = FormToken(request, request.app.state.settings)
    forms = "none" if "none" in request.query_params else f"{token()} {token()}"
    response = PlainTextResponse(forms)
    token.remember(response)
    return response


async def take(request: Request) -> Response:
    return PlainTextResponse(text_of(await read_form(request), "words"))


@pytest.fixture
async def client(sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    store = Store(sqlite_url)
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app = make_app(store, tmp_path, [Route("/", show), Route("/", take, methods=["POST"])])
    async with browser(app) as client:
        yield client
    await store.close()


async def send(client: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/", data={"form_token": token, "words": "hello"}, headers=named)


async def test_a_form_of_ours_is_taken(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("our_charter_form=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    one, two = page.text.split()
    assert one == two
    assert (await send(client, one)).text == "hello"


async def test_what_was_written_comes_without_zeros(client: httpx.AsyncClient) -> None:
    token = (await client.get("/")).text.split()[0]
    sent = await client.post("/", data={"form_token": token, "words": "he\0llo\0"})
    assert sent.text == "hello"


async def test_the_value_stays_so_that_open_pages_keep_working(client: httpx.AsyncClient) -> None:
    first = (await client.get("/")).text
    again = await client.get("/")
    assert again.text == first
    assert "set-cookie" not in again.headers


async def test_a_page_without_forms_sets_no_cookie(client: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await client.get("/?none")).headers


@pytest.mark.parametrize("token", ["", "another", "ŵ"])
async def test_a_form_without_our_value_is_refused(client: httpx.AsyncClient, token: str) -> None:
    await client.get("/")
    answer = await send(client, token)
    assert answer.status_code == 403
    assert "This page was open too long." in answer.text


async def test_a_form_without_the_cookie_is_refused(client: httpx.AsyncClient) -> None:
    token = (await client.get("/")).text.split()[0]
    client.cookies.clear()
    assert (await send(client, token)).status_code == 403
    assert (await send(client, "")).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "http://localhost:8000"},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:8000"},
    ],
)
async def test_a_browser_that_says_it_comes_from_us_is_believed(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    token = (await client.get("/")).text.split()[0]
    assert (await send(client, token, **headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:9999"},
    ],
)
async def test_what_comes_from_another_site_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    token = (await client.get("/")).text.split()[0]
    answer = await send(client, token, **headers)
    assert answer.status_code == 403
    assert "This came from another website, so we did not take it." in answer.text


async def test_a_program_with_an_access_token_needs_no_form(client: httpx.AsyncClient) -> None:
    assert (await send(client, "", authorization="Bearer x")).text == "hello"


async def test_files_and_floods_of_fields_are_refused(client: httpx.AsyncClient) -> None:
    token = (await client.get("/")).text.split()[0]
    fields = {"form_token": token, **{f"field-{n}": "x" for n in range(60)}}
    assert (await client.post("/", data=fields)).status_code == 400
    file = {"words": ("a.txt", b"words")}
    assert (await client.post("/", data={"form_token": token}, files=file)).status_code == 400


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("https://charter.example", True),
        ("http://inside:8000", True),
        ("https://inside:8000", True),
        ("http://charter.example", False),
        ("https://charter.example.evil.example", False),
        ("http://inside:8001", False),
        ("null", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_our_origins_are_the_public_address_and_the_asked_host(origin: str, ours: bool) -> None:
    settings = Settings(public_url="https://charter.example/")
    connection = HTTPConnection({"type": "http", "headers": [(b"host", b"inside:8000")]})
    assert is_our_origin(origin, connection, settings) is ours


def test_without_a_host_no_other_origin_is_ours() -> None:
    connection = HTTPConnection({"type": "http", "headers": []})
    assert not is_our_origin("", connection, Settings())
    assert not is_our_origin("http://other", connection, Settings())
