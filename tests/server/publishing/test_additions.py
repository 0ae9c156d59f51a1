import httpx
import pytest

from server.people.permits import Role
from server.store import Store
from tests.server.publishing.conftest import Place, come_in, make_place, publish

PATH = "/charters/devon-charter"
PUBLISH = f'href="{PATH}/publish">Publish a new edition</a>'
NAMING = f'href="{PATH}/naming">Your name in the next edition</a>'
EDITIONS = f'href="{PATH}/editions">All editions</a>'
ADOPTIONS = f'href="{PATH}/adoptions">Who adopted it</a>'


@pytest.mark.parametrize(
    ("role", "links"),
    [
        (None, set()),
        (Role.READER, {NAMING}),
        (Role.MEMBER, {NAMING}),
        (Role.ORGANISER, {NAMING, PUBLISH}),
    ],
)
async def test_everybody_has_the_links_that_they_may_follow(
    store: Store, client: httpx.AsyncClient, role: Role | None, links: set[str]
) -> None:
    devon = await make_place(store, visibility="everybody")
    if role is not None:
        await come_in(store, client, devon.group, role)
    every = {PUBLISH, NAMING, EDITIONS, ADOPTIONS}
    page = (await client.get(PATH)).text
    assert {link for link in every if link in page} == links
    await publish(store, devon)
    page = (await client.get(PATH)).text
    assert {link for link in every if link in page} == links | {EDITIONS, ADOPTIONS}
    for link in links | {EDITIONS, ADOPTIONS}:
        assert (await client.get(link.split('"')[1])).status_code == 200


async def test_the_newest_edition_is_named(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group, Role.READER)
    assert "The newest edition" not in (await client.get(PATH)).text
    await publish(store, devon)
    await publish(store, devon, "Two & more")
    page = (await client.get(PATH)).text
    assert f'href="{PATH}/editions/2">edition 2: Two &amp; more</a>' in page
    assert f'href="{PATH}/editions/1"' not in page
