"""What a bus is: `memory` serves one server, `redis` several.

A bus may lose messages and may be away: it only makes things prompt. The journal is the truth.
"""

from collections.abc import Callable
from typing import Protocol

Message = dict[str, object]
Receiver = Callable[[str, Message], None]


class Bus(Protocol):
    is_alone: bool
    """Whether nobody in another process can hear what is told."""

    async def open(self) -> None:
        """Begin to listen. Does not fail when the other side is away: it goes on trying."""

    async def close(self) -> None:
        """Stop listening and forget all receivers."""

    def publish(self, topic: str, message: Message) -> None:
        """Tell all servers, this one included. Never waits and never fails; it may be lost."""

    def subscribe(self, receiver: Receiver) -> Callable[[], None]:
        """Have every message from now on handed to `receiver`; returns how to end that.

        A receiver that fails is logged, and keeps nobody else from hearing.
        """
