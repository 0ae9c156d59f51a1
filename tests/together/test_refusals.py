"""What bad input gets over the real socket: a named close code, and a room that lives on.

After each refusal two bystanders still write to each other, and a newcomer finds everything.
"""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from pycrdt import Doc, Map, create_update_message, write_message
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.errors import CloseCode
from tests.support import pen
from tests.support.live_client import STEP1, STEP2, SYNC, LiveClient
from tests.support.server_process import BLANK, ServerProcess
from tests.support.waiting import until
from tests.together.test_durability import first_statement

FRAME_LIMIT = 100_000
DOCUMENT_LIMIT = 300_000
HOSTILE = Path(__file__).parent.parent / "data" / "hostile_updates.json"


class Scene:
    """A Charter with two people writing in it, and whoever comes to disturb them."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.charter = server.import_charter()
        self.tokens = {name: server.token(name) for name in ("Ann", "Ben", "Mallory")}

    def client(self, name: str = "Mallory", query: str = "tell=saved,news") -> LiveClient:
        return LiveClient(self.server.live_address, self.charter, self.tokens[name], query)

    async def begin(self) -> "Scene":
        self.ann = await self.client("Ann").connect()
        self.ben = await self.client("Ben").connect()
        self.item = first_statement(self.ann)
        self.written = 0
        return self

    async def lives_on(self) -> None:
        """The bystanders are still here, still write to each other, and nothing is missing."""
        self.written += 1
        words = f"<Still here {self.written}>"
        pen.write(self.ann.doc, self.item, 0.0, words)
        await until(lambda: words in pen.words(self.ben.doc, self.item), "Ben to see Ann's words")
        await self.ann.all_saved()
        late = await self.client("Ben").connect()
        assert pen.words(late.doc, self.item) == pen.words(self.ann.doc, self.item)
        await late.close()
        assert self.ann.connected
        assert self.ben.connected

    async def end(self) -> None:
        await self.ann.close()
        await self.ben.close()


@pytest.fixture
async def scene(new_server: Callable[..., ServerProcess]) -> AsyncIterator[Scene]:
    server = new_server(frame_limit=FRAME_LIMIT, document_limit=DOCUMENT_LIMIT).start()
    scene = await Scene(server).begin()
    yield scene
    await scene.end()
    server.stop()


def update_frame(update: bytes) -> bytes:
    return create_update_message(update)


FRAMES = {
    "no bytes": (b"", CloseCode.MALFORMED),
    "an unknown message": (bytes([77, 1, 2]), CloseCode.MALFORMED),
    "an unknown step": (bytes([SYNC, 9, 0]), CloseCode.MALFORMED),
    "a length that is not there": (bytes([SYNC, 2, 200, 1, 1]), CloseCode.MALFORMED),
    "a number without an end": (bytes([SYNC, 2] + [255] * 12), CloseCode.MALFORMED),
    "random bytes": (update_frame(bytes(range(100, 200))), CloseCode.DAMAGED_UPDATE),
    "a huge count": (update_frame(b"\xff\xff\xff\xff\x0f\x01\x00"), CloseCode.DAMAGED_UPDATE),
    "a frame over the limit": (update_frame(bytes(FRAME_LIMIT)), CloseCode.FRAME_TOO_LARGE),
    "presence that is no JSON": (
        b"\x01" + write_message(b"\x01\x01\x01\x02{{"),
        CloseCode.MALFORMED,
    ),
}


@pytest.mark.parametrize("what", FRAMES)
async def test_a_bad_frame_is_refused_and_the_room_lives_on(scene: Scene, what: str) -> None:
    frame, code = FRAMES[what]
    mallory = await scene.client().connect()
    mallory.send(frame)
    assert await mallory.closed() == code
    await scene.lives_on()
    await mallory.close()


async def test_every_known_killer_is_refused_or_harmless(scene: Scene) -> None:
    cases = json.loads(HOSTILE.read_text())["cases"]
    assert len(cases) > 10
    for case in cases:
        mallory = await scene.client().connect()
        for update in case["updates"]:
            mallory.send(update_frame(bytes.fromhex(update)))
        # Whatever comes of them, the question behind them is answered or the line is ended.
        heard = len(mallory.others)
        mallory.presence({"writing": None})
        await until(partial(_answered, mallory, heard), f"an answer to {case['name']}")
        await mallory.close()
    await scene.lives_on()


def _answered(client: LiveClient, heard: int) -> bool:
    return client.close_code is not None or len(client.others) > heard


async def test_a_document_of_another_shape_is_refused(scene: Scene) -> None:
    stranger: Doc[Map[int]] = Doc(client_id=5)
    stranger.get("somebody else's root", type=Map)["a"] = 1
    mallory = await scene.client().connect()
    mallory.send(update_frame(stranger.get_update()))
    assert await mallory.closed() == CloseCode.DAMAGED_UPDATE
    await scene.lives_on()
    await mallory.close()


@pytest.mark.parametrize("answer", [False, True], ids=["update", "sync step 2"])
async def test_a_reader_cannot_write(scene: Scene, answer: bool) -> None:
    token = _reader_token(scene)
    reader = await LiveClient(scene.server.live_address, scene.charter, token).connect()
    before = pen.words(scene.ann.doc, scene.item)
    if answer:
        await reader.disconnect()
    pen.write(reader.doc, scene.item, 0.0, "I may not say this. ")
    if answer:
        await reader.connect(wait=False)
    assert await reader.closed() == CloseCode.READ_ONLY
    assert pen.words(scene.ben.doc, scene.item) == before
    await scene.lives_on()
    await reader.close()


async def test_a_reader_sees_words_change_and_may_come_back(scene: Scene) -> None:
    reader = await LiveClient(
        scene.server.live_address, scene.charter, _reader_token(scene)
    ).connect()
    pen.write(scene.ann.doc, scene.item, 0.0, "For the reader. ")
    await until(lambda: "For the reader." in pen.words(reader.doc, scene.item), "words to arrive")
    # Coming back sends all that the reader has: nothing new, so nothing to refuse.
    await reader.disconnect()
    await reader.connect()
    pen.write(scene.ann.doc, scene.item, 0.0, "And again. ")
    await until(lambda: "And again." in pen.words(reader.doc, scene.item), "words to arrive")
    await reader.close()


def _reader_token(scene: Scene) -> str:
    """The token of somebody who came in by a reader's invitation."""
    scene.server.come_in("Rhys", role="reader")
    return scene.server.token("Rhys")


