from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from server.bus.memory import MemoryBus
from server.errors import CannotOpen, Trouble
from server.live import deleting, deleting_pages
from server.live.deleting import Deleting
from server.live.engine import Engine
from server.live.forgetting import Forgetting
from server.live.journal import Journal
from server.live.rooms import Rooms
from server.people.me import pages as me_pages
from server.people.names import A_MEMBER
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import MembershipRow, PersonRow
from server.settings import Settings
from server.store import Store
from server.writing.authors import Author
from server.writing.charter import Item, Kind
from server.writing.edits import AddItem, apply
from server.writing.rich_text import Paragraph, Run
from tests.server.live.stored import store_charter
from tests.support.pages import browser, form_token, make_app

SETTINGS = Settings(settle_after=3600, settle_at_most=3600)
WORDS = "Only I wrote this."


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> AsyncIterator[Starlette]:
    charter = await store_charter(store)
    app = make_app(store, tmp_path, [*me_pages.routes, *deleting_pages.routes])
    journal, engine, bus = Journal(store), Engine(SETTINGS), MemoryBus()
    rooms = Rooms(store, bus, engine, journal, SETTINGS)
    await rooms.start()
    forgetting = Forgetting(store, journal, engine, rooms)
    app.state.deleting = Deleting(store, bus, journal, rooms, forgetting)
    item = Item("mine", Kind.STATEMENT, "a5", words=(Paragraph((Run(WORDS),)),))
    add = partial(apply, edits=[AddItem(item)])
    await rooms.change(charter.charter_id, add, author=Author("p-ann"))
    yield app
    await rooms.stop()
    await forgetting.wiping.stop()
    await engine.aclose()
    await journal.aclose()


@pytest.fixture
async def client(store: Store, app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        async with store.session() as session:
            ann = await session.get_one(PersonRow, "p-ann")
            client.cookies.set("our_charter", await sign_in(session, ann))
        yield client


async def name_of_ann(store: Store) -> str:
    async with store.reading() as session:
        return (await session.get_one(PersonRow, "p-ann")).name


async def press(client: httpx.AsyncClient, words: str) -> httpx.Response:
    page = await client.get("/me/delete", params={"words": words})
    fields = {"form_token": form_token(page), "words": words}
    return await client.post("/me/delete", data=fields)


async def test_looking_deletes_nothing_and_tells_what_would_go(
    store: Store, client: httpx.AsyncClient
) -> None:
    assert "Nothing happens on this page." in (await client.get("/me/delete")).text
    keep = await client.get("/me/delete", params={"words": "keep"})
    assert "Your words stay." in keep.text
    assert WORDS not in keep.text
    forget = await client.get("/me/delete", params={"words": "forget"})
    assert WORDS in forget.text
    assert await name_of_ann(store) == "Ann"


@pytest.mark.parametrize("words", ["keep", "forget"])
async def test_one_press_deletes_and_signs_out_everywhere(
    store: Store, client: httpx.AsyncClient, app: Starlette, words: str
) -> None:
    secret = client.cookies["our_charter"]
    done = await press(client, words)
    assert (done.status_code, done.headers["location"]) == (303, "/goodbye")
    assert 'our_charter=""' in done.headers["set-cookie"]
    assert await name_of_ann(store) == A_MEMBER
    goodbye = await client.get("/goodbye")
    assert "We do not know you any more." in goodbye.text
    async with browser(app) as thief:
        thief.cookies.set("our_charter", secret)
        assert (await thief.get("/me")).status_code == 401


@pytest.mark.parametrize("words", ["", "all", "<b>"])
async def test_a_choice_that_there_is_not_deletes_nothing(
    store: Store, client: httpx.AsyncClient, words: str
) -> None:
    for asked in ({"words": words}, {"next": "yes"}):
        assert (await client.get("/me/delete", params=asked)).status_code == 422
    sure = await client.get("/me/delete", params={"words": "keep"})
    fields = {"form_token": form_token(sure), "words": words}
    answer = await client.post("/me/delete", data=fields)
    assert answer.status_code == 422
    assert "Please choose what becomes of your words." in answer.text
    assert await name_of_ann(store) == "Ann"


async def test_only_the_pages_own_form_deletes(store: Store, client: httpx.AsyncClient) -> None:
    assert (await client.post("/me/delete", data={"words": "keep"})).status_code == 403
    assert await name_of_ann(store) == "Ann"


async def test_who_is_not_signed_in_is_asked_to_come_in(app: Starlette) -> None:
    async with browser(app) as stranger:
        assert (await stranger.get("/me/delete")).status_code == 401


async def test_the_last_organiser_is_told_before_choosing(
    store: Store, client: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        await session.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == "p-ann")
            .values(role=Role.ORGANISER.value)
        )
    assert (await client.get("/me/delete")).status_code == 409


async def test_what_stands_in_the_way_is_told_and_nothing_is_done(
    store: Store, client: httpx.AsyncClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await client.get("/me/delete", params={"words": "forget"})

    async def cannot(*_: object, **__: object) -> None:
        raise CannotOpen

    monkeypatch.setattr(app.state.deleting, "delete", cannot)
    fields = {"form_token": form_token(page), "words": "forget"}
    answer = await client.post("/me/delete", data=fields)
    assert answer.status_code == 503
    assert "We could not open this Charter just now." in answer.text
    assert await name_of_ann(store) == "Ann"


async def test_what_is_gone_already_is_told_and_another_press_does_the_rest(
    store: Store, client: httpx.AsyncClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise Trouble

    with monkeypatch.context() as broken:
        broken.setattr(deleting, "delete_person", fails)
        answer = await press(client, "forget")
    assert answer.status_code == 503
    assert "Some of your words are gone. You are still here. Press again." in answer.text
    assert WORDS not in answer.text
    assert await name_of_ann(store) == "Ann"
    assert (await press(client, "forget")).headers["location"] == "/goodbye"
    assert await name_of_ann(store) == A_MEMBER
