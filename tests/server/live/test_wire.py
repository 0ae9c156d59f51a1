"""Frames, against golden ones that stock y-protocols wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import errors
from server.errors import Malformed
from server.live import wire
from server.live.presence import Entry
from server.live.remainder import number

GOLDEN = json.loads((Path(__file__).parents[2] / "wire" / "frames.json").read_text())


def _names(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", GOLDEN["both"] + GOLDEN["fromClient"], ids=_names)
def test_frames_of_stock_clients_are_read(case: dict[str, Any]) -> None:
    heard = wire.decode(bytes.fromhex(case["hex"]))
    match case["kind"]:
        case "question":
            assert heard == wire.Question(bytes.fromhex(case["stateVector"]))
        case "edit":
            assert heard == wire.Edit(bytes.fromhex(case["update"]), case["answer"])
        case "presence":
            assert isinstance(heard, wire.Presence)
            assert heard.entries == _entries(case)
        case _:
            assert heard == wire.PresenceQuestion()


def _entries(case: dict[str, Any]) -> tuple[Entry, ...]:
    return tuple(Entry(one["client"], one["clock"], one["state"]) for one in case["said"])


@pytest.mark.parametrize("case", GOLDEN["both"] + GOLDEN["fromServer"], ids=_names)
def test_frames_are_written_as_stock_clients_read_them(case: dict[str, Any]) -> None:
    match case["kind"]:
        case "question":
            written = wire.encode_step1(bytes.fromhex(case["stateVector"]))
        case "edit" if case["answer"]:
            written = wire.encode_step2(bytes.fromhex(case["update"]))
        case "edit":
            written = wire.encode_update(bytes.fromhex(case["update"]))
        case "presence":
            # Ours escapes what is not ASCII in JSON, so it is compared by what it says.
            heard = wire.decode(wire.encode_awareness(_entries(case)))
            assert isinstance(heard, wire.Presence)
            assert heard.entries == _entries(case)
            return
        case "saved":
            written = wire.encode_saved(case["count"])
        case _:
            written = wire.encode_news(case["topic"])
    assert written.hex() == case["hex"]


@pytest.mark.parametrize("case", GOLDEN["refused"], ids=_names)
def test_bad_frames_are_refused_by_name(case: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        wire.decode(bytes.fromhex(case["hex"]))
    assert type(refused.value) is getattr(errors, case["refusal"])


def _presence(*states: bytes) -> bytes:
    said = b"".join(
        number(client) + b"\x01" + number(len(state)) + state for client, state in enumerate(states)
    )
    body = number(len(states)) + said
    return b"\x01" + number(len(body)) + body


@pytest.mark.parametrize(
    "state",
    [b"{", b"7", b'"x"', b"[]", b"NaN", b'{"x":NaN}', b"\xff", b"[" * 5_000, b'{"a":' * 70 + b"1"],
    ids=lambda state: state[:8].hex(),
)
def test_a_state_that_is_no_object_is_malformed(state: bytes) -> None:
    heard = wire.decode(_presence(state))
    assert isinstance(heard, wire.Presence)
    with pytest.raises(Malformed):
        _ = heard.entries


def test_only_the_state_that_counts_is_read() -> None:
    heard = wire.decode(_presence(b"broken", b'{"writing":null}', b"null"))
    assert isinstance(heard, wire.Presence)
    assert heard.about(1) == (Entry(1, 1, {"writing": None}),)
    assert heard.about(2) == (Entry(2, 1, None),)
    assert heard.about(9) == ()
    with pytest.raises(Malformed):
        heard.about(None)


def test_a_state_that_is_too_long_is_malformed() -> None:
    with pytest.raises(Malformed):
        wire.decode(_presence(b'"' + b"x" * wire.MAX_STATE + b'"'))


def test_half_an_emoji_in_a_name_does_no_harm() -> None:
    entry = Entry(7, 1, {"user": {"name": "\ud83d"}})
    heard = wire.decode(wire.encode_awareness([entry]))
    assert isinstance(heard, wire.Presence)
    assert heard.entries == (entry,)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    try:
        heard = wire.decode(frame)
    except Malformed:
        return
    assert isinstance(heard, wire.Decoded)


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "8200"),
        (125, "827d"),
        (126, "827e007e"),
        (65_535, "827effff"),
        (65_536, "827f" + "10000".zfill(16)),
    ],
)
def test_a_frame_is_one_unmasked_binary_message(size: int, header: str) -> None:
    payload = b"x" * size
    assert wire.frame(payload) == bytes.fromhex(header) + payload
