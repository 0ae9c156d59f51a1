"""A worker process: does one job of `work.py` after another, asked through pipes.

Started by `engine.py` as `python -m server.live.worker MEMORY SECONDS`. It reads requests from
standard input and writes replies to standard output, each a kind, a length and a pickle. It knows
no settings and no database, and it may be killed at any moment.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO

from server.live import work

HEADER = struct.Struct(">cI")
STEP, DONE, LAST, FAILED, REFUSED, PANIC = b"s", b"d", b"l", b"f", b"r", b"p"
JOBS: dict[str, Callable[..., Any]] = {
    "begin": work.begin,
    "settle": work.settle_changed,
    "change": work.change,
    "try_each": work.try_each,
}
# The kernel gives a contended core mostly to the sockets' process: about ten times as much.
NICENESS = 10
# A worker that holds this much after a job will not give it back; a fresh one takes its place.
PLENTY = 96 * 1024 * 1024
# What a library leaks is gone with the process.
JOBS_EACH = 5_000


def serve(requests: BinaryIO, replies: BinaryIO, seconds: float) -> None:
    """Do jobs until the requests end, or until this worker should be replaced."""

    def reply(kind: bytes, value: object) -> None:
        body = pickle.dumps(value, protocol=5)
        replies.write(HEADER.pack(kind, len(body)) + body)
        replies.flush()

    def step(place: int) -> None:
        limit_time(seconds)
        reply(STEP, place)

    for done in range(1, JOBS_EACH + 1):
        header = requests.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        name, arguments = pickle.loads(requests.read(HEADER.unpack(header)[1]))  # noqa: S301 - ours
        limit_time(seconds)
        job = JOBS[name]
        try:
            result = job(*arguments, step) if name == "try_each" else job(*arguments)
        except work.EditRefused as refused:
            reply(REFUSED, (refused.refusal.kind, refused.refusal.sentence))
            continue
        except Exception as error:
            # A job that raises has said all it has to say; its document is gone with it.
            reply(FAILED, type(error).__name__)
            continue
        except BaseException as error:
            # After a panic of the engine nothing in this process is to be trusted.
            reply(PANIC, type(error).__name__)
            raise SystemExit(1) from None
        last = done == JOBS_EACH or held() > PLENTY
        reply(LAST if last else DONE, result)
        if last:
            return


def limit_time(seconds: float) -> None:
    """End this process when it takes more processor time than this from here on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def held() -> int:
    """The memory this process holds, in bytes.

    Not the peak that `getrusage` tells: Linux passes a parent's on through fork and exec, and the
    sockets' process may be large.
    """
    resident = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(resident) * resource.getpagesize()


def give_way() -> None:
    """Let the sockets' process go first, also when both wake up at once."""
    os.nice(NICENESS)
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def main() -> None:
    """Take the limits from the command line, and serve."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    replies = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints would break into the replies; a panic may even quote words.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, replies, seconds)


if __name__ == "__main__":
    main()
