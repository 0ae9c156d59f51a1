"""Asks the real app what `hostile.py` draws, and counts what it answers."""

import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.hostile import Request, quoted, requests
from tests.support.ways import ways_in
from tests.support.world import Visit, visit

_PARAMETER = re.compile(r"{[^}]+}")
# Requests on one copy of the world; then a new one, for people leave it and are taken out of it.
_AT_ONCE = 500


@dataclass
class Told:
    """How many answers of each status, and what should never have come."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def drive(tries: int, number: int) -> Told:
    """Send so many requests, drawn from this seed."""
    told = Told()
    began = time.monotonic()
    drawn = draw(tries, number)
    with tempfile.TemporaryDirectory(prefix="our-charter-fuzz-") as folder:
        for start in range(0, tries, _AT_ONCE):
            async with visit(Path(folder) / str(start)) as there:
                names = ways_in(there.app)
                for place, request in enumerate(drawn[start : start + _AT_ONCE], start):
                    await _send(there, names[place % len(names)], request, told)
    told.seconds = time.monotonic() - began
    return told


def draw(tries: int, number: int) -> list[Request]:
    """So many requests, the same for the same seed."""
    found: list[Request] = []

    @seed(number)
    @settings(
        max_examples=tries,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests)
    def collect(request: Request) -> None:
        found.append(request)

    collect()
    # Hypothesis stops early where it thinks that it has seen everything.
    return [found[place % len(found)] for place in range(tries)]


async def _send(there: Visit, name: str, request: Request, told: Told) -> None:
    method, _, route = name.partition(" ")
    address = _address(there, route, request)
    sent = f"{request.method or method} {address[:200]} as {request.asker}"
    browser = there.browser(request.asker)
    jar = list(browser.cookies.jar)
    raw = [(name.encode(), value) for name, value in request.headers.items()]
    try:
        answer = await browser.request(
            request.method or method, address, headers=raw, **_body(request)
        )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.RemoteProtocolError):
        # No browser could send this either.
        told.statuses[0] += 1
        return
    except Exception as error:
        told.wrong.append(f"{sent}: {type(error).__name__}: {error}")
        return
    browser.cookies.jar.clear()
    for cookie in jar:
        browser.cookies.jar.set_cookie(cookie)
    told.statuses[answer.status_code] += 1
    place = answer.headers.get("location", "/")
    ours = "x-request-id" in answer.headers and "content-security-policy" in answer.headers
    if answer.status_code >= 500 or not ours or not re.match(r"/(?![/\\])", place):
        told.wrong.append(f"{sent}: {answer.status_code} {answer.text[:200]}")


def _address(there: Visit, route: str, request: Request) -> str:
    """The route's address in this world, some of its ids replaced by what was drawn."""
    ids = there.world.ids
    usual = {"slug": "home", "number": "1", "number:int": "1", "token": ids["invitation"]}
    place = -1

    def value(found: re.Match[str]) -> str:
        nonlocal place
        place += 1
        named = found[0].strip("{}")
        said = usual.get(named) or ids.get(named, "s2")
        return quoted(request.params[place]) if place in request.params else said

    path = _PARAMETER.sub(value, route)
    query = urlencode(
        [
            (a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass"))
            for a, b in request.query
        ]
    )
    return f"{path}?{query}" if query else path


def _body(request: Request) -> dict[str, Any]:
    if request.raw is not None:
        return {"content": request.raw}
    fields = {_plain(name): _plain(value) for name, value in request.fields.items()} | {
        "form_token": request.token
    }
    if request.file is None:
        return {"data": fields}
    name, content = request.file
    return {"data": fields, "files": {"file": (_plain(name), content)}}


def _plain(text: str) -> str:
    """What a client can send at all: half a letter cannot be."""
    return text.encode("utf-8", "replace").decode("utf-8")
