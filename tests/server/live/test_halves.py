"""An emoji cut in two shows as Yjs shows it, and everything else stays as it is."""

import pytest

from server.live.halves import mended
from server.live.known import Known
from tests.server.live.updates import (
    after,
    between,
    deletes,
    name,
    sessions,
    structs,
    update,
    words,
)

STRING = 4
BOTH = "\ufffd\ufffd"
EMOJI = structs(7, 0, after(STRING, name("a😀b😀"), (5, 0)))


@pytest.mark.parametrize(
    ("cutting", "text"),
    [
        (update(structs(8, 0, after(STRING, name("x"), (7, 1)))), f"a{BOTH}b😀"),
        (update(structs(8, 0, between(STRING, name("x"), (5, 9), (7, 2)))), f"a{BOTH}b😀"),
        (update(deletes=deletes(7, (5, 1))), f"a😀b{BOTH}"),
        (update(deletes=deletes(7, (0, 2))), f"a{BOTH}b😀"),
        (update(deletes=deletes(7, (1, 2))), "a😀b😀"),
        (update(structs(8, 0, between(STRING, name("x"), (7, 0), (7, 1)))), "a😀b😀"),
    ],
)
def test_only_what_is_cut_is_replaced(cutting: bytes, text: str) -> None:
    assert mended([update(EMOJI), cutting]) == [
        update(structs(7, 0, after(STRING, name(text), (5, 0)))),
        cutting,
    ]


def test_a_cut_by_the_same_update_counts() -> None:
    other = structs(8, 0, after(STRING, name("x"), (7, 1)))
    mended_ = structs(7, 0, after(STRING, name(f"a{BOTH}b😀"), (5, 0)))
    assert mended([update(EMOJI, other)]) == [update(mended_, other)]


def test_text_without_emoji_is_not_even_looked_at() -> None:
    assert mended([b"not an update"]) == [b"not an update"]


@pytest.mark.parametrize("number", range(len(sessions())))
def test_mended_updates_say_in_pycrdt_what_yjs_says(number: int) -> None:
    session = sessions()[number]
    assert words(*mended(session.updates)) == session.words


@pytest.mark.parametrize("number", range(len(sessions())))
def test_mending_changes_no_clock(number: int) -> None:
    session = sessions()[number]
    clocks = Known()
    for one in mended(session.updates):
        clocks.add(one, None)
    assert clocks.state_vector() == session.vector
