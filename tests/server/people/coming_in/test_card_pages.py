import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from server.people import actions
from server.people.coming_in import pages
from server.people.coming_in.invitations import make_card
from server.people.coming_in.wanted import Wanted
from server.people.permits import Role
from server.people.tables import GroupRow, InvitationRow, MembershipRow, PersonRow
from server.settings import Settings
from server.store import Store
from server.web.limits import KINDS
from tests.support.forms import form_to, forms_of
from tests.support.mailbox import Mailbox, links_in
from tests.support.pages import ADDRESS, browser, form_token, make_app, send
from tests.support.people import invite


@pytest.fixture
async def app(store: Store, tmp_path: Path) -> Starlette:
    return make_app(store, tmp_path, pages.routes)


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def test_an_organiser_makes_a_link_to_pass_on(store: Store, app: Starlette) -> None:
    async with browser(app) as hers, browser(app) as his:
        await send(hers, await invite(store, "Ann", Role.ORGANISER))
        fields = {"name": " Ben ", "role": "reader"}
        made = await send(hers, "/groups/devon/invite", fields)
        assert made.status_code == 200
        assert "A card for Ben" in made.text
        link = made.text.split('class="link-to-pass-on__link">')[1].split("<")[0]
        assert link.startswith("http://localhost:8000/come-in/")
        await send(his, link.removeprefix("http://localhost:8000"))
    async with store.reading() as session:
        rows = await session.execute(
            select(PersonRow.name, MembershipRow.role).join(
                MembershipRow, MembershipRow.person_id == PersonRow.id
            )
        )
        roles = {row.name: row.role for row in rows}
    assert roles == {"Ann": "organiser", "Ben": "reader"}


