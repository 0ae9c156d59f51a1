import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from server import clock
from server.comparing import table_pages
from server.comparing.worked import Tables
from server.people import actions as people
from server.people.permits import Role
from server.people.sessions import sign_in
from server.people.tables import GroupRow
from server.store import Store
from server.writing.tables import CharterRow, EditionItemRow, EditionRow, HidingRow, WordingRow
from tests.server.comparing.places import (
    MET,
    NATIONAL,
    Made,
    charter,
    publish,
    publish_again,
    three_places,
    two_languages,
)
from tests.support.languages import told_wrongly
from tests.support.pages import browser, make_app

TABLE = "/charters/national/editions/1/table"
STATEMENTS = "/charters/national/editions/1/statements"


@pytest.fixture
async def national(store: Store) -> Made:
    return await three_places(store)


@pytest.fixture
async def client(store: Store, national: Made, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(store, tmp_path, table_pages.routes)
    app.state.tables = Tables()
    async with browser(app) as client:
        yield client


async def come_in(store: Store, client: httpx.AsyncClient, group_id: str) -> None:
    async with store.session() as session:
        person = await people.make_person(session, "Ann")
        await people.join(session, person, await session.get_one(GroupRow, group_id), Role.READER)
        client.cookies.set("our_charter", await sign_in(session, person))


def head(page: str) -> str:
    return page.split("<thead>")[1].split("</thead>", maxsplit=1)[0]


async def test_the_table_says_what_each_place_did(client: httpx.AsyncClient) -> None:
    page = (await client.get(TABLE)).text
    for part in (
        "3 places have made this Charter their own.",
        '<th scope="rowgroup"',
        '<td class="cell cell--left_out">Left out<span class="cell__detail">with why</span></td>',
        "nearly the same",
        "Added by places",
        "2 added",
    ):
        assert part in page
    assert [place for place in ("Avon", "Barry", "Corris") if place in head(page)]
    assert 'href="/compare?a=national%401&amp;b=barry%401"' in page


async def test_the_same_stands_in_one_column_for_small_screens(client: httpx.AsyncClient) -> None:
    page = (await client.get(TABLE)).text
    narrow = page.split('<div class="narrow">')[1]
    assert "Nearly the same: Barry" in narrow
    assert "Avon, Corris" in narrow


async def test_only_differences_and_one_part_are_shown_when_asked(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get(f"{TABLE}?only=differences&area=days")).text
    assert "I choose what I do in my day." in page
    assert "It is my home too" not in page
    assert '<option value="days" selected>' in page


async def test_most_changed_comes_first(client: httpx.AsyncClient) -> None:
    body = (await client.get(f"{TABLE}?sort=most")).text.split("<tbody>")[1]
    assert body.index("I choose what I do") < body.index("It is my home too")


async def test_nothing_different_says_so(store: Store, client: httpx.AsyncClient) -> None:
    one = await publish(store, "Region", charter("Region", "a: I choose."))
    await publish(store, "Dyfi", charter("Dyfi", "a: I choose."), one)
    page = await client.get("/charters/region/editions/1/table?only=differences")
    assert "No place did anything different here." in page.text


async def test_the_picture_has_letters_and_stands_beside_its_words(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get(f"{TABLE}?show=picture")).text
    for part in (
        'role="img"',
        "<title id=",
        "<desc id=",
        "heat__square--left_out",
        "<title>Barry, 3: Left out</title>",
        "The same in words",
        "<strong>Left out</strong>, statement 3",
        "Kept all of it",
        "<strong>Added</strong>, 1 statement",
    ):
        assert part in page
    assert "<canvas" not in page
    assert "style=" not in page


async def test_many_places_come_a_page_at_a_time(store: Store, client: httpx.AsyncClient) -> None:
    national = await publish(store, "Wide", charter("Wide", "a: I choose."))
    for number in range(31):
        await publish(store, f"Place {number:02}", charter("P", "a: I choose."), national)
    page = (await client.get("/charters/wide/editions/1/table")).text
    assert "Places 1 to 25 of 31" in page
    assert "Place 25" not in page
    assert "31 kept" in page
    page = (await client.get("/charters/wide/editions/1/table?from=26")).text
    assert "Place 30" in head(page)
    assert "Place 24" not in head(page)
    page = (await client.get("/charters/wide/editions/1/table?places=all")).text
    assert "All 31 places at once" in page
    assert "Place 30" in head(page)


async def test_an_older_base_is_labelled_and_a_newer_edition_is_named(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    await publish_again(store, national, charter("Our Charter", *NATIONAL[:4], "c: I say."))
    page = (await client.get("/charters/national/editions/2/table")).text
    assert "Made from edition 1" in page
    assert "Kept earlier words" in page
    page = (await client.get(TABLE)).text
    assert "See the table of edition 2" in page
    assert "Made from edition" not in page


async def test_a_charter_that_nobody_adapted_says_so(
    store: Store, client: httpx.AsyncClient
) -> None:
    await publish(store, "Lonely", charter("Lonely", "a: I choose."))
    page = await client.get("/charters/lonely/editions/1/table")
    assert "No place has made this Charter its own yet." in page.text


async def test_a_draft_is_a_column_for_its_own_group_alone(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    dyfi = await publish(store, "Dyfi", charter("Dyfi", "a: I"), national, draft_only=True)
    assert "Dyfi" not in (await client.get(TABLE)).text
    await come_in(store, client, dyfi.charter.group_id)
    page = (await client.get(TABLE)).text
    assert "Only your group sees it." in page
    assert 'b=dyfi"' in page


async def test_one_statement_stands_as_every_place_says_it(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{STATEMENTS}/b")).text
    for part in (
        "Statement 2, place by place",
        "Reworded by Barry",
        "We added “front door”.",
        "Keys matter here",
        "Kept by 2 places",
        'id="barry"',
        f'href="{STATEMENTS}/a"',
        f'href="{STATEMENTS}/c"',
    ):
        assert part in page


async def test_who_left_it_out_says_why_and_who_did_not_say_is_told(
    client: httpx.AsyncClient,
) -> None:
    page = (await client.get(f"{STATEMENTS}/c")).text
    assert "Left out by 1 place" in page
    assert "We say this in our own words" in page
    corris = page.split('id="corris"')[1].split("</li>")[0]
    assert "They did not say why yet." in corris


async def test_what_places_added_about_one_thing_stands_together(
    client: httpx.AsyncClient,
) -> None:
    pages = [(await client.get(f"{STATEMENTS}/{item}")).text for item in ("x", "y")]
    for page in pages:
        assert "What places added" in page
        assert "Added by Barry" in page
        assert "Added by Corris" in page
        assert "We love to sing" in page


async def test_forgotten_words_and_whys_are_told_and_not_shown(
    store: Store, client: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        gone: dict[str, object] = {
            "words": [],
            "meaning": [],
            "picture": None,
            "removed_at": clock.now(),
        }
        await session.execute(update(WordingRow).values(gone))
        await session.execute(update(EditionItemRow).values(why=[]))
    page = (await client.get(f"{STATEMENTS}/b")).text
    assert "These words were taken away for good." in page
    assert "Their why was taken away for good." in page
    assert "words taken away for good" in (await client.get(TABLE)).text
    for end in ("table.csv", "table.json", "statements/b.csv", "statements/b.json"):
        text = (await client.get(f"/charters/national/editions/1/{end}")).text
        assert "front door" not in text
        assert "Keys matter" not in text


async def test_the_table_goes_away_as_files(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{TABLE}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[3]["Statement"] == "I choose what I do in my day."
    assert rows[3]["Barry"] == "Left out. Why: We say this in our own words"
    found = (await client.get(f"{TABLE}.json")).json()
    assert [version["place"] for version in found["versions"]] == ["Avon", "Barry", "Corris"]
    assert found["statements"][2]["places"][1] == {
        "stance": "left out",
        "why": "We say this in our own words",
    }
    assert len(found["added"][0]) == 2


async def test_one_statement_goes_away_as_files(client: httpx.AsyncClient) -> None:
    text = (await client.get(f"{STATEMENTS}/b.csv")).text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["What happened"] for row in rows] == ["", "Kept", "Reworded", "Kept"]
    found = (await client.get(f"{STATEMENTS}/b.json")).json()
    assert found["places"][1]["why"] == "Keys matter here"


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/charters/nowhere/editions/1/table", 404, "We do not know this Charter."),
        ("/charters/national/editions/7/table", 404, "We do not know this edition."),
        ("/charters/secret/editions/1/table", 401, "You are not signed in."),
        ("/charters/secret/editions/1/statements/a", 401, "You are not signed in."),
        (f"{STATEMENTS}/nothing", 404, "This statement is not in the Charter any more."),
        (f"{STATEMENTS}/home", 404, "This statement is not in the Charter any more."),
    ],
)
async def test_what_is_not_there_or_not_for_you_is_refused(
    store: Store, client: httpx.AsyncClient, address: str, status: int, sentence: str
) -> None:
    await publish(store, "Secret", charter("S", "a: I choose."), visibility="group")
    for end in ("", ".csv", ".json"):
        page = await client.get(address + end)
        assert page.status_code == status
        assert sentence in page.text


async def test_another_groups_edition_is_not_for_a_member_of_one(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    await publish(store, "Secret", charter("S", "a: I choose."), visibility="group")
    await come_in(store, client, national.charter.group_id)
    assert (await client.get("/charters/secret/editions/1/table")).status_code == 403


async def test_what_people_write_is_never_markup(
    store: Store, client: httpx.AsyncClient, national: Made
) -> None:
    said = charter("T", "# home: <i>H</i>", "a: <script>1</script>. (<u>W</u>)", "z: <s>Z</s>")
    await publish(store, "<b>Eryri</b>", said, national)
    for address in (TABLE, f"{TABLE}?show=picture", f"{STATEMENTS}/a", f"{STATEMENTS}/z"):
        page = (await client.get(address)).text
        for mark in ("<i>H", "<script>1", "<u>W", "<s>Z", "<b>Eryri"):
            assert mark not in page


async def hide(store: Store, slug: str, item_id: str) -> None:
    """Have a place hide the words and the why of a statement of its newest edition."""
    async with store.session() as session:
        charter_id, words, why = (
            await session.execute(
                select(CharterRow.id, EditionItemRow.wording_digest, EditionItemRow.why_digest)
                .join(EditionRow, EditionRow.charter_id == CharterRow.id)
                .join(EditionItemRow, EditionItemRow.edition_id == EditionRow.id)
                .where(CharterRow.slug == slug, EditionItemRow.item_id == item_id)
            )
        ).one()
        for part, digest in (("words", words), ("why", why)):
            session.add(
                HidingRow(
                    id=clock.new_id(),
                    charter_id=charter_id,
                    item_id=item_id,
                    part=part,
                    digest=digest,
                    content={},
                    reason="It is unkind.",
                    hidden_at=clock.now(),
                )
            )


async def everything(client: httpx.AsyncClient, item_id: str) -> str:
    """All pages and files that tell of a statement."""
    one = f"statements/{item_id}"
    ends = ("table", "table.csv", "table.json", one, f"{one}.csv", f"{one}.json")
    return "".join(
        [(await client.get(f"/charters/national/editions/1/{end}")).text for end in ends]
    )


@pytest.mark.parametrize(
    ("item_id", "words", "why"),
    [("b", "own front door key", "Keys matter here"), ("x", "sings on Fridays", "We love to sing")],
)
async def test_what_a_place_hides_is_not_in_the_table(
    store: Store, client: httpx.AsyncClient, item_id: str, words: str, why: str
) -> None:
    before = await everything(client, item_id)
    assert words in before
    assert why in before
    await hide(store, "barry", item_id)
    after = await everything(client, item_id)
    assert words not in after
    assert why not in after
    for said in ("A group hid these words.", "They hid their why.", "words hidden by a group"):
        assert said in after
    assert "taken away" not in after
    assert "It is unkind." not in after


async def test_what_the_national_group_hides_is_not_in_its_table(
    store: Store, client: httpx.AsyncClient
) -> None:
    await hide(store, "national", "b")
    assert "I have my own key." not in await everything(client, "b")


async def test_no_place_takes_national_words_out_of_the_table(
    store: Store, client: httpx.AsyncClient
) -> None:
    await hide(store, "avon", "b")
    assert "I have my own key." in await everything(client, "b")


@pytest.mark.parametrize("page", ["table", "statements/a", "statements/b", "statements/c"])
async def test_the_words_of_a_welsh_place_are_told_to_be_welsh_and_ours_english(
    store: Store, client: httpx.AsyncClient, page: str
) -> None:
    await two_languages(store)
    answer = await client.get(f"/charters/english/editions/1/{page}")
    assert answer.status_code == 200
    assert told_wrongly(answer.text, known=MET) == []
