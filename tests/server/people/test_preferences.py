import pytest

from server.errors import NotFilledIn
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


@pytest.mark.parametrize("kept", [Preferences(), Preferences("large", "dark", True, "Moira", 0.6)])
def test_what_a_form_was_told_is_what_it_shows_again(kept: Preferences) -> None:
    again = Preferences("largest", "cream", not kept.quiet, "Rhys", 1.2)
    for question, said in kept.answers().items():
        again = again.answered(question, said)
    assert again == kept


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("text_size", "huge"),
        ("colours", ""),
        ("quiet", ""),
        ("speed", "1"),
        ("speed", "nan"),
        ("voice", "x" * 201),
    ],
)
def test_what_nobody_can_choose_is_refused(question: str, said: str) -> None:
    with pytest.raises(NotFilledIn):
        Preferences().answered(question, said)
