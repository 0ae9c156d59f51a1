"""A group's people: who is in it, what they do, being taken out, and groups that invite groups."""

import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.server_process import ServerProcess
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

GROUP = "/groups/national"
NO_MORE = "You can read this no more."

# What the page says, without what the browser adds, and all that the device keeps.
_TEXT = "document.body.innerText + document.title"
_KEPT = """async () => (await indexedDB.databases())
  .map(({ name }) => name).filter((name) => name.startsWith("our-charter "))"""


async def look(page: Page, path: str, name: str) -> None:
    """Open a page and check it, light, dark and by keyboard."""
    await page.goto(path)
    await assert_for_everybody(page, name)
    assert await focus_complaints(page) == []


async def test_who_is_taken_out_reads_no_more_on_a_page_that_is_open(
    arrive: Arrive, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    ann = await arrive("Ann")
    ben = await arrive("Ben")
    item = draft.statements[0]
    for visitor in (ann, ben):
        await visitor.open_draft(draft.slug)
    words = await ann.words(item).inner_text()
    assert words in await ann.page.evaluate(_TEXT)
    assert await ann.page.evaluate(_KEPT)

    await olwen.page.goto(f"{GROUP}/people")
    await olwen.page.get_by_role("link", name="Change what Ann does").click()
    await olwen.page.get_by_role("link", name="Take Ann out of the group").click()
    await expect(olwen.page.get_by_text("Ann cannot read or write here any more.")).to_be_visible()
    await olwen.page.get_by_role("button", name="Take Ann out").click()

    await expect(ann.page.get_by_role("heading", name=NO_MORE)).to_be_visible()
    await expect(ann.page.get_by_text("Ask an organiser of the group.")).to_be_visible()
    left = await ann.page.evaluate(_TEXT)
    assert words not in left
    assert "Ben" not in left
    await ann.page.wait_for_function("async () => (await (" + _KEPT + ")()).length === 0")
    await assert_for_everybody(ann.page, "read-no-more")
    await ben.status("Saved")
    await expect(
        olwen.page.get_by_text("This person is not in the group any more.")
    ).to_be_visible()

    await ann.page.get_by_role("button", name="Go to the first page").click()
    await expect(ann.page.get_by_text("You are not in a group now.")).to_be_visible()

    # Ben's page is closed when he is taken out: whichever he opens next forgets the Charter.
    await ben.page.goto("/me")
    assert await ben.page.evaluate(_KEPT)
    await olwen.page.goto(f"{GROUP}/people")
    await olwen.page.get_by_role("link", name="Change what Ben does").click()
    await olwen.page.get_by_role("link", name="Take Ben out of the group").click()
    await olwen.page.get_by_role("button", name="Take Ben out").click()
    await expect(
        olwen.page.get_by_text("This person is not in the group any more.")
    ).to_be_visible()
    await ben.page.goto("/me")
    await ben.page.wait_for_function("async () => (await (" + _KEPT + ")()).length === 0")


async def test_words_that_did_not_arrive_are_offered_to_who_was_taken_out(
    arrive: Arrive, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    ann = await arrive("Ann")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ann.change(item)
    await ann.lose_the_network()
    await ann.page.keyboard.type(" We have our own say.")
    await ann.status("No internet.")
    await olwen.page.goto(f"{GROUP}/people")
    await olwen.page.get_by_role("link", name="Change what Ann does").click()
    await olwen.page.get_by_role("link", name="Take Ann out of the group").click()
    await olwen.page.get_by_role("button", name="Take Ann out").click()
    await expect(
        olwen.page.get_by_text("This person is not in the group any more.")
    ).to_be_visible()
    await ann.find_the_network()

    await expect(ann.page.get_by_role("heading", name=NO_MORE)).to_be_visible()
    await expect(ann.page.get_by_text("Your words are not saved. Copy them.")).to_be_visible()
    await expect(ann.page.locator("[data-unsaved]")).to_contain_text("We have our own say.")
    other = await olwen_reads(olwen.page, draft)
    assert other not in await ann.page.evaluate(_TEXT)
    assert await ann.page.evaluate(_KEPT)
    await ann.page.get_by_role("button", name="I have my words.").click()
    await expect(ann.page.get_by_text("You are not in a group now.")).to_be_visible()
    assert await ann.page.evaluate(_KEPT) == []


async def olwen_reads(page: Page, draft: Draft) -> str:
    """The words of another statement, as the group reads them."""
    await page.goto(f"/charters/{draft.slug}")
    other = page.locator(f"#s-{draft.statements[1]} [data-part=words]").first
    return await other.inner_text()


async def test_who_may_only_read_now_is_told_without_a_new_page(
    arrive: Arrive, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    ann = await arrive("Ann")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    change = ann.item(item).get_by_role("button", name="Change these words")
    await expect(change).to_be_visible()

    async def let_ann(do: str) -> None:
        await olwen.page.goto(f"{GROUP}/people")
        await olwen.page.get_by_role("link", name="Change what Ann does").click()
        await olwen.page.get_by_label(do, exact=True).check()
        await olwen.page.get_by_role("button", name="Keep this").click()
        await expect(olwen.page.get_by_text("Done.")).to_be_visible()

    await let_ann("Only read")
    told = ann.page.get_by_role("heading", name="You can read here, but not write now.")
    await expect(told).to_be_visible()
    await expect(change).to_be_hidden()
    await ann.status("You can read this.")
    await assert_for_everybody(ann.page, "read-but-not-write")
    await let_ann("Read and write")
    await expect(change).to_be_visible()
    await expect(told).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_of_a_groups_people(arrive: Arrive, draft: Draft, scheme: str) -> None:
    olwen = await arrive("Olwen", role="organiser", color_scheme=scheme)
    await arrive("Ann")
    await arrive("Rhys", role="reader")
    page = olwen.page
    await look(page, f"{GROUP}/picture?word=bridge", f"group-picture-{scheme}")
    await page.get_by_role("button", name="bridge", exact=False).first.click()
    await look(page, GROUP, f"group-{scheme}")
    await page.get_by_text("Look after this group").click()
    await assert_for_everybody(page, f"group-to-look-after-{scheme}")
    await look(page, "/", f"home-of-an-organiser-{scheme}")
    await look(page, f"{GROUP}/change", f"group-name-{scheme}")
    await look(page, f"{GROUP}/people", f"people-{scheme}")
    await look(page, f"{GROUP}/lead", f"lead-{scheme}")
    await look(page, f"{GROUP}/leave", f"leave-last-organiser-{scheme}")
    await page.goto(f"{GROUP}/people")
    await page.get_by_role("link", name="Change what Ann does").click()
    person = page.url
    await look(page, person, f"person-{scheme}")
    await look(page, f"{person}/take-out", f"take-out-{scheme}")
    await look(page, f"{person}/hand-over", f"hand-over-{scheme}")
    await look(page, f"/charters/{draft.slug}/readers", f"readers-{scheme}")
    await page.goto(person)
    await page.get_by_role("link", name="Hand over to Ann").click()
    await page.get_by_role("button", name="Hand over to Ann").click()
    await expect(page.get_by_text("You have handed over.")).to_be_visible()
    await look(page, f"{GROUP}/leave", f"leave-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_national_group_invites_a_local_one(
    arrive: Arrive, server: ServerProcess, draft: Draft, scheme: str
) -> None:
    make_national(server.data / "charter.sqlite")
    olwen = await arrive("Olwen", role="organiser", color_scheme=scheme)
    page = olwen.page
    await page.goto(GROUP)
    await page.get_by_text("Look after this group").click()
    await page.get_by_role("link", name="Invite a local group").click()
    await assert_for_everybody(page, f"new-group-{scheme}")
    await page.get_by_role("button", name="Make a card").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_for_everybody(page, f"new-group-mistake-{scheme}")
    # The browser itself tells of an answer that says what is missing.
    olwen.mistakes.clear()
    await page.get_by_label("What is the local group called?").fill("Cwm Derwen")
    await page.get_by_label("Who comes in first?").fill("Gwen")
    await page.get_by_role("button", name="Make a card").click()
    await expect(page.get_by_role("heading", name="A card for Gwen")).to_be_visible()
    await assert_for_everybody(page, f"new-group-card-{scheme}")
    link = await page.locator("#link").inner_text()
    await page.get_by_role("link", name="See all local groups").click()
    await expect(page.get_by_text("Nobody has come in yet.")).to_be_visible()
    await assert_for_everybody(page, f"local-groups-{scheme}")
    await page.context.clear_cookies()
    await page.goto(link.removeprefix(server.address))
    await page.get_by_role("button", name="Come in").click()
    await expect(page.get_by_role("heading", name="Cwm Derwen")).to_be_visible()
    await expect(page.get_by_text("You are an organiser here.")).to_be_visible()
    await assert_for_everybody(page, f"group-without-charter-{scheme}")


def make_national(database: Path) -> None:
    """The first set-up makes a national group; the command line makes local ones."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE groups SET kind = 'national'")
