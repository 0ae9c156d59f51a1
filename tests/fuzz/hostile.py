"""What nobody honest sends, drawn by chance: for `driving.py`.

A `Request` is hostile all over, so most of its kind are turned away at the door. A `Slip` is one
hostile part of a request that is right in all else and comes from somebody who may.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.support.world import ASKERS, FORM

T = TypeVar("T")

# What has broken others: ends of strings, ways out of folders, formulas, odd letters and numbers.
NASTY = [
    "",
    "\x00",
    "../../etc/passwd",
    "..%2f..%2fsecret",
    "//evil.example",
    "http://[",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "=cmd|' /C calc'!A0",
    'x"\r\nset-cookie: a=b',
    "\u202e\ufeff\u2028",
    "\ud800",
    "e\u0301" * 40,
    "9" * 30,
    "-1",
    "1e999",
    "NaN",
    "a" * 5000,
    "%00",
    "%ff%fe",
    "\U0001f469\u200d\U0001f469",
]
words = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.integers().map(str))
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "SMILE")
_HEADERS = (
    *("accept", "accept-encoding", "accept-language", "authorization", "content-type", "cookie"),
    *("host", "if-modified-since", "if-none-match", "origin", "range", "referer"),
    *("sec-fetch-site", "user-agent", "x-forwarded-for", "x-request-id"),
)


def letters(text: str) -> bytes:
    """As a program would send it in a header: any bytes but the ends of lines."""
    said = text.encode("utf-8", "surrogatepass")
    return bytes(byte for byte in said if byte not in b"\r\n\x00")[:2000]


@dataclass(frozen=True)
class Request:
    """One request; `params` replace some of the route's own ids."""

    asker: str
    method: str | None
    params: dict[int, str]
    query: list[tuple[str, str]]
    headers: dict[str, bytes]
    fields: dict[str, str]
    file: tuple[str, bytes] | None
    raw: bytes | None
    token: str = field(default=FORM)


NAMES = (
    *("name", "title", "role", "words", "why", "seen", "code", "email", "choice", "start", "group"),
    *("what", "number", "version", "edition", "decision", "person", "picture", "note", "about"),
    *("a", "b", "show", "page", "find", "next", "from", "done", "charter", "item", "kind", "until"),
)
requests = st.builds(
    Request,
    asker=st.sampled_from(ASKERS),
    method=st.one_of(st.none(), st.none(), st.none(), st.sampled_from(METHODS)),
    params=st.dictionaries(st.integers(0, 2), words, max_size=2),
    query=st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), words), words), max_size=4),
    headers=st.dictionaries(st.sampled_from(_HEADERS), words.map(letters), max_size=3),
    fields=st.dictionaries(st.one_of(st.sampled_from(NAMES), words), words, max_size=5),
    file=st.one_of(st.none(), st.none(), st.tuples(words, st.binary(max_size=300))),
    raw=st.one_of(st.none(), st.none(), st.none(), st.binary(max_size=300)),
    token=st.sampled_from([FORM, FORM, FORM, "", "wrong"]),
)


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


class Part(StrEnum):
    """Where a slip is."""

    NOWHERE = "nowhere"
    ADDRESS = "address"
    QUERY = "query"
    FIELD = "field"
    NEW_FIELD = "new field"
    HEADER = "header"
    FILE = "file"
    FILE_NAME = "file name"


@dataclass(frozen=True)
class Slip:
    """One part that is hostile; numbers choose among what the request has."""

    asker: int
    part: Part
    place: int
    name: str
    value: str
    header: str
    content: bytes


slips = st.builds(
    Slip,
    asker=st.integers(0, 100),
    # Most of what a request says stands in its form.
    part=st.sampled_from((*Part, Part.FIELD, Part.FIELD, Part.FIELD)),
    place=st.integers(0, 100),
    name=st.one_of(st.sampled_from(NAMES), words),
    value=words,
    header=st.sampled_from(_HEADERS),
    content=st.binary(max_size=300),
)


def draw(what: st.SearchStrategy[T], tries: int, number: int) -> Callable[[int], T]:
    """So many of these, the same for the same seed; each by its number."""
    found: list[T] = []

    @seed(number)
    @settings(
        max_examples=tries,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(what)
    def collect(one: T) -> None:
        found.append(one)

    collect()
    # Hypothesis stops early where it thinks that it has seen everything.
    return lambda place: found[place % len(found)]
