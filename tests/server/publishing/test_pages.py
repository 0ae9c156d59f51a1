import html
import json
import re
from collections.abc import Sequence

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from server import clock
from server.people.permits import Role
from server.people.tables import GroupRow
from server.publishing import namings
from server.store import Store
from server.writing import editions
from server.writing.charter import Charter
from server.writing.edition_check import check
from server.writing.editions import Problem
from server.writing.tables import AdaptationRow, CharterRow, EditionRow, WordingRow
from tests.server.publishing.conftest import (
    CHARTER,
    Place,
    come_in,
    make_place,
    publish,
    settle,
)
from tests.support.languages import told_wrongly

PATH = "/charters/devon-charter"


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the form of a publish page carries."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


async def press(client: httpx.AsyncClient, page: httpx.Response, **fields: str) -> httpx.Response:
    """Press the button of a publish page as it was shown."""
    return await client.post(f"{PATH}/publish", data={**hidden(page), **fields})


async def all_editions(store: Store, place: Place) -> Sequence[EditionRow]:
    async with store.reading() as session:
        return await editions.of(session, place.charter.id)


async def test_an_organiser_publishes_the_first_edition(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert page.status_code == 200
    assert "This is the first edition" in page.text
    assert "with 1 statement." in page.text
    assert "We left out 1 more, and say why." in page.text
    done = await press(client, page, name=" The  first ", note="We met.\r\nTwice.")
    assert (done.status_code, done.headers["location"]) == (303, f"{PATH}/editions/1?new=yes")
    (row,) = await all_editions(store, devon)
    assert (row.number, row.name, row.note) == (1, "The first", "We met.\nTwice.")
    read = await client.get(done.headers["location"])
    for part in (
        "You published edition 1.",
        "<title>Our &amp; Devon Charter, edition 1 – Our Charter</title>",
        "Edition 1: The first",
        "<p>Twice.</p>",
        "I choose who I live with.",
        '<img src="/pictures/house.svg" alt=""',
        "There is no bus here.",
        "data-listen hidden>",
        row.digest,
    ):
        assert part in read.text
    assert "new=yes" not in (await client.get(f"{PATH}/editions/1")).text


@pytest.mark.parametrize(("readers", "status"), [("everybody", 200), ("group", 401), ("", 401)])
async def test_who_can_read_it_is_chosen_with_the_press(
    store: Store, client: httpx.AsyncClient, devon: Place, readers: str, status: int
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert re.search(r'value="group"[^>]* checked', page.text)
    await press(client, page, readers=readers)
    client.cookies.clear()
    assert (await client.get(f"{PATH}/editions/1")).status_code == status
    assert (await client.get(PATH)).status_code == status


async def test_a_national_charter_is_proposed_to_everybody(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    async with store.session() as session:
        group = await session.get_one(GroupRow, devon.group.id)
        group.kind = "national"
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert re.search(r'value="everybody"[^>]* checked', page.text)
    await press(client, page, readers="group")
    async with store.session() as session:
        charter = await session.get_one(CharterRow, devon.charter.id)
        charter.title = "Another title"
    again = await client.get(f"{PATH}/publish")
    assert re.search(r'value="group"[^>]* checked', again.text)


async def test_nobody_can_be_given_it_by_a_form_of_their_own(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    told = await press(client, await client.get(f"{PATH}/publish"), readers="nobody")
    assert told.status_code == 422
    assert "Please choose who can read it." in told.text
    assert await all_editions(store, devon) == []


async def test_the_charter_settles_before_it_is_shown_and_before_it_is_published(
    store: Store, client: httpx.AsyncClient, app: Starlette, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert app.state.rooms.settling == [devon.charter.id]
    await press(client, page)
    assert app.state.rooms.settling == [devon.charter.id] * 2


async def test_what_changed_since_the_last_edition_is_told(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    await publish(store, devon)
    text = CHARTER.replace("I choose who", "I choose with whom").replace(
        "What good looks like.", "What we promise."
    )
    await settle(store, devon.charter.id, text.replace("There is no bus here.", "No bus comes."))
    page = (await client.get(f"{PATH}/publish")).text
    assert "What changed since edition 1" in page
    assert "What we promise." in page
    assert "<ins" in page
    assert "<del" in page
    assert "One statement has the same words, and another why." in page


async def test_nothing_changed_is_said_and_not_published(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    first = await client.get(f"{PATH}/publish")
    await press(client, first)
    page = await client.get(f"{PATH}/publish")
    assert "Nothing changed since" in page.text
    assert "<textarea" not in page.text
    fields = {**hidden(first), "number": "2"}
    again = await client.post(f"{PATH}/publish", data=fields)
    assert again.status_code == 409
    assert "Nothing changed since" in again.text
    assert len(await all_editions(store, devon)) == 1


async def test_an_empty_charter_is_not_published(store: Store, client: httpx.AsyncClient) -> None:
    devon = await make_place(store, text="# Nothing yet\n")
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert "There is nothing to publish yet." in page.text
    assert "<textarea" not in page.text
    token = hidden(page)["form_token"]
    done = await client.post(
        f"{PATH}/publish", data={"form_token": token, "number": "1", "words": "0"}
    )
    assert done.status_code == 409
    assert "There is nothing to publish yet." in done.text
    assert await all_editions(store, devon) == []


async def test_words_that_change_before_the_press_are_shown_and_asked_about_again(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    await settle(store, devon.charter.id, CHARTER.replace("who I live with", "my home"))
    done = await press(client, page, name="First", note="Hello.")
    assert done.status_code == 409
    assert await all_editions(store, devon) == []
    told = done.text.split('id="meanwhile"')[1].split("</section>")[0]
    assert "Something changed before you pressed" in done.text
    assert "Somebody published before you." not in done.text
    assert "Statement 1" in told
    assert "<ins" in told
    assert 'value="First"' in done.text
    assert "Hello.</textarea>" in done.text
    assert (await press(client, done, name="First")).status_code == 303


@pytest.mark.parametrize("carried", ["", "nonsense", '["a", "b", [["x"]]]'])
async def test_a_page_that_carries_nonsense_is_still_asked_again(
    store: Store, client: httpx.AsyncClient, devon: Place, carried: str
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    fields = {"form_token": hidden(page)["form_token"], "shown": carried, "number": "x" * 20}
    done = await client.post(f"{PATH}/publish", data=fields)
    assert done.status_code == 409
    assert "Something changed before you pressed" in done.text
    assert await all_editions(store, devon) == []


async def test_of_two_organisers_the_second_is_told_of_the_first(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert (await press(client, page, name="Mine")).status_code == 303
    second = await press(client, page, name="Yours")
    assert second.status_code == 409
    assert "Somebody published before you." in second.text
    assert f'href="{PATH}/editions/1">edition 1</a>' in second.text
    assert [row.name for row in await all_editions(store, devon)] == ["Mine"]


async def test_problems_come_first_and_can_be_taken_on(
    store: Store, client: httpx.AsyncClient, app: Starlette, devon: Place
) -> None:
    told: list[int] = []

    async def whys(_session: AsyncSession, row: CharterRow, charter: Charter) -> list[Problem]:
        assert charter.statements
        return [Problem("2 statements have no why.", f"/charters/{row.slug}/draft", "Say why")]

    async def tell(session: AsyncSession, _row: CharterRow, edition: EditionRow) -> None:
        assert await editions.read_edition(session, edition.id)
        told.append(edition.number)

    app.state.before_publishing, app.state.after_publishing = [whys], [tell]
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    assert "See to these first" in page.text
    assert "2 statements have no why." in page.text
    assert f'href="{PATH}/draft">Say why</a>' in page.text
    refused = await press(client, page)
    assert refused.status_code == 422
    assert "Please see to these first." in refused.text
    assert told == []
    assert (await press(client, page, anyway="yes")).status_code == 303
    assert told == [1]


async def test_what_a_hook_refuses_is_not_published(
    store: Store, client: httpx.AsyncClient, app: Starlette, devon: Place
) -> None:
    async def break_down(*_: object) -> None:
        raise RuntimeError("told nobody")

    app.state.after_publishing = [break_down]
    await come_in(store, client, devon.group)
    assert (await press(client, await client.get(f"{PATH}/publish"))).status_code == 500
    assert await all_editions(store, devon) == []


@pytest.mark.parametrize(("field", "limit"), [("name", 100), ("note", 2_000)])
async def test_what_is_too_long_is_asked_for_again(
    store: Store, client: httpx.AsyncClient, devon: Place, field: str, limit: int
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    done = await press(client, page, **{"name": "A", "note": "B", field: "x" * (limit + 1)})
    assert done.status_code == 422
    assert f'href="#{field}"' in done.text
    assert await all_editions(store, devon) == []


async def test_only_those_who_said_yes_are_named(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    for name, yes in (("Ann", True), ("Ben", False), ("Cai", None)):
        person = await come_in(store, client, devon.group, Role.MEMBER, name)
        if yes is not None:
            async with store.session() as session:
                await namings.say(session, devon.charter.id, 1, person.id, yes)
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/publish")
    named, silent = page.text.split("said nothing yet")
    assert "<li>Ann</li>" in named
    assert "<li>Ben</li>" not in page.text
    assert "<li>Cai</li>" in silent
    await press(client, page)
    (row,) = await all_editions(store, devon)
    assert row.people == ["Ann"]
    assert "Made with Ann." in (await client.get(f"{PATH}/editions/1")).text


async def test_editions_are_listed_with_what_changed(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group, Role.MEMBER)
    assert "There is no edition yet." in (await client.get(f"{PATH}/editions")).text
    await publish(store, devon, "One")
    await settle(store, devon.charter.id, CHARTER.replace("who", "how"))
    await publish(store, devon)
    page = (await client.get(f"{PATH}/editions")).text
    assert page.index(">Edition 2</a>") < page.index(">Edition 1: One</a>")
    assert 'href="/compare?a=devon-charter@1&amp;b=devon-charter@2"' in page
    assert "1 statement</p>" in page
    assert "Publish a new edition" not in page


async def test_an_older_edition_names_the_newest(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    await publish(store, devon)
    await settle(store, devon.charter.id, CHARTER.replace("who", "how"))
    await publish(store, devon)
    assert "There is a newer one" in (await client.get(f"{PATH}/editions/1")).text
    second = (await client.get(f"{PATH}/editions/2")).text
    assert "There is a newer one" not in second
    assert 'href="/compare?a=devon-charter@1&amp;b=devon-charter@2"' in second


async def test_an_edition_of_our_own_version_names_what_it_was_made_from(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    national = await make_place(store, "National", "everybody")
    first = await publish(store, national)
    async with store.session() as session:
        session.add(
            AdaptationRow(
                charter_id=devon.charter.id,
                of_charter_id=national.charter.id,
                edition_id=first.id,
                made_at=first.published_at,
            )
        )
    await come_in(store, client, devon.group)
    page = (await client.get(f"{PATH}/publish")).text
    assert "You started from Our &amp; Devon Charter, edition 1." in page
    assert "The words are the same." in page
    await publish(store, devon)
    link = 'href="/charters/national-charter/editions/1">Our &amp; Devon Charter, edition 1</a>'
    assert link in (await client.get(f"{PATH}/editions/1")).text
    async with store.session() as session:
        await session.execute(
            update(CharterRow)
            .where(CharterRow.id == national.charter.id)
            .values(visibility="group")
        )
    assert "Made from" not in (await client.get(f"{PATH}/editions/1")).text


@pytest.mark.parametrize("ending", ["json", "md"])
async def test_a_file_that_was_taken_away_is_whole(
    store: Store, client: httpx.AsyncClient, devon: Place, ending: str
) -> None:
    await come_in(store, client, devon.group)
    row = await publish(store, devon, "One")
    file = await client.get(f"{PATH}/editions/1.{ending}")
    assert file.headers["content-disposition"] == (
        f'attachment; filename="devon-charter-1.{ending}"'
    )
    checked = check(file.content)
    assert checked.is_whole
    assert checked.digest == row.digest


async def test_what_was_removed_says_so_in_page_and_files(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    row = await publish(store, devon)
    async with store.session() as session:
        await session.execute(
            update(WordingRow)
            .where(WordingRow.picture == "house")
            .values(words=[], meaning=[], picture=None, removed_at=clock.now())
        )
    page = (await client.get(f"{PATH}/editions/1")).text
    assert "I choose who I live with." not in page
    assert "These words were removed." in page
    assert "Some words were removed or hidden after that." in page
    for ending in ("json", "md"):
        checked = check((await client.get(f"{PATH}/editions/1.{ending}")).content)
        assert (checked.is_whole, checked.removed, checked.digest) == (True, 1, row.digest)
    told = json.loads((await client.get(f"{PATH}/editions/1.json")).content)
    assert told["items"][1]["says"]["words"] is None


# fmt: off
DOORS = [
    # role            visibility   read  publish
    (None,            "group",      401,  401),
    (None,            "everybody",  200,  401),
    (Role.READER,     "group",      200,  403),
    (Role.MEMBER,     "group",      200,  403),
    (Role.ORGANISER,  "group",      200,  200),
    ("elsewhere",     "group",      403,  403),
    ("elsewhere",     "everybody",  200,  403),
]
# fmt: on


@pytest.mark.parametrize(("role", "visibility", "read", "asked"), DOORS)
async def test_who_may_open_which_page(  # noqa: PLR0917 -- one column of the table each
    store: Store,
    client: httpx.AsyncClient,
    role: Role | str | None,
    visibility: str,
    read: int,
    asked: int,
) -> None:
    devon = await make_place(store, visibility=visibility)
    await publish(store, devon)
    if isinstance(role, Role):
        await come_in(store, client, devon.group, role)
    elif role == "elsewhere":
        kent = await make_place(store, "Kent")
        await come_in(store, client, kent.group)
    for path in ("editions", "editions/1", "editions/1.md", "editions/1.json"):
        assert (await client.get(f"{PATH}/{path}")).status_code == read
    assert (await client.get(f"{PATH}/publish")).status_code == asked
    if asked != 200:
        done = await send_from_home(client)
        assert done.status_code == asked
        assert len(await all_editions(store, devon)) == 1


async def send_from_home(client: httpx.AsyncClient) -> httpx.Response:
    """Try to publish without a publish page."""
    client.cookies.set("our_charter_form", "token")
    return await client.post(f"{PATH}/publish", data={"form_token": "token", "number": "2"})


@pytest.mark.parametrize(
    "path",
    ["editions/2", "editions/0", "editions/2.md", "editions/2.json", "editions/999999999"],
)
async def test_an_unknown_edition_says_so(
    store: Store, client: httpx.AsyncClient, devon: Place, path: str
) -> None:
    await come_in(store, client, devon.group)
    await publish(store, devon)
    page = await client.get(f"{PATH}/{path}")
    assert page.status_code == 404
    assert "We do not know this edition." in page.text


async def test_a_number_of_many_digits_is_no_page(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    page = await client.get(f"{PATH}/editions/{10**30}")
    assert page.status_code == 404
    assert "We do not know this page." in page.text


async def test_a_form_from_elsewhere_publishes_nothing(
    store: Store, client: httpx.AsyncClient, devon: Place
) -> None:
    await come_in(store, client, devon.group)
    done = await client.post(f"{PATH}/publish", data={"number": "1"})
    assert done.status_code == 403
    assert await all_editions(store, devon) == []


WELSH_CHARTER = """---
title: Siarter gŵyl
language: cy
summary: Yr ŵyl.
---

## Fy nhŷ, fy ngŵydd
<!-- heading id=heading1 -->

<!-- statement id=statement1 -->

Gŵyl y gŵr.

<!-- why -->

Mae’r tŵr.
"""


async def test_editions_of_a_welsh_charter_are_told_to_be_welsh_but_not_what_we_say(
    store: Store, client: httpx.AsyncClient
) -> None:
    place = await make_place(store, "Gwent", text=WELSH_CHARTER)
    await publish(store, place, "Yr ŵyl")
    said = WELSH_CHARTER.replace("Gŵyl y", "Dŵr y").replace("gŵyl\n", "dŵr\n")
    await settle(store, place.charter.id, said)
    await come_in(store, client, place.group)
    path = f"/charters/{place.charter.slug}"
    for page in (path, f"{path}/editions", f"{path}/editions/1", f"{path}/publish"):
        answer = await client.get(page)
        assert answer.status_code == 200
        assert told_wrongly(answer.text) == [], page
