"""The strict reader: takes what editors write, refuses what would hurt an engine or a client."""

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import merge_updates

from server.errors import DamagedUpdate, FrameTooLarge, HostileUpdate
from server.live.remainder import number
from server.live.update import MAX_CLIENTS, MAX_FORMAT, MAX_NAME, MAX_PARTS, read
from tests.server.live.updates import (
    EMPTY,
    Writer,
    after,
    between,
    deletes,
    hostile,
    name,
    nested,
    sessions,
    structs,
    under_root,
    update,
)

ANY, STRING, FORMAT, TYPE, DELETED = 8, 4, 6, 7, 1
NULL = b"\x01\x7e"


def test_every_update_of_real_clients_is_taken() -> None:
    for session in sessions():
        for one in (*session.updates, session.state, merge_updates(*session.updates)):
            assert read(one).data == one


def test_a_keystroke_tells_its_client_its_clocks_and_its_neighbour() -> None:
    ben = Writer(7)
    ben.add("i1", "Hello")
    end = read(ben.state()).structs[7][1]
    ann = Writer(8, ben.state())
    typed = read(ann.type("i1", 5, "!"))
    assert typed.structs == {8: (0, 1)}
    assert typed.needs == {7: end - 1}
    assert not typed.deletes


def test_a_deletion_tells_its_ranges_and_has_no_structs() -> None:
    ben = Writer(7)
    start = read(ben.add("i1", "Hello")).structs[7][1] - 5
    taken = read(ben.delete("i1", 1, 3))
    assert taken.structs == {}
    assert taken.deletes == {7: [(start + 1, start + 3)]}
    assert taken.data[taken.deletes_at :] == deletes(7, (start + 1, 2))


