"""Those who listen in this process: what every kind of bus hands its messages to."""

from collections.abc import Callable

import structlog

from server.bus.port import Message, Receiver

log = structlog.get_logger(__name__)


class Receivers:
    """The receivers of one bus, in the order they came."""

    def __init__(self) -> None:
        self._all: dict[object, Receiver] = {}

    def add(self, receiver: Receiver) -> Callable[[], None]:
        """Hand messages to this one too; returns how to end that."""
        key = object()
        self._all[key] = receiver

        def end() -> None:
            self._all.pop(key, None)

        return end

    def hear(self, topic: str, message: Message) -> None:
        """Hand a message to everybody, whoever fails."""
        for receiver in tuple(self._all.values()):
            try:
                receiver(topic, message)
            except Exception:
                log.exception("receiver_failed", topic=topic)

    def clear(self) -> None:
        self._all.clear()
