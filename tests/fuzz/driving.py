"""Asks the real app what `hostile.py` draws, and counts what it answers."""

import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from tests.fuzz.hostile import Part, Request, Slip, draw, letters, quoted, requests, slips
from tests.support.permissions import Row, rows_of
from tests.support.postgres import PostgresCluster
from tests.support.ways import filled, form_for, way, ways_in
from tests.support.world import FORM, Visit, visit

_PARAMETER = re.compile(r"{[^}]+}")
_ROWS: dict[str, list[Row]] = {}
for _row in rows_of("Way"):
    _ROWS.setdefault(_row.way, []).append(_row)
# One of so many is hostile all over; all others in one part.
_WILD = 4
# Takes somebody's session or place in the group away: asked when all else has been asked.
_LAST = re.compile(
    r"POST .*/(come-|in/|sign-out|delete|leave|end|hand-over|take-out|set-up|people/|stop)"
)
# What turns somebody away before it is asked what they want done.
_AT_THE_DOOR = {401, 403, 404, 405}


@dataclass
class Told:
    """How many answers of each status, and what should never have come.

    `inside` are those among `nearly` so many requests with one hostile part that came as far as
    being done, or being refused for that part.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    nearly: int = 0
    inside: int = 0


@dataclass(frozen=True)
class _Sent:
    asker: str
    method: str
    address: str
    headers: Mapping[str, bytes]
    body: Mapping[str, Any]

    def __str__(self) -> str:
        said = str(dict(self.body))
        return f"{self.method} {self.address[:200]} as {self.asker} {said[:300]}"


async def drive(tries: int, number: int, cluster: PostgresCluster | None = None) -> Told:
    """Send so many requests, drawn from this seed, to the app on SQLite or in this cluster."""
    told = Told()
    began = time.monotonic()
    wild, slip = draw(requests, tries // _WILD + 1, number), draw(slips, tries, number)
    places = iter(range(tries))
    with tempfile.TemporaryDirectory(prefix="our-charter-fuzz-") as folder:
        for world in count():
            # Each copy of the world is asked every way once: some of them take people out of it.
            async with visit(Path(folder) / str(world), cluster) as there:
                names = sorted(ways_in(there.app), key=lambda name: bool(_LAST.match(name)))
                for name, place in zip(names, places, strict=False):
                    # Each way has its turn at both, however many ways there are.
                    if (place + world) % _WILD:
                        told.nearly += 1
                        told.inside += await _ask(
                            there, await _nearly(there, name, slip(place)), told
                        )
                    else:
                        await _ask(there, _wildly(there, name, wild(place // _WILD)), told)
            if sum(told.statuses.values()) >= tries:
                break
    told.seconds = time.monotonic() - began
    return told


async def _ask(there: Visit, sent: _Sent, told: Told) -> bool:
    """Send it, and judge the answer; whether it came past the door."""
    browser = there.browser(sent.asker)
    jar = list(browser.cookies.jar)
    headers = [(name.encode(), value) for name, value in sent.headers.items()]
    try:
        answer = await browser.request(sent.method, sent.address, headers=headers, **sent.body)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.RemoteProtocolError):
        # No browser could send this either.
        told.statuses[0] += 1
        return False
    except Exception as error:
        told.wrong.append(f"{sent}: {type(error).__name__}: {error}")
        told.statuses[500] += 1
        return False
    browser.cookies.jar.clear()
    for cookie in jar:
        browser.cookies.jar.set_cookie(cookie)
    told.statuses[answer.status_code] += 1
    place = answer.headers.get("location", "/")
    ours = "x-request-id" in answer.headers and "content-security-policy" in answer.headers
    if answer.status_code >= 500 or not ours or not re.match(r"/(?![/\\])", place):
        told.wrong.append(f"{sent}: {answer.status_code} {answer.text[:200]}")
    return answer.status_code not in _AT_THE_DOOR


# Hostile all over


def _wildly(there: Visit, name: str, request: Request) -> _Sent:
    method = request.method or name.partition(" ")[0]
    path = _path(there, name, request.asker, request.params)
    address = f"{path}?{_query(request.query)}" if request.query else path
    return _Sent(request.asker, method, address, request.headers, _wild_body(request))


def _wild_body(request: Request) -> dict[str, Any]:
    if request.raw is not None:
        return {"content": request.raw}
    fields = {_plain(name): _plain(value) for name, value in request.fields.items()} | {
        "form_token": request.token
    }
    if request.file is None:
        return {"data": fields}
    name, content = request.file
    return {"data": fields, "files": {"file": (_plain(name), content)}}


# Hostile in one part


async def _nearly(there: Visit, name: str, slip: Slip) -> _Sent:
    """What somebody who may would send, but for one slip."""
    method = name.partition(" ")[0]
    asker = await _somebody(there, name, slip.asker)
    headers: dict[str, bytes] = {}
    if slip.part is Part.HEADER:
        headers[slip.header] = letters(slip.value)
    body = {} if method == "GET" else await _body(there, name, asker, slip)
    return _Sent(asker, method, _address(there, name, asker, slip), headers, body)


async def _somebody(there: Visit, name: str, number: int) -> str:
    """One of those who may, with the Charter shown to them."""
    found = [
        (row, asker)
        for row in _ROWS.get(name, ())
        for asker, gets in row.gets.items()
        if gets == "yes"
    ]
    if not found:
        return "organiser"
    row, asker = found[number % len(found)]
    if shown := row.shown_for(asker):
        await there.show(shown)
    return asker


def _address(there: Visit, name: str, asker: str, slip: Slip) -> str:
    route = name.partition(" ")[2]
    params = {}
    if slip.part is Part.ADDRESS and (parts := len(_PARAMETER.findall(route))):
        params[slip.place % parts] = slip.value
    path = _path(there, name, asker, params)
    query = filled(way(name).query, name, there, asker)
    if slip.part is not Part.QUERY or query.startswith("/"):
        return path + query
    said = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    key = [*said, slip.name][slip.place % (len(said) + 1)]
    return f"{path}?{_query((said | {key: slip.value}).items())}"


async def _body(there: Visit, name: str, asker: str, slip: Slip) -> dict[str, Any]:
    try:
        fields = await form_for(name, there, asker)
    except AssertionError:
        # What an earlier request did took the form away.
        fields = {"form_token": FORM, **way(name).fields}
    others = [key for key in fields if key != "form_token"]
    if slip.part is Part.FIELD and others:
        fields[others[slip.place % len(others)]] = _plain(slip.value)
    elif slip.part is Part.NEW_FIELD:
        fields[_plain(slip.name)] = _plain(slip.value)
    file = way(name).file
    if file is None:
        return {"data": fields}
    key, (called, content, kind) = file
    if slip.part is Part.FILE:
        # Half of them begin as they should.
        content = content[: slip.place * 4] + slip.content if slip.place % 2 else slip.content
    elif slip.part is Part.FILE_NAME:
        called = _plain(slip.value)
    return {"data": fields, "files": {key: (called, content, kind)}}


# What both have in common


def _path(there: Visit, name: str, asker: str, params: Mapping[int, str]) -> str:
    """The route's address in this world, some of its ids replaced by what was drawn."""
    places = count()

    def value(found: re.Match[str]) -> str:
        place = next(places)
        return quoted(params[place]) if place in params else filled(found[0], name, there, asker)

    return _PARAMETER.sub(value, name.partition(" ")[2])


def _query(said: Iterable[tuple[str, str]]) -> str:
    return urlencode(
        [
            (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
            for name, value in said
        ]
    )


def _plain(text: str) -> str:
    """What a client can send at all: half a letter cannot be."""
    return text.encode("utf-8", "replace").decode("utf-8")
