import pytest

from server.writing import rich_text
from server.writing.markdown_nodes import blocks, front_matter, line_of, nodes, text


def test_lines_are_counted_in_the_whole_file() -> None:
    found = nodes("---\ntitle: T\n---\n\n# T\n\n\nwords\n")
    assert [(node.type, line_of(node)) for node in found] == [
        ("front_matter", 1),
        ("heading", 5),
        ("paragraph", 8),
    ]


def test_front_matter_gives_its_simple_lines() -> None:
    found = nodes("---\nTitle:  T: x \nlist:\n  - a\nnot a line\nempty:\n---\n")
    assert front_matter(found) == {"title": "T: x", "list": "", "empty": ""}
    assert front_matter(nodes("words")) == {}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("a *b* **c** `d` [e](f) ![g](h)", "a b c d e"),
        ("- a\n  1. b\n     > c\n\n     d", "a b c d"),
        ("> a\n> - b", "a b"),
        ("    code\n    more", "code more"),
        ("<div>a<br>b &amp; c</div>", "ab & c"),
        ("a<br>b", "a b"),
        ("# a `#`", "a #"),
        ("---", ""),
    ],
)
def test_words_are_kept_and_looks_are_lost(file: str, words: str) -> None:
    assert text(nodes(file)[0]) == words


def test_strong_tags_that_never_end_end_with_their_paragraph() -> None:
    found = nodes("<b>a\n\nb")
    assert [rich_text.to_json(rich_text.tidy(blocks(node))) for node in found] == [
        [{"paragraph": [{"text": "a", "strong": True}]}],
        [{"paragraph": [{"text": "b"}]}],
    ]
