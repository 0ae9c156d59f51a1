"""From a card to writing: it is made, printed, scanned by a real decoder, and used by others."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

GROUP = "/groups/national"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_MOST_STOPS = 100
# In CSS, 96 px are 2.54 cm: 4 cm, and letters of 14 points.
FOUR_CM = 96 / 2.54 * 4
FOURTEEN_POINTS = 96 / 72 * 14


def scanned(picture: bytes) -> list[str]:
    """What a camera reads on a picture."""
    with Image.open(io.BytesIO(picture)) as image:
        return [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]


async def make_card(page: Page, name: str | None, *, keep: bool = False) -> str:
    """Make a card as an organiser does; returns what a camera reads on the printed page."""
    await page.goto(f"{GROUP}/invite" if name else f"{GROUP}/invite?for=anybody")
    go_on = page.get_by_role("button", name="Go on")
    if name:
        await page.get_by_label("Who do you want to invite?").fill(name)
        await go_on.click()
        await page.get_by_label("Again and again" if keep else "Once").check()
        await go_on.click()
    await expect(page.get_by_role("heading", name="do?")).to_be_visible()
    await go_on.click()
    await page.get_by_role("button", name="Make the card").click()
    await expect(page.get_by_role("button", name="Print this card")).to_be_visible()
    await page.emulate_media(media="print")
    read = scanned(await page.screenshot(full_page=True))
    await page.emulate_media(media="screen")
    assert len(set(read)) == 1
    return re.sub(r"^http://[^/]+", "", read[0])


class Presses:
    """Presses things, by touch or by keyboard, and counts."""

    def __init__(self, page: Page, how: str) -> None:
        self.page = page
        self.how = how
        self.count = 0

    async def press(self, what: Locator) -> None:
        self.count += 1
        if self.how == "touch":
            await what.tap()
            return
        await expect(what).to_be_visible()
        for _ in range(_MOST_STOPS):
            await self.page.keyboard.press("Tab")
            if await what.evaluate("(element) => element === document.activeElement"):
                await self.page.keyboard.press("Enter")
                return
        raise AssertionError("Tab never came to it")


@pytest.mark.parametrize("how", ["touch", "keyboard"])
async def test_from_a_printed_card_to_writing_in_under_four_presses(
    arrive: Arrive, browser: Browser, server: ServerProcess, draft: Draft, how: str
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    link = await make_card(olwen.page, "Ben", keep=True)
    ben = await Visitor.arriving(browser, server, "Ben", **(PHONE if how == "touch" else {}))
    # What mail scanners and previews do uses nothing up.
    assert (await ben.context.request.head(ben.line.address + link)).ok
    await ben.page.goto(link)
    hand = Presses(ben.page, how)
    await hand.press(ben.page.get_by_role("button", name="Come in"))
    await hand.press(ben.page.get_by_role("link", name="Write together"))
    first = draft.statements[0]
    await hand.press(ben.item(first).get_by_role("button", name="Change these words"))
    await expect(ben.item(first).locator("[contenteditable=true]").first).to_be_focused()
    await ben.page.keyboard.press("Control+End")
    await ben.page.keyboard.type(" Ben is in.")
    await ben.status("Saved")
    assert hand.count < 4
    await olwen.open_draft(draft.slug)
    await expect(olwen.words(first)).to_contain_text("Ben is in.")
    # The card brings Ben back on another device, in one press.
    again = await Visitor.arriving(browser, server, "Ben")
    await again.page.goto(link)
    await expect(again.page.get_by_text("This is your card for National.")).to_be_visible()
    await again.page.get_by_role("button", name="Come in").click()
    await expect(again.page.get_by_text("You are Ben")).to_be_visible()
    assert ben.mistakes == again.mistakes == []
    await ben.close()
    await again.close()


async def test_a_card_on_paper_is_large_and_black_on_white(arrive: Arrive, draft: Draft) -> None:
    for scheme in ("light", "dark"):
        olwen = await arrive("Olwen", role="organiser", color_scheme=scheme)
        page = olwen.page
        await make_card(page, None)
        await page.emulate_media(media="print")
        cards = page.locator(".entry-card")
        assert await cards.count() == 4
        for card in await cards.all():
            await expect(card).to_be_visible()
        black = page.locator(".entry-card .square path").nth(1)
        assert (await black.evaluate("e => e.getBoundingClientRect().width")) >= FOUR_CM
        sizes: list[float] = await cards.first.evaluate(
            """card => [...card.querySelectorAll("p, li, strong")]
              .map((e) => parseFloat(getComputedStyle(e).fontSize))"""
        )
        assert min(sizes) >= FOURTEEN_POINTS - 0.01
        colours: list[str] = await cards.first.evaluate(
            "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        # Four cards and nothing else: one sheet of paper.
        printed = await page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


async def test_people_of_a_meeting_come_in_by_a_card_for_anybody(
    arrive: Arrive, browser: Browser, server: ServerProcess, draft: Draft
) -> None:
    olwen = await arrive("Olwen", role="organiser")
    link = await make_card(olwen.page, None)
    code = await olwen.page.locator(".entry-card__code").first.inner_text()
    cara = await Visitor.arriving(browser, server, "Cara", **PHONE)
    await cara.page.goto(link)
    await assert_for_everybody(cara.page, "come-in-by-open-card")
    await cara.page.get_by_label("What do you like to be called?").fill("Olwen")
    await cara.page.get_by_role("button", name="Come in").tap()
    await expect(cara.page.locator(".govuk-error-summary")).to_contain_text(
        "Somebody here has this name."
    )
    await assert_for_everybody(cara.page, "come-in-name-taken")
    await cara.page.get_by_label("What do you like to be called?").fill("Cara")
    await cara.page.get_by_label("Other people use this device too.").check()
    await cara.page.get_by_role("button", name="Come in").tap()
    await expect(cara.page.get_by_text("You are Cara")).to_be_visible()

    # Somebody without a camera types the code.
    dan = await Visitor.arriving(browser, server, "Dan")
    await dan.page.goto("/in")
    await dan.page.get_by_label("Do you have a card?").fill("K7MQ-4QXT-2PDN")
    await dan.page.get_by_role("button", name="Use this code").click()
    await expect(dan.page.locator(".govuk-error-summary")).to_contain_text(
        "We do not know this code."
    )
    await assert_for_everybody(dan.page, "come-in-code-unknown")
    await dan.page.get_by_label("Do you have a card?").fill(code.lower().replace("-", " "))
    await dan.page.get_by_role("button", name="Use this code").click()
    await expect(dan.page.get_by_label("What do you like to be called?")).to_be_visible()

    # The organiser ends the card: it is over at once, while Dan is on its page.
    await olwen.page.goto(f"{GROUP}/cards")
    await expect(olwen.page.get_by_text("for 29 more people")).to_be_visible()
    await assert_for_everybody(olwen.page, "cards")
    one = olwen.page.locator(".cards__one", has_text="For anybody")
    await one.get_by_role("button", name="End this card").click()
    await expect(olwen.page.get_by_role("status")).to_contain_text("The card is ended.")
    await expect(one).to_have_count(0)
    await dan.page.get_by_label("What do you like to be called?").fill("Dan")
    await dan.page.get_by_role("button", name="Come in").click()
    await expect(dan.page.get_by_text("This card does not work any more.")).to_be_visible()
    # Who came in stays in.
    await cara.page.reload()
    await expect(cara.page.get_by_text("You are Cara")).to_be_visible()
    # Refusals are told to the console as well; nothing else went wrong.
    for visitor in (cara, dan):
        assert all("status of 4" in mistake for mistake in visitor.mistakes)
    await cara.close()
    await dan.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_pages_of_cards_are_for_everybody(
    arrive: Arrive, draft: Draft, scheme: str
) -> None:
    olwen = await arrive("Olwen", role="organiser", color_scheme=scheme)
    page = olwen.page
    for path, name in (
        ("/come-in", "come-in-door"),
        ("/come-in/email-sent", "come-in-sent"),
        (f"{GROUP}/invite", "invite"),
        (f"{GROUP}/invite?name=Ben", "invite-how-often"),
        (f"{GROUP}/invite?for=anybody", "invite-anybody"),
        (f"{GROUP}/invite?for=anybody&role=reader", "invite-anybody-last"),
    ):
        await page.goto(path)
        await assert_for_everybody(page, f"{name}-{scheme}")
        assert await focus_complaints(page) == []
    await page.goto(f"{GROUP}/invite")
    await page.get_by_label("Who do you want to invite?").fill("Ben")
    await page.keyboard.press("Enter")
    await page.get_by_label("Again and again").check()
    await page.keyboard.press("Enter")
    # The browser's own way back, and on again: what was said is still there.
    await expect(page.get_by_role("heading", name="What can Ben do?")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="How often can Ben come in?")).to_be_visible()
    await page.go_forward()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text("Ben can come in with it again and again.")).to_be_visible()
    await page.get_by_text("Change how long it works").click()
    await page.get_by_label("For how many days?").fill("401")
    await page.get_by_role("button", name="Make the card").click()
    await expect(page.locator(".govuk-error-summary")).to_contain_text("a number from 1 to 400.")
    await assert_for_everybody(page, f"invite-mistake-{scheme}")
    olwen.mistakes.clear()  # the console tells of the refusal
    await make_card(page, "Ben")
    await assert_for_everybody(page, f"invited-{scheme}")
    await page.goto(f"{GROUP}/cards")
    await assert_for_everybody(page, f"cards-{scheme}")
    assert await focus_complaints(page) == []
