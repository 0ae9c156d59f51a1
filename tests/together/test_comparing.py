"""Comparing, for everybody: two versions, all places at once, one statement everywhere.

Every page is checked at three widths, in light and dark, and walked through by keyboard.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from server.live.actions import start_charter
from server.live.engine import Engine
from server.migrations.upgrade import upgrade
from server.people import actions as people
from server.settings import Settings
from server.store import Store
from server.writing import editions, starters
from server.writing.markdown_in import parse
from server.writing.read_side import store_reading
from server.writing.tables import AdaptationRow, CharterRow
from tests.support.server_process import STARTER, ServerProcess
from tests.together.browser import Visitor
from tests.together.probe import assert_for_everybody, focus_complaints, picture

SECOND = STARTER.parent / "national-second.md"
PLACES = ("cwm-derwen", "high-fells", "kingsmere-city", "wyndle-and-ash")
TABLE = "/charters/national/editions/{}/table"
HOME = "gxiuvqnncccirsln"  # "It is my home too."
BOTH = "/compare?a=national%401&b=kingsmere-city%401"


async def seed(folder: Path) -> None:
    """The example's national Charter in two editions, and places that adapted the first."""
    settings = Settings(data_folder=folder)
    upgrade(settings)
    store, engine = Store(settings.database), Engine(settings)
    national = parse(STARTER.read_bytes())
    local = {name: charter for name, charter in starters.local_versions() if name in PLACES}
    charters = {"national": national, **local}
    begun = {name: await engine.begin(charter) for name, charter in charters.items()}
    async with store.session() as session:
        group = await people.make_group(session, "Ambassadors", kind="national")
        row = await start_charter(
            session,
            national,
            begun["national"],
            group_id=group.id,
            slug="national",
            visibility="everybody",
        )
        first = await editions.publish(session, row.id, name="The first")
        for name, charter in local.items():
            place = await people.make_group(session, name.replace("-", " ").title())
            theirs = await start_charter(
                session,
                charter,
                begun[name],
                group_id=place.id,
                slug=name,
                visibility="everybody",
            )
            session.add(
                AdaptationRow(
                    charter_id=theirs.id,
                    of_charter_id=row.id,
                    edition_id=first.id,
                    made_at=first.published_at,
                )
            )
            await session.flush()
            await editions.publish(session, theirs.id)
        national_id = row.id
    async with store.session() as session:
        row = await session.get_one(CharterRow, national_id)
        connection = await session.connection()
        said = parse(SECOND.read_bytes())
        await connection.run_sync(store_reading, row.id, said, row.settled_seq, {})
        session.expire_all()
        await editions.publish(session, national_id, name="The second")
    await engine.aclose()
    await store.close()


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A running server with two national editions and four places. Nobody changes anything here."""
    server = ServerProcess(tmp_path_factory.mktemp("compared"))
    asyncio.run(seed(server.data))
    yield server.start()
    server.close()


@pytest.fixture
async def stranger(browser: Browser, compared: ServerProcess) -> Visitor:
    return await Visitor.arriving(browser, compared, "nobody")


PAGES = {
    "compare-choose": "/compare",
    "compare-same-twice": "/compare?a=national%401&b=national%401",
    "compare-side": BOTH,
    "compare-inline": f"{BOTH}&show=inline&much=everything",
    "compare-nothing": f"{BOTH}0",
    "table": TABLE.format(1),
    "table-older-base": TABLE.format(2) + "?only=differences&sort=most",
    "table-picture": TABLE.format(2) + "?show=picture",
    "table-of-one-area": TABLE.format(1) + "?area=nowhere",
    "statement-everywhere": f"/charters/national/editions/1/statements/{HOME}",
}


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_of_comparing_is_for_everybody(stranger: Visitor, name: str) -> None:
    await stranger.page.goto(PAGES[name])
    await assert_for_everybody(stranger.page, name)
    assert await focus_complaints(stranger.page) == []
    await stranger.close()


@pytest.mark.parametrize("name", ["compare-side", "table", "table-picture", "statement-everywhere"])
async def test_in_the_dark_they_keep_their_contrast(
    browser: Browser, compared: ServerProcess, name: str
) -> None:
    visitor = await Visitor.arriving(browser, compared, "dark", color_scheme="dark")
    await visitor.page.goto(PAGES[name])
    await assert_for_everybody(visitor.page, f"{name}-dark")
    await visitor.close()


@pytest.mark.parametrize("name", ["table", "table-picture", "compare-inline"])
async def test_with_colours_of_ones_own_everything_is_still_told_apart(
    browser: Browser, compared: ServerProcess, name: str
) -> None:
    visitor = await Visitor.arriving(browser, compared, "forced", forced_colors="active")
    await visitor.page.goto(PAGES[name])
    await picture(visitor.page, f"{name}-forced", whole=name != "compare-inline")
    if name == "compare-inline":
        lines = await visitor.page.evaluate(
            "() => ['ins', 'del'].map((name) =>"
            " getComputedStyle(document.querySelector(name)).textDecorationLine)"
        )
        assert lines == ["underline", "line-through"]
    elif name == "table":
        said = await visitor.page.locator("td.cell").evaluate_all(
            "cells => cells.map((cell) => [cell.className, cell.innerText.split('\\n')[0]])"
        )
        told = {(kind.split("--")[1].split("-")[0], words) for kind, words in said}
        assert {("kept", "Kept"), ("reworded", "Reworded"), ("left_out", "Left out")} <= told
        assert len(dict(told)) == len(told)
    else:
        square = visitor.page.locator(".heat__square--left_out").first
        colours = await square.evaluate(
            "g => [getComputedStyle(g.querySelector('rect')).fill,"
            " getComputedStyle(g.querySelector('text')).fill]"
        )
        assert colours[0] != colours[1]
        assert await square.locator("text").text_content() == "L"
    await visitor.close()


async def test_a_table_is_a_list_where_there_is_no_room(stranger: Visitor) -> None:
    page = stranger.page
    await page.goto(PAGES["table"])
    await expect(page.get_by_role("table")).to_be_visible()
    await expect(page.locator(".narrow")).to_be_hidden()
    await page.set_viewport_size({"width": 320, "height": 700})
    await expect(page.get_by_role("table")).to_be_hidden()
    await expect(page.locator(".narrow")).to_be_visible()
    await stranger.close()


async def press(page: Page, name: str) -> None:
    """Go to a link by Tab alone, and press Enter."""
    for _ in range(200):
        await page.keyboard.press("Tab")
        said = await page.evaluate("() => document.activeElement.textContent.trim()")
        if said == name:
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {name}")


async def test_from_the_table_to_one_statement_to_two_versions_by_keyboard(
    stranger: Visitor,
) -> None:
    page = stranger.page
    await page.goto(PAGES["table"])
    await press(page, "As a picture")
    await expect(page.get_by_role("heading", name="The same in words")).to_be_visible()
    await press(page, "As a table")
    await press(page, "3 It is my home too.")
    await expect(page.get_by_role("heading", name="Statement 3, place by place")).to_be_visible()
    await press(page, "Kingsmere City")
    await expect(page.get_by_role("heading", name="What is different?")).to_be_visible()
    await press(page, "In one text")
    await expect(page.locator("ins").first).to_be_visible()
    await stranger.close()


async def test_the_filters_of_the_table_are_a_plain_form(stranger: Visitor) -> None:
    page = stranger.page
    await page.goto(PAGES["table"])
    await page.get_by_text("Choose what to show").click()
    await page.get_by_label("Which part").select_option(label="My home")
    await page.get_by_label("What comes first").select_option("most")
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile("sort=most"))
    await expect(page.get_by_label("Which part")).not_to_have_value("")
    await stranger.close()
