import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.errors import CloseCode
from server.live import rooms, wire
from server.settings import Settings
from server.store import Store
from tests.server.live.doors import Door, open_door
from tests.support import pen
from tests.support.waiting import until

SETTINGS = Settings(
    frame_limit=50_000,
    reader_queue_limit=100_000,
    reader_patience=0.2,
    settle_after=3600,
    settle_at_most=3600,
)


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def door(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setattr(rooms, "WATCH", 0.05)
    async with open_door(store, SETTINGS) as door:
        yield door


def knock(door: Door, name: str, **options: Any) -> connect:
    return connect(
        f"{door.address}/{door.charter.charter_id}",
        additional_headers={"Authorization": f"Bearer {door.tokens[name]}"},
        max_size=None,
        compression=None,
        **options,
    )


async def close_code(connection: ClientConnection) -> int:
    """Read to the end; the code that the server closed with."""
    with suppress(ConnectionClosed):
        async for _ in connection:
            pass
    assert connection.close_code is not None
    return connection.close_code


async def test_a_frame_far_over_the_limit_is_told_so_and_not_cut_off(door: Door) -> None:
    """Its sender must learn not to try again, though most of it was never read."""
    ann = await knock(door, "Ann")
    sending = asyncio.create_task(ann.send(bytes(100 * SETTINGS.frame_limit)))
    assert await close_code(ann) == CloseCode.FRAME_TOO_LARGE
    await asyncio.gather(sending, return_exceptions=True)
    await ann.wait_closed()


async def test_who_never_reads_is_closed_and_others_never_wait(door: Door) -> None:
    ann = await door.client("Ann").connect()
    for _ in range(10):
        pen.write(ann.doc, "s1", 0, "x" * 40_000)
    await ann.all_saved()
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.setblocking(False)
    port = int(door.address.split(":")[2].split("/")[0])
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    async with knock(door, "Ben", sock=line, max_queue=1, close_timeout=0.1) as ben:
        for _ in range(60):
            await ben.send(wire.encode_step1(b"\x00"))
        room = await door.rooms.open(door.charter.charter_id)
        await until(lambda: len(room.readers) == 1, "Ben to be closed")
    pen.write(ann.doc, "s1", 0, "Go on. ")
    await ann.all_saved()
    await ann.close()


async def test_a_peer_that_ends_in_the_middle_of_a_frame_disturbs_nobody(door: Door) -> None:
    ann = await door.client("Ann").connect()
    async with knock(door, "Ben") as ben:
        ben.transport.write(b"\x82\xff\x00\x00\x00\x00\x00\x00\xc0\x00")
        ben.transport.abort()
    room = await door.rooms.open(door.charter.charter_id)
    await until(lambda: len(room.readers) == 1, "Ben to have gone")
    pen.write(ann.doc, "s1", 0, "Go on. ")
    await ann.all_saved()
    await ann.close()
