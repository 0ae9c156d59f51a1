"""A Redis server of the tests' own, on a free port, that can go away and come back."""

import shutil
import socket
import tempfile
from pathlib import Path

from tests.support.programs import Program, free_port
from tests.support.real_parts import REDIS
from tests.support.waiting import wait_until


class RedisServer:
    """Started at once; `stop` and `start` again keep its address."""

    def __init__(self) -> None:
        self._binary = REDIS.path()
        self._folder = Path(tempfile.mkdtemp(prefix="our-charter-redis-"))
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._program: Program | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        port = str(self.port)
        command = [self._binary, "--port", port, "--bind", "127.0.0.1", "--save", ""]
        self._program = Program(
            command, self._folder / "log", folder=self._folder, own=self._folder
        )
        wait_until(self._answers, "Redis to answer")

    def stop(self) -> None:
        """End it at once, as if its machine had gone."""
        if self._program is not None:
            self._program.end()
            self._program = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        assert self._program is not None
        assert self._program.running, self._program.printed()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
