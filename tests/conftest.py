"""Fixtures for all tests. Real parts are started by the tests themselves and ended after them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from server.store import Store
from tests.support.compiled import keep_compiled_templates
from tests.support.engine_workers import fork_workers
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from tests.support.server_process import SLUG, Prepared, ServerProcess
from tests.support.tables import SqliteTemplate

# A test that asks for one of these needs the real part that the marker names.
_MARKERS = {
    "postgres": pytest.mark.postgresql,
    "redis": pytest.mark.redis,
    "chromiums": pytest.mark.browser,
    "yjs_peers": pytest.mark.node,
}

keep_compiled_templates()
fork_workers()


# What asks for the starter Charter, and the slug that it has there.
SLUGS = {"charter": None, "draft": SLUG}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark tests by what they ask for, so that nobody has to remember it."""
    for name in getattr(item, "fixturenames", ()):
        if name in _MARKERS:
            item.add_marker(_MARKERS[name])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest first, so that no process works on one of them when all others are done."""
    items.sort(key=lambda item: "together" not in item.path.parts)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """One PostgreSQL server for the whole run."""
    cluster = PostgresCluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """The tables in an SQLite file, made once for the whole run."""
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


def _asks_for_tables(request: pytest.FixtureRequest) -> bool:
    """Whether the test has a `store`, whose tables are copied with the database itself."""
    return "store" in request.fixturenames


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, postgres: PostgresCluster) -> Iterator[str]:
    """The address of a PostgreSQL database, empty unless there is a `store`."""
    address = postgres.new_database(tables=_asks_for_tables(request))
    yield address
    postgres.drop_database(address)


@pytest.fixture
def sqlite_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: SqliteTemplate
) -> str:
    """The address of an SQLite database that does not exist yet, unless there is a `store`."""
    file = tmp_path / "charter.sqlite"
    if _asks_for_tables(request):
        sqlite_template.copy_to(file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database, once of each kind; empty unless there is a `store`."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open Store with all tables in it."""
    store = Store(database_url)
    yield store
    await store.close()


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis server that the test may stop and start."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    return redis.url


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Makes server processes that are not started yet: `new_server("a", redis_url=…)`.

    The first argument names the data folder; servers of the same name share it.
    """
    with ExitStack() as at_the_end:

        def make(name: str = "data", **settings: object) -> ServerProcess:
            process = ServerProcess(tmp_path / name, **settings)
            at_the_end.callback(process.close)
            return process

        yield make


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | None], Prepared]:
    """A data folder with the starter Charter under this slug, made once for the whole run."""
    return cache(lambda slug: Prepared.made(tmp_path_factory.mktemp("prepared"), slug))


@pytest.fixture
def server(
    request: pytest.FixtureRequest,
    new_server: Callable[..., ServerProcess],
    prepared: Callable[[str | None], Prepared],
) -> ServerProcess:
    """A running server on an SQLite database of its own.

    The Charter that a test asks for is there from the start, which is half of what a test costs.
    """
    server = new_server()
    asked = [slug for name, slug in SLUGS.items() if name in request.fixturenames]
    if len(asked) == 1:
        server.begin_with(prepared(*asked))
    return server.start()


@pytest.fixture
def charter(server: ServerProcess) -> str:
    """The id of the starter Charter, imported into the server for the group National."""
    return server.begun_with.charter if server.begun_with else server.import_charter()