def test_clocks_count_utf16_units() -> None:
    words = "é😀👩‍👩‍👧 مرحبا"
    typed = update(structs(7, 0, after(STRING, name(words), (5, 1))))
    assert read(typed).structs == {7: (0, len(words.encode("utf-16-le")) // 2)}


def test_content_that_arrives_deleted_is_told() -> None:
    gone = update(structs(7, 3, b"\x00\x04", after(DELETED, b"\x02", (5, 0))))
    assert read(gone).gone == {7: [(3, 7), (7, 9)]}


def test_a_part_that_the_sender_lacks_is_told() -> None:
    assert read(update(structs(7, 0, b"\x00\x01", b"\x0a\x05", b"\x00\x01"))).skips


def test_an_update_of_nothing_is_taken() -> None:
    assert read(EMPTY).structs == {}


@pytest.mark.parametrize(
    "bytes_",
    [
        b"",
        b"\x00",
        b"\x01",
        EMPTY + b"\x00",
        update(structs(7, 0, b"\x00\x00")),
        update(structs(7, 0, b"\x00\x01"), structs(7, 1, b"\x00\x01")),
        update(structs(7, 2**31, b"\x00\x01")),
        update(structs(7, 2**31 - 2, b"\x00\x02")),
        update(structs(2**53, 0, b"\x00\x01")),
        update(structs(7, 0, b"\x80\x01")),
        update(structs(7, 0, b"\x8a\x01")),
        update(structs(7, 0, after(11, b"", (5, 0)))),
        update(structs(7, 0, after(STRING, b"\x00", (5, 0)))),
        update(structs(7, 0, after(STRING, b"\x03ab", (5, 0)))),
        update(structs(7, 0, after(STRING, b"\x03\xed\xa0\x80", (5, 0)))),
        update(structs(7, 0, after(STRING, b"\x02\xff\xfe", (5, 0)))),
        update(structs(7, 0, after(ANY, b"\x05\x7e", (5, 0)))),
        update(structs(7, 0, after(ANY, b"\x01\x73", (5, 0)))),
        update(structs(7, 0, after(ANY, b"\x01\x7d" + b"\xff" * 12, (5, 0)))),
        update(structs(7, 0, after(FORMAT, name("strong") + name("{"), (5, 0)))),
        update(structs(7, 0, after(FORMAT, name("strong") + name("NaN"), (5, 0)))),
        update(deletes=deletes(7, (0, 0))),
        update(deletes=deletes(7, (2**31 - 1, 1))),
        update(deletes=b"\x02\x07\x01\x00\x01\x07\x01\x01\x01"),
        b"\xff" * 400_000,
        number(2**28) + b"\x00",
        b"\x01" + number(2**28) + b"\x07\x00\x00",
        b"\x00\x01\x07" + number(2**28) + b"\x00\x01",
    ],
    ids=lambda bytes_: bytes_[:12].hex() or "nothing",
)
def test_what_is_no_update_is_damaged(bytes_: bytes) -> None:
    with pytest.raises(DamagedUpdate) as refused:
        read(bytes_)
    assert type(refused.value) is DamagedUpdate


@pytest.mark.parametrize(
    ("why", "struct"),
    [
        ("another root", under_root(ANY, NULL, root="chat")),
        ("text in a root that is a map", under_root(STRING, name("x"), key=None)),
        ("an array", under_root(TYPE, b"\x00")),
        ("a text", under_root(TYPE, b"\x02")),
        ("a hook", under_root(TYPE, b"\x05" + name("hook"))),
        ("a weak link", under_root(TYPE, b"\x07\x00")),
        ("an element with an endless name", under_root(TYPE, b"\x03" + name("p" * (MAX_NAME + 1)))),
        ("an endless key", under_root(ANY, NULL, key="k" * (MAX_NAME + 1))),
        ("JSON", under_root(2, b"\x01" + name("1"))),
        ("binary", under_root(3, name("x"))),
        ("an embedded object", under_root(5, name("{}"))),
        ("a document in a document", under_root(9, name("guid") + b"\x7e")),
        ("binary in a value", under_root(ANY, b"\x01\x74" + name("x"))),
        ("a value too deep", under_root(ANY, b"\x01" + nested(64))),
        ("its own neighbour", after(STRING, name("x"), (7, 0))),
        ("a later neighbour", between(STRING, name("x"), (5, 0), (7, 3))),
        ("a mark too deep", after(FORMAT, name("link") + name("[" * 80 + "]" * 80), (5, 0))),
        ("an endless mark", after(FORMAT, name("link") + name('"' + "x" * MAX_FORMAT), (5, 0))),
    ],
)
def test_what_no_editor_writes_is_hostile(why: str, struct: bytes) -> None:
    with pytest.raises(HostileUpdate):
        read(update(structs(7, 0, struct)))


@pytest.mark.parametrize(
    "struct",
    [
        under_root(ANY, b"\x01" + nested(63)),
        under_root(TYPE, b"\x03" + name("bullet_list")),
        after(FORMAT, name("link") + name('{"href":"https://example.org/?a[]=1"}'), (5, 0)),
        after(ANY, b"\x01\x76\x01" + name("href") + b"\x77" + name("x"), (5, 0)),
        after(ANY, b"\x04\x7d\xc1\x01\x7c\0\0\0\0\x7b\0\0\0\0\0\0\0\0\x7a\0\0\0\0\0\0\0\0", (5, 0)),
    ],
)
def test_what_editors_write_is_taken(struct: bytes) -> None:
    assert read(update(structs(7, 0, struct))).structs[7][0] == 0


@pytest.mark.parametrize(
    "bytes_",
    [
        number(MAX_CLIENTS + 1) + b"\x01\x07\x00\x00\x01" * (MAX_CLIENTS + 1) + b"\x00",
        update(structs(7, 0, *[b"\x00\x01"] * (MAX_PARTS // 3))),
        update(deletes=deletes(7, *[(2 * n, 1) for n in range(MAX_PARTS)])),
        update(structs(7, 0, after(ANY, number(MAX_PARTS) + b"\x7e" * MAX_PARTS, (5, 0)))),
    ],
    ids=["clients", "structs", "ranges", "values"],
)
def test_too_much_at_once_is_refused_unless_our_own_worker_wrote_it(bytes_: bytes) -> None:
    with pytest.raises(FrameTooLarge):
        read(bytes_)
    if bytes_[0] == 1:
        assert read(bytes_, trusted=True).structs


def test_structs_that_wait_for_each_other_are_hostile() -> None:
    first = structs(7, 0, after(STRING, name("x"), (8, 0)))
    second = structs(8, 0, after(STRING, name("y"), (7, 0)))
    with pytest.raises(HostileUpdate):
        read(update(first, second))


def test_structs_of_two_clients_that_follow_each_other_are_taken() -> None:
    first = structs(7, 0, *(after(STRING, name("x"), (8, 2 * n)) for n in range(5)))
    second = structs(
        8,
        0,
        after(STRING, name("y"), (5, 0)),
        *(after(STRING, name("yz"), (7, n)) for n in range(4)),
    )
    late = structs(9, 0, after(STRING, name("z"), (8, 8)))
    assert read(update(late, first, second)).structs == {7: (0, 5), 8: (0, 9), 9: (0, 1)}


@pytest.mark.parametrize("case", hostile())
def test_the_worst_cases_end_as_a_verdict(case: str) -> None:
    for one in hostile()[case]:
        with suppress(DamagedUpdate, FrameTooLarge):
            read(one)


@given(st.binary(max_size=200))
def test_any_bytes_end_as_a_verdict(bytes_: bytes) -> None:
    with suppress(DamagedUpdate):
        read(bytes_)


@given(st.integers(0, len(sessions()) - 1), st.randoms(use_true_random=False))
def test_a_real_update_cut_short_is_damaged(session: int, chance: Random) -> None:
    one = chance.choice(sessions()[session].updates)
    with pytest.raises(DamagedUpdate):
        read(one[: chance.randrange(len(one))])
