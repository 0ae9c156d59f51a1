import httpx
import pytest
from starlette.applications import Starlette

from server.people.permits import Role
from server.store import Store
from server.writing.tables import CharterRow
from tests.server.publishing.conftest import Place, come_in, make_place, publish
from tests.support.pages import browser, form_token, send

PATH = "/charters/devon-charter/readers"


async def visibility(store: Store, place: Place) -> str:
    async with store.reading() as session:
        return (await session.get_one(CharterRow, place.charter.id)).visibility


async def test_an_organiser_chooses_who_can_read_at_any_time(
    store: Store, client: httpx.AsyncClient, app: Starlette, devon: Place
) -> None:
    kent = await make_place(store, "Kent")
    await publish(store, devon)
    await come_in(store, client, devon.group)
    page = (await client.get(PATH)).text
    assert "Who can read it now may lose it." in page
    assert 'value="group" checked' in page
    for chosen, stranger, neighbour in (
        ("groups", 401, 200),
        ("everybody", 200, 200),
        ("group", 401, 403),
    ):
        done = await send(client, PATH, {"readers": chosen})
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=yes")
        assert "Done." in (await client.get(done.headers["location"])).text
        assert await visibility(store, devon) == chosen
        async with browser(app) as nobody, browser(app) as ken:
            await come_in(store, ken, kent.group, Role.READER, "Ken")
            for path in ("/charters/devon-charter", "/charters/devon-charter/editions/1.json"):
                assert (await nobody.get(path)).status_code == stranger
                assert (await ken.get(path)).status_code == neighbour


@pytest.mark.parametrize("chosen", ["", "nobody"])
async def test_something_must_be_chosen(
    store: Store, client: httpx.AsyncClient, devon: Place, chosen: str
) -> None:
    await come_in(store, client, devon.group)
    page = await send(client, PATH, {"readers": chosen})
    assert (page.status_code, page.text.count("Please choose who can read it.")) == (422, 2)
    assert await visibility(store, devon) == "group"


async def test_only_organisers_of_the_group_choose(store: Store, client: httpx.AsyncClient) -> None:
    devon = await make_place(store, visibility="everybody")
    assert (await client.get(PATH)).status_code == 401
    kent = await make_place(store, "Kent")
    await come_in(store, client, kent.group, Role.ORGANISER, "Ken")
    token = form_token(await client.get("/charters/kent-charter/readers"))
    fields = {"form_token": token, "readers": "group"}
    assert (await client.post(PATH, data=fields)).status_code == 403
    for role in (Role.MEMBER, Role.READER):
        await come_in(store, client, devon.group, role, role.value)
        assert (await client.get(PATH)).status_code == 403
        assert (await client.post(PATH, data=fields)).status_code == 403
    assert await visibility(store, devon) == "everybody"
    assert (await client.get(PATH.replace("devon", "nowhere"))).status_code == 404
