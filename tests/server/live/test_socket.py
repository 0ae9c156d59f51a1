"""What only a database that fails or a limit that is low can show; the rest of what bad input
gets over the socket is in tests/together/test_refusals.py."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server import clock
from server.errors import CloseCode
from server.live import pace, rooms
from server.people.sessions import Device, sign_in, sign_out
from server.people.tables import PersonRow, SessionRow, SupportRow
from server.people.tokens import hash_of
from server.settings import Settings
from server.store import Store
from tests.server.live.doors import Door, open_door
from tests.server.live.faults import Faults, faults_of
from tests.server.live.sinks import as_seen
from tests.support import pen
from tests.support.live_client import LiveClient

SETTINGS = Settings(frame_limit=50_000, presence_tick=0.001, settle_after=3600, settle_at_most=3600)


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
async def door(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door]:
    monkeypatch.setattr(rooms, "WATCH", 0.05)
    async with open_door(store, settings) as door:
        yield door


@pytest.fixture
def faults(store: Store) -> Iterator[Faults]:
    with faults_of(store) as faults:
        yield faults


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def words_reach(writer: LiveClient, other: LiveClient, text: str) -> None:
    """What one writes, the other sees and the server keeps."""
    pen.write(writer.doc, "s1", 0, text)
    await writer.all_saved()
    await other.when(lambda: text in pen.words(other.doc, "s1"), text)


async def reopened(door: Door) -> dict[str, str]:
    """What a newcomer finds."""
    late = await door.client("Rae").connect()
    found = as_seen(late.doc.get_update())
    await late.close()
    return found


async def test_a_failing_commit_closes_its_author_who_comes_back_with_everything(
    door: Door, faults: Faults
) -> None:
    ann, ben = await door.client("Ann").connect(), await door.client("Ben").connect()
    await words_reach(ann, ben, "Before. ")
    faults.cut = True
    pen.write(ann.doc, "s1", 0, "Not yet. ")
    assert await ann.closed() == CloseCode.TROUBLE
    assert "Not yet." not in pen.words(ben.doc, "s1")
    faults.mend()
    await words_reach(ben, ben, "Meanwhile. ")
    await ann.connect()
    await ann.all_saved()
    await ben.when(lambda: "Not yet." in pen.words(ben.doc, "s1"), "Ann's words")
    assert ben.connected
    found = await reopened(door)
    assert all(text in found["s1"] for text in ("Before.", "Meanwhile.", "Not yet."))
    await ann.close()
    await ben.close()


@only_sqlite
async def test_a_full_disk_is_told_and_words_are_kept_once_there_is_room(
    door: Door, faults: Faults
) -> None:
    ann, ben = await door.client("Ann").connect(), await door.client("Ben").connect()
    faults.full = True
    pen.write(ann.doc, "s1", 0, "x" * 30_000)
    assert await ann.closed() == CloseCode.TROUBLE
    assert ann.socket is None or ann.socket.close_reason == "DiskFull"
    faults.mend()
    await ann.connect()
    await ann.all_saved()
    await words_reach(ben, ann, "Room again. ")
    assert "xxx" in pen.words(ben.doc, "s1")
    await ann.close()
    await ben.close()


@only_sqlite
@pytest.mark.parametrize("settings", [replace(SETTINGS, frames_per_second=20)])
async def test_who_sends_too_many_frames_is_slowed_and_then_closed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.2)
    ann, ben = await door.client("Ann").connect(), await door.client("Ben").connect()
    for _ in range(200):
        ben.send(b"\x03")
    assert await ben.closed() == CloseCode.TOO_FAST
    ben = await door.client("Ben").connect()
    await words_reach(ann, ben, "Go on. ")
    await ann.close()
    await ben.close()


@only_sqlite
@pytest.mark.parametrize("query", ["generation=x", "schema=-1", "generation=9999999999999"])
async def test_a_number_that_is_none_is_refused(door: Door, query: str) -> None:
    client = await door.client("Ann", query).connect()
    assert await client.closed() == CloseCode.MALFORMED
    await client.close()


@only_sqlite
async def test_words_as_text_are_refused(door: Door) -> None:
    ann = await door.client("Ann").connect()
    assert ann.socket is not None
    await ann.socket.send("not bytes")
    assert await ann.closed() == CloseCode.MALFORMED
    await ann.close()


@only_sqlite
async def test_text_that_is_none_is_refused_and_no_error_of_ours(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await door.client("Ann").connect()
    assert ann.socket is not None
    ann.socket.transport.write(b"\x81\x82\x00\x00\x00\x00\xff\xfe")
    assert await ann.closed() == CloseCode.MALFORMED
    assert not [line for line in caplog.records if line.levelname == "ERROR"]
    await ann.close()


@only_sqlite
async def test_a_frame_that_is_too_large_gets_a_close_code_of_its_own(door: Door) -> None:
    ann, ben = await door.client("Ann").connect(), await door.client("Ben").connect()
    ann.send(bytes(SETTINGS.frame_limit + 1))
    assert await ann.closed() == CloseCode.FRAME_TOO_LARGE
    await words_reach(ben, ben, "Go on. ")
    await ann.close()
    await ben.close()


@only_sqlite
async def test_a_refusal_goes_by_its_name(door: Door) -> None:
    client = LiveClient(door.address, "nothing", door.tokens["Ann"])
    await client.connect()
    assert await client.closed() == CloseCode.UNKNOWN_CHARTER
    assert client.socket is None or client.socket.close_reason == "UnknownCharter"
    await client.close()


@only_sqlite
@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", "http://["]
)
async def test_a_page_of_another_website_is_turned_away(door: Door, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"{door.address}/{door.charter.charter_id}",
            additional_headers={"Authorization": f"Bearer {door.tokens['Ann']}"},
            origin=origin,  # type: ignore[arg-type]  # a plain string will do
        )
    assert refused.value.response.status_code == 403


@only_sqlite
@pytest.mark.parametrize("size", [8_300, 20_000])
async def test_an_address_that_is_too_long_is_answered(door: Door, size: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{door.address}/{door.charter.charter_id}?for={'a' * size}")
    assert refused.value.response.status_code == 400


@only_sqlite
async def test_a_page_of_ours_comes_in(door: Door) -> None:
    here = door.address.replace("ws://", "http://").removesuffix("/live")
    async with connect(
        f"{door.address}/{door.charter.charter_id}",
        additional_headers={"Authorization": f"Bearer {door.tokens['Ann']}"},
        origin=here,  # type: ignore[arg-type]  # a plain string will do
    ) as socket:
        assert (await socket.recv())[:2] == b"\x00\x00"


@only_sqlite
async def test_stopping_is_told_to_everybody(door: Door) -> None:
    ann = await door.client("Ann").connect()
    plain = await door.client("Ben", "").connect()
    pen.write(ann.doc, "s1", 0, "Last words. ")
    await ann.all_saved()
    await door.rooms.stop()
    assert [await one.closed() for one in (ann, plain)] == [CloseCode.SERVICE_RESTART] * 2
    assert (ann.news, plain.news) == (["stopping"], [])
    for one in (ann, plain):
        await one.close()
    late = await door.client("Ben").connect()
    assert await late.closed() == CloseCode.SERVICE_RESTART
    await late.close()


@only_sqlite
async def test_a_connection_that_dies_leaves_the_room(door: Door) -> None:
    ann, ben = await door.client("Ann").connect(), await door.client("Ben").connect()
    ann.presence({"writing": "s1"})
    await ben.when(lambda: ben.others, "Ann to be here")
    await ann.cut()
    await ben.when(lambda: not any(ben.others.values()), "Ann to have gone")
    await ann.close()
    await ben.close()


async def test_a_socket_without_a_key_is_closed(door: Door) -> None:
    async with connect(f"{door.address}/{door.charter.charter_id}") as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.NOT_SIGNED_IN


async def at_a_device(store: Store, door: Door, *, shared: bool = False) -> ClientConnection:
    """Ann signs in on a device and opens the Charter with its cookie."""
    async with store.session() as session:
        ann = (await session.scalars(select(PersonRow).where(PersonRow.name == "Ann"))).one()
        secret = await sign_in(session, ann, device=Device("Tablet", shared))
    return await with_cookie(door, secret)


async def with_cookie(door: Door, secret: str) -> ClientConnection:
    return await connect(
        f"{door.address}/{door.charter.charter_id}",
        additional_headers={"cookie": f"our_charter={secret}"},
    )


async def closed_with(socket: ClientConnection) -> int | None:
    """Listen until the server closes; returns its code."""
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()
    return socket.close_code


async def test_on_a_shared_device_the_open_page_ends_with_the_day(store: Store, door: Door) -> None:
    socket = await at_a_device(store, door, shared=True)
    await socket.recv()
    # Midnight.
    async with store.session() as session:
        await session.execute(update(SessionRow).values(expires_at=clock.now()))
    assert await closed_with(socket) == CloseCode.NOT_SIGNED_IN


async def test_a_stolen_cookie_is_worth_nothing_once_its_session_was_ended(
    store: Store, door: Door
) -> None:
    async with store.session() as session:
        ann = (await session.scalars(select(PersonRow).where(PersonRow.name == "Ann"))).one()
        secret, kept = await sign_in(session, ann), await sign_in(session, ann)
    stolen, other = await with_cookie(door, secret), await with_cookie(door, kept)
    await stolen.recv()
    async with store.session() as session:
        await sign_out(session, secret)
    assert await closed_with(stolen) == CloseCode.NOT_SIGNED_IN
    assert await closed_with(await with_cookie(door, secret)) == CloseCode.NOT_SIGNED_IN
    await other.recv()
    assert other.close_code is None
    await other.close()


@only_sqlite
async def test_a_page_that_is_wrong_about_whom_its_person_helps_begins_anew(door: Door) -> None:
    client = await door.client("Ann", "for=p-rae").connect()
    assert await client.closed() == CloseCode.HELP_ENDED
    client = await door.client("Ann", "for=").connect()
    await client.close()


@only_sqlite
async def test_what_a_supporter_types_in_a_stock_client_bears_both_names(
    store: Store, door: Door
) -> None:
    async with store.session() as session:
        now = clock.now()
        support = SupportRow(
            id="yes", person_id="p-ann", supporter_id="p-ben", asked_at=now, yes_at=now
        )
        session.add(support)
        ben = await session.get_one(PersonRow, "p-ben")
        door.tokens["Helper"] = await sign_in(session, ben)
        await session.flush()
        helpers = SessionRow.token_hash == hash_of(door.tokens["Helper"])
        await session.execute(update(SessionRow).where(helpers).values(helping_id="yes"))
    helper, ann = await door.client("Helper").connect(), await door.client("Ann").connect()
    helper.presence({"writing": "s1", "user": {"id": "p-ann", "name": "Ann"}})
    await words_reach(helper, ann, "Together. ")
    await ann.when(lambda: helper.doc.client_id in ann.others, "the helper")
    seen = ann.others[helper.doc.client_id]
    assert seen is not None
    assert seen["user"] == {
        "id": "p-ben",
        "name": "Ann, with help from Ben",
        "picture": None,
        "for": "p-ann",
    }
    async with store.session() as session:
        await session.execute(update(SupportRow).values(ended_at=clock.now()))
    assert await helper.closed() == CloseCode.HELP_ENDED
    again = await door.client("Ann", "for=").connect()
    assert "Together. " in pen.words(again.doc, "s1")
    await again.close()
