"""Engine workers as real processes: killed, replaced, and none left behind."""

import asyncio
import os
import pickle
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from server.errors import CannotOpen, UnknownStatement
from server.live import work
from server.live.engine import (
    Engine,
    EngineBusy,
    JobFailed,
    WorkerDied,
    WorkerOverran,
    WorkerPanicked,
    _refusal,
    read_reply,
)
from server.live.known import Known
from server.settings import Settings
from server.writing import document, rich_text
from server.writing.authors import Author
from server.writing.charter import Charter, Kind
from server.writing.edits import SetLeftOut, apply
from tests.server.live import spells
from tests.server.live.hostile import Crafter, Edit, Gate, made
from tests.server.live.updates import Writer, hostile, sessions, structs, under, update
from tests.support.engine_workers import START_BY_ITSELF

ANN, BEN, MALLORY = Author("ann"), Author("ben"), Author("mallory")

SETTINGS = Settings(engine_seconds=1.0, engine_memory=256 * 1024 * 1024)


@pytest.fixture(autouse=True)
def workers_start_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server, and not as in all other tests."""
    monkeypatch.setattr(Engine, "_start", START_BY_ITSELF)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(SETTINGS)
    yield engine
    await engine.aclose()


def _edits(*changes: bytes) -> Sequence[Edit]:
    return [Edit(BEN, change) for change in changes]


def _child_of_a_value(client: int) -> bytes:
    """What no engine can place, as a guard would not let it in: a child of the item's `kind`."""
    return update(structs(client, 0, under(TYPE, b"\x06", (7, 1))))


TYPE = 7
BAD = _child_of_a_value(999)


async def test_a_worker_settles_and_stays_for_the_next(engine: Engine) -> None:
    ben = Writer(7)
    added = ben.add("i1", "Hello")
    settled = await engine.settle(b"", _edits(added))
    assert [item.id for item in settled.reading.charter.items] == ["i1"]
    again = await engine.settle(settled.state, _edits(ben.type("i1", 5, "!")))
    assert again.changed == {"i1": (BEN,)}
    assert len(engine.processes) == 1


async def test_no_worker_runs_before_it_is_needed_nor_long_after() -> None:
    engine = Engine(SETTINGS, idle=0.01)
    await engine.begin(Charter(title="Ours", summary="", language="en-GB", items=()))
    [process] = engine.processes
    assert await asyncio.wait_for(process.wait(), 10) != 0
    assert engine.processes == ()
    await engine.aclose()


async def test_what_an_edit_refuses_is_refused_by_its_name(engine: Engine) -> None:
    edit = partial(apply, edits=[SetLeftOut("nothing", True)])
    with pytest.raises(UnknownStatement, match=UnknownStatement.sentence):
        await engine.change(b"", (), edit)
    assert len(engine.processes) == 1


def test_a_refusal_that_we_do_not_know_is_still_one() -> None:
    assert _refusal("SystemExit", "No.").sentence == "No."


async def test_a_change_of_the_servers_own(engine: Engine) -> None:
    ben = Writer(7)
    added = ben.add("i1", "Hello")
    made = await engine.change(added, (), partial(document.move, item_id="i1", place="a9"))
    settled = await engine.settle(added, _edits(made))
    assert settled.reading.charter.items[0].position == "a9"


@pytest.mark.parametrize(
    ("spell", "refusal"),
    [
        (spells.spin, WorkerOverran),
        (spells.swell, CannotOpen),
        (spells.crash, WorkerDied),
        (spells.panic, WorkerPanicked),
        (spells.fail, JobFailed),
    ],
    ids=lambda value: value.__name__,
)
async def test_what_stops_a_worker_is_told_by_name_and_the_next_job_is_done(
    engine: Engine, spell: spells.Spell, refusal: type[CannotOpen]
) -> None:
    with pytest.raises(refusal):
        await engine.change(b"", (), spell)
    settled = await engine.settle(b"", _edits(Writer(7).add("i1")))
    assert settled.changed == {"i1": (BEN,)}


async def test_a_worker_that_was_killed_between_two_jobs_is_replaced(engine: Engine) -> None:
    await engine.settle(b"", ())
    [process] = engine.processes
    process.kill()
    await process.wait()
    await engine.settle(b"", ())


async def test_a_worker_that_takes_no_processor_time_is_not_waited_for_for_ever() -> None:
    engine = Engine(replace(SETTINGS, engine_seconds=0.1))
    with pytest.raises(WorkerOverran):
        await engine.change(b"", (), spells.sleep)
    await engine.aclose()


async def test_a_job_that_is_given_up_ends_its_worker(engine: Engine) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            await engine.change(b"", (), spells.spin)
    await engine.aclose()
    assert engine.processes == ()


