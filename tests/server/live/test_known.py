"""What a room has: clocks and deletions, kept small, stored and merged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import get_state

from server.live.known import Deleted, Known
from server.live.tree import Tree
from server.live.update import read
from server.writing.authors import Author
from tests.server.live.updates import Writer, sessions

ANN, BEN = Author("ann"), Author("ben")

RANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12)).map(lambda r: (r[0], r[0] + r[1])),
    max_size=20,
)


@given(RANGES, st.integers(0, 60), st.integers(1, 30))
def test_deletions_are_a_set_of_clocks(
    ranges: list[tuple[int, int]], start: int, length: int
) -> None:
    deleted = Deleted()
    clocks: set[int] = set()
    for one in ranges:
        deleted.add(*one)
        clocks.update(range(*one))
    assert {clock for one in deleted for clock in range(*one)} == clocks
    assert list(deleted) == sorted(deleted)
    assert all(end < start for (_, end), (start, _) in zip(deleted, [*deleted][1:], strict=False))
    lacking = {clock for one in deleted.lacks(start, start + length) for clock in range(*one)}
    assert lacking == set(range(start, start + length)) - clocks


def test_knowledge_of_each_update_is_knowledge_of_the_whole() -> None:
    for session in sessions():
        known = Known()
        for one in session.updates:
            known.add(one, BEN)
        whole = Known.from_update(session.state)
        assert known.clocks == whole.clocks
        assert known.state_vector() == session.vector
        # Engines imply some deletions that no update spells out.
        known.merge(whole)
        assert not known.lacks(read(session.state).deletes)


def test_the_state_vector_is_the_one_an_engine_gives() -> None:
    ben = Writer(7)
    ben.add("i1", "Hello")
    assert Known.from_update(ben.state()).state_vector() == get_state(ben.state())


def test_knowledge_survives_the_trip_into_bytes() -> None:
    known = Known.from_update(sessions()[0].state)
    again = Known.from_bytes(known.to_bytes(), {7: BEN})
    assert again.clocks == known.clocks
    assert {c: list(d) for c, d in again.deleted.items()} == {
        c: list(d) for c, d in known.deleted.items()
    }
    assert list(again.tree.parts()) == list(known.tree.parts())
    assert again.size == len(sessions()[0].state)
    assert again.owners == {7: BEN}


def test_a_new_document_is_nothing_known() -> None:
    assert Known.from_bytes(b"", {}).state_vector() == b"\x00"


def test_knowledge_from_before_there_was_a_tree_is_read() -> None:
    known = Known.from_update(Writer(7).add("i1", "Hello"))
    known.tree = Tree()
    again = Known.from_bytes(b"\x01" + known.to_bytes()[1:], {})
    assert again.clocks == known.clocks


def test_knowledge_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        Known.from_bytes(b"\x09abc", {})


def test_a_client_id_belongs_to_the_first_who_used_it() -> None:
    ben = Writer(7)
    known = Known()
    known.add(ben.add("i1"), BEN)
    known.add(ben.move("i1", "a1"), ANN)
    assert known.owners == {7: BEN}


def test_content_that_came_deleted_counts_as_deleted() -> None:
    known = Known()
    known.add(b"\x01\x01\x07\x00\x00\x04\x00", BEN)
    assert not known.lacks({7: [(0, 4)]})


def test_a_settled_size_counts_what_came_since() -> None:
    known = Known()
    ben = Writer(7)
    first, second = ben.add("i1", "x" * 1000), ben.move("i1", "a1")
    for one in (first, second):
        known.add(one, BEN)
    settled = Known.from_update(first)
    known.settle(settled, since=len(second))
    assert known.size == settled.size + len(second)
