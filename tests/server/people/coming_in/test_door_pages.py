import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.people import actions
from server.people.coming_in import pages
from server.people.coming_in.codes import grouped, new_code
from server.people.coming_in.invitations import make_card
from server.people.coming_in.wanted import Wanted
from server.people.mail import Post
from server.people.permits import Role
from server.people.tables import PersonRow
from server.settings import Settings
from server.store import Store
from server.web.limits import KINDS
from tests.support.mailbox import Mailbox, links_in
from tests.support.pages import ADDRESS, browser, form_token, make_app, send


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
async def app(store: Store, tmp_path: Path, mailbox: Mailbox) -> Starlette:
    settings = Settings(
        data_folder=tmp_path, smtp_url=mailbox.url, mail_from="charter@charter.example"
    )
    return make_app(store, tmp_path, pages.routes, settings)


@pytest.fixture
async def hers(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        yield client


async def code(app: Starlette, store: Store, wanted: Wanted) -> str:
    """The code of a new card for Devon, as it stands there."""
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        return grouped((await make_card(session, app.state.secret, group, wanted)).code)


async def somebody(store: Store, name: str, email: str) -> PersonRow:
    async with store.session() as session:
        person = await actions.make_person(session, name)
        person.email = email
        group = await actions.ensure_group(session, "Devon")
        await actions.join(session, person, group, Role.MEMBER)
        return person


async def ask(app: Starlette, hers: httpx.AsyncClient, email: str) -> httpx.Response:
    page = await hers.get("/come-in")
    fields = {"form_token": form_token(page), "email": email}
    answer = await hers.post("/come-in/email", data=fields)
    post: Post = app.state.post
    await post.rest()
    return answer


# By the code of a card


async def test_a_typed_code_leads_to_the_card_with_its_one_button(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    shown = await code(app, store, Wanted("Ann"))
    typed = await send(hers, "/come-in", {"code": shown.lower()})
    assert (typed.status_code, typed.headers["location"]) == (303, f"/in/{shown.replace('-', '')}")
    page = await hers.get(typed.headers["location"])
    assert "Hello, Ann" in page.text
    pressed = await send(hers, typed.headers["location"])
    assert pressed.headers["location"] == "/groups/devon?arrived=yes"


async def test_the_address_on_a_card_leads_to_where_its_code_is_typed(
    hers: httpx.AsyncClient,
) -> None:
    answer = await hers.get("/in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/come-in")


@pytest.mark.parametrize("typed", ["", "K7MQ", "K7MQ-4QXT-2PDN", "<script>", "x" * 5000])
async def test_a_wrong_code_is_told_beside_its_field(hers: httpx.AsyncClient, typed: str) -> None:
    page = await send(hers, "/come-in", {"code": typed})
    assert page.status_code == 404
    assert "We do not know this code. Look at your card again." in page.text
    assert "<script>" not in page.text


# What counts tries knows no database, so that one kind is enough for so many.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_10_000_guesses_let_nobody_in_and_a_link_still_works(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    shown = await code(app, store, Wanted(None, uses=5))
    async with store.session() as session:
        group = await actions.ensure_group(session, "Devon")
        made = await make_card(session, app.state.secret, group, Wanted("Ben"))
    token = form_token(await hers.get("/come-in"))
    answers: dict[int, int] = {}
    short = {"accept": "application/json"}
    for number in range(10_000):
        # By the form and by the address, one after the other.
        if number % 2:
            guess = await hers.get(f"/in/{new_code()}", headers=short)
        else:
            fields = {"form_token": token, "code": grouped(new_code())}
            guess = await hers.post("/come-in", data=fields, headers=short)
        answers[guess.status_code] = answers.get(guess.status_code, 0) + 1
    allowed = int(KINDS["code"].split()[0])
    assert answers == {404: allowed, 429: 10_000 - allowed}
    last = await hers.get(f"/in/{new_code()}")
    assert "That was too often for now. Wait a few minutes, then try again." in last.text
    # The people of a hall with one address still come in: nobody guesses a right code.
    assert (await hers.get(f"/in/{shown}")).status_code == 200
    typed = await hers.post("/come-in", data={"form_token": token, "code": grouped(shown)})
    assert typed.status_code == 303
    pressed = await send(hers, f"/come-in/{made.token}")
    assert pressed.status_code == 303


async def test_right_codes_are_never_counted(
    store: Store, app: Starlette, hers: httpx.AsyncClient
) -> None:
    shown = await code(app, store, Wanted("Ann", uses=500))
    for _ in range(int(KINDS["code"].split()[0]) + 5):
        assert (await hers.get(f"/in/{shown}")).status_code == 200


# By e-mail


async def test_a_link_comes_by_e_mail_and_lets_its_person_in_once(
    store: Store, app: Starlette, hers: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    await somebody(store, "Ann", "ann@example.org")
    answer = await ask(app, hers, " Ann@Example.org ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/come-in/email-sent")
    assert "Do we know your address?" in (await hers.get("/come-in/email-sent")).text
    (letter,) = mailbox.letters
    (link,) = links_in(letter)
    path = link.removeprefix(ADDRESS)
    for _ in range(2):
        assert (await hers.head(path)).status_code == 200
        assert "Come in as Ann" in (await hers.get(path)).text
    pressed = await send(hers, path)
    assert pressed.headers["location"] == "/groups/devon?arrived=yes"
    assert "You are" in (await hers.get("/come-in")).text
    assert (await hers.get(path)).status_code == 303
    async with browser(app) as others:
        again = await others.get(path)
        assert again.status_code == 410
        assert "This link was used before. Ask for a new one." in again.text


async def test_an_unknown_address_gets_the_same_answer_and_no_letter(
    store: Store, app: Starlette, mailbox: Mailbox
) -> None:
    await somebody(store, "Ann", "ann@example.org")
    answers = []
    for email in ("ann@example.org", "eve@example.org"):
        async with browser(app) as client:
            answer = await ask(app, client, email)
            page = await client.get(answer.headers["location"])
            names = {name for name in answer.headers if name != "x-request-id"}
            answers.append((answer.status_code, answer.content, names, _without_tokens(page.text)))
    assert answers[0] == answers[1]
    assert mailbox.recipients == ["ann@example.org"]


async def test_the_answer_is_given_before_anybody_looks(
    store: Store, app: Starlette, hers: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await somebody(store, "Ann", "ann@example.org")
    begun: list[object] = []
    monkeypatch.setattr(app.state.post, "soon", begun.append)
    answer = await ask(app, hers, "ann@example.org")
    assert answer.status_code == 303
    assert len(begun) == 1


async def test_two_people_with_one_address_get_one_letter(
    store: Store, app: Starlette, hers: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    for name in ("Ann", "Ben"):
        await somebody(store, name, "home@example.org")
    await ask(app, hers, "home@example.org")
    (letter,) = mailbox.letters
    ann, ben = links_in(letter)
    assert "Come in as Ann" in (await hers.get(ann.removeprefix(ADDRESS))).text
    assert "Come in as Ben" in (await hers.get(ben.removeprefix(ADDRESS))).text


async def test_nobody_s_letter_box_is_filled(
    store: Store, app: Starlette, mailbox: Mailbox
) -> None:
    await somebody(store, "Ann", "ann@example.org")
    async with browser(app) as client:
        for _ in range(10):
            answer = await ask(app, client, "ann@example.org")
            assert answer.headers["location"] == "/come-in/email-sent"
    assert len(mailbox.letters) == int(KINDS["mail-to"].split()[0])


async def test_who_asks_for_very_many_letters_has_to_wait(
    app: Starlette, hers: httpx.AsyncClient
) -> None:
    token = form_token(await hers.get("/come-in"))
    for number in range(int(KINDS["mail-from"].split()[0])):
        fields = {"form_token": token, "email": f"p{number}@example.org"}
        assert (await hers.post("/come-in/email", data=fields)).status_code == 303
    assert (await hers.post("/come-in/email", data=fields)).status_code == 429
    await app.state.post.rest()


@pytest.mark.parametrize("email", ["", "ann", "a@b.example\r\nBcc: c@d.example"])
async def test_what_is_no_address_is_told_beside_its_field(
    app: Starlette, hers: httpx.AsyncClient, mailbox: Mailbox, email: str
) -> None:
    answer = await ask(app, hers, email)
    assert answer.status_code == 422
    assert "This is not an e-mail address. Please check it." in answer.text
    assert mailbox.letters == []


async def test_without_a_mail_server_nobody_is_asked_for_an_address(
    store: Store, tmp_path: Path
) -> None:
    silent = make_app(store, tmp_path / "silent", pages.routes)
    async with browser(silent) as client:
        assert "e-mail" not in (await client.get("/come-in")).text
        assert (await ask(silent, client, "ann@example.org")).status_code == 404


async def test_who_is_signed_in_is_told_that_the_link_signs_them_out(
    store: Store, app: Starlette, hers: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    await somebody(store, "Ann", "ann@example.org")
    await send(hers, f"/in/{await code(app, store, Wanted('Ben'))}")
    await ask(app, hers, "ann@example.org")
    path = links_in(mailbox.letters[0])[0].removeprefix(ADDRESS)
    assert "Ben is signed in on this device now." in (await hers.get(path)).text
    await send(hers, path, {"shared": "yes"})
    assert "Max-Age" not in str(hers.cookies)
    page = await hers.get("/come-in")
    assert "<strong>Ann</strong>" in page.text


async def test_a_mistyped_link_from_an_e_mail_says_so(hers: httpx.AsyncClient) -> None:
    answer = await hers.get("/come-back/nonsense")
    assert answer.status_code == 404
    assert "We do not know this link. Check it, or ask for a new one." in answer.text


def _without_tokens(text: str) -> str:
    return re.sub(r'value="[\w-]{32}"', "", text)
