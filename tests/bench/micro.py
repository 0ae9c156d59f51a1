"""How long single steps of our server take: `python -m tests.bench.micro`.

The best of several rounds, because everything that disturbs a measurement makes it slower; of
steps that wait for a disk or another process, the median. Prints microseconds for each step; what
a step costs in a busy server is for bench.ts to say.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pycrdt import Doc, Map, get_state, get_update, merge_updates
from sqlalchemy import select

from server.live import guard, wire
from server.live.engine import Engine
from server.live.entries import Batch
from server.live.journal import Journal
from server.live.known import Known
from server.migrations.upgrade import upgrade
from server.people.tables import PersonRow
from server.people.tokens import hash_of
from server.settings import Settings, bundled
from server.store import Store
from server.writing import document
from server.writing.authors import Author
from server.writing.markdown_in import parse
from tests.bench.seed import seed

ROUNDS = 5
ROUND_SECONDS = 0.2
WRITER = Author("writer")
LIMIT = 4 * 1024 * 1024


class Edit(NamedTuple):
    """One entry of a journal."""

    author: Author | None
    change: bytes


def microseconds(step: Callable[[], object]) -> float:
    """The time of one call, in the best of some rounds."""
    started = time.perf_counter()
    step()
    once = max(time.perf_counter() - started, 1e-7)
    calls = max(1, int(ROUND_SECONDS / once))
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(calls):
            step()
        best = min(best, time.perf_counter() - started)
    return best / calls * 1e6


def show(name: str, cost: float) -> None:
    print(f"{cost:12,.1f} µs  {name}", flush=True)


def keystrokes(state: bytes, count: int) -> Iterator[bytes]:
    """The updates of somebody who types `count` characters into one statement, one by one."""
    doc = document.opened(state)
    items: Map[Any] = doc.get("items", type=Map)
    text = next(iter(items.values()))["words"].children[0].children[0]
    for _ in range(count):
        before = doc.get_state()
        text += "x"
        yield doc.get_update(before)


def of_bytes(state: bytes) -> None:
    """What the process of the sockets does, on bytes alone."""
    typed = list(keystrokes(state, 200))
    known = Known.from_update(state)
    frame = wire.encode_update(typed[0])
    show("decode the frame of a keystroke", microseconds(lambda: wire.decode(frame)))

    def screen() -> guard.Screened:
        return guard.screen(
            typed[0], known, WRITER, may_write=True, document_limit=LIMIT, settled=True
        )

    show("screen a keystroke", microseconds(screen))
    again = Known.from_update(merge_updates(state, typed[0]))
    show(
        "screen a keystroke the room has",
        microseconds(
            lambda: guard.screen(typed[0], again, WRITER, may_write=True, document_limit=LIMIT)
        ),
    )
    whole = Known.from_update(state)

    def screen_again() -> guard.Screened:
        # What was seen before is known by its digest; here it comes for the first time.
        whole.seen = []
        return guard.screen(state, whole, WRITER, may_write=True, document_limit=LIMIT)

    show("screen a whole Charter the room has", microseconds(screen_again))
    show("merge 10 keystrokes", microseconds(lambda: merge_updates(*typed[:10])))
    show("merge 200 keystrokes", microseconds(lambda: merge_updates(*typed)))
    show("merge a Charter and a keystroke", microseconds(lambda: merge_updates(state, typed[0])))
    vector = get_state(state)
    show("answer a newcomer", microseconds(lambda: get_update(state, b"\x00")))
    show("answer somebody who has it all", microseconds(lambda: get_update(state, vector)))
    show("hash a token", microseconds(lambda: hash_of("x" * 43)))


def of_documents(state: bytes) -> None:
    """What an engine worker does, in this process."""

    def opened() -> Doc[Any]:
        return document.opened(state)

    doc = opened()
    source = bundled("charters", "national.md").read_bytes()
    show("open a Charter", microseconds(opened))
    show("read a Charter", microseconds(lambda: document.read(doc)))
    show("read a Markdown file", microseconds(lambda: parse(source)))


async def soonest(step: Callable[[], Awaitable[object]], times: int) -> float:
    """The microseconds of the median call of something that waits."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await step()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e6


async def of_workers(settings: Settings) -> None:
    """What an engine worker does, the way there and back included."""
    charter = parse(bundled("charters", "national.md").read_bytes())
    state = document.new_state(charter)
    tail = [Edit(WRITER, typed) for typed in keystrokes(state, 20)]
    async with aclosing(Engine(settings)) as engine:
        await engine.begin(charter)
        show("begin a Charter in a worker", await soonest(lambda: engine.begin(charter), 20))
        show(
            "settle 20 keystrokes in a worker",
            await soonest(lambda: engine.settle(state, tail), 20),
        )


async def of_journal(settings: Settings) -> None:
    """What a commit takes, the hop to its thread and back included."""
    seeded = await seed(settings, 10)
    store = Store(settings.database)
    async with store.session() as session:
        writer = Author((await session.scalars(select(PersonRow.id).limit(1))).one())
    batches = [Batch(charter["id"], 1, ((writer, b"\x00" * 30),)) for charter in seeded["charters"]]
    async with aclosing(Journal(store)) as journal:
        show("commit an edit", await soonest(lambda: journal.append(batches[:1]), 300))
        show("commit an edit in each of 10", await soonest(lambda: journal.append(batches), 300))
    await store.close()


def of_disk(folder: Path) -> None:
    """What a commit cannot do without."""
    with _appending(folder / "fsync") as append:
        show("append 4 kB and fsync", microseconds(append))


@contextmanager
def _appending(path: Path) -> Iterator[Callable[[], None]]:
    page = os.urandom(4096)
    with path.open("wb", buffering=0) as file:

        def append() -> None:
            file.write(page)
            os.fsync(file.fileno())

        yield append


def main() -> None:
    charter = parse(bundled("charters", "national.md").read_bytes())
    state = document.new_state(charter)
    print(f"The starter Charter: {len(charter.items)} items, {len(state):,} bytes.")
    with tempfile.TemporaryDirectory() as folder:
        of_bytes(state)
        of_documents(state)
        settings = Settings(data_folder=Path(folder))
        upgrade(settings)
        asyncio.run(of_workers(settings))
        asyncio.run(of_journal(settings))
        of_disk(Path(folder))


if __name__ == "__main__":
    main()
