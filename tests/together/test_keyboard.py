"""The whole writing journey by keyboard alone: nothing is clicked, nothing is dragged."""

from playwright.async_api import Page, expect

from tests.together.conftest import Arrive, Draft

_MOST_STOPS = 400


async def tab_to(page: Page, selector: str, back: bool = False) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(_MOST_STOPS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        if await page.evaluate("(s) => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def at(item: str, do: str) -> str:
    """The selector of a button of one statement."""
    return f'#s-{item} [data-do="{do}"]'


async def open_more(page: Page, item: str) -> None:
    """Bring the focus to "More" of a statement and open it."""
    await tab_to(page, at(item, "more"))
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#s-{item} [data-box=more]")).to_be_visible()


async def test_words_are_written_by_keyboard_alone(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    page, first = ann.page, draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)

    # Write, in bold too; Esc leaves, and the focus is on the statement.
    await tab_to(page, at(first, "words"))
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#s-{first} [contenteditable=true]")).to_be_focused()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" By keyboard ")
    await page.keyboard.press("Control+b")
    await page.keyboard.type("alone")
    await page.keyboard.press("Control+b")
    await page.keyboard.type(".")
    await page.keyboard.press("Escape")
    await expect(page.locator("[contenteditable=true]")).to_have_count(0)
    await expect(ann.item(first)).to_be_focused()
    await expect(ben.words(first)).to_contain_text("By keyboard alone.")
    await expect(ben.words(first).locator("strong")).to_have_text("alone")

    # Enter on the statement opens it again. Tab moves on from an editor; it never indents.
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#s-{first} [contenteditable=true]")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator(f"#s-{first} [contenteditable=true]")).not_to_be_focused()
    assert "\t" not in await ben.words(first).inner_text()


async def test_statements_are_arranged_by_keyboard_alone(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    page, (first, second) = ann.page, draft.statements[:2]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)

    # Move it down; the focus stays with it, so it can be moved again.
    await open_more(page, first)
    await tab_to(page, at(first, "down"))
    await page.keyboard.press("Enter")
    order = "els => els.map((el) => el.dataset.item)"
    statements = ben.page.locator("our-statement[data-kind=statement]")
    await expect(statements.first).to_have_attribute("data-item", second)
    await expect(page.locator(at(first, "down"))).to_be_focused()
    assert (await statements.evaluate_all(order))[:2] == [second, first]

    # Leave it out and put it back.
    await tab_to(page, at(first, "leave-out"))
    await page.keyboard.press("Enter")
    await expect(ben.item(first).get_by_text("We left this out")).to_be_visible()
    await expect(page.locator(at(first, "put-back"))).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(ben.item(first).get_by_text("We left this out")).to_be_hidden()

    # Add a statement: the focus is in its words at once.
    await tab_to(page, at(first, "add-statement"))
    await page.keyboard.press("Enter")
    editor = page.locator("[contenteditable=true]")
    await expect(editor).to_be_focused()
    await page.keyboard.type("We wrote this without a mouse.")
    await page.keyboard.press("Escape")
    await expect(ben.page.get_by_text("We wrote this without a mouse.")).to_be_visible()

    # Undo and redo one's own changes.
    await tab_to(page, '[data-do="undo"]', back=True)
    await page.keyboard.press("Enter")
    await expect(ben.page.get_by_text("We wrote this without a mouse.")).to_have_count(0)
    await tab_to(page, '[data-do="redo"]')
    await page.keyboard.press("Enter")
    await expect(ben.page.get_by_text("We wrote this without a mouse.")).to_be_visible()
    await ann.status("Saved")


async def test_a_picture_is_chosen_by_typing_a_word(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    page, item = ann.page, draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    before = await ben.item(item).locator("[data-part=picture] img").get_attribute("src")

    await open_more(page, item)
    await tab_to(page, at(item, "picture"))
    await page.keyboard.press("Enter")
    chooser = page.get_by_role("dialog")
    await expect(chooser).to_be_visible()
    await page.keyboard.type("key")
    await expect(chooser.get_by_text("We found")).to_be_visible()
    await tab_to(page, "[role=dialog] button:has(img), dialog button:has(img)")
    await page.keyboard.press("Enter")

    picture = ben.item(item).locator("[data-part=picture] img")
    await expect(picture).not_to_have_attribute("src", before or "")
    await expect(chooser).to_be_hidden()
    await ann.status("Saved")


async def test_who_is_here_and_what_changed_answer_at_once(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await ben.change(item)
    await ben.page.keyboard.type(" Ben was here.")
    await expect(ann.words(item)).to_contain_text("Ben was here.")

    await tab_to(ann.page, '[data-do="who"]')
    await ann.page.keyboard.press("Enter")
    await expect(ann.page.locator("[data-panel=who]")).to_contain_text("Ben")
    await tab_to(ann.page, '[data-do="what"]')
    await ann.page.keyboard.press("Enter")
    await expect(ann.page.locator("[data-panel=what]")).to_contain_text(
        "Ben changed the words of statement 1."
    )
