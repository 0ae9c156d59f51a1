"""A small part of the fuzzing with each run; `python -m tests.fuzz` does all of it."""

import os
import random

from tests.fuzz.driving import drive

TRIES = 1_000


async def test_no_hostile_request_breaks_anything() -> None:
    number = int(os.environ.get("OUR_CHARTER_FUZZ_SEED", random.randrange(1_000_000)))
    print(f"seed {number}")
    told = await drive(TRIES, number)
    assert sum(told.statuses.values()) == TRIES
    assert not told.wrong, f"seed {number}: {told.wrong[:5]}"
