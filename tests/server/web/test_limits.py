from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import clock
from server.errors import TooManyTries
from server.settings import Settings
from server.store import Store
from server.web import limits as module
from server.web.limits import KINDS, InMemory, Limits, address_of
from tests.support.pages import browser, make_app
from tests.support.redis import RedisServer

HALL = "192.0.2.7"


class Watch:
    """The clock, in the test's hands."""

    def __init__(self) -> None:
        self.time = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def passes(self, **time: float) -> None:
        self.time += timedelta(**time)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(clock, "now", lambda: watch.time)
    return watch


async def fail(limits: Limits, kind: str, key: str, times: int) -> None:
    for _ in range(times):
        await limits.count(kind, key)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def settings(request: pytest.FixtureRequest) -> Settings:
    wanted = request.param == "redis"
    return Settings(redis_url=request.getfixturevalue("redis_url") if wanted else None)


async def test_after_so_many_failures_there_are_no_more_tries(settings: Settings) -> None:
    limits = Limits(settings)
    await fail(limits, "mail-to", "anna@example.org", 4)
    await limits.check("mail-to", "anna@example.org")
    await fail(limits, "mail-to", "anna@example.org", 1)
    with pytest.raises(TooManyTries) as refused:
        await limits.check("mail-to", "anna@example.org")
    assert 3500 < refused.value.wait <= 3601
    await limits.aclose()


async def test_checking_alone_uses_nothing_up(settings: Settings) -> None:
    limits = Limits(settings)
    for _ in range(100):
        await limits.check("mail-to", "anna@example.org")
    await limits.aclose()


async def test_each_address_and_each_kind_is_counted_for_itself(settings: Settings) -> None:
    limits = Limits(settings)
    await fail(limits, "mail-to", "anna@example.org", 5)
    await limits.check("mail-to", "ben@example.org")
    await limits.check("mail-from", "anna@example.org")
    with pytest.raises(TooManyTries):
        await limits.check("mail-to", "Anna@Example.org")
    await limits.aclose()


async def test_a_failure_is_forgotten_after_its_time(watch: Watch) -> None:
    limits = Limits(Settings())
    await fail(limits, "code", HALL, 30)
    watch.passes(minutes=6)
    await fail(limits, "code", HALL, 30)
    with pytest.raises(TooManyTries) as refused:
        await limits.check("code", HALL)
    assert refused.value.wait == 240
    watch.passes(minutes=4)
    await limits.check("code", HALL)


async def test_ten_thousand_guesses_leave_sixty(watch: Watch) -> None:
    limits = Limits(Settings())
    tried = 0
    for _ in range(10_000):
        try:
            await limits.check("code", HALL)
        except TooManyTries:
            continue
        tried += 1
        await limits.count("code", HALL)
    assert tried == 60


async def test_those_who_come_from_everywhere_take_no_more_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MOST_KEYS", 10)
    storage = InMemory()
    for number in range(100):
        assert await storage.acquire_entry(str(number), 5, 600)
    known = [(await storage.get_moving_window(str(number), 5, 600))[1] for number in range(100)]
    assert known == [0] * 90 + [1] * 10


async def test_without_redis_the_own_memory_goes_on(
    redis: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = Limits(Settings(redis_url=redis.url))
    await fail(limits, "mail-to", "anna@example.org", 5)
    redis.stop()
    await limits.check("mail-to", "anna@example.org")
    await fail(limits, "mail-to", "anna@example.org", 5)
    with pytest.raises(TooManyTries):
        await limits.check("mail-to", "anna@example.org")
    assert capsys.readouterr().out.count("limits_away") == 1
    await limits.aclose()


async def test_redis_is_asked_again_when_it_is_back(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    limits, other = (Limits(Settings(redis_url=redis.url)) for _ in range(2))
    redis.stop()
    await fail(limits, "mail-to", "anna@example.org", 5)
    redis.start()
    await limits.check("mail-to", "anna@example.org")
    await fail(limits, "mail-to", "anna@example.org", 5)
    with pytest.raises(TooManyTries):
        await other.check("mail-to", "anna@example.org")
    await limits.aclose()
    await other.aclose()


def test_no_address_of_anybody_is_kept_in_redis() -> None:
    assert "anna" not in module._named("anna@example.org")


async def test_a_page_says_when_to_try_again(sqlite_url: str, tmp_path: Path) -> None:
    async def guess(request: Request) -> Response:
        limits: Limits = request.app.state.limits
        await limits.check("mail-to", address_of(request))
        await limits.count("mail-to", address_of(request))
        return PlainTextResponse("wrong")

    store = Store(sqlite_url)
    async with browser(make_app(store, tmp_path, [Route("/guess", guess)])) as client:
        for _ in range(5):
            assert (await client.get("/guess")).text == "wrong"
        refused = await client.get("/guess")
        assert refused.status_code == 429
        assert 3500 < int(refused.headers["retry-after"]) <= 3601
        assert TooManyTries.sentence in refused.text
    await store.close()


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_says_how_often_and_in_what_time(kind: str) -> None:
    item = Limits(Settings())._items[kind]
    assert item.amount >= 5
    assert 600 <= item.get_expiry() <= 3600


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("<script>", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_home_is_one_address(host: str, address: str) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [], "client": (host, 1)}
    assert address_of(HTTPConnection(scope)) == address


def test_a_socket_of_this_machine_has_no_address() -> None:
    assert address_of(HTTPConnection({"type": "http", "headers": [], "client": None})) == "unknown"
