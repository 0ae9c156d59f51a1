"""Requests that nobody honest sends, drawn by chance: for `test_fuzz.py` and by hand."""

from dataclasses import dataclass, field
from urllib.parse import quote

from hypothesis import strategies as st

from tests.support.world import ASKERS, FORM

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
