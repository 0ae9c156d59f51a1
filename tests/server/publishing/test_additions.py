import httpx
import pytest

from server.people.permits import Role
from server.store import Store
from server.writing.tables import AdaptationRow
from tests.server.publishing.conftest import Place, come_in, make_place, publish

PATH = "/charters/devon-charter"
PUBLISH = f'href="{PATH}/publish">Publish a new edition</a>'
NAMING = f'href="{PATH}/naming">Your name in the next edition</a>'
EDITIONS = f'href="{PATH}/editions">All editions</a>'
MAKE = f'href="{PATH}/editions/1/make-our-own">Make our own version</a>'
ADOPT = f'href="{PATH}/adopt?edition=1">Adopt it with your group</a>'
TABLE = f'href="{PATH}/editions/1/table">What each place did</a>'
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


async def test_an_edition_leads_to_what_can_be_done_with_it(
    store: Store, client: httpx.AsyncClient
) -> None:
    devon = await make_place(store, visibility="everybody")
    edition = await publish(store, devon)

    async def links() -> set[str]:
        pages = [(await client.get(path)).text for path in (PATH, f"{PATH}/editions/1")]
        found = [{link for link in (MAKE, ADOPT, TABLE) if link in page} for page in pages]
        assert found[0] == found[1]
        return found[0]

    assert await links() == set()
    kent = await make_place(store, "Kent")
    await come_in(store, client, kent.group, Role.MEMBER, "Ann")
    assert await links() == set()
    await come_in(store, client, kent.group, Role.ORGANISER)
    assert await links() == {MAKE, ADOPT}
    async with store.session() as session:
        session.add(
            AdaptationRow(
                charter_id=kent.charter.id,
                of_charter_id=devon.charter.id,
                edition_id=edition.id,
                made_at=edition.published_at,
            )
        )
    assert await links() == {MAKE, ADOPT, TABLE}
    client.cookies.clear()
    assert await links() == {TABLE}
