import sqlite3
from collections.abc import Collection
from typing import Any, cast

import pytest

from server.live import wiping as module
from server.live.wiping import Wiping
from tests.support.waiting import until


class Files:
    """The files of a database, and the rooms of its server: what each `wipe` will come to."""

    def __init__(self, *answers: bool | Exception, owed: bool = False) -> None:
        self.answers = list(answers)
        self.owed = owed
        self.done: list[str] = []
        self.tables: set[str] = set()
        self.quiet = True
        self.time = 0.0

    def owes_wipe(self) -> bool:
        return self.owed

    def empty_log(self) -> bool:
        self.done.append("empty")
        return True

    def wipe(self, tables: Collection[str]) -> bool:
        self.done.append("wipe")
        self.tables |= set(tables)
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stretch_log(self) -> None:
        self.done.append("stretch")

    def quiet_for(self) -> float:
        return 5.0 if self.quiet else 0.5

    def now(self) -> float:
        return self.time


def wiping_of(files: Files) -> Wiping:
    return Wiping(cast("Any", files), cast("Any", files))


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_QUIET", 3.0)
    monkeypatch.setattr(module, "_LOOK", 0.001)
    monkeypatch.setattr(module, "_AGAIN", 0.001)


async def busy(files: Files) -> Wiping:
    """Wiping that was asked for while somebody writes, and that looked a few times since."""
    looks = 0
    files.quiet = False
    quiet_for = files.quiet_for

    def counted() -> float:
        nonlocal looks
        looks += 1
        return quiet_for()

    cast("Any", files).quiet_for = counted
    wiping = wiping_of(files)
    await wiping.ask()
    await until(lambda: looks > 3, "a few looks")
    return wiping


async def test_files_are_wiped_at_once_when_nobody_writes() -> None:
    files = Files()
    wiping = wiping_of(files)
    await wiping.ask()
    await wiping.done()
    assert files.done == ["empty", "wipe", "stretch"]


async def test_while_somebody_writes_only_the_log_is_emptied() -> None:
    files = Files()
    wiping = await busy(files)
    assert files.done == ["empty"]
    files.quiet = True
    await wiping.done()
    assert files.done == ["empty", "wipe", "stretch"]


async def test_an_hour_of_writing_is_waited_for_and_no_more() -> None:
    files = Files()
    wiping = await busy(files)
    files.time = 3601.0
    await wiping.done()
    assert files.done == ["empty", "wipe", "stretch"]


async def test_a_server_that_stops_wipes_at_once() -> None:
    files = Files()
    wiping = await busy(files)
    await wiping.stop()
    assert files.done == ["empty", "wipe", "stretch"]


async def test_a_server_that_cannot_wipe_stops_all_the_same() -> None:
    files = Files(False)
    wiping = await busy(files)
    await wiping.stop()
    assert files.done == ["empty", "wipe"]


@pytest.mark.parametrize("answer", [False, sqlite3.OperationalError("database or disk is full")])
async def test_what_could_not_be_wiped_is_tried_again(answer: bool | Exception) -> None:
    files = Files(answer, answer)
    wiping = wiping_of(files)
    await wiping.ask(["persons"])
    await wiping.done()
    assert files.done == ["empty", "wipe", "wipe", "wipe", "stretch"]
    assert files.tables > {"persons", "journal", "wordings"}


async def test_it_is_tried_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def at_once(_: Wiping, seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(module, "_AGAIN", 10.0)
    monkeypatch.setattr(Wiping, "_pause", at_once)
    wiping = wiping_of(Files(*[False] * 7))
    await wiping.ask()
    await wiping.done()
    assert pauses == [10, 40, 160, 640, 2560, 3600, 3600]


async def test_all_that_was_asked_for_meanwhile_is_wiped_together() -> None:
    files = Files()
    wiping = await busy(files)
    await wiping.ask(["persons"])
    await wiping.ask(["uploads"])
    files.quiet = True
    await wiping.done()
    assert files.done.count("wipe") == 1
    assert files.tables > {"persons", "uploads", "journal"}


async def test_what_an_earlier_run_owes_is_done_before_anybody_comes() -> None:
    files = Files(owed=True)
    await wiping_of(files).start()
    assert files.done == ["wipe", "stretch"]


async def test_what_cannot_be_done_at_the_start_is_done_later() -> None:
    files = Files(False, owed=True)
    wiping = wiping_of(files)
    await wiping.start()
    await wiping.done()
    assert files.done == ["wipe", "wipe", "stretch"]


async def test_nothing_is_done_where_nothing_is_owed() -> None:
    files = Files()
    wiping = wiping_of(files)
    await wiping.start()
    await wiping.stop()
    assert files.done == []
