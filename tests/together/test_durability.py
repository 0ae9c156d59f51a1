"""What anybody has seen, or was told is saved, is never lost: not by kill -9, not by a stop."""

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from server.errors import CloseCode
from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.programs import Program
from tests.support.real_parts import STRACE
from tests.support.server_process import ServerProcess
from tests.support.waiting import until, wait_until

NAMES = ("Ann", "Ben", "Cerys")


def first_statement(client: LiveClient) -> str:
    items = pen.items_of(client.doc).items()
    return min(item for item, value in items if value["kind"] == "statement")


async def test_nothing_seen_or_called_saved_is_lost_by_kill_9(
    new_server: Callable[..., ServerProcess], database_url: str
) -> None:
    server = new_server(
        database_url=None if database_url.startswith("sqlite") else database_url,
        # The pace is the machine's, not a person's.
        frames_per_second=1_000_000,
    ).start()
    charter = server.import_charter()
    clients = [LiveClient(server.live_address, charter, server.token(name)) for name in NAMES]
    chance = random.Random(7)
    for round_number in range(5):
        for client in clients:
            await client.connect()
        item = first_statement(clients[0])
        # Marker → (its author, the number of the Edit frame that carries it).
        sent: dict[str, tuple[LiveClient, int]] = {}
        kill_after = chance.randint(20, 200)
        while sum(client.saved for client in clients) < kill_after:
            for author, client in enumerate(clients):
                marker = f"<{round_number}.{author}.{len(sent)}>"
                # Always at the start, so that no marker is written into another one.
                pen.write(client.doc, item, 0.0, marker, "meaning")
                sent[marker] = (client, client.sent)
            await until(partial(_has_more_saved, clients[0], clients[0].saved), "a save")
        server.kill()
        for client in clients:
            await client.closed()

        texts = {id(client): pen.words(client.doc, item, "meaning") for client in clients}
        promised = {
            marker
            for marker, (author, number) in sent.items()
            if author.saved >= number
            or any(marker in text for who, text in texts.items() if who != id(author))
        }
        assert promised
        server.start()
        witness = await LiveClient(server.live_address, charter, clients[0].token).connect()
        kept = pen.words(witness.doc, item, "meaning")
        lost = {marker for marker in promised if marker not in kept}
        assert not lost, f"round {round_number}: {len(lost)} of {len(promised)} lost"
        await witness.close()
        for client in clients:
            await client.disconnect()
    for client in clients:
        await client.close()


def _has_more_saved(client: LiveClient, before: int) -> bool:
    return client.saved > before


async def test_a_clean_stop_tells_everybody_and_keeps_everything(server: ServerProcess) -> None:
    charter = server.import_charter()
    ann = await LiveClient(server.live_address, charter, server.token("Ann")).connect()
    ben = await LiveClient(server.live_address, charter, server.token("Ben")).connect()
    item = first_statement(ann)
    pen.write(ann.doc, item, 1.0, "Written just before the stop.")
    await ann.all_saved()

    server.stop()

    assert await ann.closed() == await ben.closed() == CloseCode.SERVICE_RESTART
    assert "stopping" in ann.news
    server.start()
    late = await LiveClient(server.live_address, charter, ann.token).connect()
    assert "Written just before the stop." in pen.words(late.doc, item)
    exported = server.cli("export", charter)
    assert "Written just before the stop." in exported
    for client in (ann, ben, late):
        await client.close()


async def test_the_disk_has_an_edit_before_anybody_is_shown_it(
    server: ServerProcess, charter: str, tmp_path: Path
) -> None:
    author = await LiveClient(server.live_address, charter, server.token("Ann")).connect()
    reader = await LiveClient(server.live_address, charter, server.token("Ben")).connect()
    item = first_statement(author)
    trace = tmp_path / "trace"
    tracer = _trace(server.pid, trace, tmp_path / "strace.log")
    marker = "DurableBeforeVisible"
    pen.write(author.doc, item, 1.0, marker)
    await author.all_saved()
    await until(lambda: marker in pen.words(reader.doc, item), "the reader to see it")
    tracer.ask_to_end()

    calls = _calls(trace.read_text(errors="replace"))
    written = [call for call in calls if marker in call.said and "sqlite-wal" in call.said]
    assert written, "the edit never reached the database's log"
    synced = [
        call.ended
        for call in calls
        if call.name in {"fsync", "fdatasync"}
        and "sqlite-wal" in call.said
        and call.began >= written[0].ended
        and call.said.endswith("= 0")
    ]
    assert synced, "the database's log was never synced"
    shown = [call.began for call in calls if marker in call.said and "sqlite" not in call.said]
    told = [call.began for call in calls if _is_saved_message(call.said)]
    assert shown, "the reader's frame is not in the trace"
    assert told, "the author's message is not in the trace"
    assert synced[0] < min(shown)
    assert synced[0] < min(told)
    await author.close()
    await reader.close()


class _Call:
    """One system call: `began` and `ended` are places in the trace, which is in order of time."""

    def __init__(self, name: str, began: int) -> None:
        self.name = name
        self.began = began
        self.ended = began
        self.said = ""


def _trace(pid: int, out: Path, log: Path) -> Program:
    """Follow a process and all its threads; back when it is being followed."""
    names = "trace=fsync,fdatasync,pwrite64,pwritev,write,writev,send,sendto,sendmsg,sendmmsg"
    tracer = Program(
        [STRACE.path(), "-f", "-y", "-s", "100000", "-e", names, "-o", str(out), "-p", str(pid)],
        log,
    )
    wait_until(
        lambda: "attached" in tracer.printed() or not tracer.running, "strace to be attached"
    )
    if not tracer.running:
        pytest.skip(f"strace may not follow processes here: {tracer.printed()}")
    return tracer


def _calls(trace: str) -> list[_Call]:
    """The calls of a trace; one that another thread's call interrupted is put together again."""
    calls: list[_Call] = []
    waiting: dict[str, _Call] = {}
    for place, line in enumerate(trace.splitlines()):
        thread, _, said = line.partition(" ")
        said = said.strip()
        if resumed := re.match(r"<\.\.\. (\w+) resumed>(.*)", said):
            call = waiting.pop(thread)
            call.said += resumed[2]
        elif started := re.match(r"(\w+)\(", said):
            call = _Call(started[1], place)
            call.said = said.removesuffix("<unfinished ...>")
            calls.append(call)
            if said.endswith("<unfinished ...>"):
                waiting[thread] = call
                continue
        else:
            continue
        call.ended = place
    return calls


def _is_saved_message(said: str) -> bool:
    """Whether a call sends our message 100, alone or behind others: `\\x82\\x02d<n>`."""
    return "socket:" in said and re.search(r"\\202\\2d\\\d", said) is not None


def test_strace_is_told_apart_from_our_own_words() -> None:
    trace = "\n".join(
        (
            '7 pwrite64(9</d/c.sqlite-wal>, "hello", 5, 0 <unfinished ...>',
            "8 fdatasync(3</other>) = 0",
            "7 <... pwrite64 resumed>) = 5",
            "7 fdatasync(9</d/c.sqlite-wal>) = 0",
        )
    )
    names = [(call.name, call.began, call.ended) for call in _calls(trace)]
    assert names == [("pwrite64", 0, 2), ("fdatasync", 1, 1), ("fdatasync", 3, 3)]
