"""Fixtures for tests with real clients: yjs in Node, and people at a real browser."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any
from unittest.mock import patch

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.live_client import LiveClient
from tests.support.real_parts import missing
from tests.support.server_process import ROOT, SLUG, ServerProcess
from tests.support.yjs_peer import YjsPeers
from tests.together.browser import Chromiums, Visitor

Arrive = Callable[..., Awaitable[Visitor]]


# One browser serves many tests, and belongs to the event loop that it was started in: all tests
# here, and their fixtures, run in one. (pytest-asyncio can say this only for all tests there are.)
@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("asyncio"):
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
    if not (iscoroutinefunction(fixturedef.func) or isasyncgenfunction(fixturedef.func)):
        return (yield)
    with patch.object(fixturedef.func, "_loop_scope", "session", create=True):
        return (yield)


@pytest.fixture
async def yjs_peers() -> AsyncIterator[YjsPeers]:
    """A Node process for stock y-websocket clients."""
    peers = await YjsPeers.started()
    yield peers
    await peers.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromiums() -> AsyncIterator[Chromiums]:
    """Chromium for the whole run."""
    chromiums = Chromiums()
    yield chromiums
    await chromiums.close()


@pytest.fixture
async def browser(chromiums: Chromiums) -> AsyncIterator[Browser]:
    """A running Chromium without anybody in it."""
    if not (ROOT / "client" / "dist" / "manifest.json").is_file():
        missing("the client is not built: run `make client`")
    running = await chromiums.running()
    yield running
    for context in running.contexts:
        await context.close()


@pytest.fixture
async def arrive(browser: Browser, server: ServerProcess) -> AsyncIterator[Arrive]:
    """Somebody comes in by an invitation: `await arrive("Ann", role="reader")`.

    At the end, no script of any page may have failed.
    """
    async with AsyncExitStack() as leaving:
        visitors: list[Visitor] = []

        async def come(name: str, role: str = "member", **profile: Any) -> Visitor:
            visitor = await Visitor.arriving(browser, server, name, **profile)
            leaving.push_async_callback(visitor.close)
            visitors.append(visitor)
            await visitor.come_in(server, role)
            return visitor

        yield come
        assert {visitor.name: visitor.mistakes for visitor in visitors if visitor.mistakes} == {}


@dataclass(frozen=True)
class Draft:
    """The starter Charter in the running server; `statements` are their ids, in order."""

    id: str
    slug: str
    statements: list[str]


@pytest.fixture
def draft(server: ServerProcess) -> Draft:
    """The starter Charter, imported for the group National."""
    if begun := server.begun_with:
        charter, exported = begun.charter, begun.exported
    else:
        charter = server.import_charter(slug=SLUG)
        exported = server.cli("export", SLUG)
    statements = re.findall(r"^<!-- statement .*?id=(\w+)", exported, re.MULTILINE)
    return Draft(charter, SLUG, statements)


@pytest.fixture
async def program(server: ServerProcess, draft: Draft) -> AsyncIterator[LiveClient]:
    """Somebody's program in the same Charter: Petra, who writes without a browser."""
    client = await LiveClient(server.live_address, draft.id, server.token("Petra")).connect()
    yield client
    await client.close()
