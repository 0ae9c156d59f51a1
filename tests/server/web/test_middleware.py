import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from server import logs, metrics
from server.people.groups import pages as group_pages
from server.settings import Settings
from server.store import Store
from server.web.middleware import safe_headers
from tests.support.pages import browser, make_app


async def answer(request: Request) -> Response:
    return PlainTextResponse(request.state.request_id)


async def go_wrong(_request: Request) -> Response:
    words = "their" + "words"
    raise ValueError(len(words))


async def break_off(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a part"
        raise ValueError("in the middle")

    return StreamingResponse(parts())


async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.state.request_id)
    await socket.close(4403)


ROUTES = [
    Route("/come-in/{token}", answer),
    Route("/wrong/{token}", go_wrong),
    Route("/break", break_off),
    WebSocketRoute("/live/{charter}", live),
]


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    out = io.StringIO()
    logs.configure("json", "info", out)
    yield out
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[Store]:
    store = Store(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def client(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(make_app(store, tmp_path, ROUTES)) as client:
        yield client


def lines(out: io.StringIO) -> list[dict[str, object]]:
    """What the server wrote; the tests' own HTTP client logs too."""
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    return [line for line in found if not str(line["event"]).startswith("HTTP Request")]


async def test_every_request_has_an_id(client: httpx.AsyncClient) -> None:
    one, two = await client.get("/come-in/a"), await client.get("/come-in/a")
    assert one.text == one.headers["x-request-id"] != two.headers["x-request-id"]


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space!", "new\tline-id"])
async def test_an_id_from_outside_is_kept_only_in_a_safe_form(
    client: httpx.AsyncClient, given: str
) -> None:
    kept = await client.get("/come-in/a", headers={"x-request-id": "proxy-1234"})
    assert kept.text == "proxy-1234"
    other = await client.get("/come-in/a", headers={"x-request-id": given})
    assert other.text != given


async def test_the_log_tells_the_route_and_no_secret(
    client: httpx.AsyncClient, out: io.StringIO
) -> None:
    got = await client.get("/come-in/secret-token?also=secret", headers={"cookie": "a=secret"})
    (line,) = lines(out)
    assert line["event"] == "answered"
    assert (line["route"], line["status"], line["method"]) == ("/come-in/{token}", 200, "GET")
    assert line["request_id"] == got.headers["x-request-id"]
    await client.get("/unknown/secret")
    assert "secret" not in str(lines(out))


async def test_a_mistake_is_logged_once_with_its_request_id_and_without_values(
    client: httpx.AsyncClient, out: io.StringIO
) -> None:
    got = await client.get("/wrong/secret-token")
    assert got.status_code == 500
    mistake, answered = lines(out)
    assert mistake["event"] == "mistake"
    assert mistake["request_id"] == answered["request_id"] == got.headers["x-request-id"]
    assert answered["status"] == 500
    assert "theirwords" not in str(mistake)
    assert "secret" not in str(mistake)


async def test_half_an_answer_is_cut_off_rather_than_finished(
    client: httpx.AsyncClient, out: io.StringIO
) -> None:
    with pytest.raises(ValueError, match="in the middle"):
        await client.get("/break")
    assert lines(out)[0]["event"] == "mistake"


async def test_a_live_connection_has_an_id_and_a_line_at_its_end(
    store: Store, tmp_path: Path, out: io.StringIO
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/live/abc", "headers": [], "query_string": b"secret"}
    await make_app(store, tmp_path, ROUTES)(scope, receive, send)
    (line,) = lines(out)
    assert line["event"] == "live connection ended"
    assert (line["route"], line["status"]) == ("/live/{charter}", 4403)
    assert [m["text"] for m in sent if m["type"] == "websocket.send"] == [line["request_id"]]


@pytest.mark.postgresql
@pytest.mark.parametrize("path", ["/groups/%00", "/groups/d%00n", "/unknown/%00", "/in?a=%00"])
async def test_an_address_with_a_zero_is_unknown_and_asks_no_database(
    postgresql_url: str, tmp_path: Path, path: str
) -> None:
    there = Store(postgresql_url)
    async with browser(make_app(there, tmp_path, [*group_pages.routes, *ROUTES])) as client:
        got = await client.get(path)
    await there.close()
    assert got.status_code == 404
    assert "We do not know this page. Check the link." in got.text
    assert "content-security-policy" in got.headers


async def test_a_live_connection_to_an_address_with_a_zero_is_told_that_it_is_unknown(
    store: Store, tmp_path: Path
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/live/\0", "headers": [], "query_string": b""}
    await make_app(store, tmp_path, ROUTES)(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert (sent[1]["code"], sent[1]["reason"]) == (4404, "UnknownCharter")


async def test_requests_are_counted_by_route(client: httpx.AsyncClient) -> None:
    metrics.turn_on()
    try:
        await client.get("/come-in/secret")
        told = metrics.text() or b""
    finally:
        metrics.turn_off()
    assert b'our_charter_requests_total{route="/come-in/{token}",status="200"} 1.0' in told
    assert b"secret" not in told


async def test_every_answer_has_safe_headers(client: httpx.AsyncClient) -> None:
    for path in ("/come-in/a", "/wrong/a", "/unknown"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'self'; script-src 'self'; style-src 'self'; connect-src"
        )
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers


async def test_a_file_that_may_be_kept_says_so_itself(client: httpx.AsyncClient) -> None:
    assert "immutable" in (await client.get("/static/assets/base-1.js")).headers["cache-control"]


def test_over_https_everything_stays_https() -> None:
    headers = safe_headers(Settings(public_url="https://charter.example"))
    assert "max-age=" in headers["strict-transport-security"]
    assert "connect-src 'self' wss://charter.example;" in headers["content-security-policy"]
