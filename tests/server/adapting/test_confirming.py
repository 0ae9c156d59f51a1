from collections.abc import Callable

from server.adapting.bringing_in import propose
from server.adapting.confirming import confirm, listed
from tests.server.adapting.stage import WORDS, charter_of
from tests.server.adapting.test_bringing_in import file_of

NATIONAL = charter_of(*WORDS)
FILE = file_of(WORDS[0], "My carer listens when I think aloud.", "The bus is free for us.")
PROPOSALS = propose(NATIONAL, FILE)


def answers(*said: str) -> tuple[Callable[[str], str], list[str]]:
    """Somebody who answers this, and the questions that they were asked."""
    left, asked = list(said), []

    def ask(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    return ask, asked


def test_only_the_doubtful_parts_are_asked_about() -> None:
    ask, asked = answers("", "")
    assert confirm(NATIONAL, PROPOSALS, ask) == {}
    assert len(asked) == 2
    assert not any(WORDS[0] in question.splitlines()[1] for question in asked)


def test_a_number_is_that_statement_and_new_is_new() -> None:
    ask, _ = answers(" 4 ", "NEW")
    assert sorted(confirm(NATIONAL, PROPOSALS, ask).items()) == [("f1", "s4"), ("f2", None)]


def test_an_answer_that_is_none_is_asked_for_again() -> None:
    ask, asked = answers("77", "perhaps", "", "")
    assert confirm(NATIONAL, PROPOSALS, ask) == {}
    assert len(asked) == 4


def test_the_list_tells_what_is_in_the_file_and_what_is_not() -> None:
    lines = list(listed(NATIONAL, PROPOSALS))
    assert f"statement 1 (sure): {WORDS[0]}" in lines
    assert "new (new): The bus is free for us." in lines
    assert f"not in the file: statement 2: {WORDS[1]}" in lines
