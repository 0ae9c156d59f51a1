import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.comparing import pages
from server.people import actions as people
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import GroupRow
from server.store import Store
from tests.server.comparing.places import (
    MET,
    NATIONAL,
    Made,
    charter,
    publish,
    three_places,
    two_languages,
)
from tests.support.languages import Text, texts, told_wrongly
from tests.support.pages import browser, make_app

COMPARED = "/compare?a=national@1&b=barry@1"


@pytest.fixture
async def national(store: Store) -> Made:
    return await three_places(store)


@pytest.fixture
async def client(store: Store, national: Made, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(make_app(store, tmp_path, pages.routes)) as client:
        yield client


async def come_in(store: Store, client: httpx.AsyncClient, group_id: str) -> None:
    async with store.session() as session:
        person = await people.make_person(session, "Ann")
        group = await session.get_one(GroupRow, group_id)
        await people.join(session, person, group, Role.READER)
        client.cookies.set("our_charter", await sign_in(session, person))


async def test_two_editions_are_compared_in_words_and_side_by_side(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get(COMPARED)).text
    for part in (
        "We added “front door”.",
        '<div class="two-texts">',
        'id="s-b"',
        "Left out",
        "Keys matter here",
        "1 kept",
        "1 reworded",
    ):
        assert part in page
    assert 'id="s-a"' not in page, "what was kept is shown only with everything"


async def test_in_one_text_words_taken_out_and_put_in_are_marked(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{COMPARED}&show=inline")).text
    assert '<ins class="put-in">' in page
    assert "two-texts" not in page


async def test_everything_shows_what_was_kept_too(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{COMPARED}&much=everything")).text
    assert 'id="s-a"' in page
    assert "I choose who I live with." in page


async def test_the_switches_keep_what_was_asked(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{COMPARED}&show=inline")).text
    assert "/compare?a=national%401&amp;b=barry%401&amp;show=inline&amp;much=everything" in page
    assert 'href="/compare?a=barry%401&amp;b=national%401&amp;show=inline"' in page


async def test_two_that_say_the_same_say_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/compare?a=national@1&b=avon@1")
    assert "Nothing is different. They say the same." in page.text


@pytest.mark.parametrize("address", ["/compare", "/compare?a=national@1", "/compare?a=&b="])
async def test_without_two_one_chooses_two(client: httpx.AsyncClient, address: str) -> None:
    page = await client.get(address)
    assert page.status_code == 200
    assert "Choose two to compare" in page.text
    assert '<option value="national@1" selected>' in page.text
    assert 'value="corris@1"' in page.text


async def test_the_same_one_twice_is_asked_again(client: httpx.AsyncClient) -> None:
    page = await client.get("/compare?a=avon@1&b=avon@1")
    assert page.status_code == 422
    assert "You chose the same one twice. Choose another one." in page.text


@pytest.mark.parametrize("end", ["", ".csv", ".json"])
@pytest.mark.parametrize(
    ("version", "status", "sentence"),
    [
        ("nowhere@1", 404, "We do not know this Charter."),
        ("barry@9", 404, "We do not know this edition."),
        ("barry@0", 404, "We do not know this edition."),
        ("barry@x", 404, "We do not know this edition."),
        ("barry@", 404, "We do not know this edition."),
        ("barry@1111111111111", 404, "We do not know this edition."),
        ("barry", 401, "You are not signed in."),
    ],
)
async def test_a_version_that_is_not_there_or_not_for_you_is_refused(
    client: httpx.AsyncClient, end: str, version: str, status: int, sentence: str
) -> None:
    for address in (f"a=avon@1&b={version}", f"a={version}&b=avon@1"):
        page = await client.get(f"/compare{end}?{address}")
        assert page.status_code == status
        assert sentence in page.text


async def test_what_stands_now_is_for_its_own_group(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    secret = await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national, draft_only=True)
    await come_in(store, client, secret.charter.group_id)
    page = await client.get("/compare?a=national@1&b=dyfi")
    assert page.status_code == 200
    assert "as it is now" in page.text
    assert (await client.get("/compare?a=avon@1&b=barry")).status_code == 403
    assert 'value="dyfi"' in (await client.get("/compare")).text


async def test_an_edition_for_a_group_is_not_shown_to_others(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    made = await publish(store, "Dyfi", charter("Dyfi", *NATIONAL), national, visibility="group")
    assert (await client.get("/compare?a=avon@1&b=dyfi@1")).status_code == 401
    assert "dyfi" not in (await client.get("/compare")).text
    await come_in(store, client, made.charter.group_id)
    assert (await client.get("/compare?a=avon@1&b=dyfi@1")).status_code == 200


async def test_a_comparison_goes_away_as_files(client: httpx.AsyncClient) -> None:
    answer = await client.get("/compare.csv?a=national@1&b=barry@1")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="compare.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["What happened"] for row in rows if row["Id"] == "c"] == ["left out"]
    found = (await client.get("/compare.json?a=national@1&b=barry@1")).json()
    assert found["counts"]["added"] == 1


async def test_what_people_write_is_never_markup(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    said = charter("<b>T</b>", "# home: <i>H</i>", "a: <script>1</script> I choose. (<u>W</u>)")
    await publish(store, "Eryri", said, national)
    for show in ("side", "inline"):
        page = (await client.get(f"/compare?a=national@1&b=eryri@1&show={show}")).text
        for mark in ("<b>T", "<i>H", "<script>1", "<u>W"):
            assert mark not in page
        assert "&lt;script&gt;1" in page


@pytest.mark.parametrize(
    "address",
    [
        "/compare?a=english@1&b=gwent@1",
        "/compare?a=english@1&b=gwent@1&show=inline&much=everything",
        "/compare?a=gwent@1&b=english@1&show=inline",
    ],
)
async def test_each_of_two_languages_is_told_where_it_stands(
    store: Store, client: httpx.AsyncClient, address: str
) -> None:
    await two_languages(store)
    page = await client.get(address)
    assert page.status_code == 200
    assert told_wrongly(page.text, known=MET) == []


async def test_what_is_marked_in_two_languages_is_told_in_ours(
    store: Store, client: httpx.AsyncClient
) -> None:
    await two_languages(store)
    found = texts((await client.get("/compare?a=english@1&b=gwent@1&show=inline")).text)
    place = found.index(Text("cy", "We talk in our"))
    assert found[place + 1 : place + 7] == [
        ("en-GB", "(taken out:"),
        ("en-GB", "home"),
        ("en-GB", ")"),
        ("en-GB", "(put in:"),
        ("cy", "tŵr"),
        ("en-GB", ")"),
    ]
