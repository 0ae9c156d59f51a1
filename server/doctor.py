"""What is safe and what is not in the present settings and data, in plain sentences.

Each check is a function of its own; `python -m server doctor` prints what they all say.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from server.migrations.upgrade import HEAD
from server.people.secret import FILE, SHORTEST
from server.settings import Settings
from server.store import Store

_OTHERS = 0o077
_HERE = {"localhost", "127.0.0.1", "::1", None, ""}
_EVERY_ADDRESS = {"0.0.0.0", "::", "*"}  # noqa: S104 -- what is warned about
_A_YEAR = 365
_LEAST_SPACE = 200 * 1024 * 1024
# No server of ours ran before: a clock that says so is wrong.
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
_SURE = ("require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and whether what it says is safe."""

    is_safe: bool
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """What all checks find, the unsafe first."""
    found = [finding for check in CHECKS for finding in check(settings)]
    return sorted(found, key=lambda finding: finding.is_safe)


def _either(is_safe: bool, fine: str, unsafe: str) -> Finding:
    return Finding(is_safe, fine if is_safe else unsafe)


def address(settings: Settings) -> Iterator[Finding]:
    here = urlsplit(settings.address).hostname in _HERE
    yield _either(
        settings.secure or here,
        f"People find us at {settings.address}.",
        f"{settings.address} is not https. Others on the network can read everything.",
    )
    yield _either(
        settings.host not in _EVERY_ADDRESS,
        f"We listen on {settings.host} alone.",
        f"We listen on every address ({settings.host}). Put a proxy before us, and listen on one.",
    )
    behind = settings.secure and set(settings.proxies.split(",")) <= {"127.0.0.1", "::1"}
    yield _either(
        not (behind and settings.host not in _HERE),
        "We know which proxies to believe.",
        "Set `proxies` to the address of your proxy. Without it, all people look like one.",
    )
    yield _either(
        settings.proxies.strip() != "*",
        "Not everybody can say where they come from.",
        "`proxies` believes everybody. Name your proxy there.",
    )


