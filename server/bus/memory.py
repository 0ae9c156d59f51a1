"""The bus of a server that is alone."""

from collections.abc import Callable

from server.bus.port import Message, Receiver
from server.bus.receivers import Receivers


class MemoryBus:
    """Hands each message to the receivers of this process, at once and in order."""

    is_alone = True

    def __init__(self) -> None:
        self._receivers = Receivers()

    async def open(self) -> None:
        return

    async def close(self) -> None:
        self._receivers.clear()

    def publish(self, topic: str, message: Message) -> None:
        self._receivers.hear(topic, message)

    def subscribe(self, receiver: Receiver) -> Callable[[], None]:
        return self._receivers.add(receiver)
