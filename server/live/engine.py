"""Worker processes that open documents, and what becomes of those that do not come back.

A worker is a fresh Python with nothing but the document code in it, spoken to through pipes. It
limits its own memory and processor time; when it dies, panics or overruns, the job fails by name
and the next one gets a fresh worker. None runs before it is needed, and none stays idle for long.
docs/decisions/engine-workers.md tells why this is not a process pool from a library.
"""

import asyncio
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, cast

from pycrdt import Doc

import server
from server import errors, metrics
from server.errors import CannotOpen, Refusal, Trouble
from server.live.work import Begun, Settled, Tail
from server.live.worker import DONE, FAILED, HEADER, LAST, PANIC, REFUSED, STEP
from server.settings import Settings
from server.writing.authors import Author
from server.writing.charter import Charter

# Processor time is what is limited; on a busy machine a job may wait this much longer for it.
_PATIENCE = 6
_IDLE = 30.0
_WAITING = 256


class WorkerDied(CannotOpen):
    """The worker's process ended: out of memory, a crash."""


class WorkerOverran(CannotOpen):
    """The worker took more time than a job has."""


class WorkerPanicked(CannotOpen):
    """The engine gave up inside the worker."""


class JobFailed(CannotOpen):
    """The document code raised an error that it should not have."""


class EngineBusy(Trouble):
    """More jobs wait than the workers can do for a good while."""


class Edit(Protocol):
    """One entry of a journal."""

    @property
    def author(self) -> Author | None: ...

    @property
    def change(self) -> bytes: ...


