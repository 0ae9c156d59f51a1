"""What engine workers do with documents, called here in the test's own process."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from pycrdt import Doc

from server.live import work
from server.live.known import Known
from server.live.remainder import number
from server.live.update import read
from server.writing import document, rich_text
from server.writing.authors import Author
from server.writing.charter import Charter, Item, Kind
from server.writing.rich_text import Paragraph, Run
from tests.server.live.updates import Writer, sessions, structs, update, words

ANN, BEN, MALLORY = Author("ann"), Author("ben"), Author("mallory")


def _charter(*texts: str) -> Charter:
    items = tuple(
        Item(
            id=f"item{place}",
            kind=Kind.STATEMENT,
            position=f"a{place}",
            words=(Paragraph((Run(text),)),),
        )
        for place, text in enumerate(texts)
    )
    return Charter(title="Ours", summary="", language="en-GB", items=items)


def _said(charter: Charter) -> list[str]:
    return [rich_text.plain(item.words) for item in charter.items]


def _tail(*edits: tuple[Author | None, bytes]) -> Sequence[tuple[Author | None, bytes]]:
    return edits


@pytest.fixture
def begun() -> work.Begun:
    return work.begin(_charter("I choose.", "We meet."))


def test_a_new_document_holds_the_charter(begun: work.Begun) -> None:
    assert _said(document.read(document.opened(begun.state)).charter) == ["I choose.", "We meet."]
    assert Known.from_bytes(begun.known, {}).clocks == Known.from_update(begun.state).clocks


def test_settling_reads_checkpoint_and_tail(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    settled = work.settle(begun.state, _tail((BEN, ben.type("item0", 9, " Yes."))))
    assert _said(settled.reading.charter) == ["I choose. Yes.", "We meet."]
    assert settled.changed == {"item0": (BEN,)}
    assert settled.compact


def test_only_what_changed_is_sent_back(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    tail = _tail((BEN, ben.type("item1", 8, " Often.")))
    settled = work.settle_changed(begun.state, tail)
    assert _said(settled.reading.charter) == ["We meet. Often."]
    assert settled.reading.charter.title == "Ours"
    assert not settled.whole
    assert settled.state == work.settle(begun.state, tail).state


def test_a_document_without_a_checkpoint_is_sent_back_whole(begun: work.Begun) -> None:
    settled = work.settle_changed(b"", _tail((BEN, begun.state)))
    assert _said(settled.reading.charter) == ["I choose.", "We meet."]
    assert settled.whole


def test_the_next_checkpoint_reads_the_same(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    settled = work.settle(begun.state, _tail((BEN, ben.type("item0", 0, "Yes: "))))
    again = work.settle(settled.state, ())
    assert again.reading == settled.reading
    assert again.changed == {}
    assert Known.from_bytes(settled.known, {}).clocks == Known.from_update(settled.state).clocks


def test_deleted_words_are_really_gone(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    typed = ben.type("item0", 0, "A secret. ")
    gone = ben.delete("item0", 0, 10)
    settled = work.settle(begun.state, _tail((BEN, typed), (BEN, gone)))
    assert b"secret" in typed
    assert b"secret" not in settled.state


def test_everybody_who_touched_an_item_is_told_the_last_of_them_last(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    typed = ben.type("item0", 0, "Yes: ")
    ann = Writer(9, begun.state, typed)
    moved, added = ann.move("item0", "b0"), ann.add("item7", "New.")
    settled = work.settle(begun.state, _tail((BEN, typed), (ANN, moved), (None, added)))
    assert settled.changed == {"item0": (BEN, ANN), "item7": (None,)}


def test_deletions_that_engines_imply_are_known_after_settling(begun: work.Begun) -> None:
    ben, ann = Writer(8, begun.state), Writer(9, begun.state)
    tail = _tail((BEN, ben.move("item0", "b0")), (ANN, ann.move("item0", "c0")))
    told = Known.from_update(begun.state)
    for person, one in tail:
        told.add(one, person)
    settled = Known.from_bytes(work.settle(begun.state, tail).known, {})
    implied = told.lacks({client: list(gone) for client, gone in settled.deleted.items()})
    assert sum(len(ranges) for ranges in implied.values()) == 1


@pytest.mark.parametrize("place", range(len(sessions())))
def test_real_sessions_settle_to_what_yjs_says(place: int) -> None:
    """Half emoji included; in one go, or with a checkpoint on the way."""
    session = sessions()[place]
    whole = work.settle(b"", [(BEN, one) for one in session.updates])
    middle = len(session.updates) // 2
    half = work.settle(b"", [(BEN, one) for one in session.updates[:middle]])
    rest = work.settle(half.state, [(BEN, one) for one in session.updates[middle:]])
    assert whole.reading.charter == rest.reading.charter
    assert words(rest.state) == session.words
    assert whole.compact
    assert rest.compact
    clocks = {client: end for client, (_, end) in read(session.state).structs.items()}
    assert Known.from_bytes(rest.known, {}).clocks == clocks


def test_what_the_engine_cannot_place_is_kept_as_it_came(begun: work.Begun) -> None:
    """A gap never comes past the guard; should one, the checkpoint must not lose it."""
    ben = Writer(8, begun.state)
    ben.type("item0", 0, "lost ")
    late = ben.type("item0", 0, "late ")
    settled = work.settle(begun.state, _tail((BEN, late)))
    assert not settled.compact
    assert b"late" in settled.state


def test_a_change_of_the_servers_own_is_an_update_under_a_fresh_client_id(
    begun: work.Begun,
) -> None:
    edit = partial(document.move, item_id="item0", place="a9")
    made_update = work.change(begun.state, (), edit)
    others = set(read(begun.state).structs)
    made = read(made_update)
    assert len(made.structs) == 1
    assert not others & set(made.structs)
    settled = work.settle(begun.state, _tail((ANN, made_update)))
    assert [item.id for item in settled.reading.charter.items] == ["item1", "item0"]


def test_a_change_that_changes_nothing_is_an_update_of_nothing(begun: work.Begun) -> None:
    assert work.change(begun.state, (), _nothing) == work.EMPTY


def _nothing(_doc: Doc[Any]) -> None:
    """Leave the document as it is."""


def test_trying_each_names_the_edit_that_fails(begun: work.Begun) -> None:
    ben = Writer(8, begun.state)
    [server] = read(begun.state).structs
    child_of_text = update(structs(999, 0, b"\x07\x00" + number(server) + b"\x00\x06"))
    tail = _tail((BEN, ben.type("item0", 0, "Yes: ")), (MALLORY, child_of_text))
    steps: list[int] = []
    with pytest.raises(RuntimeError):
        work.try_each(begun.state, tail, 0, steps.append)
    assert steps == [0, 1]
    with pytest.raises(RuntimeError):
        work.try_each(begun.state, tail, 1, steps.append)
    assert steps == [0, 1, 1]
