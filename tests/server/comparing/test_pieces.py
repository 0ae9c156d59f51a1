from collections.abc import Sequence

import pytest

from server.comparing import pieces
from server.comparing.pieces import TITLE, Heading, Piece, Points
from server.errors import FileTooBig
from server.writing import limits, rich_text
from server.writing.charter import Kind
from server.writing.rich_text import BulletList, Paragraph, RichText, Run


def said(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def heading(text: str, level: int = 1) -> Heading:
    return Heading(level, (said(text),))


def points(*texts: str) -> Points:
    return Points(tuple((said(text),) for text in texts))


def items(found: Sequence[Piece]) -> list[tuple[Kind, str]]:
    charter = pieces.charter(found)
    return [(item.kind, rich_text.plain(item.words)) for item in charter.items]


def test_headings_paragraphs_and_points_become_items() -> None:
    found: list[Piece] = [
        heading("Home"),
        said("One."),
        heading("Food"),
        points("Two.", "Three."),
        said(" "),
    ]
    assert items(found) == [
        (Kind.HEADING, "Home"),
        (Kind.STATEMENT, "One."),
        (Kind.HEADING, "Food"),
        (Kind.STATEMENT, "Two."),
        (Kind.STATEMENT, "Three."),
    ]


def test_a_list_under_a_lead_in_belongs_to_it() -> None:
    found = pieces.charter([said("I have:"), points("a key", "a room"), said("One:"), said("Two.")])
    bullets: RichText = (said("I have:"), BulletList((said("a key"), said("a room"))))
    assert [item.words for item in found.items] == [bullets, (said("One:"),), (said("Two."),)]


@pytest.mark.parametrize(
    ("found", "title", "count"),
    [
        ([heading("A"), said("x"), said("y"), heading("B", 2)], "A", 3),
        ([heading("A"), heading("B"), said("x")], "A", 2),
        ([heading("A"), said("x")], "A", 1),
        ([heading("A"), said("x"), heading("B")], "Our Charter", 3),
        ([said("x"), heading("A")], "Our Charter", 2),
        ([said("x"), heading("A", TITLE), heading("B"), said("y")], "A", 3),
    ],
)
def test_the_title_is_a_heading_above_all_others(
    found: list[Piece], title: str, count: int
) -> None:
    charter = pieces.charter(found)
    assert (charter.title, len(charter.items)) == (title, count)


def test_one_paragraph_between_the_title_and_a_heading_is_the_summary() -> None:
    top = heading("Ours", TITLE)
    one = pieces.charter([top, said("In short."), heading("A"), said("x")])
    assert (one.summary, len(one.items)) == ("In short.", 2)
    two = pieces.charter([top, said("In short."), said("And long."), heading("A")])
    assert (two.summary, len(two.items)) == ("", 3)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([said("A long promise " * 300)], "“A long promise A long promise …” is too long."),
        ([said("x")] * (limits.ITEMS + 1), "too many statements"),
        ([heading("A" * (limits.TITLE + 1), TITLE)], "title is too long"),
    ],
)
def test_nothing_is_cut_quietly(found: list[Piece], told: str) -> None:
    with pytest.raises(FileTooBig, match=told):
        pieces.charter(found)


def test_numbered_statements_have_their_parts_as_our_own_files_name_them() -> None:
    found = pieces.charter(
        [
            heading("Home"),
            heading("Statement 1", 3),
            said("I choose."),
            points("where", "who"),
            said("What it means"),
            said("We meet."),
            said("We talk."),
            heading("Why", 4),
            said("It is my life."),
            said("Datganiad 2 (left out)"),
            said("I cook:"),
            heading("Food"),
            said("Why"),
        ]
    )
    _, first, second, food, why = found.items
    assert first.words == (said("I choose."), BulletList((said("where"), said("who"))))
    assert first.meaning == (said("We meet."), said("We talk."))
    assert first.why == (said("It is my life."),)
    assert (second.words, second.left_out) == ((said("I cook:"),), True)
    assert [item.kind for item in (food, why)] == [Kind.HEADING, Kind.STATEMENT]


def test_each_item_gets_an_id_of_its_own() -> None:
    found = pieces.charter([said("x"), said("x")])
    assert len({item.id for item in found.items}) == 2
    assert [item.position for item in found.items] == ["a0", "a1"]
