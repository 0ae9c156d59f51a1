"""Programs that tests start: on free ports, in their own process group, and always ended."""

import os
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.nursery import Child


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as asker:
        asker.bind(("127.0.0.1", 0))
        port: int = asker.getsockname()[1]
        return port


class Program:
    """A started program, with what it printed kept in a file. `more`: what `Child` may be told."""

    _is_program = True

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.log = log
        self.process = Child(
            command, log=log, environment=environment, program=self._is_program, **more
        )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def printed(self) -> str:
        """All it has printed so far."""
        return self.log.read_text(errors="replace")

    def ask_to_end(self, sign: signal.Signals = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Send a signal, wait for the end and return the exit status."""
        if self.running:
            self.process.send_signal(sign)
        try:
            return self.process.wait(seconds)
        finally:
            self.end()

    def end(self) -> None:
        """End it and all it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Command(Program):
    """`python -m server` with these words; what it printed as errors goes to `errors`."""

    _is_program = False

    def status(self) -> int:
        """Its exit status, once it has ended by itself."""
        return self.process.wait()
