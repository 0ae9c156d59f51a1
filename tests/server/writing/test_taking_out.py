import pickle
from typing import Any

import pytest
from pycrdt import Doc

from server.errors import WordsChanged
from server.writing import document
from server.writing.charter import Charter, Item, Kind
from server.writing.hidden import WHY, WORDS
from server.writing.rich_text import from_text
from server.writing.taking_out import PutBack, TakeOut, content_of, digest_of, says_nothing

SAYS = Item(
    "a", Kind.STATEMENT, "a0", from_text("I choose."), from_text("Nobody else."), "home",
    from_text("We want it."),
)  # fmt: skip


@pytest.fixture
def doc() -> Doc[Any]:
    return document.opened(document.new_state(Charter("Ours", items=(SAYS,))))


def now(doc: Doc[Any]) -> Item:
    item = document.read_items(doc, ["a"])["a"]
    assert item is not None
    return item


@pytest.mark.parametrize("part", [WORDS, WHY])
def test_what_is_taken_out_can_be_put_back(doc: Doc[Any], part: str) -> None:
    content = content_of(SAYS, part, now=True)
    pickle.loads(pickle.dumps(TakeOut("a", part, digest_of(SAYS, part))))(doc)  # noqa: S301 -- ours
    assert says_nothing(now(doc), part)
    assert not says_nothing(now(doc), WHY if part == WORDS else WORDS)
    PutBack("a", part, content)(doc)
    assert now(doc) == SAYS


def test_other_words_than_were_meant_are_not_taken_out(doc: Doc[Any]) -> None:
    for item_id, digest in (("a", "0" * 64), ("b", digest_of(SAYS, WORDS))):
        with pytest.raises(WordsChanged):
            TakeOut(item_id, WORDS, digest)(doc)
    assert now(doc) == SAYS


def test_nothing_is_written_over_what_somebody_wrote_since(doc: Doc[Any]) -> None:
    content = {**content_of(SAYS, WORDS, now=True), "words": [{"paragraph": [{"text": "No."}]}]}
    PutBack("a", WORDS, content)(doc)
    PutBack("gone", WORDS, content)(doc)
    assert now(doc) == SAYS
