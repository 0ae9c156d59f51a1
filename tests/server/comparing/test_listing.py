import pytest

from server.comparing import align, listing, whole, words
from server.writing import rich_text
from server.writing.charter import Charter
from server.writing.markdown_in import parse
from server.writing.rich_text import BulletList, Paragraph, Run


def charter(*statements: str, heading: str = "Home", title: str = "Ours") -> Charter:
    """Statements as `id: words`, or `id picture: words`; a `-` before the id leaves it out."""
    text = f"# {title}\n\n## {heading}\n<!-- heading id=h -->\n\n"
    for each in statements:
        facts, _, said = each.partition(": ")
        item_id, _, picture = facts.removeprefix("-").partition(" ")
        marks = f" picture={picture}" if picture else ""
        left_out = " left-out" if each.startswith("-") else ""
        text += f"### Statement 1\n<!-- statement id={item_id}{marks}{left_out} -->\n\n{said}\n\n"
    return parse(text.encode())


A, B, C = "a: I choose who I live with.", "b: You knock before you come in.", "c: I cook."
BASE = charter(A, B, C)


def compared(new: Charter) -> list[str]:
    return list(listing.comparison(align.compare(BASE, new)))


def merged(ours: Charter, theirs: Charter) -> list[str]:
    sides = align.compare(BASE, ours), align.compare(BASE, theirs)
    return list(listing.merge(whole.merge_charters(BASE, ours, theirs), *sides))


def test_nothing_but_a_count_is_told_of_two_that_are_the_same() -> None:
    assert compared(BASE) == ["3 statements: 3 kept."]


def test_each_change_is_told_in_sentences_and_marked_words() -> None:
    new = charter("a: I decide who I live with.", f"-{B}", C, "d: I rest.", title="Our Promise")
    assert compared(new) == [
        "Title: [-Ours-] {+Our Promise+}",
        "",
        "Statement 1: reworded",
        "  We changed “choose” to “decide”.",
        "  I [-choose-]{+decide+} who I live with.",
        "",
        "Statement 2: left out",
        "  We left this out.",
        "  [-You knock before you come in.-]",
        "",
        "Statement 4: added",
        "  We added this.",
        "  {+I rest.+}",
        "",
        "4 statements: 1 kept, 1 reworded, 1 left out, 1 added.",
    ]


def test_a_moved_statement_and_a_new_heading_are_told() -> None:
    told = compared(charter(B, C, A, heading="My home"))
    assert told[0] == "Heading “My home”: reworded"
    assert "Statement 3: moved" in told
    assert told[told.index("Statement 3: moved") + 1] == "  This moved down."


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("A b c", "A b d c", "A b {+d+} c"),
        ("A b c", "A c", "A [-b-] c"),
        ("In repositories.", "Now in repositories.", "{+Now+} "),
        ("We rest.", "We rest now.", "We rest {+now+}."),
        ("Rest", "", "[-Rest-]"),
        ("", "Rest", "{+Rest+}"),
    ],
)
def test_marks_are_around_words_and_blanks_outside(old: str, new: str, line: str) -> None:
    changes = words.changes(rich_text.from_text(old), rich_text.from_text(new))
    assert next(listing.marked(changes)).startswith(line)


def test_points_strong_words_and_links_are_marked_where_they_stand() -> None:
    def text(*points: str, strong: bool = False) -> rich_text.RichText:
        lead = Paragraph((Run("I have", strong), Run(" this:")))
        return lead, BulletList(tuple(Paragraph((Run(point),)) for point in points))

    changes = words.changes(text("a key", "a room"), text("a key", "a say", "a room", strong=True))
    assert list(listing.marked(changes)) == ["I have this:", "- a key", "- {+a say+}", "- a room"]


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ((A, B, C), (A, B, C), []),
        (
            ("a: I decide who I live with.", B, C),
            ("a: I decide who I live with.", B, C),
            [
                "Statement 1: settled: both did the same",
                "  Ours: We changed “choose” to “decide”.",
                "  Theirs: They changed “choose” to “decide”.",
                "  I [-choose-]{+decide+} who I live with.",
                "",
            ],
        ),
        (
            (A, B, C),
            (B, C, A),
            ["Statement 3: settled: theirs", "  Theirs: This moved down.", ""],
        ),
        (
            (A, "b: We knock before you come in.", C),
            (A, "b: You knock before you come inside.", C),
            [
                "Statement 2: proposed: a mix",
                "  Ours: We changed “You” to “We”.",
                "  Theirs: They changed “in” to “inside”.",
                "  [-You-]{+We+} knock before you come [-in-]{+inside+}.",
                "",
            ],
        ),
        (
            (A, B, "c: We cook."),
            (A, B, "c: They cook."),
            [
                "Statement 3: to choose",
                "  Ours: We changed “I” to “We”.",
                "  Theirs: They changed “I” to “They”.",
                "  Both changed the same words, or words close to each other.",
                "  Ours: [-I-]{+We+} cook.",
                "  Theirs: [-I-]{+They+} cook.",
                "",
            ],
        ),
        (
            (A, B),
            (A, B, "c: They cook."),
            [
                "Statement 3: to choose",
                "  Ours: We left this out.",
                "  Theirs: They changed “I” to “They”.",
                "  One changed it. The other left it out.",
                "  [-I-]{+They+} cook.",
                "",
            ],
        ),
        (
            (A, B, C, "d: I rest."),
            (A, B, C),
            ["Statement 4 of ours: settled: ours", "  Ours: We added this.", "  {+I rest.+}", ""],
        ),
        (
            (A, B, "c cup: I cook."),
            (A, B, "c pan: I cook."),
            [
                "Statement 3: to choose",
                "  Ours: We added a picture.",
                "  Theirs: They added a picture.",
                "  Picture, ours: cup",
                "  Picture, theirs: pan",
                "",
            ],
        ),
    ],
)
def test_a_merge_tells_what_is_settled_proposed_and_to_choose(
    ours: tuple[str, ...], theirs: tuple[str, ...], told: list[str]
) -> None:
    assert merged(charter(*ours), charter(*theirs))[:-1] == told


def test_a_merge_ends_with_a_count() -> None:
    ours = charter("a: I decide who I live with.", "b: We knock before you come in.", "c: We cook.")
    theirs = charter(A, "b: You knock before you come inside.", "c: They cook.")
    assert merged(ours, theirs)[-1] == "1 the same, 1 settled, 1 proposed, 1 to choose."