async def test_jobs_wait_for_their_turn_and_too_many_are_told_so(engine: Engine) -> None:
    jobs = [asyncio.create_task(engine.settle(b"", ())) for _ in range(400)]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    refused = [one for one in done if isinstance(one, BaseException)]
    assert 0 < len(refused) < 400
    assert {type(one) for one in refused} == {EngineBusy}


async def test_the_edit_that_stops_a_worker_is_found(engine: Engine) -> None:
    ben = Writer(7)
    good = [ben.add("i1", "Hello"), *(ben.type("i1", 0, "x") for _ in range(5))]
    tail = _edits(*good[:3], BAD, *good[3:])
    with pytest.raises(CannotOpen):
        await engine.settle(b"", tail)
    assert await engine.find_bad(b"", tail) == 3
    assert await engine.find_bad(b"", [*tail[:3], *tail[4:]]) is None


async def test_a_checkpoint_that_cannot_be_opened_blames_no_edit(engine: Engine) -> None:
    assert await engine.find_bad(b"\xff\xff", _edits(Writer(7).add("i1"))) is None


@pytest.mark.parametrize("name", [name for name in hostile() if "hang" in name][:3])
async def test_an_edit_that_never_comes_back_is_found(engine: Engine, name: str) -> None:
    """Opened unscreened, as if the guard had let it through."""
    with suppress(CannotOpen):
        await engine.settle(b"", _edits(*hostile()[name]))
    bad = await engine.find_bad(b"", _edits(*hostile()[name]))
    assert bad is None or bad < len(hostile()[name])


async def test_a_worker_knows_nothing_of_our_surroundings(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_CHARTER_DATABASE_URL", "postgresql://secret")
    await engine.settle(b"", ())
    [process] = engine.processes
    with open(f"/proc/{process.pid}/environ", "rb") as environment:  # noqa: PTH123, ASYNC230
        assert b"secret" not in environment.read()


def test_values_of_other_kinds_are_not_read_from_a_worker() -> None:
    """A worker has opened what strangers wrote; its pickles may hold our plain values only."""
    for value in (os.system, EngineBusy, document.opened):
        with pytest.raises(pickle.UnpicklingError):
            read_reply(pickle.dumps(value))
    assert read_reply(pickle.dumps(Kind.HEADING)) is Kind.HEADING


# What the guard lets through of updates that nobody's editor wrote

SEED = 20_260_722
OPENED = 100


async def test_what_passed_the_guard_is_opened_or_fails_by_name(engine: Engine) -> None:
    """Each alone: a worker that it stops takes nothing else with it."""
    state = sessions()[0].state
    known = Known.from_update(state)
    passed = [
        change
        for change in made(SEED, 10 * OPENED, known)
        if Gate(Edit(BEN, state)).receive(change, MALLORY) == "New"
    ]
    assert len(passed) > OPENED // 2
    ends: Counter[str] = Counter()
    for change in Random(SEED).sample(passed, min(OPENED, len(passed))):
        try:
            settled = await engine.settle(state, [Edit(MALLORY, change)])
        except CannotOpen as failure:
            ends[failure.kind] += 1
        else:
            ends["opened"] += 1
            again = work.settle(settled.state, ()).reading.charter.items
            assert set(settled.reading.charter.items) <= set(again)
    assert ends["opened"] >= 0.95 * ends.total(), ends


async def test_a_room_of_crafted_edits_settles_with_all_honest_words(engine: Engine) -> None:
    """All that one crafter got past the guard, on top of each other and of honest words."""
    state = sessions()[0].state
    item = min(sessions()[0].words)
    ben = Writer(7, state)
    room = Gate(Edit(ANN, state))
    crafter = Crafter(Random(SEED), room.known)
    for _ in range(200):
        room.receive(crafter.update(), MALLORY)
        assert room.receive(ben.type(item, 0, "!"), BEN) == "New"
    assert sum(edit.author == MALLORY for edit in room.edits) > 20
    settled = await engine.settle(b"", room.edits)
    [written] = [one for one in settled.reading.charter.items if one.id == item]
    assert rich_text.plain(written.words).count("!") == 200


async def test_what_stops_a_worker_is_set_aside_and_honest_words_stay(engine: Engine) -> None:
    """As the room does it: find the bad edit, take it out with what stands on it, go on."""
    ben = Writer(7)
    edits = [Edit(BEN, ben.add("i1"))]
    for place in range(20):
        edits.append(Edit(BEN, ben.type("i1", 0, "!")))
        if place % 5 == 0:
            edits.append(Edit(MALLORY, _child_of_a_value(1_000 + place)))
    aside = 0
    while True:
        try:
            settled = await engine.settle(b"", edits)
            break
        except CannotOpen:
            bad = await engine.find_bad(b"", edits)
            assert bad is not None
            assert edits.pop(bad).author == MALLORY
            aside += 1
    assert aside == 4
    [written] = settled.reading.charter.items
    assert rich_text.plain(written.words) == 20 * "!"
