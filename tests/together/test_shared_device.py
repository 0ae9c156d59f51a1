"""A device that others use too: nothing is kept on it, and everything says so."""

from playwright.async_api import Browser, Dialog, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

NEED = "On this device, words need the internet."
KEPT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name),
  local: Object.keys(localStorage),
  caches: await caches.keys(),
})"""
NOTHING: dict[str, list[str]] = {"databases": [], "local": [], "caches": []}


async def come_in_shared(visitor: Visitor, server: ServerProcess) -> None:
    link = server.invite(visitor.name)
    await visitor.page.goto(link.removeprefix(server.address))
    await visitor.page.get_by_label("Other people use this device too").check()
    await visitor.page.get_by_role("button", name="Come in").click()
    await visitor.page.wait_for_url("**/groups/**")


async def test_nothing_is_kept_on_a_shared_device(
    browser: Browser, server: ServerProcess, draft: Draft
) -> None:
    ann = await Visitor.arriving(browser, server, "Ann")
    page = ann.page
    item = draft.statements[0]
    await come_in_shared(ann, server)
    await expect(page.get_by_role("link", name="Make coming back easy")).to_have_count(0)
    cookies = {cookie["name"]: cookie for cookie in await ann.context.cookies()}
    assert cookies["our_charter"]["expires"] == -1
    assert cookies["our_charter"]["httpOnly"]

    await ann.open_draft(draft.slug)
    await ann.status(f"Saved. {NEED}")
    await ann.change(item)
    await page.keyboard.type(" We say it here.")
    await ann.status(f"Saved. {NEED}")
    await assert_for_everybody(page, "draft-shared")
    assert await page.evaluate(KEPT) == NOTHING

    await ann.lose_the_network()
    await ann.status(f"No internet. {NEED}")
    await page.keyboard.type(" And this is nowhere yet.")
    await ann.status("Keep this page open, or you lose new words.")
    await assert_for_everybody(page, "draft-shared-offline")
    assert await page.evaluate(KEPT) == NOTHING

    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.close(run_before_unload=True)
    await ann.find_the_network()
    await ann.status(f"Saved. {NEED}")
    assert asked == ["beforeunload"]
    page.remove_listener("dialog", stay)
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/signed-out")
    await expect(page.locator("[data-left]")).to_have_attribute("data-left", "0")
    assert await page.evaluate(KEPT) == NOTHING
    names = {cookie["name"] for cookie in await ann.context.cookies()}
    assert names == {"our_charter_form"}
    await assert_for_everybody(page, "signed-out")
    assert await focus_complaints(page) == []
    await page.goto(f"/charters/{draft.slug}/draft")
    await expect(page.get_by_role("heading", name="Please come in first")).to_be_visible()
    assert [line for line in ann.mistakes if "401" not in line] == []
    await ann.close()


async def test_what_earlier_people_left_goes_but_for_words_that_are_not_sent(
    browser: Browser, server: ServerProcess, draft: Draft
) -> None:
    tablet = await Visitor.arriving(browser, server, "Ben")
    await tablet.come_in(server)
    await tablet.open_draft(draft.slug)
    await tablet.page.goto("/")
    bens = await tablet.page.evaluate(KEPT)
    assert len(bens["databases"]) == 1

    tablet.name = "Cat"
    await tablet.page.goto("/")
    await tablet.page.get_by_role("button", name="Sign out").click()
    await tablet.come_in(server)
    await tablet.open_draft(draft.slug)
    await tablet.change(draft.statements[1])
    await tablet.lose_the_network()
    await tablet.status("No internet")
    await tablet.page.keyboard.type(" Cat says so.")
    await tablet.status("No internet. Keep writing: your words are safe on this device.")
    await tablet.shut_the_tab()
    await tablet.find_the_network()
    await tablet.open_a_tab()

    tablet.name = "Ann"
    await tablet.page.goto("/")
    await tablet.page.get_by_role("button", name="Sign out").click()
    await come_in_shared(tablet, server)
    await tablet.page.get_by_role("button", name="Sign out").click()
    await tablet.page.wait_for_url("**/signed-out")
    line = tablet.page.locator("[data-left]")
    await expect(line).to_have_text(
        "Some words are not sent yet. We keep them for whoever wrote them."
    )
    left = await tablet.page.evaluate(KEPT)
    assert len(left["databases"]) == 1
    assert set(left["databases"]).isdisjoint(bens["databases"])
    await assert_for_everybody(tablet.page, "signed-out-words-left")

    tablet.name = "Cat"
    await tablet.come_in(server)
    await tablet.open_draft(draft.slug)
    await expect(tablet.words(draft.statements[1])).to_contain_text("Cat says so.")
    await tablet.close()


async def test_signing_out_there_closes_the_page_there(arrive: Arrive, draft: Draft) -> None:
    phone, tablet = await arrive("Ann"), await arrive("Ann", color_scheme="dark")
    await phone.open_draft(draft.slug)
    await tablet.page.goto("/me/devices")
    await assert_for_everybody(tablet.page, "devices")
    assert await focus_complaints(tablet.page) == []
    await tablet.page.get_by_role("button", name="Sign out there").click()
    await expect(phone.page.get_by_role("alert").first).to_contain_text("You are not signed in.")
    await expect(tablet.page.get_by_text("That device is signed out.")).to_be_visible()
    await expect(tablet.page.get_by_text("You are signed in on no other device.")).to_be_visible()
    await assert_for_everybody(tablet.page, "devices-one")
    await phone.page.goto("/me/devices")
    await expect(phone.page.get_by_role("heading", name="Please come in first")).to_be_visible()
    phone.mistakes.clear()
