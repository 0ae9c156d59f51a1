"""Changes of the server's own, on a real database with real engine workers."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pycrdt import Doc
from sqlalchemy import Connection, select, text, update

from server.bus.memory import MemoryBus
from server.bus.redis import RedisBus
from server.errors import (
    BeingWritten,
    CannotOpen,
    DocumentFull,
    MayNot,
    Stopping,
    Trouble,
    UnknownCharter,
    UnknownStatement,
)
from server.live import changing as module
from server.live import wire
from server.live.presence import WRITING
from server.live.settling import set_aside
from server.people.tables import PersonRow
from server.store import Store
from server.writing.authors import Author
from server.writing.document import Part
from server.writing.edits import Edit, SetText, apply
from server.writing.rich_text import from_text
from tests.server.live.doors import open_door
from tests.server.live.faults import Faults, faults_of
from tests.server.live.servers import SETTINGS, Server, saved, stored
from tests.server.live.sinks import ANN, BEN, as_seen, news, updates
from tests.server.live.stored import Stored, store_charter
from tests.server.live.updates import Writer
from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.waiting import until


class FarBus(MemoryBus):
    """A bus that others may hear, and whose answers take their time."""

    is_alone = False

    def publish(self, topic: str, message: dict[str, object]) -> None:
        asyncio.get_running_loop().call_later(0.05, super().publish, topic, message)


@pytest.fixture
async def charter(store: Store) -> Stored:
    return await store_charter(store)


@pytest.fixture
def faults(store: Store) -> Iterator[Faults]:
    with faults_of(store) as faults:
        yield faults


def says(words: str, item: str = "s1") -> partial[None]:
    edits: list[Edit] = [SetText(item, Part.WORDS, from_text(words))]
    return partial(apply, edits=edits)


def nothing(doc: Doc[Any]) -> None:
    """An edit that changes nothing."""


def stumble(doc: Doc[Any]) -> None:
    raise ValueError("a bug of ours")


def renames(name: str) -> Callable[[Connection], None]:
    def record(connection: Connection) -> None:
        connection.execute(update(PersonRow).where(PersonRow.id == "p-ann").values(name=name))

    return record


async def name_of_ann(store: Store) -> str | None:
    async with store.reading() as session:
        return await session.scalar(select(PersonRow.name).where(PersonRow.id == "p-ann"))


async def write(own: Server, who: Any, item: str, *, server_room: Any) -> None:
    """Somebody tells that they write in an item."""
    state = b'{"writing":"%s","part":"words"}' % item.encode()
    server_room.hear(who, wire.Presence(((7, 1, state),)), own.rooms.now())


# Seen, and durable


async def test_everybody_in_the_room_sees_it_at_once(own: Server, charter: Stored) -> None:
    room, _, anns = await own.enter(charter, ANN)
    seq = await own.rooms.change(charter.charter_id, says("We decide."), author=Author("p-ben"))
    assert seq == room.seq == 1
    assert "We decide." in as_seen(charter.state, *updates(anns.frames))["s1"]
    assert "We decide." in await stored(own, charter)


async def test_it_is_an_edit_of_that_person_under_a_client_id_of_its_own(
    own: Server, charter: Stored
) -> None:
    for words in ("We decide.", "We chose."):
        await own.rooms.change(charter.charter_id, says(words), author=Author("p-ben"))
    opened = await own.journal.open(charter.charter_id)
    assert opened is not None
    assert [entry.author for entry in opened.tail] == [Author("p-ben")] * 2
    assert list(opened.clients.values()) == [Author("p-ben")] * 2


async def test_a_room_that_nobody_has_open_changes_and_leaves_memory_again(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    own = await new_own(settle_after=0.05)
    assert await own.rooms.change(charter.charter_id, says("Alone."), author=None) == 1
    assert "Alone." in await stored(own, charter)
    await until(lambda: len(own.rooms) == 0, "the room to leave memory")


async def test_what_somebody_types_at_the_same_time_in_the_same_words_stays(
    own: Server, charter: Stored
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    change = asyncio.create_task(
        own.rooms.change(charter.charter_id, says("We choose who I live with."), author=None)
    )
    await until(lambda: own.engine.processes or change.done(), "the engine to begin", 20)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 24, " happily"))
    await saved(anns, 1)
    await change
    assert "We choose who I live with happily." in as_seen(room.snapshot())["s1"]
    assert "We choose who I live with happily." in await stored(own, charter)


async def test_many_changes_at_once_come_one_after_the_other(own: Server, charter: Stored) -> None:
    changes = [
        own.rooms.change(charter.charter_id, says(f"Version {n}.", item), author=None)
        for n, item in enumerate(("s1", "s2", "s1", "s2"))
    ]
    assert sorted(await asyncio.gather(*changes)) == [1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(2))
async def test_people_who_go_on_writing_and_the_server_end_with_the_same_words(
    store: Store, seed: int
) -> None:
    chance = random.Random(seed)
    async with open_door(store, replace(SETTINGS, settle_after=0.1, settle_at_most=0.5)) as door:
        clients = [await door.client(name).connect() for name in ("Ann", "Ben")]

        async def go_on(client: LiveClient) -> None:
            for _ in range(60):
                item, place = chance.choice(("s1", "s2")), chance.random()
                if chance.random() < 0.7:
                    pen.write(client.doc, item, place, chance.choice(("we ", "🏠", "tŷ ", "x")))
                else:
                    pen.erase(client.doc, item, place, 3)
                await asyncio.sleep(chance.random() / 50)

        async def change() -> None:
            for number in range(8):
                item = chance.choice(("s1", "s2"))
                words = f"Version {number} of what we choose and how we live."
                await door.rooms.change(door.charter.charter_id, says(words, item), author=None)

        await asyncio.gather(*(go_on(client) for client in clients), change())
        for client in clients:
            await client.all_saved()
        room = door.rooms.get(door.charter.charter_id)
        assert room is not None

        def agrees(client: LiveClient) -> bool:
            return as_seen(client.doc.get_update()) == as_seen(room.snapshot())

        for client in clients:
            await client.when(partial(agrees, client), "all to have the same words")
            assert client.close_code is None
            await client.close()


async def test_words_of_another_server_come_first(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    here, there = await new_own(MemoryBus()), await new_own(MemoryBus())
    room, _, anns = await here.enter(charter, ANN)
    far, ben, bens = await there.enter(charter, BEN)
    await there.send(far, ben, Writer(12, charter.state).type("s2", 0, "There. "))
    await saved(bens, 1)
    assert await here.rooms.change(charter.charter_id, says("Here."), author=Author("p-ann")) == 2
    seen = as_seen(charter.state, *updates(anns.frames))
    assert "Here." in seen["s1"]
    assert "There." in seen["s2"]
    assert seen == as_seen(room.snapshot())


async def test_an_unknown_charter_is_not_changed(own: Server) -> None:
    with pytest.raises(UnknownCharter):
        await own.rooms.change("nothing", says("x"), author=None)


# What is recorded beside it


async def test_what_is_recorded_is_stored_with_it(
    store: Store, own: Server, charter: Stored
) -> None:
    await own.rooms.change(charter.charter_id, says("New."), author=None, record=renames("Annie"))
    assert await name_of_ann(store) == "Annie"
    assert "New." in await stored(own, charter)


async def test_what_is_recorded_is_stored_also_where_nothing_changes(
    store: Store, own: Server, charter: Stored
) -> None:
    same = says("I choose who I live with.")
    seq = await own.rooms.change(charter.charter_id, same, author=None, record=renames("Annie"))
    assert seq == 0
    assert await name_of_ann(store) == "Annie"
    assert await own.rooms.change(charter.charter_id, nothing, author=None) == 0


async def test_what_recording_refuses_is_neither_recorded_nor_changed(
    store: Store, own: Server, charter: Stored
) -> None:
    room, ann, anns = await own.enter(charter, ANN)

    def refuse(connection: Connection) -> None:
        renames("Annie")(connection)
        raise MayNot("Not you.")

    with pytest.raises(MayNot, match="Not you"):
        await own.rooms.change(
            charter.charter_id, says("Never."), author=Author("p-ben"), record=refuse
        )
    assert await name_of_ann(store) == "Ann"
    assert "Never." not in await stored(own, charter)
    assert updates(anns.frames) == []
    # A deletion that was refused is not taken for known when somebody makes it.
    await own.send(room, ann, Writer(11, charter.state).delete("s1", 0, 9))
    await saved(anns, 1)
    assert "who I live with." in await stored(own, charter)
    assert anns.closed is None


async def test_a_bug_in_recording_reaches_the_caller_and_nobody_else(
    store: Store, own: Server, charter: Stored
) -> None:
    other = await store_charter(store, "cornwall")
    next_door, ben, bens = await own.enter(other, BEN)

    def fail(connection: Connection) -> None:
        connection.execute(text("SELECT nothing FROM nowhere"))

    broken = own.rooms.change(charter.charter_id, says("x"), author=None, record=fail)
    await own.send(next_door, ben, Writer(12, other.state).type("s1", 0, "Ben. "))
    with pytest.raises(Exception, match=r"nowhere|save"):
        await broken
    await saved(bens, 1)
    assert await own.rooms.change(charter.charter_id, says("After."), author=None) == 1


async def test_where_the_commit_fails_neither_is_there_and_the_next_change_works(
    store: Store, own: Server, charter: Stored, faults: Faults
) -> None:
    faults.cut = True
    change = own.rooms.change(
        charter.charter_id, says("Lost."), author=None, record=renames("Annie")
    )
    with pytest.raises(Trouble):
        await mended_later(change, faults, own)
    assert await name_of_ann(store) == "Ann"
    assert "Lost." not in await stored(own, charter)
    assert await own.rooms.change(charter.charter_id, says("Found."), author=None) == 1


async def mended_later(change: Any, faults: Faults, own: Server) -> None:
    task = asyncio.create_task(change)
    await until(lambda: own.rooms.writer._recovering or task.done(), "the commit to fail")
    faults.mend()
    await task


async def test_a_commit_of_unknown_outcome_that_happened_is_told_as_done(
    store: Store, own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = own.journal.append

    async def lost_answer(batches: Any) -> dict[str, int]:
        await append(batches)
        monkeypatch.setattr(own.journal, "append", append)
        raise Trouble

    monkeypatch.setattr(own.journal, "append", lost_answer)
    seq = await own.rooms.change(
        charter.charter_id, says("There."), author=None, record=renames("Annie")
    )
    assert seq == 1
    assert await name_of_ann(store) == "Annie"


# Refusals


async def test_nobody_is_written_over(own: Server, charter: Stored) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    await write(own, ann, "s1", server_room=room)
    change = partial(own.rooms.change, charter.charter_id, says("Over."))
    with pytest.raises(BeingWritten, match=r"Ann is writing here now\."):
        await change(author=Author("p-ben"), items=["s2", "s1"])
    assert await change(author=Author("p-ben"), items=["s2"]) == 1
    assert await change(author=Author("p-ann"), items=["s1"]) == 1


async def test_somebody_who_begins_to_write_meanwhile_is_not_written_over(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    work_out = own.engine.change

    async def slowly(*question: Any) -> bytes:
        update = await work_out(*question)
        await write(own, ann, "s1", server_room=room)
        return update

    monkeypatch.setattr(own.engine, "change", slowly)
    with pytest.raises(BeingWritten):
        await own.rooms.change(
            charter.charter_id, says("Over."), author=Author("p-ben"), items=["s1"]
        )
    assert "Over." not in await stored(own, charter)


async def test_who_stopped_long_ago_holds_nobody_up(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    await write(own, ann, "s1", server_room=room)
    now = own.rooms.now
    monkeypatch.setattr(own.rooms, "now", lambda: now() + WRITING)
    change = own.rooms.change(
        charter.charter_id, says("At last."), author=Author("p-ben"), items=["s1"]
    )
    assert await change == 1


async def test_somebody_who_writes_on_another_server_is_not_written_over(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    bus = FarBus()
    here, there = await new_own(bus), await new_own(bus)
    far, ben, _ = await there.enter(charter, BEN)
    await write(there, ben, "s1", server_room=far)
    with pytest.raises(BeingWritten, match="Ben"):
        await here.rooms.change(charter.charter_id, says("x"), author=Author("p-ann"), items=["s1"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_with_a_real_bus_words_come_through_and_writers_are_heard_of(
    store: Store, charter: Stored, redis_url: str
) -> None:
    async with AsyncExitStack() as at_the_end:
        here, there = [await real_server(store, redis_url, at_the_end) for _ in range(2)]
        far, ben, bens = await there.enter(charter, BEN)
        await here.rooms.change(charter.charter_id, says("Over there."), author=Author("p-ann"))
        await until(lambda: updates(bens.frames), "the words")
        assert "Over there." in as_seen(charter.state, *updates(bens.frames))["s1"]
        await write(there, ben, "s1", server_room=far)
        there.rooms.neighbours.presence_changed(far)
        change = partial(
            here.rooms.change, charter.charter_id, says("Over."), author=Author("p-ann")
        )
        # A room that was not in memory here, so that nobody has told this server anything yet.
        await here.rooms.settling.settle(charter.charter_id)
        await until(lambda: len(here.rooms) == 0, "the room to leave memory")
        with pytest.raises(BeingWritten, match="Ben"):
            await change(items=["s1"])
        here.rooms.tell_news(charter.charter_id, "settled")
        await until(lambda: "settled" in news(bens.frames), "the news")


async def real_server(store: Store, redis_url: str, at_the_end: AsyncExitStack) -> Server:
    bus = RedisBus(redis_url)
    await bus.open()
    at_the_end.push_async_callback(bus.close)
    server = Server(store, bus, SETTINGS)
    await server.rooms.start()
    at_the_end.push_async_callback(server.close)
    return server


async def test_what_an_edit_refuses_reaches_the_caller(own: Server, charter: Stored) -> None:
    with pytest.raises(UnknownStatement):
        await own.rooms.change(charter.charter_id, says("x", "nothing"), author=None)
    with pytest.raises(CannotOpen):
        await own.rooms.change(charter.charter_id, stumble, author=None)
    assert await own.rooms.change(charter.charter_id, says("Well."), author=None) == 1


async def test_a_full_charter_takes_deletions_only(
    new_own: Callable[..., Any], charter: Stored
) -> None:
    own = await new_own(document_limit=len(charter.state) + 300)
    with pytest.raises(DocumentFull):
        await own.rooms.change(charter.charter_id, says("x" * 1000), author=None)
    assert await own.rooms.change(charter.charter_id, says("I choose."), author=None) == 1


# A document that begins again, and a server that stops


async def test_a_generation_that_begins_meanwhile_is_changed_in_its_turn(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    await own.send(room, ann, Writer(11, charter.state).type("s1", 0, "Bad. "))
    await saved(anns, 1)
    work_out = own.engine.change
    monkeypatch.setattr("server.live.settling._bad", lambda *_: asyncio.sleep(0, {1}))

    async def slowly(state: bytes, tail: Any, edit: Any) -> bytes:
        update = await work_out(state, tail, edit)
        monkeypatch.setattr(own.engine, "change", work_out)
        opened = await own.journal.open(charter.charter_id)
        assert opened is not None
        await set_aside(own.journal, own.engine, opened)
        await own.rooms.generation_ended(charter.charter_id)
        return update

    monkeypatch.setattr(own.engine, "change", slowly)
    seq = await own.rooms.change(charter.charter_id, says("Good."), author=None)
    words = await stored(own, charter)
    assert (seq, room.generation) == (1, 2)
    assert "Good." in words
    assert "Bad." not in words


async def test_a_generation_that_another_server_began_is_found_out_when_it_is_stored(
    new_own: Callable[..., Any], charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await new_own(MemoryBus()), await new_own(MemoryBus())
    far, ben, bens = await there.enter(charter, BEN)
    await there.send(far, ben, Writer(12, charter.state).type("s1", 0, "Bad. "))
    await saved(bens, 1)
    catch_up = here.rooms.catch_up
    monkeypatch.setattr("server.live.settling._bad", lambda *_: asyncio.sleep(0, {1}))

    async def late(room: Any) -> None:
        await catch_up(room)
        monkeypatch.setattr(here.rooms, "catch_up", catch_up)
        opened = await there.journal.open(charter.charter_id)
        assert opened is not None
        await set_aside(there.journal, there.engine, opened)

    monkeypatch.setattr(here.rooms, "catch_up", late)
    assert await here.rooms.change(charter.charter_id, says("Good."), author=None) == 1
    assert "Bad." not in await stored(here, charter)


async def test_it_is_trouble_when_it_never_comes_through(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own.rooms, "is_sound", lambda _: False)
    monkeypatch.setattr(module, "_TRIES", 2)
    with pytest.raises(Trouble):
        await own.rooms.change(charter.charter_id, says("x"), author=None)


async def test_a_server_that_stops_takes_no_change_any_more(
    own: Server, charter: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_out, asked = own.engine.change, asyncio.Event()

    async def slowly(*question: Any) -> bytes:
        update = await work_out(*question)
        asked.set()
        await until(lambda: own.rooms.writer.changing._ended, "the stop")
        return update

    monkeypatch.setattr(own.engine, "change", slowly)
    change = asyncio.create_task(own.rooms.change(charter.charter_id, says("Late."), author=None))
    await asked.wait()
    await own.rooms.stop()
    with pytest.raises(Stopping):
        await change
    with pytest.raises(Stopping):
        await own.rooms.change(charter.charter_id, says("Later."), author=None)


async def test_a_change_that_waits_when_the_server_stops_is_still_written(
    own: Server, charter: Stored
) -> None:
    room, ann, _ = await own.enter(charter, ANN)
    own.journal.hold = asyncio.Event()
    await own.send(room, ann, Writer(11, charter.state).type("s2", 0, "First. "))
    change = asyncio.create_task(own.rooms.change(charter.charter_id, says("Then."), author=None))
    await until(lambda: len(own.rooms.writer.changing), "the change to wait")
    stopping = asyncio.create_task(own.rooms.stop())
    await asyncio.sleep(0)
    own.journal.hold.set()
    assert await change == 2
    await stopping


async def test_nobody_who_has_gone_is_waited_for(own: Server, charter: Stored) -> None:
    room, ann, anns = await own.enter(charter, ANN)
    own.journal.hold = asyncio.Event()
    await own.send(room, ann, Writer(11, charter.state).type("s2", 0, "First. "))
    change = asyncio.create_task(own.rooms.change(charter.charter_id, says("Gone."), author=None))
    await until(lambda: len(own.rooms.writer.changing), "the change to wait")
    change.cancel()
    own.journal.hold.set()
    await saved(anns, 1)
    assert await own.rooms.change(charter.charter_id, says("Here."), author=None) == 2
    assert "Gone." not in await stored(own, charter)
