"""The parent of all that tests start, and our own programs without their imports.

A server, or a worker of its engine, is forked from a process that has done its imports; any other
program is run as it is. Each is a process with its own id, group, environment, files and end,
`kill -9` included. A nursery is asked by lines of JSON. It is the parent, so only it can say how
one ended; and when the tests end, even by `kill -9`, so does all that they started.
"""

import atexit
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from tests.support.waiting import PAUSE

ROOT = Path(__file__).parent.parent.parent
# Each is run by the `main` of the first of its imports. The first migration brings in Alembic.
# A worker looks at how much memory it holds: it is forked from a process as small as itself.
_IMPORTS = {
    "server": ("server.__main__", "alembic.command", "alembic.config"),
    "worker": ("server.live.worker",),
}


class Nursery:
    """One process that others are forked from. It ends with the process that asked for it."""

    def __init__(self, kind: str) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )
        atexit.register(self._process.communicate)

    def ask(self, do: str, **details: object) -> Any:
        """Have one thing done; returns the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            self._process.stdin.write(json.dumps({"do": do, **details}).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, "the nursery ended: can `server.__main__` be imported?"
        return json.loads(line)


@cache
def nursery(kind: str = "server") -> Nursery:
    """A nursery of this test process, started when it is first needed."""
    return Nursery(kind)


class Child:
    """A process of a nursery's, with as much of `subprocess.Popen` as tests need.

    `program`: whether the words name one; if not, they are for what the nursery has imported.
    `own`: a folder to take away with it, should nobody be there any more to end it.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        log: Path,
        kind: str = "server",
        program: bool = False,
        environment: Mapping[str, str] | None = None,
        reads: Path = Path(os.devnull),
        errors: Path | None = None,
        user: int | None = None,
        folder: Path | None = None,
        own: Path | None = None,
    ) -> None:
        self._nursery = nursery(kind)
        self._status: int | None = None
        self.pid: int = self._nursery.ask(
            "start",
            words=list(words),
            program=program,
            environment=dict(os.environ if environment is None else environment),
            files=[str(reads), str(log), str(errors or log)],
            user=user,
            folder=folder and str(folder),
            own=own and str(own),
        )

    def poll(self) -> int | None:
        if self._status is None:
            self._status = self._nursery.ask("poll", pid=self.pid)
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if timeout is not None and end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(PAUSE)
        return status

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sign)


def _serve(kind: str) -> None:
    """Fork and tell, until nobody is there to ask."""
    first, *_ = [import_module(name) for name in _IMPORTS[kind]]
    if kind == "server":
        # So that no server has to do it again.
        import_module("tests.support.compiled").compile_templates()
    # Children would copy every page only because their collector looked at it.
    gc.collect()
    gc.freeze()
    living: dict[int, str | None] = {}
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        answer: int | None
        if asked["do"] == "start":
            answer = _start(asked, first.main)
            living[answer] = asked["own"]
        elif (answer := _ended(asked["pid"])) is not None:
            living.pop(asked["pid"], None)
        # Nobody may be there any more to read it.
        with suppress(BrokenPipeError):
            print(json.dumps(answer), flush=True)
    _end_all(living)


def _end_all(living: Mapping[int, str | None]) -> None:
    """End what nobody can ask about any more, and take away the folders that went with it."""
    for pid, folder in living.items():
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _ended(pid: int) -> int | None:
    """How a child ended, as `subprocess` says it; none while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _start(asked: dict[str, Any], main: Callable[[], int | None]) -> int:
    """Fork; back when the child has its files, and leads its own group to be ended with."""
    listen, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for number, path in enumerate(asked["files"]):
            how = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
            file = os.open(path, how, 0o666)
            os.dup2(file, number)
            os.close(file)
        os.close(tell)
        os.close(listen)
        _become(asked, main)
    os.close(tell)
    os.read(listen, 1)
    os.close(listen)
    return pid


def _become(asked: dict[str, Any], main: Callable[[], int | None]) -> NoReturn:
    """Be the program or our own `main`, and end as it does."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, write_through=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(asked["environment"])
    if asked["folder"] is not None:
        os.chdir(asked["folder"])
    if asked["user"] is not None:
        os.setgroups([])
        os.setuid(asked["user"])
    if asked["program"]:
        os.execvp(asked["words"][0], asked["words"])  # noqa: S606 -- no shell is wanted
    sys.argv = ["", *asked["words"]]
    sys.exit(main())


if __name__ == "__main__":
    _serve(sys.argv[1])
