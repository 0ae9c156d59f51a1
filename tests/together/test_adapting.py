"""Our own version, national updates and sharing back, walked through by people in a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, expect

from server.migrations.upgrade import upgrade
from server.settings import Settings
from server.store import Store
from server.writing import edits, rich_text, starters
from server.writing.document import Part
from tests.server.adapting.stage import Stage, stage_of, statement
from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.probe import assert_for_everybody, focus_complaints

# The browser tells of every answer that refuses something.
REFUSED = "Failed to load resource: the server responded with a status of "


@dataclass
class Places:
    """A running server with a national Charter in two editions, and Kent's version of the first.

    Of the national statements, `asked` was changed by both sides in the same words, `mixed` in
    different ones, and `untouched` only by the national group.
    """

    server: ServerProcess
    national: str
    asked: str
    mixed: str
    untouched: str


async def _prepare(stage: Stage) -> tuple[str, str, str, str]:
    charter = replace(starters.load("starter"), title="The national Charter")
    national = await stage.charter(charter)
    asked, mixed, untouched, shared = (item.id for item in charter.statements[:4])
    first = await stage.publish(national.id, "The first edition")
    kent = await stage.version(first, "Kent")

    def says(item_id: str, words: str) -> edits.Edit:
        return edits.SetText(item_id, Part.WORDS, rich_text.from_text(words))

    mix = "We take time to find people who fit together, and we never hurry at all."
    await stage.edit(national.id, says(mixed, mix))
    await stage.publish(national.id, "The second edition")
    another = await stage.version(first, "Devon")
    await stage.edit(another.id, says(shared, "Nobody comes into my room unless I say so."))
    await stage.publish(another.id)
    await stage.edit(
        kent.id,
        says(asked, "I choose who I live with and where we live."),
        says(mixed, "All of us take time to find people who fit together."),
        says(shared, "Nobody may come into my room unless I say so."),
        edits.AddItem(statement("ourgarden1", "We have a garden for everybody.", "a9")),
    )
    await stage.edit(
        national.id,
        says(asked, "I choose who I live with, and nobody else decides."),
        says(untouched, "My home is my home, and I have my own key."),
    )
    await stage.publish(national.id, "The third edition")
    return national.slug, asked, mixed, untouched


class Prepared(NamedTuple):
    """A data folder with those Charters in it, and what `_prepare` tells of them."""

    data: Path
    told: tuple[str, str, str, str]


@pytest.fixture(scope="module")
def prepared_places(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("places")
    settings = Settings(data_folder=folder / "data")
    settings.data_folder.mkdir()
    upgrade(settings)

    async def prepare() -> tuple[str, str, str, str]:
        store = Store(settings.database)
        async with stage_of(store, folder / "stage") as stage:
            told = await _prepare(stage)
        await store.close()
        return told

    return Prepared(settings.data_folder, asyncio.run(prepare()))


@pytest.fixture
def places(new_server: Callable[..., ServerProcess], prepared_places: Prepared) -> Places:
    server = new_server("places")
    shutil.copytree(prepared_places.data, server.data, dirs_exist_ok=True)
    return Places(server.start(), *prepared_places.told)


@pytest.fixture
async def kim(browser: Browser, places: Places) -> AsyncIterator[Visitor]:
    """Kim, an organiser of Kent."""
    visitor = await arrived(browser, places, "Kim", "Kent")
    yield visitor
    assert [each for each in visitor.mistakes if not each.startswith(REFUSED)] == []
    await visitor.close()


async def arrived(
    browser: Browser, places: Places, name: str, group: str, **profile: object
) -> Visitor:
    visitor = await Visitor.arriving(browser, places.server, name, **profile)
    link = places.server.invite(name, group, "organiser")
    await visitor.page.goto(link.removeprefix(places.server.address))
    await visitor.page.get_by_role("button", name="Come in").click()
    await visitor.page.wait_for_url(lambda address: "/come-in/" not in address)
    return visitor


async def visit(visitor: Visitor, path: str, name: str) -> None:
    """Open a page, check it, and walk through it by Tab."""
    await visitor.page.goto(path)
    await assert_for_everybody(visitor.page, name)
    assert await focus_complaints(visitor.page) == []


async def test_the_pages_of_our_own_version(kim: Visitor, places: Places) -> None:
    await visit(kim, "/", "adapting-home")
    await visit(kim, "/charters/kent", "adapting-reading")
    await visit(kim, "/charters/kent/update", "adapting-update")
    await visit(kim, f"/charters/kent/update/{places.asked}", "adapting-question")
    await visit(kim, f"/charters/kent/update/{places.mixed}", "adapting-question-mix")
    await visit(kim, f"/charters/kent/update/{places.untouched}", "adapting-question-untouched")
    await kim.page.get_by_role("button", name="Decide this").click()
    await expect(kim.page.get_by_role("alert")).to_be_visible()
    await assert_for_everybody(kim.page, "adapting-question-mistake")
    await visit(kim, "/charters/kent/share/ourgarden1", "adapting-share-added")
    await visit(kim, "/charters/kent/shared", "adapting-shared-nothing")
    await visit(
        kim, f"/charters/{places.national}/editions/2/make-our-own", "adapting-make-another"
    )


async def test_the_drafting_page_of_our_own_version(kim: Visitor, places: Places) -> None:
    await kim.open_draft("kent")
    await kim.item(places.asked).get_by_text("What National say").click()
    await assert_for_everybody(kim.page, "adapting-draft")


async def test_dark_keeps_its_contrast(browser: Browser, places: Places) -> None:
    kay = await arrived(browser, places, "Kay", "Kent", color_scheme="dark")
    await visit(kay, "/charters/kent/update", "adapting-update-dark")
    await visit(kay, f"/charters/kent/update/{places.mixed}", "adapting-question-dark")
    await visit(kay, "/charters/kent", "adapting-reading-dark")
    await kay.close()


async def test_an_update_is_answered_by_keyboard_alone(kim: Visitor, places: Places) -> None:
    page = kim.page
    await page.goto("/charters/kent/update")
    await page.get_by_role("button", name="Take this").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("We took what they have.")).to_be_visible()
    await page.get_by_role("link", name="Go on").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/update/{places.asked}")
    await expect(page.get_by_text("1 of 2")).to_be_visible()
    await page.get_by_role("radio", name="Keep our words").focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Why do you keep yours or mix?").focus()
    await page.keyboard.type("We live by the sea.")
    await page.get_by_role("button", name="Decide this").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/update/{places.mixed}")
    await expect(page.get_by_text("2 of 2")).to_be_visible()
    await page.get_by_role("radio", name="Take a mix of both").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Decide this").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/charters/kent/update")
    await expect(page.get_by_text("You decided on everything")).to_be_visible()
    await assert_for_everybody(page, "adapting-update-done")
    await page.goto("/charters/kent")
    await expect(kim.item(places.asked)).to_contain_text("We live by the sea.")
    await expect(kim.words(places.mixed)).to_have_text(
        "All of us take time to find people who fit together, and we never hurry at all."
    )


async def test_others_see_a_decision_as_it_is_made(
    browser: Browser, kim: Visitor, places: Places
) -> None:
    ben = await arrived(browser, places, "Ben", "Kent")
    await ben.open_draft("kent")
    await kim.page.goto(f"/charters/kent/update/{places.asked}")
    await kim.page.get_by_role("radio", name="Take their words").check()
    await kim.page.get_by_role("button", name="Decide this").click()
    await kim.page.wait_for_url(f"**/update/{places.mixed}")
    await expect(ben.words(places.asked)).to_have_text(
        "I choose who I live with, and nobody else decides."
    )
    await expect(ben.item(places.asked).locator("[data-beside]")).to_contain_text("We kept this")
    assert ben.mistakes == []
    await ben.close()


async def test_taking_theirs_waits_for_somebody_who_is_writing_there(
    browser: Browser, kim: Visitor, places: Places
) -> None:
    ben = await arrived(browser, places, "Ben", "Kent")
    await ben.open_draft("kent")
    await kim.page.goto(f"/charters/kent/update/{places.asked}")
    await ben.change(places.asked)
    await ben.page.keyboard.type(" In Kent.")
    await ben.status("Saved")
    await kim.page.get_by_role("radio", name="Take their words").check()
    await kim.page.get_by_role("button", name="Decide this").click()
    await expect(kim.page.get_by_role("alert")).to_be_visible()
    await expect(ben.words(places.asked)).to_contain_text("In Kent.")
    await ben.close()


async def test_words_are_shared_taken_and_the_receipt_says_so(
    browser: Browser, kim: Visitor, places: Places
) -> None:
    nat = await arrived(browser, places, "Nat", "National")
    await kim.page.goto("/charters/kent/share/ourgarden1")
    await kim.page.get_by_label("Why is this better for you?").fill("We like to be outside.")
    await kim.page.get_by_role("button", name="Share this").click()
    await kim.page.wait_for_url("**/charters/kent/shared")
    await assert_for_everybody(kim.page, "adapting-shared")
    await visit(nat, f"/charters/{places.national}/offers", "adapting-offers")
    await nat.page.get_by_role("link", name="A new statement, from Kent").click()
    await nat.page.wait_for_url("**/offers/*")
    await assert_for_everybody(nat.page, "adapting-offer")
    await nat.page.get_by_role("radio", name="Take these words into our draft").check()
    await nat.page.get_by_label("What do you want to say to them?").fill("Thank you!")
    await nat.page.get_by_role("button", name="Send this").click()
    await nat.page.wait_for_url("**/draft#s-ourgarden1")
    await expect(nat.words("ourgarden1")).to_have_text("We have a garden for everybody.")
    await kim.page.reload()
    await expect(kim.page.get_by_text("They took your words into their draft.")).to_be_visible()
    await expect(kim.page.get_by_text("“Thank you!”")).to_be_visible()
    await hide_what_was_said(nat, kim, places)
    assert nat.mistakes == []
    await nat.close()


async def hide_what_was_said(nat: Visitor, kim: Visitor, places: Places) -> None:
    """The group that said it hides it, and the other one reads that it is hidden."""
    report = kim.page.get_by_role("link", name="what was said").last
    [step] = parse_qs(urlsplit(await report.get_attribute("href") or "").query)["step"]
    await visit(nat, f"/charters/{places.national}/said/{step}/hide", "adapting-hide")
    await nat.page.get_by_label("Why do you hide this?").fill("It is not ours to say.")
    await nat.page.get_by_role("button", name="Hide this").click()
    await nat.page.wait_for_url("**/hidden?done=hidden")
    await assert_for_everybody(nat.page, "adapting-hidden")
    await visit(kim, "/charters/kent/shared", "adapting-shared-hidden")
    await expect(kim.page.get_by_text("“Thank you!”")).to_have_count(0)
