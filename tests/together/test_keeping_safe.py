"""Keeping safe at a real browser: somebody reports words, the lead hides them, organisers read it.

Each page, in each state it has, is held to the rules for everybody.
"""

from playwright.async_api import Page, expect

from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

GROUP = "/groups/national"
UNKIND = "Ben is not clever."
WHY = "It is unkind to Ben."
MARK = f"These words are hidden. Meg gave this reason: {WHY}"


async def look(page: Page, name: str, *, dark: bool = False) -> None:
    """Check the page as it stands at all widths and by keyboard; and in the dark, if asked."""
    await assert_for_everybody(page, name)
    assert await focus_complaints(page) == []
    if dark:
        await page.emulate_media(color_scheme="dark")
        await assert_for_everybody(page, f"{name}-dark")
        await page.emulate_media(color_scheme="light")


async def press_by_keyboard(page: Page, selector: str, key: str = "Enter") -> None:
    """Come to an element with Tab alone, and press it."""
    await page.locator("#main").focus()
    for _ in range(300):
        await page.keyboard.press("Tab")
        if await page.evaluate("(one) => document.activeElement.matches(one)", selector):
            await page.keyboard.press(key)
            return
    raise AssertionError(f"Tab never came to {selector}")


async def name_as_lead(organiser: Visitor, name: str) -> None:
    page = organiser.page
    await page.goto(f"{GROUP}/lead")
    await page.get_by_label(name).check()
    await page.locator("main").get_by_role("button").first.click()
    await expect(page.get_by_text(f"Tell {name}.")).to_be_visible()


