import json

import pytest
from hypothesis import given

from server.writing import rich_text
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from tests.server.writing import strategies


def paragraph(*runs: Run | str) -> Paragraph:
    return Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([paragraph("I ", "choose.")], (paragraph("I choose."),)),
        ([paragraph("  I choose. ")], (paragraph("I choose."),)),
        ([paragraph("I", Run(" "), Run("", strong=True))], (paragraph("I"),)),
        ([paragraph(" \u00a0\t")], ()),
        ([paragraph("one\ntwo\x00three\u2028four")], (paragraph("one two three four"),)),
        ([paragraph("half \ud83d")], (paragraph("half \ufffd"),)),
        ([BulletList((paragraph(""),))], ()),
        (
            [BulletList((paragraph("a"),)), paragraph(""), BulletList((paragraph("b"),))],
            (BulletList((paragraph("a"), paragraph("b"))),),
        ),
        ([paragraph(Run("x", link="javascript:alert(1)"), "y")], (paragraph("xy"),)),
        ([paragraph(" ", Run(" a", strong=True))], (paragraph(Run("a", strong=True)),)),
    ],
)
def test_the_tidy_form(before: list[rich_text.Block], after: RichText) -> None:
    assert rich_text.tidy(before) == after


@given(strategies.rich_texts)
def test_what_is_tidy_stays_as_it_is(rich: RichText) -> None:
    assert rich_text.tidy(rich) == rich


@given(strategies.rich_texts)
def test_rich_text_survives_json(rich: RichText) -> None:
    assert rich_text.from_json(json.loads(json.dumps(rich_text.to_json(rich)))) == rich


@given(strategies.rich_texts)
def test_what_is_cut_is_tidy_and_within_the_limit(rich: RichText) -> None:
    short = rich_text.cut(rich, 10)
    assert rich_text.length(short) <= 10
    assert rich_text.tidy(short) == short


def test_text_is_cut_in_characters_not_in_bytes() -> None:
    assert rich_text.cut((paragraph("🏠🏠🏠"),), 2) == (paragraph("🏠🏠"),)


def test_a_cut_goes_on_counting_over_paragraphs_and_lists() -> None:
    rich = (paragraph("abc"), BulletList((paragraph("de"), paragraph("fg"))))
    assert rich_text.cut(rich, 6) == (
        paragraph("abc"),
        BulletList((paragraph("de"), paragraph("f"))),
    )


@pytest.mark.parametrize(
    "href", ["https://a.org", "HTTP://a.org/x?y#z", "mailto:ann@a.org", "https://bücher.example/ü"]
)
def test_web_and_mail_addresses_are_links(href: str) -> None:
    assert rich_text.is_link(href)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "/here",
        "https://",
        "https://a b",
        "https://a\nb",
        " https://a.org",
        "https://a<b",
        "https://a\\b",
        "https://a.org/" + "x" * 2_000,
    ],
)
def test_other_addresses_are_not(href: str) -> None:
    assert not rich_text.is_link(href)


def test_a_heading_is_one_line() -> None:
    rich = (paragraph("My"), BulletList((paragraph(Run("own", strong=True)), paragraph("home"))))
    assert rich_text.one_line(rich) == (paragraph("My ", Run("own", strong=True), " home"),)


def test_plain_text_has_a_line_for_each_paragraph() -> None:
    rich = rich_text.from_text("one\n\n two \n")
    assert rich == (paragraph("one"), paragraph("two"))
    assert rich_text.plain(rich) == "one\ntwo"
