"""Publishing, reading and adopting editions, at a real browser and by keyboard alone.

Each page, in each state it has, is held to the rules for everybody.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from server.__main__ import main
from server.writing import document
from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.server_process import BLANK, ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

Look = Callable[[str], Awaitable[None]]


def looking(page: Page) -> Look:
    async def look(name: str) -> None:
        await assert_for_everybody(page, name)

    return look


async def press(page: Page, name: str | re.Pattern[str]) -> None:
    await page.get_by_role("main").get_by_role("button", name=name).click()


def forget_refusals(visitor: Visitor) -> None:
    """A browser counts every answer that refuses among the mistakes of the page."""
    told = "the server responded with a status of 4"
    visitor.mistakes[:] = [mistake for mistake in visitor.mistakes if told not in mistake]


async def adopt(page: Page, look: Look, home: str) -> None:
    """The group adopts its edition, and the Charter's page says so."""
    await page.goto(f"{home}/adopt")
    await look("adopt")
    await press(page, "Adopt it")
    await look("adopt-mistake")
    for label, value in (("Day", "3"), ("Month", "11"), ("Year", "2026")):
        await page.get_by_label(label, exact=True).first.fill(value)
    await page.get_by_label("People who use Shared Lives").fill("4")
    await press(page, "Adopt it")
    await expect(page.get_by_text("You adopted it.")).to_be_visible()
    await look("adoptions")
    await page.goto(home)
    await expect(page.get_by_text("National adopted edition 2 on 3 November 2026.")).to_be_visible()
    await look("reading-with-edition")


async def put_right_and_take_back(page: Page, look: Look, home: str) -> None:
    """They adopted it on another day; and then it was a mistake."""
    await page.goto(f"{home}/adoptions")
    await page.get_by_role("link", name="Put this right").click()
    await look("adoption-correct")
    await page.get_by_label("Day", exact=True).first.fill("2")
    await press(page, "Save")
    await expect(page.get_by_text("On 2 November 2026 they adopted")).to_be_visible()
    await page.get_by_role("link", name="Put this right").click()
    await page.get_by_role("link", name="We did not adopt it.").click()
    await look("adoption-take-back")
    await press(page, "Take it back")
    await expect(page.get_by_text("Nobody adopted it yet.")).to_be_visible()


async def change_the_title(page: Page, look: Look, home: str, program: LiveClient) -> None:
    """It is there at once for whoever writes, and the next edition tells of it."""
    await page.goto(f"{home}/draft")
    await page.get_by_role("link", name="Change the title").click()
    await look("title")
    await page.get_by_label("What is the Charter called?").fill("Our promise")
    await press(page, "Save")
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await program.when(
        lambda: document.read(program.doc).charter.title == "Our promise", "the other title"
    )
    await page.goto(f"{home}/history")
    await expect(page.get_by_text("Olwen changed the title of the Charter.")).to_be_visible()
    await page.goto(f"{home}/publish")
    await expect(page.get_by_text("Now it is called “Our promise”.")).to_be_visible()


