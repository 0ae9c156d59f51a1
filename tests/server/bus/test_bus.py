"""What both adapters do."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from server.bus.memory import MemoryBus
from server.bus.port import Bus, Message
from server.bus.redis import RedisBus
from tests.support.waiting import until

ADAPTERS = ["memory", pytest.param("redis", marks=pytest.mark.redis)]


class Heard(list[tuple[str, Message]]):
    """A receiver that keeps what it hears."""

    def __call__(self, topic: str, message: Message) -> None:
        self.append((topic, message))


@pytest.fixture(params=ADAPTERS)
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    kind: str = request.param
    bus: Bus = RedisBus(request.getfixturevalue("redis_url")) if kind == "redis" else MemoryBus()
    await bus.open()
    yield bus
    await bus.close()


async def test_what_is_said_is_heard_by_everybody(bus: Bus) -> None:
    one, two = Heard(), Heard()
    bus.subscribe(one)
    bus.subscribe(two)
    bus.publish("written", {"charter": "c", "seq": 7})
    await until(lambda: one and two, "the message")
    assert one == two == [("written", {"charter": "c", "seq": 7})]


async def test_messages_keep_their_order(bus: Bus) -> None:
    heard = Heard()
    bus.subscribe(heard)
    for number in range(300):
        bus.publish("written", {"seq": number})
    await until(lambda: len(heard) == 300, "all messages")
    assert [message["seq"] for _, message in heard] == list(range(300))


async def test_words_in_any_writing_arrive_whole(bus: Bus) -> None:
    heard = Heard()
    bus.subscribe(heard)
    bus.publish("presence", {"name": "Siân Ŵyn 👩🏽‍🦽", "nothing": None, "many": [1, "two"]})
    await until(lambda: heard, "the message")
    assert heard == [("presence", {"name": "Siân Ŵyn 👩🏽‍🦽", "nothing": None, "many": [1, "two"]})]


async def test_who_has_stopped_listening_hears_no_more(bus: Bus) -> None:
    gone, there = Heard(), Heard()
    end = bus.subscribe(gone)
    bus.subscribe(there)
    end()
    end()
    bus.publish("written", {})
    await until(lambda: there, "the message")
    assert gone == []


async def test_who_stops_listening_because_of_what_they_hear_disturbs_nobody(bus: Bus) -> None:
    heard = Heard()

    def hear_once(topic: str, message: Message) -> None:
        heard(topic, message)
        end()

    end = bus.subscribe(hear_once)
    there = Heard()
    bus.subscribe(there)
    bus.publish("written", {"seq": 1})
    bus.publish("written", {"seq": 2})
    await until(lambda: len(there) == 2, "both messages")
    assert len(heard) == 1


async def test_one_who_fails_keeps_nobody_from_hearing(bus: Bus) -> None:
    def fail(_topic: str, _message: Message) -> None:
        raise LookupError

    there = Heard()
    bus.subscribe(fail)
    bus.subscribe(there)
    bus.publish("written", {"seq": 1})
    bus.publish("written", {"seq": 2})
    await until(lambda: len(there) == 2, "both messages")


async def test_a_closed_bus_says_nothing_more(bus: Bus) -> None:
    heard = Heard()
    bus.subscribe(heard)
    await bus.close()
    bus.publish("written", {})
    await asyncio.sleep(0)
    assert heard == []
