"""What is left of an update is an update of its own, and joins what was there before."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import merge_updates

from server.live.known import Known
from server.live.remainder import number, without, write_deletes, write_state_vector
from server.live.update import read, read_number
from tests.server.live.updates import (
    EMPTY,
    Writer,
    after,
    between,
    deletes,
    name,
    sessions,
    structs,
    under_root,
    update,
    words,
)

STRING, ANY, DELETED = 4, 8, 1


@given(st.integers(0, 2**53 - 1))
def test_numbers_survive_the_trip(value: int) -> None:
    written = number(value)
    assert read_number(written, 0) == (value, len(written))


def test_delete_sets_are_written_as_yjs_writes_them() -> None:
    for session in sessions():
        state = read(session.state)
        assert write_deletes(state.deletes) == session.state[state.deletes_at :]


def test_state_vectors_are_written_as_yjs_writes_them() -> None:
    for session in sessions():
        clocks = {client: end for client, (_, end) in read(session.state).structs.items()}
        assert write_state_vector(clocks) == session.vector


def test_nothing_is_left_of_what_is_all_there() -> None:
    state = sessions()[0].state
    clocks = {client: end for client, (_, end) in read(state).structs.items()}
    assert without(read(state), clocks, {}) == EMPTY


def test_with_nothing_there_everything_is_left() -> None:
    state = read(sessions()[0].state)
    assert without(state, {}, state.deletes) == state.data


@pytest.mark.parametrize(
    ("content", "offset", "left"),
    [
        (after(STRING, name("hello"), (5, 2)), 2, after(STRING, name("llo"), (7, 1))),
        (after(STRING, name("a😀b"), (5, 2)), 1, after(STRING, name("😀b"), (7, 0))),
        (after(STRING, name("a😀b"), (5, 2)), 2, after(STRING, name("\ufffdb"), (7, 1))),
        (after(STRING, name("a😀b"), (5, 2)), 3, after(STRING, name("b"), (7, 2))),
        (
            between(STRING, name("hello"), (5, 2), (5, 3)),
            4,
            between(STRING, name("o"), (7, 3), (5, 3)),
        ),
        (under_root(DELETED, b"\x09"), 4, bytes((DELETED | 128 | 32,)) + b"\x07\x03\x05"),
        (
            under_root(ANY, b"\x03\x77\x01a\x75\x01\x7e\x78"),
            1,
            bytes((ANY | 128 | 32,)) + b"\x07\x00\x02\x75\x01\x7e\x78",
        ),
        (b"\x00\x09", 3, b"\x00\x06"),
        (b"\x04\x00\x05\x02" + name("abc"), 1, after(STRING, name("bc"), (7, 0))),
    ],
)
def test_a_struct_is_cut_where_the_room_ends(content: bytes, offset: int, left: bytes) -> None:
    one = read(update(structs(7, 0, content)))
    assert without(one, {7: offset}, {}) == update(structs(7, offset, left))


def test_structs_after_the_cut_stay_as_they_are() -> None:
    one = read(
        update(
            structs(8, 0, after(STRING, name("all there"), (5, 0))),
            structs(7, 0, *(after(STRING, name("ab"), (5, n)) for n in range(3))),
            structs(9, 4, after(STRING, name("new"), (5, 0))),
            deletes=deletes(5, (0, 1)),
        )
    )
    left = without(one, {8: 9, 7: 3}, {5: [(0, 1)]})
    assert left == update(
        structs(7, 3, after(STRING, name("b"), (7, 2)), after(STRING, name("ab"), (5, 2))),
        structs(9, 4, after(STRING, name("new"), (5, 0))),
        deletes=deletes(5, (0, 1)),
    )


@given(st.integers(0, len(sessions()) - 1), st.randoms(use_true_random=False))
def test_part_and_remainder_make_the_same_document(session: int, chance: Random) -> None:
    """Whatever part of a session somebody has, the cut rest of its state completes it."""
    updates, state = sessions()[session][:2]
    part = Known()
    had = updates[: chance.randrange(len(updates))]
    for one in had:
        part.add(one, None)
    whole = read(state)
    rest = without(whole, part.clocks, whole.deletes)
    assert Known.from_update(merge_updates(*had, rest)).clocks == Known.from_update(state).clocks
    if not sessions()[session].halves:
        assert words(*had, rest) == sessions()[session].words


def test_an_emoji_cut_in_two_keeps_its_length() -> None:
    ben = Writer(7)
    ben.add("i1", "ab😀cd")
    state = read(ben.state())
    end = state.structs[7][1]
    for known in range(end - 6, end):
        assert read(without(state, {7: known}, {})).structs == {7: (known, end)}
