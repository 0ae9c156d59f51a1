from dataclasses import replace

import pytest
from hypothesis import given, settings

from server.writing import charter, markdown_in, markdown_out
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import BulletList, Paragraph, RichText, Run
from tests.server.writing import strategies

WHOLE = """\
---
title: Our Shared Lives Charter
language: en-GB
summary: What good Shared Lives looks like.
---

# Our Shared Lives Charter

What good Shared Lives looks like.

## My home
<!-- heading id=h7hd82kq -->

### Statement 1
<!-- statement id=k2m4p7aa picture=house -->

I choose **who** I live with.

<!-- meaning -->
**What it means**

We meet first. We take our time.

- We can say [no](<https://example.org/?a=b&amp;c>).
- We can say yes.

<!-- why -->
**Why**

Local people asked for this.

### Statement 2 (left out)
<!-- statement id=b2 left-out origins=k2m4p7aa,c3 -->

I have a key.
"""


def paragraph(*runs: Run | str) -> Paragraph:
    return Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs))


def whole() -> Charter:
    return Charter(
        "Our Shared Lives Charter",
        "What good Shared Lives looks like.",
        items=(
            Item("h7hd82kq", Kind.HEADING, "a0", (paragraph("My home"),)),
            Item(
                "k2m4p7aa",
                Kind.STATEMENT,
                "a1",
                (paragraph("I choose ", Run("who", strong=True), " I live with."),),
                (
                    paragraph("We meet first. We take our time."),
                    BulletList(
                        (
                            paragraph(
                                "We can say ", Run("no", link="https://example.org/?a=b&c"), "."
                            ),
                            paragraph("We can say yes."),
                        )
                    ),
                ),
                "house",
                (paragraph("Local people asked for this."),),
            ),
            Item(
                "b2",
                Kind.STATEMENT,
                "a2",
                (paragraph("I have a key."),),
                left_out=True,
                origins=("k2m4p7aa", "c3"),
            ),
        ),
    )


def test_a_charter_as_a_file() -> None:
    assert markdown_out.markdown(whole()) == WHOLE


def test_the_file_reads_back_as_the_charter() -> None:
    assert markdown_in.parse(WHOLE.encode()) == whole()


def words_of(file: str) -> str:
    """The one statement's line in a file."""
    return file.split("-->\n\n", 1)[1].removesuffix("\n")


def rendered(*runs: Run | str) -> str:
    rich: RichText = (paragraph(*runs),)
    return words_of(
        markdown_out.markdown(Charter("A", items=(Item("a", Kind.STATEMENT, "a0", rich),)))
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("snake_case stays", "snake_case stays"),
        ("_this_ does not", r"\_this\_ does not"),
        ("2 * 3 < 7 & so", r"2 \* 3 \< 7 & so"),
        ("fish &amp; chips", r"fish \&amp; chips"),
        ("1. first", r"1\. first"),
        ("1.5 times", "1.5 times"),
        ("2024) x", r"2024\) x"),
        ("- dash", r"\- dash"),
        ("# hash", r"\# hash"),
        ("> said", r"\> said"),
        ("[x](y) ![z]", r"\[x\](y) !\[z\]"),
        ("a\\b `c`", r"a\\b \`c\`"),
        ("Wow!", "Wow\\!"),
    ],
)
def test_only_what_markdown_would_take_for_its_own_is_escaped(text: str, line: str) -> None:
    assert rendered(text) == line


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        (["we ", Run("must", strong=True), " go"], "we **must** go"),
        (["un", Run("believ", strong=True), "able"], "un**believ**able"),
        ([Run("Stop!", strong=True), " Now."], r"**Stop\!** Now."),
        ([Run('"No"', strong=True), "thing"], '<strong>"No"</strong>thing'),
        (["we", Run(" must", strong=True)], "we<strong> must</strong>"),
        ([Run("tŷ", strong=True), "🏠"], "**tŷ**🏠"),
        (
            [Run("a ", strong=True), Run("b", strong=True, link="https://b.org")],
            "**a [b](<https://b.org>)**",
        ),
    ],
)
def test_strong_words_keep_their_edges(runs: list[Run | str], line: str) -> None:
    assert rendered(*runs) == line


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Our Charter", "title: Our Charter"),
        ("Ours: the Charter", 'title: "Ours: the Charter"'),
        ("No", 'title: "No"'),
        ("5 things", 'title: "5 things"'),
        ('"Ours"', r'title: "\"Ours\""'),
        ("Ours # 1", 'title: "Ours # 1"'),
        ("Siarter tŷ 🏠", "title: Siarter tŷ 🏠"),
        ("أختار", 'title: "أختار"'),
    ],
)
def test_a_title_is_what_yaml_reads_as_the_same_text(title: str, line: str) -> None:
    file = markdown_out.markdown(Charter(title))
    assert file.split("\n")[1] == line
    assert markdown_in.parse(file.encode()).title == title


def test_a_welsh_charter_has_welsh_labels() -> None:
    file = markdown_out.markdown(replace(whole(), language="cy"))
    assert "### Datganiad 2 (wedi'i adael allan)" in file
    assert "**Pam**" in file
    assert markdown_in.parse(file.encode()) == replace(whole(), language="cy")


@given(strategies.charters)
@settings(deadline=None, max_examples=150)
def test_any_charter_survives_its_file(value: Charter) -> None:
    assert charter.valid(value) == value
    assert markdown_in.parse(markdown_out.markdown(value).encode()) == value


@given(strategies.charters)
@settings(deadline=None, max_examples=50)
def test_any_charter_survives_windows(value: Charter) -> None:
    file = markdown_out.markdown(value).replace("\n", "\r\n")
    assert markdown_in.parse(b"\xef\xbb\xbf" + file.encode()) == value
