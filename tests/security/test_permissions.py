"""The real app does what docs/permissions.md says, for everybody who may ask."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from pycrdt import Doc, Map, create_sync_message, create_update_message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.app import create_app
from server.errors import CloseCode, Malformed
from server.live import wire
from server.live.connection import LiveProtocol
from server.settings import Settings
from tests.support.permissions import Row, rows_of
from tests.support.programs import free_port
from tests.support.serving import Quiet
from tests.support.ways import ask, form_for, way, ways_in
from tests.support.world import ASKERS, Visit, visit

ANSWERS = {"yes", "sign in", "may not", "not there", "not now"}
CLOSED = {
    CloseCode.NOT_SIGNED_IN: "sign in",
    CloseCode.MAY_NOT: "may not",
    CloseCode.READ_ONLY: "read only",
    CloseCode.MALFORMED: "malformed",
}
# Refusals of a form that never came as far as asking who may.
NOT_ASKED = {"FormExpired", "WrongOrigin"}


ROWS = rows_of("Way")
MESSAGES = rows_of("Message")


# The table itself


def test_every_route_has_a_row_and_every_row_a_route(tmp_path: Path) -> None:
    ways = ways_in(create_app(Settings(data_folder=tmp_path)))
    written = [row.way for row in ROWS]
    assert not sorted(set(ways) - set(written)), "routes without a row in docs/permissions.md"
    assert not sorted(set(written) - set(ways)), "rows of docs/permissions.md without a route"


def test_no_row_stands_twice() -> None:
    named = [str(row) for row in ROWS]
    assert not [name for name in named if named.count(name) > 1]


def test_every_answer_is_one_of_ours() -> None:
    assert {gets for row in ROWS for gets in row.gets.values()} <= ANSWERS
    assert {row.of for row in [*ROWS, *MESSAGES]} <= {"", "any", "group", "groups", "everybody"}


def test_who_may_read_a_charter_is_asked_of_each_kind() -> None:
    """A route over a Charter says what it does for all kinds, or that the kind does not matter."""
    for name in {row.way for row in ROWS if row.way.startswith("GET /charters/{slug}")}:
        kinds = {row.of for row in ROWS if row.way == name}
        assert "any" in kinds or {"group", "groups"} <= kinds, name


# Routes


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_each_gets_what_the_table_says(row: Row, tmp_path: Path) -> None:
    changes = not row.way.startswith("GET ")
    told: dict[str, str] = {}
    async with visit(tmp_path / "shared") as shared:
        for asker in ASKERS:
            if not (changes and row.gets[asker] == "yes"):
                told[asker] = await answer(row, shared, asker)
    for asker in ASKERS:
        # What is done is done: each who may does it in a world of their own.
        if asker not in told:
            async with visit(tmp_path / asker) as own:
                told[asker] = await answer(row, own, asker)
    assert told == row.gets


async def answer(row: Row, visit: Visit, asker: str) -> str:
    """What somebody gets, in the words of the table."""
    form = None
    if not row.way.startswith("GET ") and way(row.way).json is None:
        # Filled in from the page of somebody who may, whoever sends it.
        await visit.show("everybody")
        form = await form_for(row.way, visit, asker)
    if shown := row.shown_for(asker):
        await visit.show(shown)
    given = await ask(row.way, visit, asker, form)
    return in_words(given, way(row.way).yes)


def in_words(given: httpx.Response, also: frozenset[int]) -> str:
    is_json = given.headers.get("content-type", "").startswith("application/json")
    kind = given.json().get("kind") if is_json and given.status_code >= 400 else None
    assert kind not in NOT_ASKED, f"the form was not right: {kind}"
    if given.status_code < 400 or given.status_code in also:
        return "yes"
    named = {401: "sign in", 403: "may not", 404: "not there", 409: "not now"}
    return named.get(given.status_code, f"{given.status_code} {kind}")


# The live socket


def new_words() -> bytes:
    """An update that nobody has: of a document that says something in `meta`."""
    doc: Doc[Map[str]] = Doc()
    doc["meta"] = meta = Map[str]()
    meta["title"] = "Another title"
    return create_update_message(doc.get_update())


def nothing_new() -> bytes:
    return create_update_message(Doc().get_update())


def as_answer(update: bytes) -> bytes:
    """The same update as sync step 2."""
    return bytes([update[0], wire.Sync.STEP2]) + update[2:]


def presence(client: int, state: str = "{}") -> bytes:
    said = state.encode()
    body = bytes([1, client, 1, len(said)]) + said
    return bytes([wire.Message.AWARENESS, len(body)]) + body


def said() -> dict[str, Sequence[bytes | str]]:
    """The frames of each row, made anew each time: what one has said is not new any more."""
    return {
        "opening": [],
        "sync step 1: what do I miss": [create_sync_message(Doc())],
        "sync step 2: nothing new": [as_answer(nothing_new())],
        "sync step 2: something new": [as_answer(new_words())],
        "sync update: nothing new": [nothing_new()],
        "sync update: something new": [new_words()],
        "awareness: I am here": [presence(7)],
        "awareness: somebody else is here": [presence(7), presence(9)],
        "query awareness: who is here": [bytes([wire.Message.QUERY_AWARENESS])],
        "auth, saved, news: only the server says these": [bytes([wire.Message.SAVED, 1])],
        "a message of text": ["hello"],
    }


def test_every_message_has_a_row_and_every_row_a_message() -> None:
    assert [row.way for row in MESSAGES] == list(said())


@pytest.mark.parametrize("kind", [wire.Message.AUTH, wire.Message.SAVED, wire.Message.NEWS])
def test_what_only_the_server_says_is_malformed(kind: wire.Message) -> None:
    with pytest.raises(Malformed):
        wire.decode(bytes([kind, 0]))


@pytest.mark.parametrize("row", MESSAGES, ids=str)
async def test_each_may_say_what_the_table_says(row: Row, tmp_path: Path) -> None:
    async with open_door(tmp_path / "data") as (visit, address):
        told = {}
        for asker in ASKERS:
            await visit.show("group" if row.gets[asker] != "may not" else "everybody")
            told[asker] = await say(visit, address, asker, said()[row.way])
    assert told == row.gets


@asynccontextmanager
async def open_door(folder: Path) -> AsyncIterator[tuple[Visit, str]]:
    """The whole app behind a real server in this process, and the address of its socket."""
    async with visit(folder) as there:
        port = free_port()
        server = Quiet(
            uvicorn.Config(there.app, port=port, ws=LiveProtocol, lifespan="off", log_config=None)
        )
        async with server.serving():
            yield there, f"ws://127.0.0.1:{port}/live/{there.world.ids['charter_id']}"


async def say(visit: Visit, address: str, asker: str, frames: Sequence[bytes | str]) -> str:
    """Say this on a connection of one's own; what becomes of the connection."""
    secret = visit.world.secrets.get(asker)
    headers = {"Authorization": f"Bearer {secret}"} if secret else None
    async with connect(address, additional_headers=headers, ping_interval=None) as socket:
        try:
            for frame in frames:
                await socket.send(frame)
            # An answer to a question that may always be asked: all before it was taken.
            await socket.send(create_sync_message(Doc()))
            await _answered(socket)
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            return {int(known): said for known, said in CLOSED.items()}.get(
                code or 0, f"closed with {code}"
            )
    return "yes"


async def _answered(socket: ClientConnection) -> None:
    """Wait for the answer to our question."""
    async with asyncio.timeout(20):
        while True:
            frame = await socket.recv()
            if isinstance(frame, bytes) and frame[:2] == bytes(
                [wire.Message.SYNC, wire.Sync.STEP2]
            ):
                return
