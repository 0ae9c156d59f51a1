"""Two people in two browsers: splitting a statement, joining two, and who is in the way."""

from playwright.async_api import Locator, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.test_keyboard import at, open_more, tab_to


def statements(visitor: Visitor) -> Locator:
    return visitor.page.locator('[data-list="items"] > our-statement[data-kind=statement]')


async def say(visitor: Visitor, item: str, words: str) -> None:
    """Write other words into a statement, and leave it."""
    await visitor.change(item)
    await visitor.page.keyboard.press("Control+a")
    await visitor.page.keyboard.type(words)
    await visitor.page.keyboard.press("Escape")
    await visitor.status("Saved")


async def test_a_statement_is_split_and_others_see_it(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await say(ann, item, "We choose. We decide. We live.")
    count = await statements(ann).count()
    await ann.press(item, "Split this statement")
    await ann.page.get_by_label("We live.").check()
    await ann.item(item).get_by_role("button", name="Split here").click()

    await expect(statements(ben)).to_have_count(count + 1)
    await expect(ben.words(item)).to_have_text("We choose. We decide.")
    await expect(statements(ben).nth(1).locator("[data-part=words]")).to_have_text("We live.")
    await expect(statements(ann).nth(1)).to_be_focused()
    await ann.status("Saved")

    await ann.page.get_by_role("button", name="Undo").first.click()
    await expect(ben.words(item)).to_have_text("We choose. We decide. We live.")
    await expect(statements(ben).nth(1)).to_be_hidden()
    await ann.page.get_by_role("button", name="Redo").first.click()
    await expect(statements(ben).nth(1).locator("[data-part=words]")).to_have_text("We live.")
    await ann.status("Saved")
    kept = server.cli("export", draft.slug)
    assert "We choose. We decide.\n" in kept


async def test_a_statement_is_split_where_one_was_writing_by_keyboard_alone(
    arrive: Arrive, draft: Draft
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    page, item = ann.page, draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await tab_to(page, at(item, "words"))
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#s-{item} [contenteditable=true]")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("We choose and we decide")
    for _ in "we decide":
        await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Escape")
    await open_more(page, item)
    await tab_to(page, at(item, "split"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Where you were just now: “we decide”")).to_be_focused()
    await tab_to(page, at(item, "split-here"))
    await page.keyboard.press("Enter")
    await expect(ben.words(item)).to_have_text("We choose and")
    await expect(statements(ben).nth(1).locator("[data-part=words]")).to_have_text("we decide")


async def test_nobody_cuts_or_joins_words_that_somebody_else_is_writing(
    arrive: Arrive, draft: Draft
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item, below = draft.statements[:2]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await say(ann, item, "We choose. We decide.")
    await expect(ben.words(item)).to_have_text("We choose. We decide.")
    await ben.change(item)
    await ben.page.keyboard.type(" Ben adds.")
    await expect(ann.words(item)).to_contain_text("Ben adds.")
    why = ann.item(item).get_by_text("Ben is writing here now. Wait until Ben has stopped.")
    await ann.press(item, "Split this statement")
    await expect(why).to_be_visible()
    await ann.press(item, "Join with the statement below")
    await expect(why).to_be_visible()

    await ben.page.keyboard.press("Escape")
    await ben.status("Saved")
    await expect(ann.item(item).get_by_text("Ben is writing here", exact=True)).to_be_hidden()
    await ann.press(below, "Say why")
    await expect(ann.item(below).locator("[contenteditable=true]")).to_be_focused()
    await ann.page.keyboard.type("Here we say it so.")
    await ann.page.keyboard.press("Escape")
    await ann.press(item, "Join with the statement below")
    await expect(why).to_be_hidden()
    await expect(ben.words(item)).to_contain_text("We choose. We decide. Ben adds.")
    await expect(ben.words(item).locator("p")).to_have_count(2)
    await expect(ben.item(below).get_by_text("We left this out")).to_be_visible()
    why_here = ben.item(item).locator('[data-box="why"] [data-part="why"]')
    await expect(why_here).to_have_text("Here we say it so.")
    await ann.status("Saved")
    await ann.page.get_by_role("button", name="Undo").first.click()
    await expect(ben.words(item)).to_have_text("We choose. We decide. Ben adds.")
    await expect(ben.item(below).get_by_text("We left this out")).to_be_hidden()
    await expect(why_here).to_be_hidden()
