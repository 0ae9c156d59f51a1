from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import httpx
import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from server.people import actions as people
from server.people.coming_in import pages as people_pages
from server.people.permits import Role, Who
from server.people.sessions import sign_in
from server.people.tables import GroupRow
from server.store import Store
from server.writing import pages
from server.writing.actions import add_charter
from server.writing.beside import TOP, Note
from server.writing.charter import Charter
from server.writing.markdown_in import parse
from server.writing.tables import CharterRow
from tests.support.languages import told_wrongly
from tests.support.pages import browser, make_app

CHARTER = """---
title: Our <Devon> Charter
language: en-GB
summary: What good looks like.
---

## My home
<!-- heading id=heading1 -->

### Statement
<!-- statement id=statement1 picture=house -->

I choose **who** I live with.

- Ann
- [Ben](https://charter.example/ben)

<!-- meaning -->
We meet first & take time.

### Statement
<!-- statement id=statement2 left-out -->

We have a bus.

<!-- why -->
There is no bus here.

### Statement
<!-- statement id=statement3 -->

Ysgrifennwn ŵyl gyda’n gilydd.
"""


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, [*people_pages.routes, *pages.routes])


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def make_charter(
    store: Store, group: str, slug: str, visibility: str = "group", title: str | None = None
) -> GroupRow:
    text = CHARTER if title is None else CHARTER.replace("Our <Devon> Charter", title)
    async with store.session() as session:
        owner = await people.ensure_group(session, group)
        charter = parse(text.encode())
        await add_charter(session, charter, group_id=owner.id, slug=slug, visibility=visibility)
        return owner


async def come_in(
    store: Store, client: httpx.AsyncClient, group: GroupRow, role: Role = Role.MEMBER
) -> None:
    async with store.session() as session:
        person = await people.make_person(session, "Ann")
        await people.join(session, person, group, role)
        client.cookies.set("our_charter", await sign_in(session, person))


