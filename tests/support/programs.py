"""Programs that tests start: on free ports, in their own process group, and always ended."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as asker:
        asker.bind(("127.0.0.1", 0))
        port: int = asker.getsockname()[1]
        return port


class Process(Protocol):
    """What a program needs of `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sign: int, /) -> None: ...


class Program:
    """A started program, with what it printed kept in a file."""

    process: Process

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
        folder: Path | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if environment is None else environment),
                user=user,
                extra_groups=[] if user is not None else None,
                cwd=folder,
                start_new_session=True,
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
