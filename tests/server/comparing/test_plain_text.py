import pytest

from server.comparing import plain_text
from server.comparing.pieces import Heading, Points
from server.writing import rich_text


def told(text: str) -> list[tuple[str, ...]]:
    """Each piece as what it is and what it says."""
    found: list[tuple[str, ...]] = []
    for piece in plain_text.pieces(text):
        match piece:
            case Heading(level, words):
                found.append((f"h{level}", rich_text.plain(words)))
            case Points(points):
                found.append(("list", *map(rich_text.plain, points)))
            case _:
                found.append(("p", piece.text))
    return found


CASES = {
    "Paragraphs are between blank lines": (
        "I choose who\nI live with.\n\nI have a key.\n",
        [("p", "I choose who I live with."), ("p", "I have a key.")],
    ),
    "Without blank lines each line is a paragraph": (
        "I choose.\nI have a key.\n",
        [("p", "I choose."), ("p", "I have a key.")],
    ),
    "A short line above a sentence is a heading": (
        "Our Charter\n\nMy home\n\nI choose.\n\nI have a key.\n\nFood\n\n- I cook.\n",
        [
            ("h1", "Our Charter"),
            ("h2", "My home"),
            ("p", "I choose."),
            ("p", "I have a key."),
            ("h2", "Food"),
            ("list", "I cook."),
        ],
    ),
    "Short lines alone are no headings": (
        "I choose\n\nI cook\n\nI sing\n",
        [("p", "I choose"), ("p", "I cook"), ("p", "I sing")],
    ),
    "Capitals, hashes and lines under words make headings": (
        "Ours\n====\n\nMY HOME\n\nI choose.\n\nMy food\n-------\nI cook.\n\n## My day ##\n\nOh.",
        [
            ("h1", "Ours"),
            ("h2", "MY HOME"),
            ("p", "I choose."),
            ("h2", "My food"),
            ("p", "I cook."),
            ("h2", "My day"),
            ("p", "Oh."),
        ],
    ),
    "Points go on over lines and blank lines": (
        "I have:\n\n- a key\n  to my door\n\n* a room\n1. a say\n(b) a home\n\nThe end.",
        [
            ("p", "I have:"),
            ("list", "a key to my door", "a room", "a say", "a home"),
            ("p", "The end."),
        ],
    ),
    "A rule between paragraphs says nothing": (
        "I choose what I eat.\nEvery day.\n\n-----\n\nI cook.",
        [("p", "I choose what I eat. Every day."), ("p", "I cook.")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_a_plain_text_is_read_as_a_person_would(text: str, expected: list[tuple[str, ...]]) -> None:
    assert told(text) == expected
    assert told(text.replace("\n", "\r\n")) == expected


def test_nothing_gives_nothing() -> None:
    assert told("") == told("\n \n") == told("-----\n") == []
