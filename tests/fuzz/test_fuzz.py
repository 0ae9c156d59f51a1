"""A small part of the fuzzing with each run; `python -m tests.fuzz` does all of it."""

import os
import random

from tests.fuzz.driving import drive
from tests.fuzz.talking import talk

TRIES = 1_000
FRAMES = 1_000


def seed() -> int:
    """Another each time, unless one is asked for; told, so that it can be."""
    number = int(os.environ.get("OUR_CHARTER_FUZZ_SEED", random.randrange(1_000_000)))
    print(f"seed {number}")
    return number


async def test_no_hostile_request_breaks_anything() -> None:
    number = seed()
    told = await drive(TRIES, number)
    assert sum(told.statuses.values()) == TRIES
    assert not told.wrong, f"seed {number}: {told.wrong[:5]}"


async def test_no_hostile_frame_breaks_anything() -> None:
    number = seed()
    heard = await talk(FRAMES, number)
    assert heard.frames >= FRAMES
    assert heard.words, "nobody honest wrote anything"
    assert {"answered", "MALFORMED", "NOT_SIGNED_IN"} <= set(heard.ends)
    assert not heard.wrong, f"seed {number}: {heard.wrong[:5]}"
