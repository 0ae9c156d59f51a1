import pytest

from server.comparing import labels
from server.comparing.align import Part, Stance
from server.comparing.matrix import Cell, State

WORDS = frozenset({Part.WORDS})


@pytest.mark.parametrize(
    ("similarity", "said"),
    [
        (1.0, "nearly the same"),
        (0.9, "nearly the same"),
        (0.89, "8 of 10 words the same"),
        (0.45, "4 of 10 words the same"),
        (0.44, "quite different"),
        (0.0, "quite different"),
    ],
)
def test_likeness_is_said_without_percentages(similarity: float, said: str) -> None:
    assert labels.likeness(similarity) == said


@pytest.mark.parametrize(
    ("cell", "details", "look"),
    [
        (Cell(Stance.KEPT), (), "kept"),
        (Cell(Stance.REWORDED, parts=WORDS, similarity=0.95), ("nearly the same",), "reworded-1"),
        (
            Cell(Stance.REWORDED, parts=WORDS, similarity=0.6),
            ("6 of 10 words the same",),
            "reworded-2",
        ),
        (Cell(Stance.REWORDED, True, WORDS, 0.1), ("quite different", "moved too"), "reworded-3"),
        (Cell(Stance.REWORDED, parts=WORDS), ("words taken away for good",), "reworded-3"),
        (
            Cell(Stance.REWORDED, parts=frozenset({Part.PICTURE}), similarity=1.0),
            ("same words, other picture",),
            "reworded-1",
        ),
        (Cell(Stance.MOVED, True), (), "moved"),
        (Cell(Stance.LEFT_OUT, earlier=True), (), "not_yet"),
        (
            Cell(Stance.KEPT, False, WORDS, 0.8, earlier=True),
            ("8 of 10 words the same",),
            "earlier",
        ),
    ],
)
def test_a_cell_says_more_than_its_state(cell: Cell, details: tuple[str, ...], look: str) -> None:
    assert labels.details(cell) == details
    assert labels.look(cell).name == look


def test_every_look_differs_by_its_letter_and_not_only_by_its_colour() -> None:
    looks = labels.looks()
    assert len({look.letter for look in looks}) == len({look.name for look in looks}) == len(looks)


def test_counts_come_in_one_order_and_leave_out_what_is_not_there() -> None:
    counts = {State.ADDED: 2, State.KEPT: 3, State.MOVED: 0}
    assert labels.counted(counts) == ["3 kept", "2 added"]


def test_a_language_without_labels_has_english_ones() -> None:
    assert labels.of("cy") is labels.of("en-GB") is labels.of()
