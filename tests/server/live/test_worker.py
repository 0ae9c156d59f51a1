"""A worker's side of the pipes."""

import io
import os
import pickle
import resource
import subprocess
import sys

import pytest

from server.live import worker
from server.live.worker import DONE, FAILED, HEADER, LAST, PANIC, STEP
from tests.server.live.updates import Writer


def _ask(*jobs: tuple[str, tuple[object, ...]]) -> bytes:
    requests = [pickle.dumps(job) for job in jobs]
    return b"".join(HEADER.pack(b"?", len(body)) + body for body in requests)


def _replies(written: bytes) -> list[tuple[bytes, object]]:
    replies = []
    while written:
        kind, size = HEADER.unpack(written[: HEADER.size])
        replies.append((kind, pickle.loads(written[HEADER.size : HEADER.size + size])))  # noqa: S301 - ours
        written = written[HEADER.size + size :]
    return replies


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> "Serve":
    monkeypatch.setattr(worker, "limit_time", lambda _seconds: None)
    monkeypatch.setattr(worker, "held", lambda: 0)
    return Serve()


class Serve:
    def __call__(self, *jobs: tuple[str, tuple[object, ...]]) -> list[tuple[bytes, object]]:
        written = io.BytesIO()
        worker.serve(io.BytesIO(_ask(*jobs)), written, 1.0)
        return _replies(written.getvalue())


def test_a_worker_does_one_job_after_another(serve: Serve) -> None:
    ben = Writer(7)
    added = ben.add("i1", "Hello")
    replies = serve(("settle", (b"", [])), ("settle", (b"", [("ben", added)])))
    assert [kind for kind, _ in replies] == [DONE, DONE]


def test_a_job_that_raises_is_told_by_name_and_the_worker_goes_on(serve: Serve) -> None:
    replies = serve(("settle", (b"\xff", [])), ("settle", (b"", [])))
    assert [kind for kind, _ in replies] == [FAILED, DONE]


def test_steps_are_told_before_the_result(serve: Serve) -> None:
    added = Writer(7).add("i1", "Hello")
    replies = serve(("try_each", (b"", [("ben", added)], 0)))
    assert replies == [(STEP, 0), (DONE, None)]


def test_a_worker_ends_itself_after_a_panic(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        pass

    def panic(*_arguments: object) -> None:
        raise Panic

    monkeypatch.setitem(worker.JOBS, "settle", panic)
    written = io.BytesIO()
    with pytest.raises(SystemExit):
        worker.serve(io.BytesIO(_ask(("settle", (b"", [])))), written, 1.0)
    assert _replies(written.getvalue()) == [(PANIC, "Panic")]


def test_a_worker_that_held_much_memory_makes_way(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "held", lambda: worker.PLENTY + 1)
    replies = serve(("settle", (b"", [])), ("settle", (b"", [])))
    assert [kind for kind, _ in replies] == [LAST]


def test_a_worker_limits_itself_and_gives_way() -> None:
    """Its limits hold, and it competes with nobody."""
    read, write = os.pipe()
    program = (
        "import os, resource as r\n"
        "from server.live import worker\n"
        "def serve(*_):\n"
        "    limits = [r.getrlimit(one)[0] for one in (r.RLIMIT_AS, r.RLIMIT_CORE)]\n"
        f"    out = open({write}, 'w')\n"
        "    print(*limits, os.nice(0), os.sched_getscheduler(0), file=out)\n"
        "worker.serve = serve\n"
        "worker.main()\n"
    )
    niceness = os.nice(0)
    subprocess.run(
        [sys.executable, "-c", program, str(300 << 20), "2"],
        check=True,
        pass_fds=(write,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    os.close(write)
    told = os.read(read, 200).split()
    os.close(read)
    assert told == [b"%d" % n for n in (300 << 20, 0, min(19, niceness + 10), os.SCHED_BATCH)]


def test_processor_time_is_limited_from_here_on(monkeypatch: pytest.MonkeyPatch) -> None:
    set_to: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, to: set_to.append((which, to)))
    worker.limit_time(3.0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    [(which, (soft, hard))] = set_to
    assert which == resource.RLIMIT_CPU
    assert 3 <= soft - used.ru_utime - used.ru_stime + 0.1 <= 5
    assert hard == resource.RLIM_INFINITY