def files(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_folder
    named = [folder, folder / FILE, *sorted(folder.glob("*.sqlite*"))]
    database = make_url(settings.database)
    if database.get_backend_name() == "sqlite" and database.database:
        named.append(Path(database.database))
    there = [path for path in dict.fromkeys(named) if path.exists()]
    # What stands in a closed folder cannot be reached, whatever its own mode is.
    closed = folder.exists() and not folder.stat().st_mode & _OTHERS
    for path in there:
        is_inside = closed and path != folder and path.parent == folder
        mine = is_inside or not path.stat().st_mode & _OTHERS
        if path == folder and not closed:
            opened = [file for file in there if file != folder and file.stat().st_mode & _OTHERS]
            mine = not opened
        yield _either(
            mine,
            f"Only we can read {path}.",
            f"Others on this machine can read {path}. Run `chmod go= {path}`.",
        )


def process(_settings: Settings) -> Iterator[Finding]:
    yield _either(
        os.geteuid() != 0,
        "We do not run as root.",
        "We run as root. Make a user for Our Charter, and run it as that one.",
    )
    yield _either(
        sys.version_info >= (3, 11),
        f"Python is {sys.version.split()[0]}.",
        "Python is too old. Install 3.11 or newer.",
    )
    yield _either(
        datetime.now(UTC) > _BUILT,
        "The clock is right, as far as we can see.",
        "The clock of this machine is wrong. Links and sessions end by it.",
    )


def secret(settings: Settings) -> Iterator[Finding]:
    if settings.secret is not None:
        yield _either(
            len(settings.secret) >= SHORTEST,
            "The secret is long enough.",
            f"The secret is too short. Use {SHORTEST} letters or more, made by chance.",
        )
    elif (file := settings.data_folder / FILE).exists():
        yield _either(
            len(file.read_bytes().strip()) >= SHORTEST,
            "The secret is long enough.",
            f"The secret in {file} is too short. Take it away, and start again.",
        )
    shares = make_url(settings.database).get_backend_name() != "sqlite"
    yield _either(
        not (shares and settings.redis_url is not None and settings.secret is None),
        "All servers know the same secret.",
        "Several servers need one secret. Set it for all of them.",
    )


def others(settings: Settings) -> Iterator[Finding]:
    """What we reach over the network."""
    database = make_url(settings.database)
    if database.get_backend_name() != "sqlite":
        sure = database.query.get("sslmode") in _SURE
        yield _either(
            database.host in _HERE or sure,
            "The way to the database is closed to others.",
            "The database is on another machine. Add `?sslmode=verify-full` to its address.",
        )
    if settings.redis_url is not None:
        parts = urlsplit(settings.redis_url)
        yield _either(
            parts.hostname in _HERE or parts.scheme == "rediss",
            "The way to Redis is closed to others.",
            "Redis is on another machine. Use `rediss://` in its address.",
        )
        yield _either(
            parts.hostname in _HERE or parts.password is not None,
            "Redis asks for a password, or is on this machine.",
            "Redis asks for no password. Set one.",
        )
        yield _either(
            database.get_backend_name() != "sqlite",
            "Redis and the database are for several servers.",
            "Redis is for several servers, and SQLite for one. Use PostgreSQL, or no Redis.",
        )
    if settings.smtp_url is not None:
        # The way there is always closed: mail.py insists on TLS to another machine.
        yield _either(
            settings.mail_from is not None,
            "E-mails say who sends them.",
            "Set `mail_from`: e-mails without a sender are thrown away.",
        )


def running(settings: Settings) -> Iterator[Finding]:
    yield _either(
        settings.help_contact is not None,
        "Every page says whom to ask for help.",
        "Set `help_contact`: people need somebody to ask.",
    )
    yield _either(
        settings.session_days <= _A_YEAR,
        f"Somebody stays signed in for {settings.session_days} days.",
        f"Somebody stays signed in for {settings.session_days} days. Choose a year or less.",
    )
    yield _either(
        not (settings.metrics and urlsplit(settings.address).hostname not in _HERE),
        "Our numbers are not in public.",
        "/metrics is in public. Have your proxy keep it to yourself.",
    )
    folder = next(path for path in (settings.data_folder, *settings.data_folder.parents) if path)
    while not folder.exists():
        folder = folder.absolute().parent
    free = shutil.disk_usage(folder).free
    yield _either(
        free >= _LEAST_SPACE,
        f"There is space left: {free // 2**20} megabytes.",
        "The disk is nearly full. Nothing can be saved when it is.",
    )


def data(settings: Settings) -> Iterator[Finding]:
    """What the database tells. Nothing is changed in it."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield Finding(True, "There is no database yet. It is made when we start.")
        return
    engine = Store(settings.database).plain_engine()
    try:
        with engine.execution_options(reading=True).connect() as connection:
            yield from _told_by(connection)
    except SQLAlchemyError as error:
        yield Finding(False, f"We cannot read the database: {type(error).__name__}.")
    finally:
        engine.dispose()


def _told_by(connection: Connection) -> Iterator[Finding]:
    known = inspect(connection).has_table("alembic_version")
    done = known and connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
    yield _either(
        done,
        "The database is up to date.",
        "The database is of another version. Starting the server brings it up to date.",
    )
    if not done:
        return
    asked = text("SELECT name FROM groups WHERE lead_id IS NULL ORDER BY name LIMIT 10")
    without = list(connection.execute(asked).scalars())
    yield _either(
        not without,
        "Every group has somebody who hears reports.",
        f"Nobody is named to hear reports in: {', '.join(without)}.",
    )


CHECKS: list[Callable[[Settings], Iterator[Finding]]] = [
    address,
    files,
    process,
    secret,
    others,
    running,
    data,
]
