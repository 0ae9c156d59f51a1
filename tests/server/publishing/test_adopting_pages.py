from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from server import clock
from server.people.permits import Role
from server.people.tables import MembershipRow
from server.publishing.tables import AdoptionRow
from server.store import Store
from server.web.dates import in_words
from server.writing.tables import AdaptationRow, CharterRow
from tests.server.publishing.conftest import Place, come_in, make_place, publish
from tests.support.pages import send

PATH = "/charters/devon-charter"
TODAY = clock.now().date()
AGAIN = TODAY + timedelta(days=300)


def filled_in(group: str = "devon", **other: str) -> dict[str, str]:
    return {
        "group": group,
        "edition": "1",
        "adopted-day": str(TODAY.day),
        "adopted-month": str(TODAY.month),
        "adopted-year": str(TODAY.year),
        "again-day": str(AGAIN.day),
        "again-month": str(AGAIN.month),
        "again-year": str(AGAIN.year),
        "present-people": "4",
        "present-carers": "2",
        "note": "We met in the hall.",
        **other,
    }


async def adoptions(store: Store) -> list[AdoptionRow]:
    async with store.reading() as session:
        return list(await session.scalars(select(AdoptionRow)))


async def test_an_organiser_adopts_an_edition_and_the_charters_page_says_so(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    await publish(store, devon, "One")
    done = await send(client, f"{PATH}/adopt", filled_in())
    assert (done.status_code, done.headers["location"]) == (303, f"{PATH}/adoptions?done=new")
    (row,) = await adoptions(store)
    assert row.adopted_on == TODAY
    page = (await client.get(done.headers["location"])).text
    for part in (
        "You adopted it.",
        f"On {in_words(TODAY)} they adopted",
        "<li>People who use Shared Lives: 4</li>",
        "<li>Carers: 2</li>",
        "We met in the hall.",
        f"They look at it again on {in_words(AGAIN)}.",
    ):
        assert part in page
    assert "Families and friends:" not in page
    charter = (await client.get(PATH)).text
    assert f"Devon adopted edition 1 on {in_words(TODAY)}." in charter
    assert f"We look at it again on {in_words(AGAIN)}." in charter
    assert 'editions/1">edition 1: One</a>' in charter


async def test_a_local_group_adopts_the_national_charter_as_it_is(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    national = await make_place(store, "National", "everybody", kind="national")
    await publish(store, national)
    await come_in(store, client, devon.group)
    path = f"/charters/{national.charter.slug}"
    done = await send(client, f"{path}/adopt", filled_in())
    assert done.status_code == 303
    page = (await client.get(f"{path}/adoptions")).text
    assert '<h2 class="charters__title">Devon</h2>' in page
    assert "Devon adopted" not in (await client.get(path)).text


async def test_the_national_group_sees_who_adopted_what_and_the_public_what_it_may_read(
    store: Store, client: httpx.AsyncClient
) -> None:
    national = await make_place(store, "National", "everybody", kind="national")
    edition = await publish(store, national)
    devon = await make_place(store, "Devon", "group")
    async with store.session() as session:
        session.add(
            AdaptationRow(
                charter_id=devon.charter.id,
                of_charter_id=national.charter.id,
                edition_id=edition.id,
                made_at=clock.now(),
            )
        )
    await come_in(store, client, devon.group)
    await publish(store, devon)
    assert (await send(client, f"{PATH}/adopt", filled_in())).status_code == 303
    path = f"/charters/{national.charter.slug}/adoptions"
    await come_in(store, client, national.group)
    page = (await client.get(path)).text
    assert "their own version, edition 1" in page
    assert "We met in the hall." not in page
    client.cookies.clear()
    assert "Nobody adopted it yet." in (await client.get(path)).text
    async with store.session() as session:
        await session.execute(
            update(CharterRow)
            .where(CharterRow.id == devon.charter.id)
            .values(visibility="everybody")
        )
    assert "We met in the hall." in (await client.get(path)).text


@pytest.mark.parametrize(
    ("wrong", "anchor", "sentence"),
    [
        ({"adopted-year": "2999"}, "adopted-day", "too far away"),
        ({"adopted-year": "1900"}, "adopted-day", "too long ago"),
        ({"adopted-day": "32"}, "adopted-day", "no such day"),
        (
            {"adopted-day": "", "adopted-month": "", "adopted-year": ""},
            "adopted-day",
            "Write the date",
        ),
        ({"again-year": "2001"}, "again-day", "later than you adopt"),
        ({"again-year": ""}, "again-day", "Write a day, a month and a year"),
        ({"present-people": "-4"}, "present-people", "as a number"),
        ({"present-people": "5000"}, "present-people", "up to 1,000"),
        ({"present-people": "", "present-carers": "0"}, "present-people", "how many people"),
        ({"note": "x" * 2_001}, "note", "too long"),
        ({"edition": "7"}, "edition", "choose an edition"),
    ],
)
async def test_what_is_wrong_is_told_and_the_rest_is_kept(  # noqa: PLR0917 -- a column each
    store: Store,
    client: httpx.AsyncClient,
    devon: Place,
    wrong: Mapping[str, str],
    anchor: str,
    sentence: str,
) -> None:
    await come_in(store, client, devon.group)
    await publish(store, devon)
    page = await send(client, f"{PATH}/adopt", filled_in(**{"present-carers": "2", **wrong}))
    assert page.status_code == 422
    assert sentence in page.text
    assert f'href="#{anchor}"' in page.text
    assert f'id="{anchor}"' in page.text
    if "note" not in wrong:
        assert "We met in the hall.</textarea>" in page.text
    assert await adoptions(store) == []


async def test_one_chooses_among_editions_and_groups(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await publish(store, devon)
    await publish(store, devon)
    kent = await make_place(store, "Kent")
    person = await come_in(store, client, devon.group)
    async with store.session() as session:
        session.add(
            MembershipRow(
                id=clock.new_id(),
                person_id=person.id,
                group_id=kent.group.id,
                role="organiser",
                since=clock.now(),
            )
        )
    page = (await client.get(f"{PATH}/adopt")).text
    assert 'value="2" checked' in page
    assert 'value="devon" checked' in page
    await send(client, f"{PATH}/adopt", filled_in("kent"))
    (row,) = await adoptions(store)
    assert row.group_id == kent.group.id


async def test_without_an_edition_there_is_nothing_to_adopt(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/adopt")
    assert page.status_code == 404
    assert "There is no edition to adopt yet." in page.text


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.READER, 403), (Role.MEMBER, 403)])
async def test_only_organisers_adopt(
    store: Store, client: httpx.AsyncClient, role: Role | None, status: int
) -> None:
    devon = await make_place(store, visibility="everybody")
    await publish(store, devon)
    if role is not None:
        await come_in(store, client, devon.group, role)
    assert (await client.get(f"{PATH}/adopt")).status_code == status
    client.cookies.set("our_charter_form", "token")
    done = await client.post(f"{PATH}/adopt", data={**filled_in(), "form_token": "token"})
    assert done.status_code == status
    assert "Adopt it with your group" not in (await client.get(f"{PATH}/adoptions")).text
    assert await adoptions(store) == []


async def test_a_group_that_is_not_ones_own_cannot_be_chosen(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await publish(store, devon)
    await make_place(store, "Kent")
    await come_in(store, client, devon.group)
    done = await send(client, f"{PATH}/adopt", filled_in("kent"))
    assert done.status_code == 403
    assert await adoptions(store) == []


async def test_a_group_that_loses_access_is_told_so(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    national = await make_place(store, "National", "everybody", kind="national")
    await publish(store, national)
    await come_in(store, client, devon.group)
    path = f"/charters/{national.charter.slug}/adopt"
    page = await client.get(path)
    assert page.status_code == 200
    async with store.session() as session:
        await session.execute(
            update(CharterRow)
            .where(CharterRow.id == national.charter.id)
            .values(visibility="group")
        )
    token = client.cookies["our_charter_form"]
    done = await client.post(path, data={**filled_in(), "form_token": token})
    assert done.status_code == 403
    assert await adoptions(store) == []


async def test_an_organiser_who_left_adopts_no_more(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await publish(store, devon)
    await come_in(store, client, devon.group)
    await client.get(f"{PATH}/adopt")
    async with store.session() as session:
        await session.execute(update(MembershipRow).values(ended_at=clock.now()))
    token = client.cookies["our_charter_form"]
    done = await client.post(f"{PATH}/adopt", data={**filled_in(), "form_token": token})
    assert done.status_code == 403
    assert await adoptions(store) == []
