import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from server.bus import redis as redis_bus
from server.bus.redis import RedisBus
from tests.server.bus.test_bus import Heard
from tests.support.line import Line
from tests.support.programs import free_port
from tests.support.redis import RedisServer
from tests.support.waiting import until

pytestmark = pytest.mark.redis


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests need not wait long between tries."""
    monkeypatch.setattr(redis_bus, "_PAUSE", 0.01)
    monkeypatch.setattr(redis_bus, "_PATIENCE", 0.2)


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[RedisBus]:
    bus = RedisBus(redis_url)
    await bus.open()
    yield bus
    await bus.close()


async def heard_again(speaker: RedisBus, heard: Heard) -> None:
    """Say something, as often as it takes, until it is heard."""
    heard.clear()

    async def say() -> bool:
        speaker.publish("written", {"seq": 1})
        return bool(heard)

    await until(say, "a message to be heard")


async def test_servers_hear_one_another(bus: RedisBus, redis_url: str) -> None:
    other, heard = RedisBus(redis_url), Heard()
    await other.open()
    other.subscribe(heard)
    bus.publish("written", {"seq": 1})
    await until(lambda: heard, "the message")
    await other.close()
    assert heard == [("written", {"seq": 1})]


async def test_after_redis_was_away_servers_hear_one_another_again(
    bus: RedisBus, redis: RedisServer
) -> None:
    heard = Heard()
    bus.subscribe(heard)
    for _ in range(2):
        await asyncio.to_thread(redis.stop)
        bus.publish("written", {"seq": 0})
        await asyncio.to_thread(redis.start)
        await heard_again(bus, heard)


async def test_a_line_that_died_without_a_word_is_given_up_for_a_new_one(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bus, "_SILENCE", 0.2)
    line = await Line(redis.port).mend()
    bus, heard = RedisBus(redis.url.replace(str(redis.port), str(line.port))), Heard()
    bus.subscribe(heard)
    await bus.open()
    await heard_again(bus, heard)
    line.hush()
    await heard_again(bus, heard)
    await bus.close()
    await line.cut()


class Channel:
    """A subscription on which these messages come; None is silence."""

    def __init__(self, *messages: str | None) -> None:
        self.messages = list(messages)
        self.pings = 0

    async def get_message(self, **_: float) -> dict[str, str] | None:
        message = self.messages.pop(0)
        return None if message is None else {"type": message}

    async def ping(self) -> None:
        self.pings += 1


async def test_a_line_on_which_nobody_speaks_is_kept_while_redis_answers(bus: RedisBus) -> None:
    channel = Channel(None, "pong", None, "pong", None, None)
    with pytest.raises(TimeoutError):
        await bus._hear_all(cast("Any", channel))
    assert channel.pings == 3
    assert channel.messages == []


async def test_a_server_starts_without_redis_and_finds_it_later(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.stop)
    bus, heard = RedisBus(redis.url), Heard()
    bus.subscribe(heard)
    await bus.open()
    await asyncio.to_thread(redis.start)
    await heard_again(bus, heard)
    await bus.close()


async def test_speaking_never_waits_and_never_grows_without_end_while_redis_is_away() -> None:
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    await bus.open()
    for number in range(5_000):
        bus.publish("written", {"seq": number})
    assert bus.waiting <= 1_000
    await bus.close()


@pytest.mark.parametrize("noise", ["", "not json", "7", "[]", '["written"]', "[1, {}]", '["a", 2]'])
async def test_what_others_say_on_our_channel_disturbs_nobody(
    bus: RedisBus, redis_url: str, noise: str
) -> None:
    heard = Heard()
    bus.subscribe(heard)
    async with Redis.from_url(redis_url) as stranger:
        await stranger.publish("our-charter", noise)
    bus.publish("written", {"seq": 1})
    await until(lambda: heard, "the message")
    assert heard == [("written", {"seq": 1})]
