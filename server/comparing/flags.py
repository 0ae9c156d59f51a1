"""Small words that matter: a changed "not", "must" or number is pointed out however small it is.

The words are English and Welsh ones, the languages our Charters are written in; digits are found
in every script. What only says the same in another way ("three" and "3") is no change.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import LCSseq

from server.comparing import tokens
from server.comparing.spans import Changes, Span, SpanKind


class FlagKind(StrEnum):
    NEGATION = "negation"
    MODAL = "modal"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Flag:
    """Words of one kind that one edit took out and put in, as they are typed in the text."""

    kind: FlagKind
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A word that matters: how it is typed, and what it comes to ("can" of "can't")."""

    kind: FlagKind
    typed: str
    means: str


def _listed(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NEGATIONS = _listed(
    "no nobody none nor not nothing nowhere never neither cannot without unless except "
    "ni nid nad na nac ddim dim byth neb heb peidio peidiwch"
)
_PLAIN_MODALS = _listed("must may can might could should shall will would ought")
_MODALS = {modal: modal for modal in _PLAIN_MODALS} | {
    "cannot": "can",
    "can't": "can",
    "won't": "will",
    "shan't": "shall",
    "rhaid": "must",
    "gall": "can",
    "gallaf": "can",
    "gallwn": "can",
    "gallwch": "can",
    "dylai": "should",
    "dylem": "should",
    "dylid": "should",
}
# "have to", "need to" and "wouldn't" are found by their form.
_BEFORE_TO = _listed("have has had having need needs needed")
_LONG = 20  # digits: what is longer is compared as it is written
_NEXT_WORD = 20  # characters: enough for the "to" of "have to"
_ADDRESS = re.compile("://|@|^www\\.|^mailto:")
_NUMBER_WORDS = (
    "zero|one once un|two twice both dau dwy|three thrice tri tair|four pedwar pedair|five pump|"
    "six chwech chwe|seven saith|eight wyth|nine naw|ten deg|eleven|twelve dozen|thirteen|"
    "fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
)
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(_NUMBER_WORDS.split("|"))
    for word in words.split()
} | {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "half": "half",
    "third": "third",
    "quarter": "quarter",
}


def flags(changes: Changes) -> tuple[Flag, ...]:
    """The words that matter which the edits took out, put in or put another in place of."""
    return tuple(
        flag
        for old, new in _edits(changes)
        for kind in FlagKind
        for flag in _of_kind(kind, old, new)
    )


def found(text: str, following: str = "") -> tuple[Found, ...]:
    """The words that matter in a plain text; `following` is what stands after it."""
    return tuple(_found(_words(text), _words(following)[:1]))


def matters(text: str) -> bool:
    """Whether a text has a negation, a modal or a number in it."""
    return bool(found(text))


def _edits(changes: Changes) -> Iterator[tuple[list[Found], list[Found]]]:
    """For every edit, what matters of its old words and of its new."""
    spans = list(changes.spans)
    old: list[Found] = []
    new: list[Found] = []
    for index, span in enumerate(spans):
        if span.kind not in (SpanKind.TAKEN_OUT, SpanKind.PUT_IN):
            if old or new:
                yield old, new
                old, new = [], []
            continue
        following = _following(spans, index, old=bool(span.old))
        if span.old:
            old += found(span.old_text, following)
        else:
            new += found(span.new_text, following)
    if old or new:
        yield old, new


def _following(spans: Sequence[Span], index: int, *, old: bool) -> str:
    """The beginning of what stands after a span in one of the two texts."""
    for span in spans[index + 1 : index + 4]:
        text = span.old_text if old else span.new_text
        if text:
            return text[:_NEXT_WORD]
    return ""


def _of_kind(kind: FlagKind, old: Iterable[Found], new: Iterable[Found]) -> Iterator[Flag]:
    was = [word for word in old if word.kind is kind]
    now = [word for word in new if word.kind is kind]
    kept = LCSseq.editops([word.means for word in was], [word.means for word in now])
    gone = tuple(was[op.src_pos].typed for op in kept if op.tag == "delete")
    come = tuple(now[op.dest_pos].typed for op in kept if op.tag == "insert")
    if gone or come:
        yield Flag(kind, gone, come)


def _words(text: str) -> list[tuple[str, str]]:
    """Each token of a text as it is typed, and its key."""
    split = tokens.pieces(text)
    return [(typed.strip(), key) for typed, key in split]


def _found(words: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Iterator[Found]:
    following = [*words[1:], *(after or [("", "")])]
    for (typed, key), (next_typed, next_key) in zip(words, following, strict=False):
        if key in _NEGATIONS or key.endswith("n't"):
            yield Found(FlagKind.NEGATION, typed, "not" if key.endswith("n't") else key)
        if key in _BEFORE_TO and next_key == "to":
            yield Found(FlagKind.MODAL, f"{typed} {next_typed}", "must")
        elif modal := _modal(key):
            yield Found(FlagKind.MODAL, typed, modal)
        if number := _number(key):
            yield Found(FlagKind.NUMBER, typed, number)


def _modal(key: str) -> str | None:
    return (
        _MODALS.get(key)
        or _MODALS.get(key.removesuffix("n't"))
        or ("will" if key.endswith("'ll") else None)
    )


def _number(key: str) -> str | None:
    if key in _NUMBERS:
        return _NUMBERS[key]
    if any(character.isdigit() for character in key) and not _ADDRESS.search(key):
        digits = key.replace(",", "")
        return str(int(digits)) if digits.isdecimal() and len(digits) < _LONG else key
    return key if any(part in _NUMBERS for part in key.split("-")) else None
