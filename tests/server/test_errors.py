from collections.abc import Iterator

import pytest

from server import errors
from server.errors import CloseCode, Refusal


def _kinds(base: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from _kinds(kind)


KINDS = sorted(_kinds(), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_refusal_says_in_one_or_two_short_sentences_what_happened(kind: type[Refusal]) -> None:
    sentence = kind().sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence.split()) <= 15
    assert kind is errors.BadSetting or sentence != Refusal.sentence


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_refusal_has_a_status_that_says_it_is_one(kind: type[Refusal]) -> None:
    assert 400 <= kind().status < 600


def test_a_refusal_can_say_more_exactly_what_happened() -> None:
    refusal = errors.SameIdTwice("Lines 3 and 9 have the same id.")
    assert refusal.sentence == str(refusal) == "Lines 3 and 9 have the same id."
    assert errors.SameIdTwice().sentence == errors.SameIdTwice.sentence


def test_who_is_writing_is_named_when_we_know() -> None:
    named = "Ben is writing here now. Wait until Ben has stopped."
    assert errors.BeingWritten("Ben").sentence == named
    assert errors.BeingWritten().sentence == errors.BeingWritten.sentence


def test_a_refusal_goes_by_the_name_of_its_type() -> None:
    assert errors.DiskFull().kind == "DiskFull"


@pytest.mark.parametrize(
    "kind",
    [
        errors.Malformed,
        errors.NotSignedIn,
        errors.ReadOnly,
        errors.MayNot,
        errors.UnknownCharter,
        errors.OthersClientId,
        errors.OldGeneration,
        errors.OldSchema,
        errors.FrameTooLarge,
        errors.DocumentFull,
        errors.DamagedUpdate,
    ],
)
def test_stock_clients_stop_after_a_refusal_that_will_not_pass(kind: type[Refusal]) -> None:
    assert 4400 <= kind.close <= 4499


@pytest.mark.parametrize(
    "kind",
    [
        errors.BeingWritten,
        errors.Trouble,
        errors.TooSlow,
        errors.TooFast,
        errors.Gap,
        errors.Stopping,
    ],
)
def test_stock_clients_try_again_after_a_refusal_that_passes(kind: type[Refusal]) -> None:
    assert not 4400 <= kind.close <= 4499


def test_every_close_code_belongs_to_a_refusal() -> None:
    assert {kind.close for kind in KINDS} == set(CloseCode)


def test_browsers_may_receive_every_close_code() -> None:
    assert all(code == 1012 or 4000 <= code <= 4999 for code in CloseCode)
