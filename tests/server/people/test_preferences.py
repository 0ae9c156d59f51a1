import pytest

from server.people.preferences import Preferences


def test_what_is_kept_is_read_again() -> None:
    chosen = Preferences("large", "dark", True, "Google UK English Female", 0.8, "en-GB")
    assert Preferences.read(chosen.kept()) == chosen


@pytest.mark.parametrize(
    "kept",
    [
        None,
        [],
        "large",
        {"text_size": "huge", "colours": 3, "quiet": "yes", "voice": 4, "speed": True},
        {"voice": "x" * 201, "language": ["en-GB"], "speed": 9.0},
    ],
)
def test_what_makes_no_sense_is_as_usual(kept: object) -> None:
    assert Preferences.read(kept) == Preferences()
