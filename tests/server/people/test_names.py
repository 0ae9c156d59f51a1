"""How people are named."""

from server.people.names import author_name


def test_who_wrote_alone_is_named_alone() -> None:
    assert author_name("Sam", None) == "Sam"


def test_who_was_helped_stands_first() -> None:
    assert author_name("Sam", "Anna") == "Anna, with help from Sam"
