"""History at a real browser: the diary, putting words back, forgetting words for good.

Each page, in each state it has, is held to the rules for everybody.
"""

from playwright.async_api import Page, expect

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.server_process import ServerProcess
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

SECRET = "zebraquartz"

# Whatever the browser keeps of Charters on this device, as text.
_ON_THE_DEVICE = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("our-charter ") || name.endsWith(" try")) continue;
    const db = await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    const rows = await new Promise((resolve) => {
      const look = db.transaction("updates", "readonly").objectStore("updates").getAll();
      look.onsuccess = () => resolve(look.result);
    });
    db.close();
    const text = rows.map((row) => new TextDecoder("latin1").decode(row)).join("\\n");
    found.push(name.split(" ").at(-1) + ": " + text);
  }
  return found;
}"""


async def on_the_device(page: Page) -> list[str]:
    """The generations that a browser keeps, each with all that is kept of it."""
    found: list[str] = await page.evaluate(_ON_THE_DEVICE)
    return found


async def press(page: Page, name: str) -> None:
    await page.get_by_role("main").get_by_role("button", name=name).first.click()


def forget_refusals(visitor: Visitor) -> None:
    """A browser counts every answer that refuses among the mistakes of the page."""
    told = "the server responded with a status of 4"
    visitor.mistakes[:] = [mistake for mistake in visitor.mistakes if told not in mistake]


async def test_the_diary_opens_to_changes_and_words_are_put_back(
    arrive: Arrive, draft: Draft, program: LiveClient
) -> None:
    ann = await arrive("Ann")
    page, home = ann.page, f"/charters/{draft.slug}"
    first = draft.statements[0]
    await page.goto(f"{home}/history")
    await expect(page.get_by_text("Nobody has changed anything yet.")).to_be_visible()
    await assert_for_everybody(page, "history-empty")

    pen.write(program.doc, first, 0.0, "Every day ")
    pen.put(program.doc, draft.statements[1], "position", "z9")
    pen.put(program.doc, draft.statements[2], "left_out", True)
    pen.add(program.doc, "brandnew", "statement", "z8", "We write this together.")
    await program.all_saved()

    await page.goto(home)
    await page.get_by_role("link", name="What changed, day by day").click()
    await expect(page.get_by_text("Petra changed 1 statement and added 1.")).to_be_visible()
    await expect(page.get_by_text("They also left out 1 and moved 1.")).to_be_hidden()
    await expect(page.get_by_text("They also left out 1 statement and moved 1.")).to_be_visible()
    await assert_for_everybody(page, "history-diary")
    assert await focus_complaints(page) == []

    await page.get_by_role("link", name="See what changed").click()
    await expect(page.get_by_text("We added “Every day”.")).to_be_visible()
    await expect(page.get_by_text("This moved down.")).to_be_visible()
    await assert_for_everybody(page, "history-sitting")

    await page.get_by_role("link", name="See all earlier words of statement 1", exact=True).click()
    await assert_for_everybody(page, "history-statement")
    await press(page, "Put these words back")
    await expect(page.get_by_text("We put the words back")).to_be_visible()
    await assert_for_everybody(page, "history-put-back")
    await expect(page.locator("our-statement").first).not_to_contain_text("Every day")
    await program.when(
        lambda: not pen.words(program.doc, first).startswith("Every day"), "the words to be back"
    )

    # By the link beside the statement on the drafting page, while somebody writes there.
    await ann.open_draft(draft.slug)
    await ann.item(first).get_by_role("button", name="More").click()
    earlier = page.get_by_role("link", name="Earlier words of Statement 1", exact=True)
    await expect(earlier).to_be_visible()
    await assert_for_everybody(page, "draft-with-earlier-words")
    await earlier.click()
    program.presence({"writing": first, "part": "words", "typing": True})
    pen.write(program.doc, first, 0.0, "Now ")
    await program.all_saved()
    await press(page, "Put these words back")
    await expect(page.get_by_text("Petra is writing here now.")).to_be_visible()
    await assert_for_everybody(page, "history-being-written")
    forget_refusals(ann)


async def test_private_words_are_forgotten_on_the_server_and_on_every_device(
    server: ServerProcess, arrive: Arrive, draft: Draft, program: LiveClient
) -> None:
    first = draft.statements[0]
    olwen = await arrive("Olwen", role="organiser")
    ben = await arrive("Ben")
    away = await arrive("Away")
    home = f"/charters/{draft.slug}/history/{first}"
    pen.write(program.doc, first, 0.0, f"{SECRET} ")
    await program.all_saved()
    for visitor in (ben, away):
        await visitor.open_draft(draft.slug)
        await expect(visitor.words(first)).to_contain_text(SECRET)
    await away.lose_the_network()
    await away.shut_the_tab()

    # Still in the Charter: it is not among what can be chosen.
    page = olwen.page
    await page.goto(f"{home}/forget")
    await assert_for_everybody(page, "forget-choose")
    assert SECRET not in await page.locator("main").inner_text()
    # Another sitting, in which it is taken out again.
    await page.goto(home)
    await press(page, "Put these words back")
    await program.when(lambda: SECRET not in pen.words(program.doc, first), "the words to be gone")

    await page.goto(home)
    await page.get_by_role("link", name="Forget earlier words for good").click()
    await press(page, "Go on")
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_for_everybody(page, "forget-mistake")
    forget_refusals(olwen)
    await page.get_by_text(SECRET).click()
    await page.get_by_label("The words said until").first.check()
    await press(page, "Go on")
    await expect(page.get_by_text("Backups keep the words.")).to_be_visible()
    await assert_for_everybody(page, "forget-sure")
    assert await focus_complaints(page) == []
    assert any(SECRET in kept for kept in await on_the_device(ben.page))
    await press(page, "Forget this for good")
    await expect(page.get_by_text("We forgot those words")).to_be_visible()
    await assert_for_everybody(page, "history-forgotten")
    assert SECRET not in await page.locator("main").inner_text()
    await page.goto(f"/charters/{draft.slug}/history")
    await expect(page.get_by_text("Olwen took out earlier words for good.")).to_be_visible()
    await assert_for_everybody(page, "history-with-a-removal")

    assert in_files(server) == []

    # Who had the page open is in the new generation, and the device has let go of the old one.
    await ben.page.wait_for_selector("our-charter[data-generation='2']")
    await ben.status("Saved")
    kept = await on_the_device(ben.page)
    assert [one.partition(":")[0] for one in kept] == ["2"]
    assert SECRET not in "".join(kept)

    await comes_back(away, draft)
    assert SECRET not in "".join(await on_the_device(away.page))
    assert SECRET not in await away.page.locator("main").inner_text()
    assert in_files(server) == []


def in_files(server: ServerProcess) -> list[str]:
    """The files of the server's database that hold the secret."""
    files = sorted(server.data.glob("charter.sqlite*"))
    return [file.name for file in files if SECRET.encode() in file.read_bytes()]


async def comes_back(away: Visitor, draft: Draft) -> None:
    """Somebody with a stale copy on their device opens the page again; it goes."""
    await away.find_the_network()
    await away.open_a_tab()
    await away.open_draft(draft.slug)
    await away.page.wait_for_function(
        """async () => (await indexedDB.databases())
            .every(({ name }) => !name.startsWith("our-charter ") || !name.endsWith(" 1"))"""
    )


async def test_history_in_the_dark_and_for_those_who_only_read(
    arrive: Arrive, draft: Draft, program: LiveClient
) -> None:
    rhys = await arrive("Rhys", role="reader", color_scheme="dark", reduced_motion="reduce")
    pen.write(program.doc, draft.statements[0], 0.0, "Every day ")
    await program.all_saved()
    for path, name in (("", "diary"), (f"/{draft.statements[0]}", "statement")):
        await rhys.page.goto(f"/charters/{draft.slug}/history{path}")
        await assert_for_everybody(rhys.page, f"history-{name}-dark")
    await expect(rhys.page.get_by_role("button", name="Put these words back")).to_have_count(0)
