"""A real database that fails when a test says so, and works again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from server.store import Store


class Faults:
    """Makes the database of one Store fail for everybody in this process, by real means.

    `full`: SQLite may not grow by another page. `cut`: SQLite turns read-only, and PostgreSQL
    ends the connection when a writing transaction is to be committed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.full = False
        self.cut = False

    def mend(self) -> None:
        self.full = self.cut = False

    def on_begin(self, connection: Connection) -> None:
        if connection.engine.url.database == self._store.url.database and self._store.is_sqlite:
            # Never below the number of pages there are.
            pages = 1 if self.full else 1_000_000
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.exec_driver_sql(f"PRAGMA query_only={int(self.cut)}")

    def on_commit(self, connection: Connection) -> None:
        ours = connection.engine.url.database == self._store.url.database
        reading = connection.get_execution_options().get("reading", False)
        if ours and self.cut and not self._store.is_sqlite and not reading:
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        address = self._store.url.set(drivername="postgresql").render_as_string(False)
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [driver.info.backend_pid])


@contextmanager
def faults_of(store: Store) -> Iterator[Faults]:
    """Faults that can be switched on and off while this is open."""
    faults = Faults(store)
    event.listen(Engine, "begin", faults.on_begin)
    event.listen(Engine, "commit", faults.on_commit)
    yield faults
    event.remove(Engine, "begin", faults.on_begin)
    event.remove(Engine, "commit", faults.on_commit)
