"""Where things stand: what editors write finds its place, what no engine could place is refused."""

import pytest

from server.errors import HostileUpdate
from server.live.known import Known
from server.live.tree import MAX_TYPES_DEEP, NOWHERE, grown
from server.live.update import read
from server.writing.authors import Author
from tests.server.live.updates import (
    after,
    before,
    between,
    deletes,
    name,
    sessions,
    structs,
    under,
    under_root,
    update,
)

BEN = Author("ben")

DELETED, STRING, FORMAT, TYPE, ANY = 1, 4, 6, 7, 8
MAP, PARAGRAPH, FRAGMENT, TEXT = b"\x01", b"\x03" + name("paragraph"), b"\x04", b"\x06"
WORDS, STRONG, NULL = name("x"), name("strong") + name("{}"), b"\x01\x7e"

# Each by its clock, all of client 7: two items with words, and a place that somebody else set.
ITEM, KIND, FRAGMENT_AT, PARAGRAPH_AT, TEXT_AT, HELLO, OTHER, OTHER_TEXT, THERE, GONE = (
    *(0, 1, 2, 3, 4, 5, 10, 13, 14, 19),
)
DOCUMENT = update(
    structs(
        7,
        0,
        under_root(TYPE, MAP, key="i1"),
        under(ANY, b"\x01" + b"\x77" + name("statement"), (7, ITEM), "kind"),
        under(TYPE, FRAGMENT, (7, ITEM), "words"),
        under(TYPE, PARAGRAPH, (7, FRAGMENT_AT)),
        under(TYPE, TEXT, (7, PARAGRAPH_AT)),
        under(STRING, name("Hello"), (7, TEXT_AT)),
        under_root(TYPE, MAP, key="i2"),
        under(TYPE, FRAGMENT, (7, OTHER), "words"),
        under(TYPE, PARAGRAPH, (7, OTHER + 1)),
        under(TYPE, TEXT, (7, OTHER + 2)),
        under(STRING, name("there"), (7, OTHER_TEXT)),
        b"\x00\x05",
    )
)


@pytest.fixture
def known() -> Known:
    return Known.from_update(DOCUMENT)


def _take(known: Known, *those: bytes, gone: bytes = b"\x00") -> int:
    """Let structs of client 9 come in; returns where the last one stands."""
    new = read(update(structs(9, known.clock(9), *those), deletes=gone))
    places = grown(new, known.tree)
    known.tree.grow(places, known.clocks)
    known.note(new.structs, new.gone, new.deletes)
    return places[-1][3]


def test_words_stand_where_their_neighbours_stand(known: Known) -> None:
    hello = known.tree.place(7, HELLO)
    assert hello == known.tree.inside(7, TEXT_AT)
    assert hello != known.tree.place(7, THERE)
    for struct in (
        under(STRING, WORDS, (7, TEXT_AT)),
        after(STRING, WORDS, (7, HELLO)),
        before(FORMAT, STRONG, (7, HELLO)),
        between(STRING, WORDS, (7, HELLO), (7, HELLO + 1)),
        # Yjs writes so when it redoes words whose neighbours have become one.
        between(STRING, WORDS, (7, HELLO), (7, HELLO)),
    ):
        assert _take(known, struct) == hello


@pytest.mark.parametrize(
    ("why", "struct"),
    [
        ("a child of words", under(STRING, WORDS, (7, HELLO))),
        ("a child of a value", under(ANY, NULL, (7, KIND), "k")),
        ("a mark under a key", under(FORMAT, STRONG, (7, ITEM), "k")),
        ("a mark after a value", after(FORMAT, STRONG, (7, KIND))),
        ("neighbours in two texts", between(STRING, WORDS, (7, HELLO), (7, THERE))),
        ("neighbours in a text and in a map", between(STRING, WORDS, (7, HELLO), (7, KIND))),
        ("words in a paragraph", under(STRING, WORDS, (7, PARAGRAPH_AT))),
        ("a value in a fragment", under(ANY, NULL, (7, FRAGMENT_AT))),
        ("a map in a fragment", under(TYPE, MAP, (7, FRAGMENT_AT))),
        ("a paragraph in words", after(TYPE, PARAGRAPH, (7, HELLO))),
        ("a value in words", before(ANY, NULL, (7, HELLO))),
        ("a map's words without a key", under(STRING, WORDS, (7, ITEM))),
        ("words under a key of a map", under(STRING, WORDS, (7, ITEM), "k")),
        ("a root's mark", under_root(FORMAT, STRONG)),
    ],
)
def test_what_no_editor_puts_there_is_hostile(known: Known, why: str, struct: bytes) -> None:
    with pytest.raises(HostileUpdate):
        _take(known, struct)


