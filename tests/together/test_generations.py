"""When an edit that no worker can open got into the journal: a new generation, end to end.

The guard lets none in that we know of, so here it comes as if another server had let it in.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import pytest
from sqlalchemy import select

from server.errors import CloseCode
from server.live import update as updates
from server.live.entries import Batch
from server.live.journal import Journal
from server.live.tables import SetAsideRow
from server.people.tables import PersonRow
from server.store import Store
from server.writing.authors import Author
from tests.server.live.updates import structs, under, update
from tests.support.live_client import LiveClient
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.support.yjs_peer import YjsPeer, YjsPeers

ITEM = "annsownstatement"
TYPE, TEXT = 7, b"\x06"


class Scene:
    """A server, its journal within reach, and a Charter; everybody is at a stock yjs client."""

    def __init__(self, server: ServerProcess, peers: YjsPeers) -> None:
        self.server = server
        self.peers = peers
        self.charter = server.import_charter()
        self.tokens = {name: server.token(name) for name in ("Ann", "Ben", "Mallory")}
        address = server.settings["database_url"] or f"sqlite:///{server.data}/charter.sqlite"
        self.store = Store(str(address))

    async def enter(self, name: str, as_: str = "", **params: str) -> YjsPeer:
        return await self.peers.open(
            as_ or name, self.server.live_address, self.charter, self.tokens[name], params
        )

    async def slip_in(self, name: str, edits: Sequence[bytes], generation: int = 1) -> None:
        """Have another server append edits of somebody to the journal, unscreened."""
        async with self.store.reading() as session:
            found = select(PersonRow.id).where(PersonRow.name == name)
            person = (await session.scalars(found)).one()
        journal = Journal(self.store)
        changes = tuple((Author(person), edit) for edit in edits)
        assert await journal.append([Batch(self.charter, generation, changes)])
        await journal.aclose()

    async def set_aside(self) -> list[str]:
        """Whose edits were set aside, one name an edit."""
        async with self.store.reading() as session:
            found = select(PersonRow.name).join(SetAsideRow).order_by(SetAsideRow.seq)
            return list((await session.scalars(found)).all())

    async def close(self) -> None:
        await self.store.close()


@pytest.fixture
async def scene(
    new_server: Callable[..., ServerProcess], database_url: str, yjs_peers: YjsPeers
) -> AsyncIterator[Scene]:
    server = new_server(
        database_url=None if database_url.startswith("sqlite") else database_url,
        log_format="json",
    ).start()
    scene = Scene(server, yjs_peers)
    yield scene
    await scene.close()
    server.stop()


async def bad_edits(peer: YjsPeer) -> tuple[bytes, bytes]:
    """Two that no engine can place: children of an item's value, and of its words."""
    document = updates.read(await peer.update(), trusted=True)
    of_kind = {
        link[2] & 31: (client, link[0])
        for client, links in document.links.items()
        for link in links
    }
    parents = of_kind[updates.ANY], of_kind[updates.STRING]
    one, other = (
        update(structs(client, 0, under(TYPE, TEXT, parent)))
        for client, parent in zip((666, 667), parents, strict=True)
    )
    return one, other


async def _closed(peer: YjsPeer) -> int | None:
    closed = await peer.ask("closed")
    return None if closed is None else int(closed["code"])


async def _is_closed(peer: YjsPeer) -> bool:
    return await _closed(peer) is not None


async def test_a_new_generation_has_every_word_that_anybody_saw(scene: Scene) -> None:
    ann = await scene.enter("Ann", generation="1")
    ben = await scene.enter("Ben")
    await ann.ask("add", item=ITEM, kind="statement", position="a0", words="")
    bad = await bad_edits(ann)
    typed = 0
    seen = ""

    async def type_on() -> None:
        nonlocal typed, seen
        while await _closed(ann) is None:
            typed += 1
            await ann.ask("write", item=ITEM, part="words", place=1.0, text=f"{typed} ")
            seen = max(seen, await ben.text(ITEM), key=len)
            await asyncio.sleep(0.02)

    async def has_seen(more: int) -> bool:
        return len(seen) >= more

    await until(partial(_knows, ben), "Ben to know Ann's statement")
    typing = asyncio.create_task(type_on())
    await until(partial(has_seen, 50), "Ben to see Ann's words")
    await scene.slip_in("Mallory", bad)
    await typing
    await until(partial(_is_closed, ben), "Ben to be sent on")
    assert await _closed(ann) == await _closed(ben) == CloseCode.OLD_GENERATION

    # Their pages load again. What was saved and what Ben saw is there, in the order it was written.
    ann = await scene.enter("Ann", "Ann again", generation="2")
    ben = await scene.enter("Ben", "Ben again")
    kept = await ben.text(ITEM)
    assert kept.startswith(seen)
    assert "".join(f"{number} " for number in range(1, typed + 1)).startswith(kept)
    assert await scene.set_aside() == ["Mallory", "Mallory"]

    # It is a room like any other, also for those who come late and after another start.
    await ann.ask("write", item=ITEM, part="words", place=1.0, text="And on. ")
    await ben.ask("write", item=ITEM, part="words", place=0.0, text="Hello. ")

    async def both() -> bool:
        texts = [await peer.text(ITEM) for peer in (ann, ben)]
        return texts[0] == texts[1] == f"Hello. {kept}And on. "

    await until(both, "both to see both")
    scene.server.restart()
    late = await scene.enter("Ben", "Ben late", generation="2")
    await until(partial(_agree, (ann, ben, late)), "everybody to see the same")
    assert f"Hello. {kept}And on." in scene.server.cli("export", scene.charter)
    told = [str(line.get("event")) for line in scene.server.logged() if line["level"] == "error"]
    assert told == ["set_aside", "set_aside"]


async def _knows(peer: YjsPeer) -> bool:
    return ITEM in (await peer.view())["items"]


async def _agree(peers: Sequence[YjsPeer]) -> bool:
    views = [await peer.view() for peer in peers]
    return all(view == views[0] for view in views)


async def test_a_page_of_the_old_generation_is_told_so_and_brings_nothing_back(
    scene: Scene,
) -> None:
    ann = await scene.enter("Ann", generation="1")
    bad = await bad_edits(ann)
    await scene.slip_in("Mallory", bad[:1])
    await ann.ask("set", item=await _some_item(ann), key="picture", value="house")
    await until(partial(_is_closed, ann), "Ann to be sent on")

    old = LiveClient(
        scene.server.live_address, scene.charter, scene.tokens["Ben"], "generation=1&tell=saved"
    )
    await old.connect(wait=False)
    assert await old.closed() == CloseCode.OLD_GENERATION
    await old.close()

    # A program that knows of no generations sends all it has, the bad edit too.
    ben = await scene.enter("Ben")
    await ann.ask("connect")
    await until(partial(_is_closed, ann), "Ann to be refused")
    await ben.ask("set", item=await _some_item(ben), key="picture", value="heart")
    assert await _closed(ben) is None
    assert await scene.set_aside() == ["Mallory"]


async def _some_item(peer: YjsPeer) -> str:
    items = (await peer.view())["items"]
    return str(min(items))