async def test_reported_words_are_hidden_shown_again_and_all_of_it_is_told(
    arrive: Arrive, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    meg, ann, ben = await arrive("Meg"), await arrive("Ann"), await arrive("Ben")
    await name_as_lead(olwen, "Meg")
    item, home = draft.statements[0], f"/charters/{draft.slug}"
    await ben.open_draft(draft.slug)
    await ben.change(item)
    await ben.page.keyboard.type(f" {UNKIND}")
    await ben.status("Saved")
    await ben.page.keyboard.press("Escape")
    await report_by_keyboard(ann, home, item)
    await only_the_lead_reads_it(olwen, meg)

    # She hides it, while Olwen has the drafting page open.
    await olwen.open_draft(draft.slug)
    await expect(olwen.words(item)).to_contain_text(UNKIND)
    await hide_from_the_report(meg)
    await expect(olwen.item(item)).not_to_contain_text(UNKIND)
    await expect(olwen.item(item)).to_contain_text(MARK, timeout=20_000)
    await look(olwen.page, "draft-hidden", dark=True)
    await ben.page.reload()
    await expect(ben.item(item)).to_contain_text(MARK)
    for path in (home, f"{home}/history/{item}"):
        await ann.page.goto(path)
        await expect(ann.page.get_by_text(MARK).first).to_be_visible()
        assert UNKIND not in await ann.page.inner_text("body")
        await look(ann.page, f"hidden-{path.count('/')}")

    await answer_the_report(meg, ann)
    await meg.page.goto(f"{home}/hidden")
    await expect(meg.page.get_by_text(UNKIND)).to_be_visible()
    await look(meg.page, "hidden", dark=True)
    await meg.page.get_by_role("button", name="Show this again").click()
    await expect(meg.page.get_by_text("We show those words again")).to_be_visible()
    await expect(olwen.words(item)).to_contain_text(UNKIND)
    await hide_a_name(meg, ben)
    await the_record_tells_it(olwen)


async def report_by_keyboard(ann: Visitor, home: str, item: str) -> None:
    page = ann.page
    await page.goto(f"{home}/history")  # what was written is settled when history is asked for
    await page.goto(home)
    await expect(page.locator(f"#s-{item}")).to_contain_text(UNKIND)
    await look(page, "safe-reading")
    await press_by_keyboard(page, f"#report-{item}")
    await expect(page.get_by_text("Meg hears this. Nobody else in the group does.")).to_be_visible()
    await look(page, "report", dark=True)
    await press_by_keyboard(page, "input[name=kind]", "Space")
    await press_by_keyboard(page, "#note", "I")
    await page.keyboard.type(" am sad for Ben.")
    await press_by_keyboard(page, "form.form .govuk-button")
    await expect(page.get_by_role("heading", name="Thank you. You reported it.")).to_be_visible()
    await look(page, "reported")


async def only_the_lead_reads_it(olwen: Visitor, meg: Visitor) -> None:
    answer = await olwen.page.goto(f"{GROUP}/reports")
    assert answer is not None
    assert answer.status == 403
    olwen.mistakes.clear()  # a browser counts every refusal among them
    await meg.page.goto("/")
    await look(meg.page, "home-with-report")
    await meg.page.get_by_role("link", name="1 report waits for you in National").click()
    await expect(meg.page.get_by_text("I am sad for Ben.")).to_be_visible()
    await expect(meg.page.get_by_text(UNKIND)).to_be_visible()
    await look(meg.page, "reports", dark=True)


async def hide_from_the_report(meg: Visitor) -> None:
    page = meg.page
    await page.get_by_role("link", name="Hide this (report of").click()
    await look(page, "history-with-hide")
    await page.get_by_role("link", name="Hide this").first.click()
    await page.get_by_role("button", name="Hide this").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("Please say why")
    await look(page, "hide-mistake", dark=True)
    meg.mistakes.clear()
    await page.get_by_label("Why do you hide this?").fill(WHY)
    await page.get_by_role("button", name="Hide this").click()
    await expect(page.get_by_text("We hid those words")).to_be_visible()
    await look(page, "history-hidden")


async def hide_a_name(meg: Visitor, ben: Visitor) -> None:
    page = meg.page
    await page.goto(f"{GROUP}/people")
    report = page.locator("a[href*='person=']", has_text="Ben")
    ben_is = (await report.get_attribute("href") or "").partition("person=")[2]
    await page.goto(f"{GROUP}/people/{ben_is}/hide")
    await look(page, "hide-name", dark=True)
    await page.get_by_label("Why do you hide this?").fill("It is not his name.")
    await page.get_by_role("button", name="Hide this").click()
    await expect(page.get_by_text("We hid it. The person can read why.")).to_be_visible()
    await look(page, "hidden-names")
    await ben.page.goto("/me")
    await expect(ben.page.get_by_text("Others do not see your name")).to_be_visible()
    await look(ben.page, "me-hidden", dark=True)


async def answer_the_report(meg: Visitor, ann: Visitor) -> None:
    await meg.page.goto(f"{GROUP}/reports")
    await meg.page.get_by_label("What did you do about it?").fill("I hid the words.")
    await meg.page.get_by_role("button", name="Answer and close").click()
    await expect(meg.page.get_by_text("You answered. They can read it now.")).to_be_visible()
    await look(meg.page, "reports-answered")
    await ann.page.goto("/")
    await ann.page.get_by_role("link", name="Your report has an answer").click()
    await expect(ann.page.get_by_text("I hid the words.")).to_be_visible()
    await look(ann.page, "my-reports")


async def the_record_tells_it(olwen: Visitor) -> None:
    page = olwen.page
    await page.goto(GROUP)
    await page.get_by_text("Look after this group").click()
    await page.get_by_role("link", name="What was done, and by whom").click()
    for sentence in (
        "Olwen chose Meg to hear what is reported.",
        "Somebody reported that something is not right.",
        "Meg hid words in “",
        "Meg answered a report.",
        "Meg showed words in “",
        "Meg hid the name of a member.",
    ):
        await expect(page.get_by_text(sentence)).to_be_visible()
    assert "Ann reported" not in await page.inner_text("body")
    await look(page, "audit", dark=True)
