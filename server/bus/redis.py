"""The bus of several servers, over Redis publish and subscribe.

Redis may go away and come back at any time. Meanwhile messages are lost, which a bus may do:
every server also asks the journal by itself.
"""

import asyncio
import json
from collections.abc import Callable
from typing import NoReturn

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from server.bus.port import Message, Receiver
from server.bus.receivers import Receivers

_CHANNEL = "our-charter"
# Messages kept while Redis is slow; past it the oldest go first.
_OUTBOX = 1000
# Seconds between tries while Redis is away, and how long a connection may take.
_PAUSE = 0.5
_PATIENCE = 2.0
# Seconds of silence after which Redis is asked whether it is still there, and for its answer. A
# line may be dead and nobody have said so; TCP would find out after minutes.
_SILENCE = 5.0

log = structlog.get_logger(__name__)


class RedisBus:
    """Hands each message of any server to the receivers of this process."""

    is_alone = False

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=_PATIENCE, socket_timeout=_SILENCE
        )
        self._receivers = Receivers()
        self._outbox: asyncio.Queue[str] = asyncio.Queue(_OUTBOX)
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()

    async def open(self) -> None:
        """Begin to listen; waits a moment for Redis, and goes on without it if it is away."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._send())]
        try:
            await asyncio.wait_for(self._listening.wait(), timeout=_PATIENCE)
        except TimeoutError:
            log.warning("bus_away")

    async def close(self) -> None:
        # Once is not always enough: `asyncio.wait_for`, inside the client, may swallow it (3.11).
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=_PAUSE)
        self._receivers.clear()
        await self._redis.aclose()

    def publish(self, topic: str, message: Message) -> None:
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait(json.dumps([topic, message]))

    def subscribe(self, receiver: Receiver) -> Callable[[], None]:
        return self._receivers.add(receiver)

    @property
    def waiting(self) -> int:
        """How many messages have not gone to Redis yet."""
        return self._outbox.qsize()

    async def _send(self) -> None:
        while True:
            text = await self._outbox.get()
            try:
                await self._redis.publish(_CHANNEL, text)
            except (RedisError, OSError) as error:
                log.warning("bus_lost_a_message", error=type(error).__name__)
                await asyncio.sleep(_PAUSE)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    await self._hear_all(channel)
            except (RedisError, OSError) as error:
                self._listening.clear()
                log.warning("bus_away", error=type(error).__name__)
            await asyncio.sleep(_PAUSE)

    async def _hear_all(self, channel: PubSub) -> NoReturn:
        """Hand out what comes, for ever; raises TimeoutError when nothing does, not even a pong."""
        asked = False
        while True:
            message = await channel.get_message(timeout=_SILENCE)
            if message is None and asked:
                raise TimeoutError
            if message is None:
                await channel.ping()
            elif message["type"] == "subscribe":
                self._listening.set()
            elif message["type"] == "message":
                self._hand_out(message["data"])
            asked = message is None

    def _hand_out(self, data: bytes) -> None:
        try:
            topic, message = json.loads(data)
        except (ValueError, TypeError):
            topic = message = None
        if not isinstance(topic, str) or not isinstance(message, dict):
            log.warning("bus_heard_a_stranger")
            return
        self._receivers.hear(topic, message)
