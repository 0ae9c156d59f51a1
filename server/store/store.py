"""One database, SQLite or PostgreSQL, reached in two ways.

Pages and actions use short asynchronous sessions. The journal of live writing uses plain
connections on a thread of its own: one hop a commit instead of one a statement
(docs/decisions/journal-thread.md has what that saves).
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from server.errors import BadSetting
from server.store.after_commit import announce

# How long a writer waits for another one on the same SQLite file, in seconds.
_PATIENCE = 30
# SQLite reuses its write-ahead log from the start once it has this many pages (4 kB each).
_LOG_PAGES = 1000
_PAGE = 4096
# How long writing a table anew waits for those who use it, in seconds.
_LOCK_PATIENCE = 1
# How long emptying SQLite's log waits for those who read it, in milliseconds, and how often.
_LOG_PATIENCE = 100
_LOG_TRIES = 5
# What SQLite's `user_version`, which nobody else uses, says while the files have to be wiped.
_OWED = 1


class Store:
    """The database at an address such as `sqlite:///var/charter.sqlite` or `postgresql://…`."""

    def __init__(self, address: str) -> None:
        self.url = _with_driver(address)
        self.engine = create_async_engine(self.url, **self._options())
        if self.is_sqlite:
            _prepare_sqlite(self.engine.sync_engine)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._readings = async_sessionmaker(
            self.engine.execution_options(reading=True), expire_on_commit=False
        )

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def plain_engine(self) -> Engine:
        """A new engine for a thread that does blocking work. Whoever asks disposes of it."""
        driver = "sqlite+pysqlite" if self.is_sqlite else "postgresql+psycopg"
        engine = create_engine(self.url.set(drivername=driver), **self._options())
        if self.is_sqlite:
            _prepare_sqlite(engine)
        return engine

    def stretch_log(self) -> None:
        """Give SQLite's write-ahead log its full length, so that no commit makes it longer.

        A file that grows has the file system write its own journal at each commit, together with
        whatever other programs left there: the median of a commit was 0.28 instead of 0.39 ms on a
        quiet disk, and 1.5 instead of 2.6 ms on a busy one. The log then begins again from its
        start, as it always does; what this takes is 4 MB of free pages in the database. Raises
        sqlite3.Error, for one when the disk is full.
        """
        if not self.is_sqlite:
            return
        engine = self.plain_engine()
        try:
            with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as c:
                c.execute("CREATE TABLE IF NOT EXISTS stretch (filler BLOB)")
                c.execute("INSERT INTO stretch VALUES (zeroblob(?))", (_LOG_PAGES * _PAGE,))
                c.execute("DROP TABLE stretch")
                c.execute("PRAGMA wal_checkpoint(RESTART)")
        finally:
            engine.dispose()

    def empty_log(self) -> bool:
        """Leave nothing in SQLite's log, which keeps whole pages; returns whether it is empty.

        Deleted rows are overwritten in the database's file then (`secure_delete`), but a page that
        was merged with others may have copies in its unused part until `wipe`. Takes milliseconds.
        """
        if not self.is_sqlite:
            return True
        engine = self.plain_engine()
        try:
            with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as c:
                return _empty_log(c)
        finally:
            engine.dispose()

    def wipe(self, tables: Sequence[str]) -> bool:
        """Make what was deleted unreadable in the database's files; returns whether it is done.

        Nobody can save anything meanwhile. SQLite writes the whole database anew and empties its
        log, unless somebody goes on reading that; ask again then. PostgreSQL writes these tables
        anew where it can have them for itself at once, and else only frees the room of their
        deleted rows; its log and its standbys are not ours to empty (docs/decisions/forgetting.md).
        """
        engine = self.plain_engine()
        try:
            if self.is_sqlite:
                return _wipe_sqlite(engine)
            return _wipe_postgresql(engine, tables)
        finally:
            engine.dispose()

    def owe_wipe(self, connection: Connection) -> None:
        """Note, in the transaction that deletes, that `wipe` has to follow, whatever happens."""
        if self.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA user_version={_OWED}")

    def owes_wipe(self) -> bool:
        """Whether a `wipe` was noted and not done: the server ended, or somebody read the log."""
        if not self.is_sqlite:
            return False
        engine = self.plain_engine()
        try:
            with engine.execution_options(reading=True).connect() as connection:
                return connection.exec_driver_sql("PRAGMA user_version").scalar() == _OWED
        finally:
            engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        """A unit of work: committed at the end, rolled back when anything is raised."""
        async with self._sessions() as session:
            async with session.begin():
                yield session
            await announce(session)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """A unit of work that only reads, and so waits for no writer."""
        async with self._readings() as session, session.begin():
            yield session

    async def check(self) -> None:
        """Ask the database for a sign of life; raises what the driver raises."""
        async with self.reading() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await asyncio.shield(self.engine.dispose())

    def _options(self) -> dict[str, Any]:
        # Errors are logged: without the values, which are people's words.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.is_sqlite:
            return options | {"connect_args": {"timeout": _PATIENCE}}
        return options | {"pool_pre_ping": True}


def _wipe_sqlite(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("VACUUM")
        if not _empty_log(cursor):
            return False
        cursor.execute("PRAGMA user_version=0")
        return True


def _empty_log(cursor: DBAPICursor) -> bool:
    # While this waits for those who read the log, nobody can write.
    cursor.execute(f"PRAGMA busy_timeout={_LOG_PATIENCE}")
    for _ in range(_LOG_TRIES):
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone() or (1,)
        if not busy:
            return True
        # For another connection that just moves the log into the database it does not wait.
        time.sleep(_LOG_PATIENCE / 1000)
    return False


def _wipe_postgresql(engine: Engine, tables: Sequence[str]) -> bool:
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{_LOCK_PATIENCE}s'"))
        whole = True
        for table in tables:
            try:
                connection.execute(text(f"VACUUM (FULL) {table}"))
            except OperationalError:
                whole = False
                connection.execute(text(f"VACUUM {table}"))
        # The pool gives the connection back as it was.
        connection.execute(text("RESET lock_timeout"))
        return whole


def _with_driver(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise BadSetting("The address of the database cannot be read.") from None
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise BadSetting(f"The database must be SQLite or PostgreSQL, not {other}.")


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: `on_begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        # Taking the write lock at the start makes a later "database is locked" impossible.
        # Readers that only read are told by their execution options.
        reading = connection.get_execution_options().get("reading", False)
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute("BEGIN" if reading else "BEGIN IMMEDIATE")
