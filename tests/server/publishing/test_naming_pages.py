import httpx
import pytest
from sqlalchemy import update

from server import clock
from server.people import actions
from server.people.permits import Role
from server.people.tables import PersonRow, SessionRow, SupportRow
from server.publishing import namings
from server.store import Store
from tests.server.publishing.conftest import (
    CHARTER,
    Place,
    come_in,
    join,
    make_place,
    publish,
    settle,
)
from tests.support.pages import form_token, send

PATH = "/charters/devon-charter/naming"


@pytest.mark.parametrize("role", [Role.READER, Role.MEMBER, Role.ORGANISER])
async def test_a_person_says_yes_or_no_for_themselves(
    store: Store, client: httpx.AsyncClient, devon: Place, role: Role
) -> None:
    ann = await come_in(store, client, devon.group, role, "Ann")
    other = await join(store, devon.group, "Ben")
    assert "Yes, say my name: Ann" in (await client.get(PATH)).text
    for word in ("yes", "no"):
        fields = {"name_me": word, "number": "1", "person": other.id}
        done = await send(client, PATH, fields)
        assert done.headers["location"] == f"{PATH}?kept=yes"
        page = (await client.get(done.headers["location"])).text
        assert f"You said {word}." in page
        assert f'value="{word}" checked' in page
    async with store.reading() as session:
        assert await namings.said_by(session, devon.charter.id, 1, ann.id) is False
        assert await namings.said_by(session, devon.charter.id, 1, other.id) is None


@pytest.mark.parametrize("word", ["", "maybe"])
async def test_something_must_be_chosen(
    store: Store, client: httpx.AsyncClient, devon: Place, word: str
) -> None:
    ann = await come_in(store, client, devon.group, name="Ann")
    page = await send(client, PATH, {"name_me": word, "number": "1"})
    assert page.status_code == 422
    assert page.text.count("Please choose yes or no.") == 2
    async with store.reading() as session:
        assert await namings.said_by(session, devon.charter.id, 1, ann.id) is None


@pytest.mark.parametrize("number", ["1", "3", "", "x", "9" * 30])
async def test_an_answer_about_another_edition_is_not_taken(
    store: Store, client: httpx.AsyncClient, devon: Place, number: str
) -> None:
    await come_in(store, client, devon.group, name="Ann")
    await publish(store, devon)
    page = await send(client, PATH, {"name_me": "yes", "number": number})
    assert page.status_code == 409
    assert "This edition is published now. We ask you about the next one." in page.text


async def test_the_question_is_for_the_group_only(store: Store, client: httpx.AsyncClient) -> None:
    await make_place(store, visibility="everybody")
    assert (await client.get(PATH)).status_code == 401
    kent = await make_place(store, "Kent")
    await come_in(store, client, kent.group)
    assert (await client.get(PATH)).status_code == 403
    client.cookies.set("our_charter_form", "token")
    fields = {"form_token": "token", "name_me": "yes", "number": "1"}
    assert (await client.post(PATH, data=fields)).status_code == 403


async def test_who_wrote_is_asked_on_the_page_of_the_charter_until_they_say(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    ann = await come_in(store, client, devon.group, Role.MEMBER, "Ann")
    asked = "May we name you in edition 1?"
    assert asked not in (await client.get("/charters/devon-charter")).text
    text = CHARTER.replace("I choose", "We choose")
    await settle(store, devon.charter.id, text, {"statement1": ann.id})
    assert asked in (await client.get("/charters/devon-charter")).text
    await send(client, PATH, {"name_me": "no", "number": "1"})
    assert asked not in (await client.get("/charters/devon-charter")).text


async def test_a_supporter_cannot_say_it_for_the_person_they_help(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    anna = await join(store, devon.group, "Anna")
    sam = await come_in(store, client, devon.group, Role.MEMBER, "Sam")
    token = form_token(await client.get(PATH))
    async with store.session() as session:
        now = clock.now()
        support = SupportRow(
            id="yes", person_id=anna.id, supporter_id=sam.id, asked_at=now, yes_at=now
        )
        session.add(support)
        await session.flush()
        await session.execute(update(SessionRow).values(helping_id=support.id))
    for answer in (
        await client.get(PATH),
        await client.post(PATH, data={"form_token": token, "name_me": "yes", "number": "1"}),
    ):
        assert answer.status_code == 403
        assert "Only Anna can answer this." in answer.text
    async with store.reading() as session:
        for person in (anna, sam):
            assert await namings.said_by(session, devon.charter.id, 1, person.id) is None


async def test_a_program_with_an_access_token_cannot_say_it(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    ann = await join(store, devon.group, "Ann")
    async with store.session() as session:
        secret = await actions.issue_token(session, "Ann", devon.group)
    bearing = {"Authorization": f"Bearer {secret}"}
    for answer in (
        await client.get(PATH, headers=bearing),
        await client.post(PATH, headers=bearing, data={"name_me": "yes", "number": "1"}),
    ):
        assert answer.status_code == 403
    async with store.reading() as session:
        assert await namings.said_by(session, devon.charter.id, 1, ann.id) is None


async def test_one_groups_card_cannot_say_it_for_who_is_in_others(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    ann = await come_in(store, client, devon.group, name="Ann")
    async with store.session() as session:
        kent = await actions.make_group(session, "Kent")
        await actions.join(session, await session.get_one(PersonRow, ann.id), kent, Role.MEMBER)
    token = form_token(await client.get(PATH))
    async with store.session() as session:
        await session.execute(update(SessionRow).values(vouched_by=[devon.group.id]))
    fields = {"form_token": token, "name_me": "yes", "number": "1"}
    assert (await client.get(PATH)).status_code == 403
    assert (await client.post(PATH, data=fields)).status_code == 403
    async with store.reading() as session:
        assert await namings.said_by(session, devon.charter.id, 1, ann.id) is None
