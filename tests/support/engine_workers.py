"""Workers of the engine without their imports, which cost more than all else in most such tests.

They are the same processes with the same limits, only forked: tests/support/nursery.py. How they
start by themselves, and what becomes of those that fail, tests/server/live/test_engine.py asks.
"""

import asyncio
import os
from asyncio import ReadTransport, StreamReader, StreamReaderProtocol, StreamWriter
from pathlib import Path
from unittest.mock import patch

from server.live.engine import Engine
from tests.support.nursery import Child
from tests.support.waiting import until

# How a server starts one.
START_BY_ITSELF = Engine._start


class Worker:
    """A forked worker, with as much of `asyncio.subprocess.Process` as the engine needs."""

    def __init__(
        self, child: Child, stdin: StreamWriter, stdout: StreamReader, answers: ReadTransport
    ) -> None:
        self._child = child
        self._answers = answers
        self.pid = child.pid
        self.stdin = stdin
        self.stdout = stdout

    @property
    def returncode(self) -> int | None:
        return self._child.poll()

    async def wait(self) -> int | None:
        await until(lambda: self.returncode is not None, "a worker to end")
        self._answers.close()
        # A transport is closed a turn of the loop later.
        await asyncio.sleep(0)
        return self.returncode


async def _start(engine: Engine) -> Worker:
    """A worker that is forked."""
    requests, asking = os.pipe()
    answers, replying = os.pipe()
    here = Path(f"/proc/{os.getpid()}/fd")
    limits = (str(engine._memory), str(engine._seconds))
    child = Child(
        limits,
        kind="worker",
        reads=here / str(requests),
        log=here / str(replying),
        errors=Path(os.devnull),
        environment={},
    )
    os.close(requests)
    os.close(replying)
    loop = asyncio.get_running_loop()
    stdout = StreamReader()
    saying, _ = await loop.connect_read_pipe(
        lambda: StreamReaderProtocol(stdout), os.fdopen(answers, "rb", 0)
    )
    asked, protocol = await loop.connect_write_pipe(
        lambda: StreamReaderProtocol(StreamReader()), os.fdopen(asking, "wb", 0)
    )
    return Worker(child, StreamWriter(asked, protocol, None, loop), stdout, saying)


def fork_workers() -> None:
    """Have every Engine of this process fork its workers."""
    patch.object(Engine, "_start", _start).start()
