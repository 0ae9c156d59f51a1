"""A person says yes to a supporter, is helped to write, and ends it: seen by everybody."""

import re

from playwright.async_api import Page, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

HELPED = "Anna, with help from Sam"


async def tab_to(page: Page, name: str) -> None:
    """Go by Tab alone to what is called so."""
    there = page.locator(":focus")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if name in (await there.text_content() or ""):
            return
    raise AssertionError(f"nothing called {name} was reached by Tab")


async def look_at(visitor: Visitor, name: str) -> None:
    """The page as it stands is for everybody, light and dark."""
    assert await focus_complaints(visitor.page) == []
    await assert_for_everybody(visitor.page, f"supporters-{name}")
    await visitor.page.emulate_media(color_scheme="dark")
    await assert_for_everybody(visitor.page, f"supporters-{name}-dark")
    await visitor.page.emulate_media(color_scheme="light")


async def test_a_person_is_helped_and_ends_it(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    anna, sam, meg = await arrive("Anna"), await arrive("Sam"), await arrive("Meg", "organiser")
    item = draft.statements[0]
    for visitor in (anna, meg):
        await visitor.open_draft(draft.slug)

    # Sam asks.
    await sam.page.goto("/me/helping")
    await sam.page.get_by_role("link", name="Ask to help somebody").click()
    await sam.page.get_by_label("Anna").check()
    await sam.page.get_by_role("button", name="Ask").click()
    await expect(sam.page.get_by_role("status")).to_contain_text("You asked.")

    # Anna says yes, on a page of her own, by keyboard alone.
    hers = await anna.context.new_page()
    await hers.goto("/me/supporters")
    await expect(hers.get_by_role("heading", name="Sam asks to help you")).to_be_visible()
    await expect(hers.locator("main")).to_contain_text("Sam cannot answer for you.")
    await tab_to(hers, "Yes, Sam can help me")
    await hers.keyboard.press("Enter")
    await expect(hers.get_by_role("status")).to_contain_text("You said yes.")

    # Sam helps: every page says so.
    await sam.page.goto("/me/helping")
    await sam.page.get_by_role("button", name="Help Anna now").click()
    strip = sam.page.get_by_role("region", name="You help somebody now")
    await expect(strip).to_contain_text(f"What you type shows as: {HELPED}.")
    refused = await sam.page.request.get(f"/charters/{draft.slug}/naming")
    assert refused.status == 403
    assert "Only Anna can answer this." in await refused.text()
    await sam.open_draft(draft.slug)
    await expect(strip).to_be_visible()

    # What Sam types shows as Anna's, with help from Sam, on all pages.
    await sam.change(item)
    await sam.page.keyboard.type(" I say this.")
    for visitor in (anna, meg):
        await expect(visitor.words(item)).to_contain_text("I say this.")
        await sam.page.keyboard.type(" Yes.")
        await expect(visitor.item(item)).to_contain_text(f"{HELPED} is writing here")
        await expect(visitor.page.locator("[data-people]")).to_contain_text(HELPED)
    await sam.status("Saved")
    await meg.page.goto(f"/charters/{draft.slug}/history/{item}")
    await expect(meg.page.locator("main")).to_contain_text(f"{HELPED} wrote this")

    # Anna ends it: Sam's open page says so at once, and writes no more.
    await hers.goto("/me/supporters")
    await hers.get_by_role("button", name="End this now").click()
    await expect(hers.get_by_role("status")).to_contain_text("cannot help you any more")
    await expect(sam.page.locator("[data-box=refused]")).to_contain_text("Your help has ended.")
    await expect(sam.page.locator("[contenteditable=true]")).to_have_count(0)
    await sam.page.get_by_role("button", name="Load the page again").click()
    await sam.status("Saved")
    await expect(strip).to_have_count(0)
    await sam.change(item)
    await sam.page.keyboard.type(" Sam says this.")
    await expect(anna.words(item)).to_contain_text("Sam says this.")
    await expect(anna.item(item)).to_contain_text(re.compile(r"(?<!from )Sam is writing here"))

    # What was done is in the record.
    await meg.page.goto("/groups/national/audit")
    for sentence in ("Sam began to help Anna.", "Sam stopped helping Anna."):
        await expect(meg.page.locator("main")).to_contain_text(sentence)


async def test_the_pages_of_supporters_are_for_everybody(arrive: Arrive, draft: Draft) -> None:
    anna, sam, kim = await arrive("Anna"), await arrive("Sam"), await arrive("Kim")
    await anna.page.goto("/me/supporters")
    await anna.page.get_by_role("link", name="Choose somebody who helps you").click()
    await look_at(anna, "choose")
    await anna.page.get_by_label("Sam").check()
    await anna.page.get_by_role("button", name="Yes, this person can help me").click()
    await kim.page.goto("/me/helping/ask")
    await look_at(kim, "ask")
    await kim.page.get_by_label("Anna").check()
    await kim.page.get_by_role("button", name="Ask").click()
    await look_at(kim, "asked")
    await anna.page.goto("/me/supporters")
    await look_at(anna, "supporters")
    await sam.page.goto("/me/helping")
    await look_at(sam, "helped")
    await sam.page.get_by_role("button", name="Help Anna now").click()
    await sam.page.goto("/me/helping")
    await look_at(sam, "helping")
    await sam.open_draft(draft.slug)
    await sam.page.get_by_role("button", name="Stop helping").click()
    await expect(sam.page.get_by_role("status")).to_contain_text("What you type is your own.")
