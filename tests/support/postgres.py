"""A PostgreSQL cluster of the tests' own, from installed binaries, on a free port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg

from tests.support.programs import Program, free_port
from tests.support.real_parts import POSTGRES
from tests.support.tables import make_tables
from tests.support.waiting import wait_until

# Speed over safety: no test here loses power. Durability tests kill our server, not the database.
_SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
    # Beside the data, and taken away with it: what is ended by force leaves the other kinds behind.
    "dynamic_shared_memory_type=mmap",
)

# What a cluster has at most at a time, with a good deal to spare, in bytes.
_ROOM = 2 * 1024**3


class PostgresCluster:
    """One server for all tests of a run; each test gets a database of its own."""

    def __init__(self) -> None:
        binaries = Path(POSTGRES.path()).parent
        self._folder = Path(tempfile.mkdtemp(prefix="our-charter-postgres-", dir=_in_memory()))
        self._user = _somebody_but_root()
        if self._user is not None:
            os.chown(self._folder, self._user, -1)
        data = self._folder / "data"
        subprocess.run(
            [
                *(str(binaries / "initdb"), "-D", str(data), "-U", "charter", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            cwd=self._folder,
            user=self._user,
            extra_groups=[] if self._user is not None else None,
        )
        self.port = free_port()
        settings = (word for setting in _SETTINGS for word in ("-c", setting))
        self._program = Program(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(self.port), *settings],
            self._folder / "log",
            user=self._user,
            folder=self._folder,
            own=self._folder,
        )
        self._numbers = count(1)
        self._with_tables: str | None = None
        wait_until(self._answers, "PostgreSQL to answer", 60)

    def new_database(self, *, tables: bool = False) -> str:
        """Make an empty database, or one with every table in it, and return its address."""
        if not tables:
            return self._create("template1")
        if self._with_tables is None:
            self._with_tables = self._create("template1")
            make_tables(self._with_tables)
        return self.copy_of(self._with_tables)

    def copy_of(self, address: str) -> str:
        """A new database with all that is in this one, which nobody is connected to."""
        return self._create(_name(address))

    def drop_database(self, address: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self._do(f'DROP DATABASE IF EXISTS "{_name(address)}" WITH (FORCE)')

    def close(self) -> None:
        self._program.end()
        shutil.rmtree(self._folder)

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        # To copy the files costs half of what it costs to write them to the log.
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return self._address(name)

    def _do(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type, unused-ignore]

    def _address(self, database: str) -> str:
        return f"postgresql://charter@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        assert self._program.running, self._program.printed()
        try:
            psycopg.connect(self._address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


def _in_memory() -> Path | None:
    """A folder that is kept in memory, when there is room: hundreds of databases are copied."""
    memory = Path("/dev/shm")  # noqa: S108 -- the folder in it is made by mkdtemp
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return memory if roomy else None


def _name(address: str) -> str:
    return address.rsplit("/", 1)[1]


def _somebody_but_root() -> int | None:
    """The user to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return 65534
