import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from webauthn.helpers import bytes_to_base64url

from server.errors import DamagedPasskey, PasskeyCopied, WrongOrigin
from server.people.coming_in.passkey_answers import (
    MOST_CHARACTERS,
    Answer,
    Site,
    ask_for_known,
    ask_for_new,
    check_known,
    check_new,
    counts_on,
    read_known,
    read_new,
    site_of,
)
from server.settings import Settings
from tests.support.authenticator import CHALLENGE, HERE, SITE, Authenticator


def made(device: Authenticator) -> bytes:
    """The public half of a new key of this device."""
    asked = ask_for_new(SITE, CHALLENGE, "ann", "Ann", [])
    answer = Answer(device.make(asked), CHALLENGE, SITE)
    checked = check_new(read_new(answer), answer)
    assert checked.credential_id == device.credential_id
    return checked.credential_public_key


def signed(device: Authenticator, public_key: bytes, known: int = 0, **changed: Any) -> int:
    """The count of a signature of this device, checked."""
    answer = Answer(device.sign(ask_for_known(SITE, CHALLENGE), **changed), CHALLENGE, SITE)
    return check_known(read_known(answer), answer, public_key, known).new_sign_count


def test_a_key_is_made_and_signs() -> None:
    device = Authenticator(HERE)
    public_key = made(device)
    assert [signed(device, public_key, known) for known in (0, 1, 2)] == [1, 2, 3]


def test_a_key_knows_whose_it_is_and_is_made_once_on_a_device() -> None:
    asked = ask_for_new(SITE, CHALLENGE, "ann", "Ann", [b"known"])
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "preferred"
    assert len(asked["excludeCredentials"]) == 1
    assert ask_for_known(SITE, CHALLENGE)["userVerification"] == "preferred"
    assert not ask_for_known(SITE, CHALLENGE).get("allowCredentials")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:8001", "https://localhost:8000", "null"]
)
def test_an_answer_made_for_another_site_is_refused(origin: str) -> None:
    device = Authenticator(HERE)
    public_key = made(device)
    with pytest.raises(WrongOrigin):
        signed(replace(device, origin=origin), public_key)
    with pytest.raises(WrongOrigin):
        made(Authenticator(origin))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda device: replace(device, rp_id="evil.example"),
        lambda device: replace(device, key=Authenticator(HERE).key),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(
    spoil: Callable[[Authenticator], Authenticator],
) -> None:
    device = Authenticator(HERE)
    public_key = made(device)
    with pytest.raises(DamagedPasskey):
        signed(spoil(device), public_key)


def test_an_answer_to_another_challenge_is_refused() -> None:
    device = Authenticator(HERE)
    public_key = made(device)
    other = b"another challenge"
    answer = Answer(device.sign(ask_for_known(SITE, other)), CHALLENGE, SITE)
    with pytest.raises(DamagedPasskey):
        check_known(read_known(answer), answer, public_key, 0)
    answer = Answer(device.make(ask_for_new(SITE, other, "ann", "Ann", [])), CHALLENGE, SITE)
    with pytest.raises(DamagedPasskey):
        check_new(read_new(answer), answer)


def test_a_copied_key_is_found_out_by_its_count() -> None:
    device = Authenticator(HERE, count=7)
    public_key = made(device)
    copy = replace(device)
    assert signed(device, public_key, known=7) == 8
    with pytest.raises(PasskeyCopied):
        signed(copy, public_key, known=8)


def test_a_key_that_never_counts_is_not_called_a_copy() -> None:
    device = Authenticator(HERE, counts=False)
    public_key = made(device)
    assert [signed(device, public_key) for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("known", "told", "may"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (1, 1, False), (2, 1, False), (1, 0, False)],
)
def test_a_key_counts_on(known: int, told: int, may: bool) -> None:
    assert counts_on(known, told) is may


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "null",
        "\ud800",
        "[" * 10_000,
        '{"id": 1, "rawId": 1, "type": "public-key", "response": {}}',
        '{"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "ŵ"}}',
        "x" * (MOST_CHARACTERS + 1),
    ],
)
def test_what_cannot_be_read_is_damaged(text: str) -> None:
    answer = Answer(text, CHALLENGE, SITE)
    with pytest.raises(DamagedPasskey):
        read_new(answer)
    with pytest.raises(DamagedPasskey):
        read_known(answer)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", ["", "AAAA", "e30", "W10", "/" * 40, "A" * 5000])
def test_a_damaged_part_is_damaged(part: str, value: str) -> None:
    device = Authenticator(HERE)
    public_key = made(device)
    with pytest.raises((DamagedPasskey, WrongOrigin)):
        signed(device, public_key, 0, **{part: value})


# A length that the bytes cannot hold, a list without end, nesting, a tag, a key of no kind.
@pytest.mark.parametrize(
    "attested",
    [
        b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x9f" * 5000,
        b"\xa1" * 300,
        b"\xd9\xff\xff",
        b"\xa0",
    ],
)
def test_a_hostile_key_is_damaged(attested: bytes) -> None:
    device = Authenticator(HERE)
    asked = ask_for_new(SITE, CHALLENGE, "ann", "Ann", [])
    sent = json.loads(device.make(asked))
    sent["response"]["attestationObject"] = bytes_to_base64url(attested)
    answer = Answer(json.dumps(sent), CHALLENGE, SITE)
    with pytest.raises(DamagedPasskey):
        check_new(read_new(answer), answer)


def test_the_site_is_our_public_address_alone() -> None:
    settings = Settings(public_url="https://charter.example/")
    expected = Site("charter.example", ["https://charter.example"])
    assert site_of(settings, "localhost:8000") == expected
    assert site_of(settings, "charter.example:444") == expected


@pytest.mark.parametrize(
    ("host", "origins"),
    [
        ("localhost:9", [HERE, "http://localhost:9"]),
        ("evil.example", [HERE]),
        ("localhost:8000@evil.example", [HERE]),
        ("[", [HERE]),
        (None, [HERE]),
    ],
)
def test_without_a_public_address_the_same_machine_counts(
    tmp_path: Path, host: str | None, origins: list[str]
) -> None:
    assert site_of(Settings(data_folder=tmp_path), host) == Site("localhost", origins)
