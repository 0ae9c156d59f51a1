import html
import re

import httpx
import pytest

from server.people.permits import Role
from server.writing import rich_text
from server.writing.charter import Charter
from server.writing.read_side import read_charter
from tests.server.adapting.stage import WORDS, Person, Stage, charter_of
from tests.server.comparing.word_files import paragraph, word
from tests.support.pages import form_token

PATH = "/charters/our-charter/editions/1/bring-in"
OURS = (
    f"{WORDS[0]}\n\nWe must meet at least four times before I move in.\n\nThe bus is free for us.\n"
)


@pytest.fixture
async def kim(stage: Stage) -> Person:
    """An organiser in Kent, to whom the national group's first edition is open."""
    national = await stage.charter(charter_of(*WORDS))
    await stage.publish(national.id, "The first edition")
    return await stage.come_in("Kim", "Kent")


async def upload(kim: Person, name: str, body: bytes) -> httpx.Response:
    page = await kim.browser.get(PATH)
    fields = {"form_token": form_token(page), "group": "kent"}
    return await kim.browser.post(PATH, data=fields, files={"file": (name, body)})


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What the browser would send back from the second page."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    [file] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    fields["file"] = html.unescape(file)
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)">(.*?)</select>', page.text, re.DOTALL
    ):
        [fields[name]] = re.findall(r'value="([^"]+)" selected', options)
    return fields


async def confirm(kim: Person, fields: dict[str, str]) -> httpx.Response:
    # As text parts of one form, for that is what a browser sends for this page.
    parts = {name: (None, value) for name, value in fields.items()}
    return await kim.browser.post(f"{PATH}/make", files=parts)


async def charter_at(stage: Stage, kim: Person, response: httpx.Response) -> Charter:
    [charter_id] = re.findall(
        r'data-charter="(\w+)"',
        (await kim.browser.get(f"{response.headers['location']}/draft")).text,
    )
    async with stage.store.reading() as session:
        return await read_charter(session, charter_id)


async def test_a_file_becomes_a_version_once_it_is_confirmed(stage: Stage, kim: Person) -> None:
    page = await upload(kim, "ours.txt", OURS.encode())
    assert page.status_code == 200
    assert "Check what we found" in page.text
    assert "Statement 1: I choose who I live with." in page.text
    done = await confirm(kim, fields_of(page))
    assert (done.status_code, done.headers["location"]) == (303, "/charters/kent")
    charter = await charter_at(stage, kim, done)
    said = {item.id: (rich_text.plain(item.words), item.left_out) for item in charter.statements}
    assert said["s1"] == (WORDS[0], False)
    assert said["s2"] == ("We must meet at least four times before I move in.", False)
    assert said["s3"] == (WORDS[2], True)
    assert ("The bus is free for us.", False) in said.values()


async def test_nothing_is_made_before_a_person_has_confirmed(stage: Stage, kim: Person) -> None:
    await upload(kim, "ours.txt", OURS.encode())
    assert (await kim.browser.get("/charters/kent")).status_code == 404


async def test_what_a_person_says_counts_and_not_what_was_found(stage: Stage, kim: Person) -> None:
    page = await upload(kim, "ours.md", OURS.encode())
    fields = fields_of(page)
    [bus] = [name for name, choice in fields.items() if choice == "new"]
    charter = await charter_at(stage, kim, await confirm(kim, {**fields, bus: "s5"}))
    item = charter.item("s5")
    assert item is not None
    assert rich_text.plain(item.words) == "The bus is free for us."


async def test_the_doubtful_parts_stand_above_the_sure_ones(kim: Person) -> None:
    page = await upload(kim, "ours.txt", OURS.encode())
    assert page.text.index("These look new") < page.text.index("We are sure of these")
    assert "These are not in your file" in page.text


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("", b"x", "Please choose a file."),
        ("ours.pdf", b"%PDF-1.7", "We take Word files"),
        ("ours.docx", b"I am no zip.", "not what its name says"),
        ("ours.txt", b"\n \n", "We found no words"),
        ("ours.txt", b"\xc3(", "UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_and_asked_for_again(
    kim: Person, name: str, body: bytes, told: str
) -> None:
    page = await upload(kim, name, body)
    assert 400 <= page.status_code < 500
    assert "Mistake: Bring in your file" in page.text
    assert told in page.text


async def test_a_huge_body_is_refused_before_it_is_read(kim: Person) -> None:
    page = await kim.browser.get(PATH)
    fields = {"form_token": form_token(page), "group": "kent"}
    sent = await kim.browser.post(PATH, data=fields, files={"file": ("a.txt", b"a" * 10_200_000)})
    assert sent.status_code == 413


async def test_a_choice_that_is_no_statement_is_refused(kim: Person) -> None:
    fields = fields_of(await upload(kim, "ours.txt", OURS.encode()))
    [bus] = [name for name, choice in fields.items() if choice == "new"]
    assert (await confirm(kim, {**fields, bus: "h1"})).status_code == 422


async def test_a_second_press_makes_no_second_version(kim: Person) -> None:
    fields = fields_of(await upload(kim, "ours.txt", OURS.encode()))
    await confirm(kim, fields)
    again = await confirm(kim, fields)
    assert again.status_code == 422
    assert (await kim.browser.get("/charters/kent-2")).status_code == 404
    told = await upload(kim, "ours.txt", OURS.encode())
    assert "Your group has its own version already" in told.text
    made = await confirm(kim, fields_of(told))
    assert made.headers["location"] == "/charters/kent-2"


async def test_only_organisers_bring_in_a_file(stage: Stage, kim: Person) -> None:
    member = await stage.come_in("Mo", "Kent", Role.MEMBER)
    assert (await kim.browser.get(PATH)).status_code == 200
    assert (await member.browser.get(PATH)).status_code == 403


async def test_a_word_file_is_read(kim: Person) -> None:
    body = word(paragraph(WORDS[0]), paragraph("The bus is free for us."))
    page = await upload(kim, "ours.docx", body)
    assert page.status_code == 200
    assert "The bus is free for us." in page.text
