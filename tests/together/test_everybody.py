"""Every page, in every state it has, keeps the rules of accessibility.md that a machine can check.

Each is looked at 1280, 768 and 320 px wide.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

EXAMPLES = Path("charters/local")


async def visit(visitor: Visitor, path: str, name: str) -> None:
    """Open a page, check it, and walk through it by Tab."""
    await visitor.page.goto(path)
    await assert_for_everybody(visitor.page, name)
    assert await focus_complaints(visitor.page) == []


async def test_the_pages_of_a_stranger(
    browser: Browser, server: ServerProcess, draft: Draft
) -> None:
    stranger = await Visitor.arriving(browser, server, "nobody")
    invitation = server.invite("Nia").removeprefix(server.address)
    await visit(stranger, "/", "home-signed-out")
    await visit(stranger, invitation, "come-in")
    await visit(stranger, "/come-in/no-such-link", "unknown-link")
    await visit(stranger, "/no-such-page", "unknown-page")
    await visit(stranger, f"/charters/{draft.slug}", "reading-signed-out")
    await stranger.close()


async def test_the_pages_of_a_new_server(
    browser: Browser, new_server: Callable[..., ServerProcess]
) -> None:
    server = new_server("new").start()
    link = server.log.read_text().split(server.address)[-1].split()[0]
    visitor = await Visitor.arriving(browser, server, "first")
    await visit(visitor, link, "set-up")
    await visitor.page.get_by_role("button", name="Begin").click()
    await expect(visitor.page.get_by_role("alert")).to_be_visible()
    await assert_for_everybody(visitor.page, "set-up-mistake")
    await visitor.close()


async def test_the_pages_of_an_organiser(arrive: Arrive, draft: Draft) -> None:
    olwen = await arrive("Olwen", role="organiser")
    await visit(olwen, "/", "home")
    await visit(olwen, f"/charters/{draft.slug}", "reading")
    for number, link in enumerate(await _own_links(olwen.page)):
        await visit(olwen, link, f"organiser-{number}")


async def _own_links(page: Page) -> list[str]:
    """The other pages that the home page leads to."""
    await page.goto("/")
    found: list[str] = await page.locator("main a").evaluate_all(
        "links => links.map((link) => link.pathname)"
    )
    return sorted({path for path in found if not path.startswith("/charters/our-charter")})


async def _at_rest(ann: Visitor, _item: str, _petra: LiveClient) -> None:
    await ann.status("Saved")


async def _writing(ann: Visitor, item: str, _petra: LiveClient) -> None:
    # On a phone, where the button is a screen below the words.
    await ann.page.set_viewport_size({"width": 320, "height": 400})
    button = ann.item(item).get_by_role("button", name="Change these words")
    await button.evaluate("(button) => button.scrollIntoView({ block: 'start' })")
    await expect(ann.words(item)).not_to_be_in_viewport()
    editor = await ann.change(item)
    await expect(editor).to_be_in_viewport()


async def _writing_with_somebody(ann: Visitor, item: str, petra: LiveClient) -> None:
    await ann.change(item)
    pen.write(petra.doc, item, 0.5, " Petra writes too. ")
    petra.presence({"writing": item, "part": "words", "typing": True})
    await expect(ann.item(item)).to_contain_text("Petra is writing here")


async def _writing_a_link(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.change(item)
    await ann.page.keyboard.press("Control+a")
    await ann.item(item).get_by_role("button", name="Link").click()
    await expect(ann.page.get_by_text("Where does the link go?")).to_be_visible()


async def _more(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.item(item).get_by_role("button", name="More").click()


async def _splitting(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.change(item)
    await ann.page.keyboard.type(" We decide together. We live together.")
    await ann.page.keyboard.press("Escape")
    await ann.press(item, "Split this statement")
    await expect(ann.page.get_by_label("We live together.")).to_be_visible()


async def _not_splitting(ann: Visitor, item: str, petra: LiveClient) -> None:
    petra.presence({"writing": item, "part": "words", "typing": True})
    await expect(ann.item(item)).to_contain_text("Petra is writing here")
    await ann.press(item, "Split this statement")
    await expect(ann.item(item).get_by_text("Wait until Petra has stopped.")).to_be_visible()


async def _choosing_a_picture(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.press(item, "Choose a picture")
    await expect(ann.page.locator("input:focus")).to_be_visible()
    await ann.page.keyboard.type("home")
    await expect(ann.page.get_by_text("We found")).to_be_visible()


async def _left_out(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.press(item, "Leave out")
    await expect(ann.item(item).get_by_text("We left this out")).to_be_visible()


async def _panels(ann: Visitor, item: str, petra: LiveClient) -> None:
    pen.write(petra.doc, item, 0.0, "Petra begins. ")
    petra.presence({"writing": None})
    await expect(ann.words(item)).to_contain_text("Petra begins.")
    await ann.page.locator('[data-do="who"]').click()
    await ann.page.locator('[data-do="what"]').click()


async def _offline(ann: Visitor, item: str, _petra: LiveClient) -> None:
    await ann.lose_the_network()
    await ann.change(item)
    await ann.page.keyboard.type(" Without a network.")
    await ann.status("No internet.")


State = Callable[[Visitor, str, LiveClient], Awaitable[None]]
STATES: dict[str, State] = {
    "at rest": _at_rest,
    "writing": _writing,
    "writing with somebody": _writing_with_somebody,
    "writing a link": _writing_a_link,
    "more": _more,
    "splitting": _splitting,
    "not splitting": _not_splitting,
    "choosing a picture": _choosing_a_picture,
    "left out": _left_out,
    "panels": _panels,
    "offline": _offline,
}


@pytest.mark.parametrize("state", STATES)
async def test_the_drafting_page(
    arrive: Arrive, draft: Draft, program: LiveClient, state: str
) -> None:
    ann = await arrive("Ann")
    await ann.open_draft(draft.slug)
    await STATES[state](ann, draft.statements[0], program)
    await assert_for_everybody(ann.page, f"draft-{state.replace(' ', '-')}")


async def test_the_focus_is_always_to_be_seen_while_drafting(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    await ann.open_draft(draft.slug)
    assert await focus_complaints(ann.page) == []


async def test_the_drafting_page_of_a_reader(arrive: Arrive, draft: Draft) -> None:
    rhys = await arrive("Rhys", role="reader")
    await rhys.open_draft(draft.slug, "You can read this.")
    await assert_for_everybody(rhys.page, "draft-reader")


async def test_dark_and_forced_colours_keep_their_contrast(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann", color_scheme="dark", reduced_motion="reduce")
    await ann.open_draft(draft.slug)
    await assert_for_everybody(ann.page, "draft-dark")
    await visit(ann, f"/charters/{draft.slug}", "reading-dark")


async def test_larger_letters_make_the_text_larger(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    await ann.page.goto(f"/charters/{draft.slug}")
    size = "() => parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    before = await ann.page.evaluate(size)
    await ann.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert await ann.page.evaluate(size) >= 1.9 * before


async def test_listen_says_each_sentence_and_marks_it(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    await ann.page.add_init_script(path=Path(__file__).parent / "speech.js")
    await ann.page.goto(f"/charters/{draft.slug}")
    item = draft.statements[0]
    await ann.item(item).get_by_role("button", name="Listen").click()
    await ann.page.wait_for_function("() => window.said.length >= 3")
    said = await ann.page.evaluate("() => window.said")
    words = await ann.words(item).inner_text()
    assert said[0].startswith("Statement 1")
    assert words.strip() in " ".join(said)


def test_every_page_reads_without_scripts(server: ServerProcess, draft: Draft) -> None:
    cookies = server.come_in("Nia")
    page = httpx.get(f"{server.address}/charters/{draft.slug}", cookies=cookies)
    assert page.status_code == 200
    assert page.text.count("<our-statement") >= len(draft.statements)
    assert "I choose who I live with." in page.text