async def test_nobody_comes_in_without_a_token(scene: Scene) -> None:
    for token in (None, "not-a-token"):
        stranger = LiveClient(scene.server.live_address, scene.charter, token)
        await stranger.connect(wait=False)
        assert await stranger.closed() == CloseCode.NOT_SIGNED_IN
        await stranger.close()
    await scene.lives_on()


async def test_somebody_of_another_group_does_not_come_in(scene: Scene) -> None:
    scene.server.import_charter(BLANK, "Elsewhere", "elsewhere")
    token = scene.server.token("Owen", "Elsewhere")
    owen = LiveClient(scene.server.live_address, scene.charter, token)
    await owen.connect(wait=False)
    assert await owen.closed() == CloseCode.MAY_NOT
    await scene.lives_on()
    await owen.close()


QUERIES = {
    "generation=0": CloseCode.OLD_GENERATION,
    "generation=999": CloseCode.OLD_GENERATION,
    "schema=0": CloseCode.OLD_SCHEMA,
    "generation=first": CloseCode.MALFORMED,
}


@pytest.mark.parametrize("query", QUERIES)
async def test_an_old_page_is_told_so(scene: Scene, query: str) -> None:
    mallory = await scene.client(query=query).connect(wait=False)
    assert await mallory.closed() == QUERIES[query]
    await scene.lives_on()
    await mallory.close()


async def test_an_unknown_charter_is_told_so(scene: Scene) -> None:
    lost = LiveClient(scene.server.live_address, "nosuchcharter", scene.tokens["Ann"])
    await lost.connect(wait=False)
    assert await lost.closed() == CloseCode.UNKNOWN_CHARTER
    await lost.close()


async def test_a_foreign_page_cannot_open_a_socket(scene: Scene) -> None:
    headers = {"Authorization": f"Bearer {scene.tokens['Ann']}", "Origin": "https://example.org"}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"{scene.server.live_address}/{scene.charter}", additional_headers=headers)
    assert refused.value.response.status_code == 403
    await scene.lives_on()


