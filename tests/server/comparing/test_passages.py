import pytest

from server.comparing.passages import Passage, passages
from server.writing import rich_text
from server.writing.charter import Charter, Item, Kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I choose my carer.", "I choose my carer"),
        ("I choose my carer.", "  I CHOOSE\n my   carer "),
        ("It’s “mine” – all of it", 'It\'s "mine" - all of it'),
        ("I choose my carer.", "1. I choose my carer."),
        ("I choose my carer.", "2.3 I choose my carer."),
        ("I choose my carer.", "(b) I choose my carer."),
        ("I choose my carer.", "iv) I choose my carer."),
        ("I choose my carer.", "Statement 12: I choose my carer."),
        ("I choose my carer.", "• I choose my carer."),
        ("Scope", "Section 4 – Scope"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_how_it_is_written_down_is_not_what_it_says(one: str, other: str) -> None:
    assert Passage(one).said == Passage(other).said


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I choose my carer.", "I choose my carers."),
        ("I may choose.", "I must choose."),
        ("A home of my own", "home of my own"),
        ("I choose.", "You choose."),
        ("12 months is the least.", "6 months is the least."),
    ],
)
def test_what_says_something_else_is_something_else(one: str, other: str) -> None:
    assert Passage(one).said != Passage(other).said


@pytest.mark.parametrize(
    ("with_title", "core"),
    [
        ("Fair warning: a private word comes first.", "a private word comes first"),
        ("3. Be kind. We do not insult anybody.", "we do not insult anybody"),
        ("Scope - it holds everywhere.", "it holds everywhere"),
        ("Nothing runs into this one", "nothing runs into this one"),
        ("Kept: yes", "kept: yes"),
    ],
)
def test_a_title_that_runs_into_a_text_can_be_taken_off(with_title: str, core: str) -> None:
    assert Passage(with_title).core == core


@pytest.mark.parametrize("text", ["1." * 2000, "1.1" * 1300, "x -" * 1300, "a'" * 2000])
def test_a_text_made_to_be_slow_to_read_is_not(text: str) -> None:
    # With numbers of any length each of the first two takes seconds a hundred times over.
    assert all(Passage(text).said for _ in range(100))


def test_nothing_but_numbering_stays_as_it_is() -> None:
    assert Passage("1.").said == "1"
    assert Passage("").said == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It’s my home, not theirs.", ("it's", "my", "home", "not", "theirs")),
        ("Dyma fy nghartref i hefyd.", ("dyma", "fy", "nghartref", "i", "hefyd")),
        ("یہ میرا گھر", ("یہ", "میرا", "گھر")),
        ("我的家 is home", ("我", "的", "家", "is", "home")),
    ],
)
def test_words_are_words_and_characters_in_scripts_without_blanks(
    text: str, words: tuple[str, ...]
) -> None:
    assert Passage(text).words == words


def test_a_charter_gives_its_texts_under_their_headings_without_what_is_left_out() -> None:
    def item(item_id: str, words: str, kind: Kind = Kind.STATEMENT, left_out: bool = False) -> Item:
        return Item(item_id, kind, "a0", words=rich_text.from_text(words), left_out=left_out)

    charter = Charter(
        "Ours",
        items=(
            item("a", "First."),
            item("h", "Home", Kind.HEADING),
            item("b", "Second.\nAnd more."),
            item("c", "Third.", left_out=True),
        ),
    )
    assert passages(charter) == (
        Passage("First.", "", False, "a"),
        Passage("Home", "Home", True, "h"),
        Passage("Second.\nAnd more.", "Home", False, "b"),
    )
