from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import FileTooBig, NotACharter, NotUtf8, SameIdTwice
from server.writing import charter, limits, rich_text
from server.writing.charter import Charter, Kind
from server.writing.markdown_in import parse
from tests.server.writing import strategies


def read(file: str) -> Charter:
    numbers = count(1)
    whole = parse(file.encode(), mint=lambda: f"new{next(numbers)}")
    assert charter.valid(whole) == whole
    return whole


def outline(whole: Charter) -> list[str]:
    """Each item on a line: `#` before headings, `-` before list items in statements."""
    lines = []
    for item in whole.items:
        head = "# " if item.kind is Kind.HEADING else ""
        words = [
            block.text
            if isinstance(block, rich_text.Paragraph)
            else " ".join(f"- {entry.text}" for entry in block.items)
            for block in item.words
        ]
        lines.append(head + " ".join(words))
    return lines


# Plain Markdown from elsewhere


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("# T\n\n## Home\n\nI choose.\n\nI live.", ["# Home", "I choose.", "I live."]),
        ("# T\n\n###### Deep\n\n- one\n- two", ["# Deep", "one", "two"]),
        ("# T\n\nHome\n----\n\n1. one\n2. two", ["# Home", "one", "two"]),
        ("# T\n\nWe promise:\n\n- one\n- two\n\nLast.", ["We promise: - one - two", "Last."]),
        ("# T\n\nWe promise:\n- one\n", ["We promise: - one"]),
        ("# T\n\nWe promise:\n\nNothing.\n\n- one", ["We promise:", "Nothing.", "one"]),
        ("# T\n\n- one\n  - a\n    - b\n- two", ["one - a - b", "two"]),
        ("# T\n\n- one\n\n  more\n- two", ["one more", "two"]),
        ("# T\n\nOne\nline.\\\nTwo", ["One line. Two"]),
        ("# T\n\n> said\n>\n> - so", ["said", "so"]),
        ("# T\n\n*I* `choose` ~~it~~ &amp; <i>go</i>", ["I choose ~~it~~ & go"]),
        ("# T\n\n<p align=center>Kept &lt;3</p>\n\n<!-- gone -->", ["Kept <3"]),
        ("# T\n\n![logo](x.png)\n\n***\n\nkept", ["kept"]),
        ("# T\n\n```\ncode\n```\n", ["code"]),
        ("## Home\n\nI choose.\n\n## Work", ["# Home", "I choose.", "# Work"]),
        ("I choose.\r\n\r\nI live.", ["I choose.", "I live."]),
        ("# T\n\n## \n\nI choose.", ["I choose."]),
        ("# T\n\n# Home\n\nI choose.", ["# Home", "I choose."]),
    ],
)
def test_plain_markdown_has_a_statement_in_each_paragraph_and_list_item(
    file: str, expected: list[str]
) -> None:
    assert outline(read(file)) == expected


@pytest.mark.parametrize(
    ("file", "title", "summary"),
    [
        ("# T\n\nI choose.", "T", ""),
        ("# T\n\nAll we want.\n\n## Home", "T", "All we want."),
        ("# T\n\nOne.\n\nTwo.\n\n## Home", "T", ""),
        ("T\n=\n\n## Home", "T", ""),
        ("## T\n\n### Home\n\n### Work", "T", ""),
        ("## Home\n\n## Work", "Our Charter", ""),
        ("I choose.", "Our Charter", ""),
        ("---\ntitle: F\nsummary: S\n---\n# F\n\nS\n\nI choose.", "F", "S"),
        ("---\ntitle: F\n---\n# Home\n\nI choose.", "F", ""),
        ("---\ntitle: 'It''s'\ntags:\n  - x\n---\n", "It's", ""),
        ("---\n# comment\ntitle: F # one\n...\n", "F # one", ""),
        ("# **T** <b>x</b>\n", "T x", ""),
    ],
)
def test_title_and_summary_are_found(file: str, title: str, summary: str) -> None:
    whole = read(file)
    assert (whole.title, whole.summary) == (title, summary)


def test_words_between_two_rules_are_no_front_matter() -> None:
    assert outline(read("---\nI choose.\n\n---\n\nI live.")) == ["I choose.", "I live."]


def test_marks_and_links_are_kept_where_a_charter_has_them() -> None:
    whole = read("a **b** __c__ <b>d</b> [e](HTTPS://e.org) [f](javascript:x) <mailto:a@b.c>")
    assert rich_text.to_json(whole.items[0].words) == [
        {
            "paragraph": [
                {"text": "a "},
                {"text": "b", "strong": True},
                {"text": " "},
                {"text": "c", "strong": True},
                {"text": " "},
                {"text": "d", "strong": True},
                {"text": " "},
                {"text": "e", "link": "HTTPS://e.org"},
                {"text": " f "},
                {"text": "mailto:a@b.c", "link": "mailto:a@b.c"},
            ]
        }
    ]


