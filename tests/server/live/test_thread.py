"""A thread that does blocking work for the event loop."""

import asyncio
import threading
from functools import partial

import pytest

from server.live.thread import WorkThread


async def test_work_is_done_in_the_order_it_came() -> None:
    thread, done = WorkThread("worker"), list[int]()
    await asyncio.gather(*(thread.run(partial(done.append, number)) for number in range(100)))
    await thread.aclose()
    assert done == list(range(100))


async def test_work_is_done_on_the_thread_and_its_result_comes_back() -> None:
    thread = WorkThread("worker")
    assert await thread.run(lambda: threading.current_thread().name) == "worker"
    await thread.aclose()


async def test_what_work_raises_is_raised_where_it_is_waited_for() -> None:
    thread = WorkThread("worker")
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)
    assert await thread.run(lambda: "still here") == "still here"
    await thread.aclose()


async def test_work_that_nobody_waits_for_any_more_is_finished() -> None:
    thread, may_go_on, done = WorkThread("worker"), threading.Event(), list[str]()

    def work() -> None:
        may_go_on.wait(10)
        done.append("done")

    waiting = asyncio.create_task(thread.run(work))
    await asyncio.sleep(0)
    waiting.cancel()
    may_go_on.set()
    await thread.aclose()
    assert done == ["done"]


async def test_a_thread_that_was_never_needed_ends_at_once() -> None:
    await WorkThread("worker").aclose()