async def test_an_edition_is_published_read_and_adopted(
    arrive: Arrive, draft: Draft, program: LiveClient, tmp_path: Path
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    page, look = olwen.page, looking(olwen.page)
    home = f"/charters/{draft.slug}"

    # The first edition, with what was written a moment ago.
    pen.write(program.doc, draft.statements[0], 0.0, "From the start, ")
    await program.all_saved()
    await page.goto(f"{home}/publish")
    await look("publish-first")
    await page.get_by_label("What is this edition called?").fill("The first")
    await page.get_by_label("What do you want to say about it?").fill("We met 3 times.")
    await press(page, "Publish edition 1")
    await expect(page.get_by_text("You published edition 1.")).to_be_visible()
    await expect(page.get_by_text("From the start,")).to_be_visible()
    await look("edition-published")
    await page.goto(f"{home}/publish")
    await expect(page.get_by_text("Nothing changed since")).to_be_visible()
    await look("publish-nothing-new")

    # Others go on writing; somebody writes just before the press.
    pen.write(program.doc, draft.statements[0], 0.0, "Every day ")
    await program.all_saved()
    await page.goto(f"{home}/publish")
    await expect(page.get_by_text("What changed since edition 1")).to_be_visible()
    await look("publish-changes")
    pen.write(program.doc, draft.statements[1], 0.0, "Just now ")
    await program.all_saved()
    await press(page, "Publish edition 2")
    await expect(page.get_by_text("Something changed before you pressed")).to_be_visible()
    await look("publish-meanwhile")
    await press(page, "Publish edition 2")
    await expect(page.get_by_text("You published edition 2.")).to_be_visible()

    # All of them, and one that is older.
    await page.goto(f"{home}/editions")
    await look("editions")
    await page.goto(f"{home}/editions/1")
    await expect(page.get_by_text("There is a newer one")).to_be_visible()

    # What one takes away can be checked without us.
    for ending in ("json", "md"):
        file = tmp_path / f"edition.{ending}"
        answer = await olwen.context.request.get(f"{home}/editions/2.{ending}")
        file.write_bytes(await answer.body())
        assert main(["verify", str(file)]) == 0

    await adopt(page, look, home)
    await put_right_and_take_back(page, look, home)
    await change_the_title(page, look, home, program)
    assert await focus_complaints(page) == []
    forget_refusals(olwen)


async def test_a_local_version_is_asked_for_its_reasons_first(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    page = olwen.page
    await page.goto(f"/charters/{draft.slug}/publish")
    await press(page, "Publish edition 1")
    server.import_charter(BLANK, "Devon", "devon")
    await page.goto(server.invite("Olwen", "Devon", "organiser").removeprefix(server.address))
    await press(page, "Come in")
    await page.goto(f"/charters/{draft.slug}/editions/1/make-our-own?group=devon")
    await press(page, "Make our own version")
    await page.wait_for_url(re.compile(r"/charters/[\w-]+(/draft)?$"))
    slug = page.url.split("/charters/")[1].split("/")[0]
    await olwen.open_draft(slug)
    await olwen.change(draft.statements[0])
    await page.keyboard.type("In Devon, ")
    await olwen.status("Saved")
    await page.goto(f"/charters/{slug}/publish")
    await expect(page.get_by_text("See to these first")).to_be_visible()
    await assert_for_everybody(page, "publish-problems")
    await press(page, "Publish edition 1")
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_for_everybody(page, "publish-problems-mistake")
    await page.get_by_label("Publish it like this").check()
    await press(page, "Publish edition 1")
    await expect(page.get_by_text("You published edition 1.")).to_be_visible()
    await expect(page.get_by_text("Made from")).to_be_visible()
    await assert_for_everybody(page, "edition-of-our-own")
    forget_refusals(olwen)


async def test_a_person_says_whether_they_are_named(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    await ann.open_draft(draft.slug)
    await ann.change(draft.statements[0])
    await ann.page.keyboard.type("I wrote this. ")
    await ann.status("Saved")
    # Pages that are read are brought up to date a second after the last edit.
    asked = ann.page.get_by_text("May we name you in edition 1?")
    async with asyncio.timeout(30):
        while not await asked.count():
            await ann.page.goto(f"/charters/{draft.slug}")
    await assert_for_everybody(ann.page, "reading-may-we-name")
    await ann.page.goto(f"/charters/{draft.slug}/naming")
    await press(ann.page, "Save")
    await assert_for_everybody(ann.page, "naming-mistake")
    await ann.page.get_by_label("Yes, say my name: Ann").check()
    await press(ann.page, "Save")
    await expect(ann.page.get_by_text("You said yes.")).to_be_visible()
    await assert_for_everybody(ann.page, "naming")
    assert await focus_complaints(ann.page) == []
    forget_refusals(ann)


async def test_editions_are_published_by_keyboard_alone(arrive: Arrive, draft: Draft) -> None:
    olwen = await arrive("Olwen", role="organiser")
    page = olwen.page
    await page.goto(f"/charters/{draft.slug}/publish")
    await page.get_by_label("What is this edition called?").focus()
    await page.keyboard.type("By keyboard")
    await page.keyboard.press("Tab")
    await page.keyboard.type("All of it.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Edition 1: By keyboard")).to_be_visible()


async def test_a_stranger_reads_an_edition_in_the_dark(
    browser: Browser, server: ServerProcess, arrive: Arrive, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser", color_scheme="dark")
    await olwen.page.goto(f"/charters/{draft.slug}/publish")
    await assert_for_everybody(olwen.page, "publish-dark")
    await olwen.page.get_by_label("Everybody", exact=False).first.check()
    await press(olwen.page, "Publish edition 1")
    await expect(olwen.page.get_by_text("You published edition 1.")).to_be_visible()
    await assert_for_everybody(olwen.page, "edition-dark")
    stranger = await Visitor.arriving(browser, server, "nobody")
    answer = await stranger.page.goto(f"/charters/{draft.slug}/editions/1")
    assert answer is not None
    assert answer.status == 200
    await assert_for_everybody(stranger.page, "edition-signed-out")
    await stranger.close()