def test_new_items_get_ids_and_places() -> None:
    whole = read("# T\n\nOne.\n\nTwo.")
    assert [(item.id, item.position) for item in whole.items] == [("new1", "a0"), ("new2", "a1")]


# Our own files, edited by hand

OURS = """\
---
title: T
---

# T

## Home
<!-- heading id=h1 -->

### Statement 1
<!-- statement id=s1 picture=house -->

I choose.
"""


def test_a_statement_added_by_hand_needs_no_comment() -> None:
    whole = read(OURS + "\n### Statement 2\n\nI live.\n\n- here\n\n**Why**\n\nWe asked.\n")
    assert [item.id for item in whole.items] == ["h1", "s1", "new1"]
    assert outline(whole) == ["# Home", "I choose.", "I live. - here"]
    assert rich_text.plain(whole.items[2].why) == "We asked."


def test_a_comment_needs_no_id() -> None:
    whole = read(OURS + "\n<!-- Statement picture=tree left-out -->\nI live.\n")
    added = whole.items[-1]
    assert (added.id, added.picture, added.left_out) == ("new1", "tree", True)
    assert outline(whole)[-1] == "I live."


def test_a_heading_added_by_hand_is_one() -> None:
    whole = read(OURS + "\n## Work\n\nI work.\n\nI rest.\n\n<!-- why -->\nWe asked.\n")
    assert outline(whole) == ["# Home", "I choose.", "# Work", "I work.", "I rest."]
    assert rich_text.plain(whole.items[-1].why) == "We asked."


def test_labels_may_be_lost_or_share_a_paragraph() -> None:
    whole = read(OURS + "\n<!-- meaning -->\nWe meet.\n\n<!-- why -->\n**Why**\nWe asked.\n")
    assert rich_text.plain(whole.items[1].meaning) == "We meet."
    assert rich_text.plain(whole.items[1].why) == "We asked."


def test_blank_lines_before_comments_and_after_change_nothing() -> None:
    assert read(OURS.replace("\n<!--", "\n\n<!--")) == read(OURS)


def test_a_part_without_an_item_is_a_statement() -> None:
    assert outline(read("<!-- why -->\nI choose.")) == ["I choose."]


def test_odd_facts_in_a_comment_are_passed_over() -> None:
    whole = read('<!-- statement id=b/d picture="x y" origins=,a,,b/ shiny -->\nI choose.')
    item = whole.items[0]
    assert (item.id, item.picture, item.origins) == ("new1", None, ("a",))


# What is refused


def test_text_that_is_not_utf_8_is_refused() -> None:
    for data in ("café".encode("latin-1"), "tŷ".encode("utf-16")):
        with pytest.raises(NotUtf8):
            parse(data)


def test_a_file_over_a_megabyte_is_refused() -> None:
    with pytest.raises(FileTooBig):
        parse(b"a" * (limits.FILE_BYTES + 1))


def test_one_id_twice_is_refused_with_both_lines() -> None:
    file = OURS + "\n### Statement 2\n<!-- statement id=h1 -->\n\nI live.\n"
    with pytest.raises(SameIdTwice, match="Lines 8 and 16 have the same id"):
        parse(file.encode())


@pytest.mark.parametrize("file", ["", " \n\n", "<!-- nothing -->", "---\n---\n", "a\0b", "---"])
def test_a_file_without_a_charter_is_refused(file: str) -> None:
    with pytest.raises(NotACharter):
        parse(file.encode())


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (f"# T\n\nI {'x' * 4_000}", "What begins on line 3 is too long. 4,000 "),
        (f"# {'t' * 201}", "The title is too long. 200 "),
        (f"---\ntitle: T\nsummary: {'s' * 1_001}\n---\n", "The summary is too long. 1,000 "),
        ("# T\n\n" + "- x\n" * 1_001, "This file has too many statements. 1,000 "),
    ],
)
def test_what_is_over_a_limit_is_refused_not_cut(file: str, sentence: str) -> None:
    with pytest.raises(FileTooBig, match=sentence):
        parse(file.encode())


def test_the_longest_words_are_taken() -> None:
    assert rich_text.length(read("x" * limits.WORDS).items[0].words) == limits.WORDS


@given(st.text(alphabet="ab#->*_[](){}<!&;: \n\t1.`~|'\"=/\\\r", max_size=80))
@settings(deadline=None, max_examples=300)
def test_any_text_reads_as_a_charter_or_is_refused(text: str) -> None:
    try:
        whole = parse(text.encode())
    except NotACharter:
        return
    assert charter.valid(whole) == whole


@given(st.lists(st.sampled_from([*strategies.SAMPLES, "<!-- why -->", "# T", "---", ""])))
@settings(deadline=None)
def test_any_lines_read_as_a_charter_or_are_refused(lines: list[str]) -> None:
    try:
        whole = parse("\n".join(lines).encode())
    except NotACharter:
        return
    assert charter.valid(whole) == whole
