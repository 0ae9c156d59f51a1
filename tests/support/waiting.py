"""Waiting for a condition, never for a while: bounded, and saying what never came."""

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE = 0.01
"""How long to leave between two looks, in seconds."""


class NeverCameError(AssertionError):
    """The condition did not hold in time."""


def wait_until(holds: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Look until `holds()` is true; raises NeverCameError, naming `what`, after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise NeverCameError(f"waited {seconds:g} s for {what}")
        time.sleep(PAUSE)


async def until(
    holds: Callable[[], object | Awaitable[object]], what: str, seconds: float = 20.0
) -> None:
    """`wait_until` for a test on an event loop; `holds` may be a coroutine function."""
    end = time.monotonic() + seconds
    while True:
        answer = holds()
        if await answer if isinstance(answer, Awaitable) else answer:
            return
        if time.monotonic() > end:
            raise NeverCameError(f"waited {seconds:g} s for {what}")
        await asyncio.sleep(PAUSE)
