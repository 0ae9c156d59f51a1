"""From a first national edition to what each place made of it: people at browsers, keyboard alone.

Publish, make our own versions, publish again, decide on the update one statement at a time, share
back, read the receipt, and look at the table and at one statement everywhere.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.test_keyboard import at, tab_to

_MOST_STOPS = 200
_NAMED = """(name) => {
  const here = document.activeElement;
  const said = here?.labels?.[0]?.textContent ?? here?.textContent ?? "";
  return here.matches("a, button, input, textarea, select, summary") && said.includes(name);
}"""

NATIONAL = """# The national Charter

## My home

- I choose who I live with.
- My room is private.
- I have a key to my own front door.
"""

PLACES = ("Kent", "Devon", "Powys")

Come = Callable[..., Awaitable[Visitor]]


async def to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(_MOST_STOPS):
        await page.keyboard.press("Tab")
        if await page.evaluate(_NAMED, name):
            return
    raise AssertionError(f"Tab never came to {name!r} at {page.url}")


async def follow(page: Page, name: str, address: str) -> None:
    """Tab to a link or a button, press Enter, and wait for the page that it leads to."""
    await to(page, name)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{address}")


async def fill(page: Page, name: str, words: str) -> None:
    await to(page, name)
    await page.keyboard.type(words)


async def choose(page: Page, legend_first: str, name: str) -> None:
    """Tab to a group of radio buttons by its first one, and go down to the one with this name."""
    await to(page, legend_first)
    await page.keyboard.press("Space")
    for _ in range(6):
        if await page.evaluate(_NAMED, name):
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"there is no {name!r} to choose")


async def write(visitor: Visitor, item: str, words: str) -> None:
    """Change the words of a statement on the drafting page, and wait until they are saved."""
    page = visitor.page
    await tab_to(page, at(item, "words"))
    await page.keyboard.press("Enter")
    editor = page.locator(f"#s-{item} [contenteditable=true]")
    await expect(editor).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(words)
    await page.keyboard.press("Escape")
    await expect(visitor.words(item)).to_have_text(words)
    await visitor.status("Saved")


async def publish(page: Page, slug: str, number: int, name: str) -> None:
    await page.goto(f"/charters/{slug}")
    await follow(page, "Publish a new edition", f"/charters/{slug}/publish")
    await fill(page, "What is this edition called?", name)
    if number == 1:
        await choose(page, "Only our group can read it", "Everybody can read it")
    await follow(page, f"Publish edition {number}", f"/editions/{number}*")
    await expect(page.get_by_text(f"You published edition {number}.")).to_be_visible()


@pytest.fixture
async def come(browser: Browser, server: ServerProcess) -> AsyncIterator[Come]:
    """An organiser of a group comes in: `await come("Kim", "Kent")`."""
    async with AsyncExitStack() as leaving:
        visitors: list[Visitor] = []

        async def arrive(name: str, group: str) -> Visitor:
            visitor = await Visitor.arriving(browser, server, name)
            leaving.push_async_callback(visitor.close)
            visitors.append(visitor)
            link = server.invite(name, group, "organiser")
            await visitor.page.goto(link.removeprefix(server.address))
            await to(visitor.page, "Come in")
            await visitor.page.keyboard.press("Enter")
            await visitor.page.wait_for_url(lambda address: "/come-in/" not in address)
            return visitor

        yield arrive
        assert {each.name: each.mistakes for each in visitors if each.mistakes} == {}


async def test_a_charter_goes_out_to_places_and_their_words_come_back(  # noqa: PLR0915 -- one walk
    come: Come, server: ServerProcess, tmp_path: Path
) -> None:
    file = tmp_path / "national.md"
    file.write_text(NATIONAL)
    server.import_charter(file, slug="national")
    for group in PLACES:
        server.import_charter(file, group)  # for the group, that the import makes
    meg = await come("Meg", "National")
    national = meg.page

    # The first edition, and three places that make it their own.
    await publish(national, "national", 1, "The first")
    places = {name: await come(f"{name} Organiser", name) for name in PLACES}
    for name, place in places.items():
        slug = name.lower()
        await place.page.goto("/charters/national/editions/1")
        await follow(place.page, "Make our own version", "/editions/1/make-our-own")
        await follow(place.page, "Make our own version", f"/charters/{slug}")
    statements = await national.locator("our-statement, .statement").evaluate_all(
        "els => els.map((el) => el.id.replace(/^s-/, '')).filter(Boolean)"
    )
    choice, private, key = [each for each in statements if each][-3:]

    # Two of them change a statement, say why, and publish.
    for name, words in (
        ("Kent", "I choose who I live with, and I meet them twice."),
        ("Devon", "I choose who I live with, and I meet them two times."),
    ):
        place, slug = places[name], name.lower()
        await place.open_draft(slug)
        await write(place, choice, words)
        await tab_to(place.page, at(choice, "more"))
        await place.page.keyboard.press("Enter")
        await tab_to(place.page, at(choice, "why"))
        await place.page.keyboard.press("Enter")
        await expect(place.item(choice).locator("[contenteditable=true]")).to_be_focused()
        await place.page.keyboard.type("One time is not enough.")
        await place.page.keyboard.press("Escape")
        await place.status("Saved")
        await publish(place.page, slug, 1, f"Ours in {name}")

    # The second national edition changes two statements.
    await meg.open_draft("national")
    await write(meg, choice, "I choose who I live with, and nobody hurries me.")
    await write(meg, private, "My room is private, and I can lock it.")
    await publish(national, "national", 2, "The second")

    # Kent is told, takes what it never touched, and keeps its own of what both changed.
    kent = places["Kent"].page
    await kent.goto("/charters/kent/draft")
    await follow(kent, "See what they changed", "/charters/kent/update")
    await to(kent, "Take this")
    await kent.keyboard.press("Enter")
    await expect(kent.get_by_text("We took what they have.")).to_be_visible()
    await follow(kent, "Go on", f"/charters/kent/update/{choice}")
    await choose(kent, "Take their words", "Keep our words")
    await follow(kent, "Decide this", "/charters/kent/update")
    await expect(kent.get_by_text("You decided on everything")).to_be_visible()
    await publish(kent, "kent", 2, "Ours again")

    # Kent shares its words back; the national group answers, and Kent reads the receipt.
    await kent.goto("/charters/kent/draft")
    await follow(kent, "Share this with National", f"/charters/kent/share/{choice}")
    await fill(kent, "Why is this better for you?", "Meeting twice makes it safer.")
    await follow(kent, "Share this", "/charters/kent/shared*")
    await expect(kent.get_by_text("They have not decided yet.")).to_be_visible()
    await national.goto("/charters/national")
    await follow(national, "What places shared with us", "/charters/national/offers")
    await follow(national, "from Kent", "/charters/national/offers/*")
    await expect(national.get_by_text("Meeting twice makes it safer.")).to_be_visible()
    await expect(national.get_by_text("1 other place changed this.")).to_be_visible()
    await choose(national, "Take these words", "Say thank you, and close it")
    await fill(national, "What do you want to say to them?", "Thank you, Kent.")
    await follow(national, "Send this", "/charters/national/offers*")
    await kent.goto("/charters/kent/shared")
    await expect(kent.get_by_text("Thank you, Kent.")).to_be_visible()

    # The table, and one statement as every place says it.
    await national.goto("/charters/national/editions/2")
    await follow(national, "What each place did", "/editions/2/table")
    row = national.get_by_role("row").filter(has_text="I choose who I live with")
    await expect(row).to_contain_text("Reworded")
    await follow(national, "I choose who I live with", f"/statements/{choice}")
    everywhere = national.get_by_role("main")
    await expect(everywhere).to_contain_text("twice")
    await expect(everywhere).to_contain_text("two times")
    await expect(everywhere).to_contain_text("One time is not enough.")
    assert key in statements
