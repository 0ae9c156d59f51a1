"""The parent of all that tests start, and `python -m server` without its second of imports.

A server is forked from this process, which has done its imports; another program is run as it is.
Each is a process of its own, with its own id, group, environment, output and end, `kill -9`
included. The nursery is asked by lines of JSON. It is the parent, so only it can say how one ended;
and when the tests end, even by `kill -9`, so does all that they started.
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
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import TemplateSyntaxError

from server.settings import Settings
from server.web import templates
from tests.support.compiled import keep_compiled_templates
from tests.support.waiting import PAUSE

ROOT = Path(__file__).parent.parent.parent
# What a server imports before it is ready. The first migration brings in Alembic.
_IMPORTS = ("server.__main__", "alembic.command", "alembic.config")


class Nursery:
    """One process that others are forked from. It ends with the process that asked for it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.nursery"],
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
def nursery() -> Nursery:
    """The nursery of this test process, started when it is first needed."""
    return Nursery()


class Child:
    """A process of the nursery's, with as much of `subprocess.Popen` as `Program` needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            self._status = nursery().ask("poll", pid=self.pid)
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


def _serve() -> None:
    """Fork and tell, until nobody is there to ask."""
    for name in _IMPORTS:
        import_module(name)
    _compile_templates()
    # Children would copy every page only because their collector looked at it.
    gc.collect()
    gc.freeze()
    living: dict[int, str | None] = {}
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        answer: int | None
        if asked["do"] == "start":
            answer = _start(asked)
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


def _compile_templates() -> None:
    """Every page compiled, so that no server has to do it again."""
    keep_compiled_templates()
    environment = templates.Templates(Settings()).environment
    for name in environment.list_templates():
        # One that is broken is told of where it is asked for.
        with suppress(TemplateSyntaxError):
            environment.get_template(name)


def _ended(pid: int) -> int | None:
    """How a child ended, as `subprocess` says it; none while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _start(asked: dict[str, Any]) -> int:
    """Fork; back when the child leads its own group, so that all of it can be ended."""
    listen, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(tell)
        os.close(listen)
        _become(asked)
    os.close(tell)
    os.read(listen, 1)
    os.close(listen)
    return pid


def _become(asked: dict[str, Any]) -> NoReturn:
    """Be the program or the server's command, and end as it does."""
    for number, path, how in (
        (0, os.devnull, os.O_RDONLY),
        (1, asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, asked["errors"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        file = os.open(path, how, 0o666)
        os.dup2(file, number)
        os.close(file)
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
    sys.argv = ["server", *asked["words"]]
    sys.exit(import_module("server.__main__").main(asked["words"]))


if __name__ == "__main__":
    _serve()
