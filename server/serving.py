"""Running the server: one on a data folder, a clean start and a clean stop."""

import fcntl
import gc
import os
import resource
import socket
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from sqlalchemy import make_url

from server import logs
from server.app import create_app
from server.errors import DataFolderInUse
from server.live.connection import LiveProtocol
from server.live.rooms import Rooms
from server.migrations.upgrade import upgrade
from server.settings import Settings
from server.store import Store

log = logs.logger(__name__)

_BACKLOG = 2048
# New objects before a young collection, young ones before a middle one, those before a full one.
_COLLECT_AFTER = (10_000, 20, 50)


class _Server(uvicorn.Server):
    """Stops cleanly: everybody is told and everything is written before connections close."""

    def __init__(self, config: uvicorn.Config, rooms: Rooms, ready: str) -> None:
        super().__init__(config)
        self._rooms = rooms
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            rest_collector()
            print(self._ready, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._rooms.stop()
        await super().shutdown(sockets)


def serve(settings: Settings, prepare: Callable[[], str]) -> None:
    """Serve until SIGTERM or Ctrl+C.

    `prepare` may change what is stored, for nobody else serves it then; what it returns is
    printed when people can come in. Raises DataFolderInUse when another server has this folder.
    """
    logs.configure(settings.log_format, settings.log_level)
    settings.make_data_folder()
    _allow_many_connections()
    with alone(settings):
        upgrade(settings)
        app = create_app(settings)
        _stretch_log(app.state.store)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            ws=LiveProtocol,
            ws_max_size=settings.frame_limit,
            ws_per_message_deflate=False,
            backlog=_BACKLOG,
            access_log=False,
            log_config=None,
            server_header=False,
            # Whose word counts for where a request comes from (web/limits.py).
            proxy_headers=True,
            forwarded_allow_ips=settings.proxies,
            timeout_graceful_shutdown=10,
        )
        _address_file(settings).write_text(settings.address, encoding="utf-8")
        ready = f"Ready at {settings.address}{prepare()}"
        _Server(config, app.state.rooms, ready).run()


def served_at(settings: Settings) -> str:
    """Where people find the server of this data folder, for links that other commands print.

    The address set, else that of the server which was started last, whatever its port.
    """
    if settings.public_url is None and _address_file(settings).is_file():
        return _address_file(settings).read_text(encoding="utf-8")
    return settings.address


def _address_file(settings: Settings) -> Path:
    return settings.data_folder / "server.address"


def _stretch_log(store: Store) -> None:
    try:
        store.stretch_log()
    except sqlite3.Error:
        # A disk that is nearly full: Charters can still be read, and small changes made.
        log.warning("log_not_stretched")


def rest_collector() -> None:
    """Keep the garbage collector from looking at the program itself again and again.

    A full collection stops everybody for as long as it looks at every object there is. What is
    there now stays for ever; what connections leave behind in circles is little.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _allow_many_connections() -> None:
    """Use as many open files as the system lets us; each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def alone(settings: Settings) -> Generator[None]:
    """Hold the SQLite file while it is served, wherever it is.

    With PostgreSQL several servers may share everything, and nothing is held.
    """
    database = make_url(settings.database)
    if database.get_backend_name() != "sqlite" or database.database is None:
        yield
        return
    with Path(f"{database.database}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataFolderInUse from None
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