@pytest.mark.parametrize(
    "struct",
    [
        after(ANY, b"\x01\x77" + name("heading"), (7, KIND)),
        after(DELETED, b"\x01", (7, KIND)),
        under(TYPE, FRAGMENT, (7, ITEM), "meaning"),
        under(TYPE, MAP, (7, ITEM), "another"),
        between(TYPE, PARAGRAPH, (7, PARAGRAPH_AT), (7, PARAGRAPH_AT)),
        under(ANY, NULL, (7, PARAGRAPH_AT), "align"),
        under(STRING, WORDS, (7, PARAGRAPH_AT), "align"),
        before(DELETED, b"\x04", (7, HELLO)),
    ],
)
def test_what_editors_put_there_is_taken(known: Known, struct: bytes) -> None:
    assert _take(known, struct) != NOWHERE


def test_what_hangs_on_what_is_gone_is_let_in(known: Known) -> None:
    """Somebody wrote in a paragraph that somebody else took out, and whose bytes are gone."""
    for struct in (
        under(STRING, WORDS, (7, GONE)),
        under(FORMAT, STRONG, (7, GONE), "k"),
        after(FORMAT, STRONG, (7, GONE)),
        between(STRING, WORDS, (7, GONE), (7, GONE + 1)),
        b"\x00\x03",
    ):
        assert _take(known, struct) == NOWHERE
    assert _take(known, between(STRING, WORDS, (7, GONE), (7, HELLO))) == known.tree.place(7, HELLO)


def test_what_came_deleted_may_have_been_a_type_but_not_in_a_text(known: Known) -> None:
    _take(known, after(DELETED, b"\x01", (7, PARAGRAPH_AT)))
    assert _take(known, under(STRING, WORDS, (9, 0))) == NOWHERE
    _take(known, after(DELETED, b"\x01", (7, HELLO)))
    with pytest.raises(HostileUpdate):
        _take(known, under(STRING, WORDS, (9, 2)))


def test_words_that_are_deleted_with_their_child_are_no_parent(known: Known) -> None:
    """The engine would place the child before it deletes."""
    with pytest.raises(HostileUpdate):
        _take(
            known,
            after(STRING, WORDS, (7, HELLO)),
            under(STRING, WORDS, (9, 0)),
            gone=deletes(9, (0, 1)),
        )


def test_types_in_types_without_end_are_hostile(known: Known) -> None:
    lists = [under(TYPE, PARAGRAPH, (7, FRAGMENT_AT))]
    lists += [under(TYPE, PARAGRAPH, (9, n)) for n in range(MAX_TYPES_DEEP - 3)]
    assert _take(known, *lists) != NOWHERE
    with pytest.raises(HostileUpdate):
        _take(known, under(TYPE, PARAGRAPH, (9, len(lists) - 1)))


def test_structs_of_several_clients_find_each_other_in_any_order(known: Known) -> None:
    new = read(
        update(
            structs(9, 0, under(STRING, WORDS, (8, 1)), after(STRING, WORDS, (8, 2))),
            structs(
                8,
                0,
                under(TYPE, PARAGRAPH, (7, FRAGMENT_AT)),
                under(TYPE, TEXT, (8, 0)),
                after(STRING, WORDS, (9, 0)),
            ),
        )
    )
    known.tree.grow(grown(new, known.tree), known.clocks)
    assert known.tree.place(9, 1) == known.tree.inside(8, 1)


def test_what_was_written_in_one_go_is_one_run(known: Known) -> None:
    before_ = len(known.to_bytes())
    for n in range(1_000):
        _take(known, after(STRING, WORDS, (9, n - 1) if n else (7, HELLO)))
    assert len(known.to_bytes()) < before_ + 40


def test_a_child_of_what_is_no_type_is_trusted_to_stand_nowhere(known: Known) -> None:
    bad = read(update(structs(9, 0, under(STRING, WORDS, (7, HELLO)))))
    assert grown(bad, known.tree, trusted=True) == [(9, 0, 1, NOWHERE, 0)]


def test_what_another_server_knows_better_is_not_judged(known: Known) -> None:
    """Its checkpoint tells that there is more of a client, and not where it stands."""
    ahead = Known.from_update(DOCUMENT)
    _take(ahead, after(STRING, WORDS, (7, HELLO)), under(TYPE, TEXT, (7, PARAGRAPH_AT)))
    _take(known, after(STRING, WORDS, (7, HELLO)))
    known.merge(ahead)
    assert _take(known, under(STRING, WORDS, (9, 1))) == NOWHERE


def test_a_tree_grown_edit_by_edit_is_the_tree_of_the_whole() -> None:
    for session in sessions():
        grown_slowly = Known()
        for one in session.updates:
            grown_slowly.add(one, BEN)
        whole = Known.from_update(session.state)
        for client, end in whole.clocks.items():
            for clock in range(end):
                place = whole.tree.place(client, clock)
                assert place == NOWHERE or _same(place, grown_slowly.tree.place(client, clock))


def _same(place: int | None, other: int | None) -> bool:
    """Whether two places differ at most in what was deleted since."""
    return place is not None and other is not None and place | 2 == other | 2
