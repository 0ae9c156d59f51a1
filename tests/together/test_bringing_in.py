"""A place brings in the version that it made in a file of its own, at a real browser."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Draft
from tests.together.probe import assert_for_everybody, focus_complaints

FILE = """Our home

I choose who I live with.

We take our time to find people who fit together well.

The boat to the island is free for all of us.
"""


async def arrived(browser: Browser, server: ServerProcess, name: str, group: str) -> Visitor:
    visitor = await Visitor.arriving(browser, server, name)
    link = server.invite(name, group, "organiser")
    await visitor.page.goto(link.removeprefix(server.address))
    await visitor.page.get_by_role("button", name="Come in").click()
    await visitor.page.wait_for_url(lambda address: "/come-in/" not in address)
    return visitor


async def test_a_file_is_matched_checked_and_made_our_own(
    browser: Browser, server: ServerProcess, draft: Draft, tmp_path: Path
) -> None:
    file = tmp_path / "ours.txt"
    file.write_text(FILE)
    server.import_charter(group="Kent")
    meg = await arrived(browser, server, "Meg", "National")
    await meg.page.goto(f"/charters/{draft.slug}/publish")
    await meg.page.get_by_role("radio", name="Everybody can read it").check()
    await meg.page.get_by_role("button", name="Publish edition 1").click()
    await expect(meg.page.get_by_text("You published edition 1.")).to_be_visible()
    kim = await arrived(browser, server, "Kim", "Kent")
    page = kim.page

    await page.goto(f"/charters/{draft.slug}/editions/1/make-our-own")
    await page.get_by_role("link", name="We have our version in a file").click()
    await assert_for_everybody(page, "bring-in")
    assert await focus_complaints(page) == []
    await page.get_by_role("button", name="Show what you found").click()
    await expect(page.get_by_text("Please choose a file.").first).to_be_visible()
    await assert_for_everybody(page, "bring-in-mistake")
    await page.get_by_label("Which file is it?").set_input_files(file)
    await page.get_by_role("button", name="Show what you found").click()
    await expect(page.get_by_role("heading", name="Check what we found")).to_be_visible()
    await assert_for_everybody(page, "bring-in-match")
    assert await focus_complaints(page) == []

    boat = page.locator("li.match").filter(has_text="The boat to the island")
    await boat.get_by_label("Which statement is this?").select_option(label="It is new")
    await page.get_by_role("button", name="Make our own version").click()
    await page.wait_for_url("**/charters/kent*")
    await expect(page.get_by_role("main")).to_contain_text("The boat to the island is free")
    refused = "the server responded with a status of 422"
    for visitor in (meg, kim):
        assert [each for each in visitor.mistakes if refused not in each] == []
        await visitor.close()
