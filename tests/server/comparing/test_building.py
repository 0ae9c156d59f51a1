"""Paragraphs, blanks and looks find their way into blocks and spans."""

import pytest

from server.comparing import building, tokens, words
from server.comparing.spans import Start
from server.comparing.words import SpanKind
from server.writing.rich_text import Paragraph, RichText, Run
from tests.server.comparing.texts import shown, text


def _shown(old: str, new: str) -> str:
    return shown(words.changes(text(old), text(new)))


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("I go.", "Now I go.", "{+Now +}I go."),
        ("Now I go.", "I go.", "[-Now -]I go."),
        ("(I go)", "(Now I go)", "({+Now +}I go)"),
        ("I go. You stay.", "I go. Now you stay.", "I go.{+ Now+}~ you~ stay."),
        ("We say hello to all.", "We say “hello to all”.", "We say {+“+}hello to all{+”+}."),
        ("We say “hello to all”.", "We say hello to all.", "We say [-“-]hello to all[-”-]."),
    ],
)
def test_no_word_is_ever_stuck_to_another(old: str, new: str, seen: str) -> None:
    assert _shown(old, new) == seen


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("One thing.\nTwo.", "One thing.\nNew.\nTwo.", "One thing.\n+{+New.+}\nTwo."),
        ("One thing.\nTwo.", "Two.", "-[-One thing.-]\nTwo."),
        ("One thing.", "One thing.\nTwo.", "One thing.\n+{+Two.+}"),
        ("I go home.", "Hello.\nNow I go home.", "+{+Hello.+}\n{+Now +}I go home."),
        ("I eat bread.\nI go home.", "I go home.", "-[-I eat bread.-]\nI go home."),
        (
            "I eat.\nI go to my home.",
            "We talk.\nThen I go to my home.",
            "-[-I eat.-]\n+{+We talk.+}\n{+Then +}I go to my home.",
        ),
        ("- tea\n- milk", "tea\nmilk", "~tea\n~milk"),
    ],
)
def test_a_paragraph_begins_where_it_does_in_either_text(old: str, new: str, seen: str) -> None:
    assert _shown(old, new) == seen


def test_a_block_says_what_it_begins_in_each_text() -> None:
    blocks = words.changes(text("I like\n- tea"), text("I like\ntea\n- milk")).blocks
    assert [(block.old, block.new) for block in blocks] == [
        (Start.PARAGRAPH, Start.PARAGRAPH),
        (Start.BULLET, Start.PARAGRAPH),
        (None, Start.BULLET),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("our plan", "our **plan**", SpanKind.STYLE),
        ("our **plan**", "our plan", SpanKind.STYLE),
        ("our plan", "our [plan](https://x.org)", SpanKind.LINK),
        ("our [plan](https://x.org)", "our [plan](https://y.org)", SpanKind.LINK),
        ("our **plan**", "our [Plan](https://x.org)", SpanKind.LINK),
        ("our plan", "our **Plan**", SpanKind.STYLE),
        ("our plan", "our Plan", SpanKind.TYPOGRAPHY),
        ("our caf\u0065\u0301", "our café", SpanKind.SAME),
        ("our **un**fair", "our **unf**air", SpanKind.STYLE),
    ],
)
def test_what_is_the_same_but_for_its_looks_is_a_kind_of_its_own(
    old: str, new: str, kind: SpanKind
) -> None:
    assert list(words.changes(text(old), text(new)).spans)[-1].kind is kind


def test_a_changed_link_has_both_addresses() -> None:
    old, new = text("our [plan](https://x.org)"), text("our [plan](https://y.org)")
    span = list(words.changes(old, new).spans)[-1]
    assert [run.link for run in (*span.old, *span.new)] == ["https://x.org", "https://y.org"]


def test_words_between_two_that_are_typed_differently_go_with_them() -> None:
    assert _shown("We are At Home here.", "We are at HOME here.") == "We are ~at HOME~ here."


def test_a_span_keeps_the_marks_of_both_sides() -> None:
    old: RichText = (Paragraph((Run("I "), Run("must", strong=True), Run(" go."))),)
    new: RichText = (Paragraph((Run("I "), Run("may", link="https://x.org"), Run(" go."))),)
    spans = list(words.changes(old, new).spans)
    assert [(span.old, span.new) for span in spans[1:3]] == [
        ((Run("must", strong=True),), ()),
        ((), (Run("may", link="https://x.org"),)),
    ]


def test_without_shared_words_the_old_paragraphs_come_first() -> None:
    old, new = tokens.of(text("a\nb")), tokens.of(text("c"))
    assert [(block.old is not None) for block in building.blocks(old, new, ())] == [
        True,
        True,
        False,
    ]