async def test_a_charter_is_read_whole_without_scripts(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    page = await client.get("/charters/devon")
    assert page.status_code == 200
    for part in (
        "<title>Our &lt;Devon&gt; Charter – Our Charter</title>",
        "What good looks like.",
        '<h2 class="heading__words" data-part="words">My home</h2>',
        'id="s-statement1"',
        '<img src="/pictures/house.svg" alt=""',
        "<p>I choose <strong>who</strong> I live with.</p>",
        '<a class="govuk-link" href="https://charter.example/ben" rel="nofollow noopener">Ben</a>',
        "We meet first &amp; take time.",
        "Ysgrifennwn ŵyl gyda’n gilydd.",
    ):
        assert part in page.text


async def test_numbers_count_what_was_left_out(store: Store, client: httpx.AsyncClient) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    page = (await client.get("/charters/devon")).text
    third = page.split('id="s-statement3"')[1].split("</our-statement>")[0]
    assert 'Statement <span data-part="number">3</span>' in third


async def test_what_was_left_out_stands_at_the_end_with_why(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    page = (await client.get("/charters/devon")).text
    before, after = page.split('id="left-out"')
    assert "We have a bus." not in before
    assert "We have a bus." in after
    assert "There is no bus here." in after
    assert 'data-box="left-out">We left this out' in after


async def test_listening_waits_for_a_script(store: Store, client: httpx.AsyncClient) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    page = (await client.get("/charters/devon")).text
    assert page.count("data-listen hidden>") == 3
    assert page.count('<button type="button"') == 3


# fmt: off
DOORS = [
    # role            visibility   read  draft  "change"  "see"
    (None,            "group",      401,  401,  False,    False),
    (None,            "everybody",  200,  401,  False,    False),
    (None,            "groups",     401,  401,  False,    False),
    (Role.READER,     "group",      200,  200,  False,    True),
    (Role.MEMBER,     "group",      200,  200,  True,     False),
    (Role.ORGANISER,  "group",      200,  200,  True,     False),
    ("elsewhere",     "group",      403,  403,  False,    False),
    ("elsewhere",     "groups",     200,  403,  False,    False),
    ("elsewhere",     "everybody",  200,  403,  False,    False),
]
# fmt: on


@pytest.mark.parametrize(("role", "visibility", "read", "draft", "change", "see"), DOORS)
async def test_who_may_open_which_page(  # noqa: PLR0917 -- one column of the table each
    store: Store,
    client: httpx.AsyncClient,
    role: Role | str | None,
    visibility: str,
    read: int,
    draft: int,
    change: bool,
    see: bool,
) -> None:
    group = await make_charter(store, "Devon", "devon", visibility)
    if isinstance(role, Role):
        await come_in(store, client, group, role)
    elif role == "elsewhere":
        async with store.session() as session:
            other = await people.make_group(session, "Kent")
        await come_in(store, client, other, Role.ORGANISER)
    page = await client.get("/charters/devon")
    assert page.status_code == read
    assert ("Write together" in page.text) is change
    assert ("See the words change" in page.text) is see
    assert (await client.get("/charters/devon/draft")).status_code == draft


async def test_an_unknown_charter_says_so(client: httpx.AsyncClient) -> None:
    page = await client.get("/charters/nowhere")
    assert page.status_code == 404
    assert "We do not know this Charter. Check the link." in page.text


async def test_the_drafting_page_tells_scripts_what_they_need(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"), Role.READER)
    page = (await client.get("/charters/devon/draft")).text
    for part in (
        'data-slug="devon"',
        'data-generation="1"',
        'data-schema="1"',
        'data-may-write="false"',
        'data-name="Ann"',
        '<template id="statement-template">',
        '<template id="heading-template">',
    ):
        assert part in page


async def test_a_visitor_sees_charters_for_everybody_and_how_to_come_in(
    store: Store, client: httpx.AsyncClient
) -> None:
    await make_charter(store, "Devon", "devon", "everybody", "Devon's words")
    await make_charter(store, "Kent", "kent", "group", "Kent's words")
    page = (await client.get("/")).text
    assert "How to come in" in page
    assert "Devon&#39;s words" in page
    assert "Kent" not in page


async def test_a_member_sees_own_charters_first_then_those_for_everybody(
    store: Store, client: httpx.AsyncClient
) -> None:
    await make_charter(store, "Avon", "avon", "everybody", "Avon's words")
    await make_charter(store, "Dorset", "dorset", "group", "Dorset's words")
    kent = await make_charter(store, "Kent", "kent", "group", "Kent's words")
    await come_in(store, client, kent)
    page = (await client.get("/")).text
    assert "Hello, Ann" in page
    assert page.index("Kent&#39;s words") < page.index("Charters for everybody")
    assert page.index("Charters for everybody") < page.index("Avon&#39;s words")
    assert "Dorset" not in page
    assert "Invite somebody" not in page


async def test_a_charter_for_all_groups_is_for_whoever_is_in_one(
    store: Store, client: httpx.AsyncClient
) -> None:
    await make_charter(store, "Avon", "avon", "groups", "Avon's words")
    assert "Avon" not in (await client.get("/")).text
    await come_in(store, client, await make_charter(store, "Kent", "kent"), Role.READER)
    page = (await client.get("/")).text
    assert page.index("Charters for all groups") < page.index("Avon&#39;s words")
    assert "Charters for everybody" not in page


async def test_writing_is_the_one_main_button_of_who_has_one_charter(
    store: Store, client: httpx.AsyncClient
) -> None:
    group = await make_charter(store, "Kent", "kent", "everybody", "Kent's words")
    await make_charter(store, "Avon", "avon", "everybody", "Avon's words")
    await come_in(store, client, group)
    for path in ("/", "/charters/kent"):
        page = (await client.get(path)).text
        assert page.count('class="govuk-button"') == 1
        assert '<a class="govuk-button" href="/charters/kent/draft">Write together</a>' in page


async def test_an_organiser_can_invite_and_start_a_charter_from_home(
    store: Store, client: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        empty = await people.make_group(session, "Kent")
    await come_in(store, client, empty, Role.ORGANISER)
    page = (await client.get("/")).text
    assert "This group has no Charter yet." in page
    assert 'href="/groups/kent/invite"' in page
    assert 'href="/charters/new?group=kent"' in page


async def beside(
    session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, Sequence[Note]]:
    """A feature that says something about the Charter and its first statement."""
    return {
        TOP: [Note("note.html", {"said": f"About <{row.slug}>"})],
        "statement1": [Note("note.html", {"said": f"{charter.numbers['statement1']} here"})],
    }


async def test_the_drafting_page_shows_what_other_features_say_beside_a_statement(
    store: Store, app: Starlette, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "note.html").write_text("<p>{{ note.values.said }} of {{ slug }}</p>")
    environment = app.state.templates.environment
    environment.loader = ChoiceLoader([environment.loader, FileSystemLoader(tmp_path)])
    app.state.beside = [beside]
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    page = (await client.get("/charters/devon/draft")).text
    assert 'data-beside-from="/charters/devon/draft/beside"' in page
    card = page.split('id="s-statement1"')[1].split("</our-statement>")[0]
    box = "<p>1 here of devon</p>"
    assert box in card.split('data-beside="statement1"')[1]
    boxes = await client.get("/charters/devon/draft/beside")
    assert box in boxes.text.split('data-beside="statement1"')[1]
    assert "About &lt;devon&gt;" in boxes.text.split('data-beside=""')[1]
    assert "<html" not in boxes.text


async def test_boxes_beside_a_draft_are_for_those_who_may_watch_it(
    store: Store, client: httpx.AsyncClient
) -> None:
    await make_charter(store, "Devon", "devon")
    assert (await client.get("/charters/devon/draft/beside")).status_code == 401
    await come_in(store, client, await make_charter(store, "Kent", "kent"))
    assert (await client.get("/charters/devon/draft/beside")).status_code == 403
    assert (await client.get("/charters/nowhere/draft/beside")).status_code == 404


async def test_without_other_features_a_draft_asks_for_no_boxes(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_charter(store, "Devon", "devon"))
    assert "data-beside-from" not in (await client.get("/charters/devon/draft")).text


WELSH_CHARTER = """---
title: Siarter gŵyl
language: cy
summary: Beth sy’n dda, meddai’r gŵr.
---

## Fy nhŷ, fy ngŵydd
<!-- heading id=heading1 -->

<!-- statement id=statement1 -->

Mae’r gŵr yn dewis **gŵyl**, meddai’r tŵr.

- Gŵyl y gŵr

<!-- meaning -->
Dŵr.

<!-- why -->
Mae’r tŵr yma.

<!-- statement id=statement2 left-out -->

Mae bws gŵyl.
"""


async def make_welsh_charter(store: Store) -> GroupRow:
    async with store.session() as session:
        owner = await people.ensure_group(session, "Gwent")
        charter = parse(WELSH_CHARTER.encode())
        await add_charter(session, charter, group_id=owner.id, slug="gwyl", visibility="everybody")
        return owner


@pytest.mark.parametrize("path", ["/", "/charters/gwyl", "/charters/gwyl/draft"])
async def test_the_words_of_a_welsh_charter_are_told_to_be_welsh_and_ours_english(
    store: Store, client: httpx.AsyncClient, path: str
) -> None:
    await come_in(store, client, await make_welsh_charter(store))
    page = (await client.get(path)).text
    assert '<html lang="en-GB"' in page
    assert told_wrongly(page) == []


async def test_a_new_card_of_a_welsh_charter_is_welsh_before_it_says_anything(
    store: Store, client: httpx.AsyncClient
) -> None:
    await come_in(store, client, await make_welsh_charter(store))
    page = (await client.get("/charters/gwyl/draft")).text
    statement, heading = page.split('<template id="statement-template">')[1].split("</template>")[
        :2
    ]
    for part in ("words", "meaning", "why"):
        assert f'data-part="{part}" lang="cy"></div>' in statement
    assert 'data-part="words" lang="cy"></h2>' in heading