class Engine:
    """A few workers, started when needed; each does one job at a time."""

    def __init__(self, settings: Settings, *, idle: float = _IDLE) -> None:
        self._memory = settings.engine_memory
        self._seconds = settings.engine_seconds
        self._slots = asyncio.Semaphore(settings.engine_workers)
        self._free: list[Process] = []
        self._waiting = 0
        self._idle = idle
        self._idle_timer: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def processes(self) -> tuple[Process, ...]:
        """The workers that wait for a job."""
        return tuple(self._free)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return self._waiting

    async def begin(self, charter: Charter) -> Begun:
        """A new document holding a Charter."""
        return cast("Begun", await self._ask("begin", charter))

    async def settle(self, state: bytes, tail: Sequence[Edit]) -> Settled:
        """Read checkpoint and tail as a Charter, and write the next checkpoint.

        Raises WorkerDied, WorkerOverran, WorkerPanicked or JobFailed (all CannotOpen) when the
        document could not be opened; EngineBusy when too many wait.
        """
        return cast("Settled", await self._ask("settle", state, _plain(tail)))

    async def change(
        self, state: bytes, tail: Sequence[Edit], edit: Callable[[Doc[Any]], object]
    ) -> bytes:
        """The update that an edit of the server's own makes; `edit` must be picklable.

        Raises a Refusal that `edit` raises, and otherwise what `settle` does.
        """
        return cast("bytes", await self._ask("change", state, _plain(tail), edit))

    async def find_bad(self, state: bytes, tail: Sequence[Edit], first: int = 0) -> int | None:
        """The index of the first edit that no fresh worker can open; None when all open.

        Those before `first` are known to open.
        """
        reached: list[int] = []
        try:
            await self._ask("try_each", state, _plain(tail), first, fresh=True, step=reached.append)
        except CannotOpen:
            # Before the first step it is the checkpoint itself that cannot be opened.
            return reached[-1] if reached else None
        return None

    async def aclose(self) -> None:
        """End all workers."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        free, self._free = self._free, []
        for process in free:
            await _end(process)
        await asyncio.gather(*self._ending)

    async def _ask(
        self,
        job: str,
        *arguments: object,
        fresh: bool = False,
        step: Callable[[int], None] | None = None,
    ) -> object:
        async with self._worker(fresh) as process:
            started = asyncio.get_running_loop().time()
            request = pickle.dumps((job, arguments), protocol=5)
            try:
                return await self._converse(process, request, step)
            except (asyncio.IncompleteReadError, ConnectionError):
                code = await process.wait()
                raise (WorkerOverran if code == -signal.SIGXCPU else WorkerDied) from None
            except TimeoutError:
                raise WorkerOverran from None
            finally:
                metrics.engine_seconds.record(asyncio.get_running_loop().time() - started)

    async def _converse(
        self, process: Process, request: bytes, step: Callable[[int], None] | None
    ) -> object:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(HEADER.pack(b"?", len(request)) + request)
        async with asyncio.timeout(_PATIENCE * self._seconds) as limit:
            await process.stdin.drain()
            while True:
                header = await process.stdout.readexactly(HEADER.size)
                kind, size = HEADER.unpack(header)
                value = read_reply(await process.stdout.readexactly(size))
                if kind == STEP and step is not None:
                    step(cast("int", value))
                    now = asyncio.get_running_loop().time()
                    limit.reschedule(now + _PATIENCE * self._seconds)
                    continue
                break
        if kind == PANIC:
            raise WorkerPanicked
        if kind in (DONE, FAILED, REFUSED):
            self._put_back(process)
        if kind == REFUSED:
            raise _refusal(*cast("tuple[str, str]", value))
        if kind == FAILED:
            raise JobFailed from RuntimeError(str(value))
        assert kind in (DONE, LAST)  # noqa: S101 - the worker's own code writes nothing else
        return value

    @asynccontextmanager
    async def _worker(self, fresh: bool) -> AsyncIterator[Process]:
        """A worker for one job; unless it was put back, it is ended afterwards."""
        if self._waiting >= _WAITING:
            raise EngineBusy
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        process: Process | None = None
        try:
            process = self._take_free() if not fresh else None
            process = process or await self._start()
            yield process
        finally:
            self._slots.release()
            if process is not None and process not in self._free:
                ending = asyncio.create_task(_end(process))
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)

    def _take_free(self) -> Process | None:
        while self._free:
            process = self._free.pop()
            if process.returncode is None:
                return process
        return None

    def _put_back(self, process: Process) -> None:
        self._free.append(process)
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        loop = asyncio.get_running_loop()
        self._idle_timer = loop.call_later(self._idle, self._end_idle)

    def _end_idle(self) -> None:
        free, self._free = self._free, []
        for process in free:
            ending = asyncio.create_task(_end(process))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _start(self) -> Process:
        # Nothing of our surroundings but the path: they may hold a database's password.
        package = str(Path(server.__file__).parent.parent)
        environment = {"PYTHONPATH": package, "MALLOC_ARENA_MAX": "1"}
        command = (
            sys.executable,
            "-m",
            "server.live.worker",
            str(self._memory),
            str(self._seconds),
        )
        return await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env=environment
        )


async def _end(process: Process) -> None:
    """End a worker, whatever it is doing, and wait until it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            # `process.kill()` polls the process first, and takes its end from under asyncio.
            os.kill(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _refusal(kind: str, sentence: str) -> Refusal:
    """What a job refused, as it was raised over there."""
    found = getattr(errors, kind, None)
    if not (isinstance(found, type) and issubclass(found, Refusal)):
        return Refusal(sentence)
    refusal = found()
    refusal.sentence = sentence
    return refusal


def _plain(tail: Iterable[Edit]) -> Tail:
    return [(edit.author, edit.change) for edit in tail]


class _Reply(pickle.Unpickler):
    """Reads only our own plain values: a worker has opened what strangers wrote."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "server.live.work" or module.startswith("server.writing."):
            found = getattr(import_module(module), name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of ours")


def read_reply(body: bytes) -> object:
    """A worker's reply. Raises pickle.UnpicklingError for anything but our own values."""
    return _Reply(BytesIO(body)).load()
