"""A small part of the fuzzing with each run; `python -m tests.fuzz` does all of it."""

from tests.fuzz.driving import drive
from tests.fuzz.talking import talk

# Each way four times or so.
TRIES = 600
FRAMES = 1_000
# Always the same: what fails here is a matter of the change that was made.
SEED = 1


async def test_no_hostile_request_breaks_anything() -> None:
    told = await drive(TRIES, SEED)
    assert sum(told.statuses.values()) == TRIES
    assert told.inside > told.nearly / 2, "most were turned away at the door"
    assert not told.wrong, told.wrong[:5]


async def test_no_hostile_frame_breaks_anything() -> None:
    heard = await talk(FRAMES, SEED)
    assert heard.frames >= FRAMES
    assert heard.words, "nobody honest wrote anything"
    assert {"answered", "MALFORMED", "NOT_SIGNED_IN"} <= set(heard.ends)
    assert not heard.wrong, heard.wrong[:5]