async def test_nobody_writes_in_anothers_name(scene: Scene) -> None:
    pen.write(scene.ann.doc, scene.item, 0.0, "Ann was here. ")
    await scene.ann.all_saved()
    mallory = await scene.client().connect()
    forged: Doc[Map[int]] = Doc(client_id=scene.ann.doc.client_id)
    forged.apply_update(mallory.doc.get_update())
    before = forged.get_state()
    pen.write(forged, scene.item, 0.0, "Mallory as Ann. ")
    mallory.send(update_frame(forged.get_update(before)))
    assert await mallory.closed() == CloseCode.OTHERS_CLIENT_ID
    await scene.lives_on()
    await mallory.close()


async def test_a_gap_is_asked_about_once_and_then_ends_the_connection(scene: Scene) -> None:
    mallory = await scene.client().connect()
    await mallory.all_saved()
    apart: Doc[Map[int]] = Doc(client_id=4242)
    apart.apply_update(mallory.doc.get_update())
    pen.write(apart, scene.item, 0.0, "This part is missing. ")
    late = []
    for words in ("One. ", "Two. "):
        before = apart.get_state()
        pen.write(apart, scene.item, 0.0, words)
        late.append(apart.get_update(before))
    asked = _questions(mallory)
    mallory.send(update_frame(late[0]))
    await until(lambda: _questions(mallory) > asked, "the server to ask what it misses")
    mallory.send(update_frame(late[1]))
    assert await mallory.closed() == CloseCode.GAP
    await scene.lives_on()
    await mallory.close()


async def test_who_comes_back_and_types_on_is_not_sent_away(scene: Scene) -> None:
    mallory = await scene.client().connect()
    await mallory.disconnect()
    pen.write(mallory.doc, scene.item, 0.0, "Written offline. ")
    headers = {"Authorization": f"Bearer {mallory.token}"}
    async with connect(mallory.address, additional_headers=headers) as socket:
        # Typing goes on before the server's question is answered, as it does on a slow line.
        for letter in "typing":
            before = mallory.doc.get_state()
            pen.write(mallory.doc, scene.item, 0.0, letter)
            await socket.send(update_frame(mallory.doc.get_update(before)))
        everything = mallory.doc.get_update()
        await socket.send(bytes([SYNC, STEP2]) + write_message(everything))
        await until(
            lambda: "gnipytWritten offline." in pen.words(scene.ann.doc, scene.item),
            "Ann to see all of it",
        )
    await scene.lives_on()
    await mallory.close()


def _questions(client: LiveClient) -> int:
    return sum(frame[:2] == bytes([SYNC, STEP1]) for frame in client.frames)


async def test_a_full_charter_still_lets_words_be_taken_out(scene: Scene) -> None:
    mallory = await scene.client().connect()
    while mallory.close_code is None:
        sent = mallory.sent
        pen.write(mallory.doc, scene.item, 0.0, "x" * 50_000, "why")
        await until(partial(_saved_or_closed, mallory, sent), "an answer")
    assert mallory.close_code == CloseCode.DOCUMENT_FULL
    # Ann came late and has a client id already; what she takes out makes room.
    kept = pen.words(scene.ben.doc, scene.item, "why")
    pen.erase(scene.ann.doc, scene.item, 0.0, len(kept), "why")
    await until(lambda: not pen.words(scene.ben.doc, scene.item, "why"), "the words to be gone")
    await scene.ann.all_saved()
    assert scene.ann.connected
    await mallory.close()


def _saved_or_closed(client: LiveClient, sent: int) -> bool:
    return client.saved > sent or client.close_code is not None


async def test_presence_is_named_by_the_server(scene: Scene) -> None:
    mallory = await scene.client().connect()
    mallory.presence({"writing": scene.item, "user": {"name": "Ann", "id": "1"}, "odd": "x" * 100})
    await until(lambda: mallory.doc.client_id in scene.ann.others, "Ann to hear of Mallory")
    told = scene.ann.others[mallory.doc.client_id]
    assert told is not None
    assert told["user"]["name"] == "Mallory"
    assert told["writing"] == scene.item
    assert "odd" not in told
    await scene.lives_on()
    await mallory.close()
    await until(lambda: scene.ann.others[mallory.doc.client_id] is None, "Mallory to be gone")