async def test_an_organiser_hears_that_the_name_is_known(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    made = await send(hers, "/groups/devon/invite", {"name": "ann", "role": "member"})
    assert "There is a ann in this group. This card is for the same person." in made.text


async def test_an_invitation_needs_a_name_and_keeps_what_was_chosen(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    made = await send(hers, "/groups/devon/invite", {"name": " ", "role": "reader"})
    assert made.status_code == 422
    assert "Please write the name of the person." in made.text
    assert 'name="role" value="reader"' in made.text
    wrong = await send(hers, "/groups/devon/invite", {"name": "Ben", "role": "king"})
    assert (wrong.status_code, "Please choose" in wrong.text) == (422, True)


async def test_one_question_a_page_and_the_last_shows_all_answers(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    page = await hers.get("/groups/devon/invite")
    for number, answer in enumerate([{"name": "Ben"}, {"keep": "yes"}, {"role": "reader"}], 1):
        assert f"Step {number} of 4" in page.text
        (form,) = (each for each in forms_of(page.text) if each.action == "/groups/devon/invite")
        (asked,) = answer
        assert asked in form.fields
        page = await hers.get(form.action, params=form.filled(**answer))
    for sentence in (
        "Step 4 of 4",
        "This card is for Ben.",
        "Ben can come in with it again and again.",
        "Ben can only read.",
        "It works for 365 days.",
    ):
        assert sentence in page.text
    form = form_to(page.text, "/groups/devon/invite")
    made = await hers.post(form.action, data=form.fields)
    assert "They can come back with it." in made.text


async def test_an_answer_can_be_changed_and_the_others_stay(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    said = {"for": "person", "name": "Ben", "keep": "yes", "role": "reader"}
    last = await hers.get("/groups/devon/invite", params=said)
    for question in ("name", "keep", "role"):
        assert f"step={question}" in last.text
    again = await hers.get("/groups/devon/invite", params={**said, "step": "keep"})
    assert "How often can Ben come in?" in again.text
    assert 'value="yes" checked' in again.text
    (form,) = (each for each in forms_of(again.text) if each.method == "get")
    last = await hers.get(form.action, params=form.filled(keep="no"))
    assert "Ben can come in with it once." in last.text
    assert "Ben can only read." in last.text


async def test_a_question_without_an_answer_is_asked_again(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    page = await hers.get("/groups/devon/invite", params={"for": "person", "name": " "})
    assert page.status_code == 422
    assert "Step 1 of 4" in page.text
    assert "Please write the name of the person." in page.text


@pytest.mark.parametrize("role", [Role.MEMBER, Role.READER])
async def test_only_an_organiser_invites(store: Store, hers: httpx.AsyncClient, role: Role) -> None:
    await send(hers, await invite(store, "Ann", role))
    assert (await hers.get("/groups/devon/invite")).status_code == 403


async def test_an_organiser_elsewhere_invites_nobody_here(
    store: Store, hers: httpx.AsyncClient
) -> None:
    async with store.session() as session:
        await actions.make_group(session, "Kent")
    await send(hers, await invite(store, "Ann", Role.ORGANISER))
    assert (await hers.get("/groups/kent/invite")).status_code == 403
    assert (await hers.get("/groups/nowhere/invite")).status_code == 404


async def test_who_is_not_signed_in_is_told_how(store: Store, hers: httpx.AsyncClient) -> None:
    async with store.session() as session:
        group: GroupRow = await actions.make_group(session, "Devon")
    answer = await hers.get(f"/groups/{group.slug}/invite")
    assert answer.status_code == 401
    assert "You are not signed in. Open your link and press Come in." in answer.text


async def organiser(store: Store, hers: httpx.AsyncClient) -> None:
    await send(hers, await invite(store, "Ann", Role.ORGANISER))


def link_on(page: httpx.Response) -> str:
    """The path of the link that stands on the page of a new card."""
    found = re.search(r'class="link-to-pass-on__link">([^<]+)<', page.text)
    assert found is not None
    return found[1].removeprefix(ADDRESS)


def code_on(page: httpx.Response) -> str:
    found = re.search(r'class="entry-card__code">([^<]+)<', page.text)
    assert found is not None
    return found[1]


async def test_a_card_shows_all_that_is_needed_to_come_in(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    made = await send(hers, "/groups/devon/invite", {"name": "Ben", "keep": "yes"})
    for part in (
        "A card for Ben",
        "For Ben",
        "Devon",
        'src="/pictures/waving-hand.svg"',
        "Press “Come in”.",
        "localhost:8000/in",
        "It works until",
        "They can come back with it.",
        "<svg ",
    ):
        assert part in made.text
    assert made.headers["cache-control"] == "no-store"
    async with browser(app) as his:
        assert "Hello, Ben" in (await his.get(link_on(made))).text
        assert "Hello, Ben" in (await his.get(f"/in/{code_on(made)}")).text


async def test_the_card_of_a_group_shows_its_picture(store: Store, hers: httpx.AsyncClient) -> None:
    await organiser(store, hers)
    async with store.session() as session:
        await session.execute(update(GroupRow).values(picture="house"))
    made = await send(hers, "/groups/devon/invite", {"name": "Ben"})
    assert 'src="/pictures/house.svg"' in made.text


async def test_cards_for_anybody_fill_a_sheet_of_paper(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    page = await hers.get("/groups/devon/invite?for=anybody")
    assert "Step 1 of 2" in page.text
    assert "organiser" not in re.findall(r'value="(\w+)"', page.text)
    made = await send(hers, "/groups/devon/invite?for=anybody", {"for": "anybody", "uses": "40"})
    assert "Up to 40 people can come in with it." in made.text
    assert made.text.count('class="entry-card"') == 4
    assert made.text.count('aria-hidden="true"') >= 3


async def test_all_cards_are_listed_and_each_can_be_ended(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    made = await send(hers, "/groups/devon/invite", {"for": "anybody"})
    async with browser(app) as his:
        await send(his, link_on(made), {"name": "Cara"})
    page = await hers.get("/groups/devon/cards")
    for part in (
        "For anybody",
        "They can read and write.",
        "for 29 more people",
        "Ann made it. Somebody used it today.",
    ):
        assert part in page.text
    assert link_on(made) not in page.text
    assert code_on(made) not in page.text
    path = re.findall(r'action="(/groups/devon/cards/\w+/end)"', page.text)[0]
    ended = await hers.post(path, data={"form_token": form_token(page)})
    assert ended.headers["location"] == "/groups/devon/cards?ended=yes"
    after = await hers.get(ended.headers["location"])
    assert "The card is ended. It lets nobody in any more." in after.text
    assert "For anybody" not in after.text
    async with browser(app) as others:
        assert (await others.get(link_on(made))).status_code == 410


async def test_only_organisers_see_and_end_cards(store: Store, app: Starlette) -> None:
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        made = await make_card(session, app.state.secret, group, Wanted("Ben"))
    path = f"/groups/devon/cards/{made.row.id}/end"
    async with browser(app) as theirs:
        token = form_token(await theirs.get("/come-in"))
        assert (await theirs.get("/groups/devon/cards")).status_code == 401
        assert (await theirs.post(path, data={"form_token": token})).status_code == 401
    for role in (Role.MEMBER, Role.READER):
        async with browser(app) as theirs:
            await send(theirs, await invite(store, f"One {role}", role))
            token = form_token(await theirs.get("/come-in"))
            assert (await theirs.get("/groups/devon/cards")).status_code == 403
            assert (await theirs.post(path, data={"form_token": token})).status_code == 403
            fields = {"form_token": token, "name": "Eve", "role": "organiser"}
            assert (await theirs.post("/groups/devon/invite", data=fields)).status_code == 403
    async with store.reading() as session:
        assert (await session.get_one(InvitationRow, made.row.id)).revoked_at is None


async def test_a_card_of_another_group_looks_as_if_it_were_not_there(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    async with store.session() as session:
        kent = await actions.make_group(session, "Kent")
        made = await make_card(session, app.state.secret, kent, Wanted("Ben"))
    token = form_token(await hers.get("/groups/devon/cards"))
    for card_id in (made.row.id, "nonsense"):
        path = f"/groups/devon/cards/{card_id}/end"
        assert (await hers.post(path, data={"form_token": token})).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Ben", "days": "401"}, "Please write a number from 1 to 400."),
        ({"for": "anybody", "uses": "0"}, "Please write a number from 1 to 500."),
        ({"name": "Ben", "email": "ben"}, "This is not an e-mail address. Please check it."),
        ({"for": "anybody", "role": "organiser"}, "so nobody can organise with it."),
        ({"name": "Ben", "for": "all"}, "Please choose who this is for."),
    ],
)
async def test_a_mistake_is_told_and_what_was_written_is_kept(
    store: Store, hers: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    await organiser(store, hers)
    page = await send(hers, "/groups/devon/invite", fields)
    assert page.status_code == 422
    assert sentence in page.text
    for field in ("days", "email", "uses"):
        if field in fields:
            assert f'value="{fields[field]}"' in page.text


async def test_an_invitation_goes_by_e_mail_and_its_address_to_its_person(
    store: Store, tmp_path: Path
) -> None:
    with Mailbox() as mailbox:
        settings = Settings(data_folder=tmp_path, smtp_url=mailbox.url, mail_from="c@d.example")
        app = make_app(store, tmp_path, pages.routes, settings)
        async with browser(app) as hers:
            await organiser(store, hers)
            fields = {"name": "Ben", "email": "Ben@example.org"}
            made = await send(hers, "/groups/devon/invite", fields)
            await app.state.post.rest()
    assert "We sent the link to ben@example.org." in made.text
    (letter,) = mailbox.letters
    assert mailbox.recipients == ["ben@example.org"]
    assert "Ann invites you to Devon." in letter.get_content()
    (link,) = links_in(letter)
    assert link == ADDRESS + link_on(made)
    async with browser(app) as his:
        await send(his, link_on(made))
    async with store.reading() as session:
        rows = await session.execute(select(PersonRow.name, PersonRow.email))
        assert {row.name: row.email for row in rows} == {"Ann": None, "Ben": "ben@example.org"}


async def test_invitations_by_e_mail_have_a_limit_and_cards_have_none(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "invite", "1 per 1 hour")
    settings = Settings(data_folder=tmp_path, smtp_url="console:", mail_from="c@d.example")
    app = make_app(store, tmp_path, pages.routes, settings)
    ways = [{"email": "ben@example.org"}, {"email": "ben@example.org"}, {}]
    async with browser(app) as hers:
        await organiser(store, hers)
        made = [
            await send(hers, "/groups/devon/invite", {"name": "Ben", **fields}) for fields in ways
        ]
        await app.state.post.rest()
    assert [answer.status_code for answer in made] == [200, 429, 200]


async def test_without_a_mail_server_the_organiser_passes_the_link_on(
    store: Store, hers: httpx.AsyncClient
) -> None:
    await organiser(store, hers)
    made = await send(hers, "/groups/devon/invite", {"name": "Ben", "email": "ben@example.org"})
    assert "We cannot send e-mail here. Please send the link below yourself." in made.text
    assert link_on(made).startswith("/come-in/")
