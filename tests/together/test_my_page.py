"""My page at a real browser: who I am, how pages look, taking my data away, and going."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

MY_PAGES = (
    *("/me", "/me/name", "/me/email", "/me/picture?word=dog", "/me/photo"),
    *("/me/looks", "/me/looks/colours", "/me/looks/voice"),
    *("/me/leave", "/me/data", "/me/delete", "/me/delete?words=forget", "/goodbye"),
)


def a_photo() -> bytes:
    """A picture as telephones send it: on its side, and telling where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    out = BytesIO()
    Image.effect_noise((900, 600), 60).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def name_of(path: str) -> str:
    return "my" + path.translate(str.maketrans("/?=", "---"))


def forget_refusals(visitor: Visitor) -> None:
    """A browser counts every answer that refuses among the mistakes of the page."""
    told = "the server responded with a status of 4"
    visitor.mistakes[:] = [mistake for mistake in visitor.mistakes if told not in mistake]


async def go_to(page: Page, name: str) -> None:
    """Go on by Tab until the focus is on something that is called so."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        here = await page.evaluate("document.activeElement.textContent.trim()")
        if here == name:
            return
    raise AssertionError(f"Tab does not come to {name}")


async def choose(page: Page, change: str, choice: str) -> None:
    """Answer one question of how pages look, by keyboard, and come back to the list."""
    await go_to(page, change)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Save")).to_be_visible()
    assert await focus_complaints(page) == []
    await assert_for_everybody(page, name_of(f"-{change}".replace(" ", "-")))
    await page.get_by_role("radio", checked=True).focus()
    chosen = page.get_by_role("radio", name=choice, exact=True)
    for _ in range(await page.get_by_role("radio").count()):
        if await chosen.is_checked():
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").get_by_text("Saved")).to_be_visible()


async def test_a_name_and_a_picture_are_changed_by_keyboard_and_seen_by_others(
    arrive: Arrive, draft: Draft, tmp_path: Path
) -> None:
    meg, ben = await arrive("Meg"), await arrive("Ben")
    page = meg.page
    await page.goto("/")
    await go_to(page, "You are Meg")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="My page")).to_be_visible()
    await assert_for_everybody(page, "my-page")
    assert await focus_complaints(page) == []

    await page.goto("/me/name")
    await page.get_by_label("What do you like to be called?").fill("ben")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Somebody here has this name.").first).to_be_visible()
    await assert_for_everybody(page, "my-name-mistake")
    forget_refusals(meg)
    await page.get_by_label("What do you like to be called?").fill("Megan")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("We changed your name.")).to_be_visible()
    await expect(page.get_by_role("banner")).to_contain_text("You are Megan")

    await go_to(page, "Choose a picture")
    await page.keyboard.press("Enter")
    await page.get_by_label("What should the picture show?").fill("dog")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="for “dog”")).to_be_visible()
    await go_to(page, "dog")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("We changed your picture.")).to_be_visible()
    await expect(page.locator(".top__picture")).to_have_attribute("src", "/pictures/dog.svg")

    photo = tmp_path / "hostile ';<b>.svg.jpg"
    photo.write_bytes(a_photo())
    await page.goto("/me/photo")
    await page.get_by_label("Which picture is it?").set_input_files(photo)
    await page.get_by_role("button", name="Use this picture").click()
    await expect(page.get_by_text("We changed your picture.")).to_be_visible()
    size = await page.locator(".me__picture").evaluate(
        "(face) => face.decode().then(() => face.naturalWidth)"
    )
    assert size == 256
    await assert_for_everybody(page, "my-page-with-a-picture")

    await meg.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await ben.page.get_by_role("button", name="Who is here?").click()
    face = ben.page.locator('[data-list="who"] li', has_text="Megan").locator("img")
    await expect(face).to_have_attribute(
        "src", await page.evaluate("document.querySelector('our-charter').dataset.picture")
    )
    assert await face.evaluate("(face) => face.decode().then(() => face.naturalWidth)") == 256
    await assert_for_everybody(ben.page, "draft-with-faces")


async def test_pages_look_as_a_person_likes_them_on_every_device(
    arrive: Arrive, draft: Draft
) -> None:
    meg = await arrive("Meg")
    page = meg.page
    for path in MY_PAGES:
        await page.goto(path)
        await assert_for_everybody(page, name_of(path))
    await page.emulate_media(color_scheme="dark")
    for path in MY_PAGES:
        await page.goto(path)
        await assert_for_everybody(page, f"dark-{name_of(path)}")

    # Cream on a dark device: a person's own choice counts.
    await page.goto("/me/looks")
    await choose(page, "Change the size", "Largest")
    await choose(page, "Change the colours", "Cream")
    await choose(page, "Change quiet", "Yes, do not read changes out to me")
    await choose(page, "Change the speed", "Slow")
    await expect(page.get_by_text("Reading speed: Slow")).to_be_visible()
    background = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(background) == "rgb(247, 236, 203)"
    assert await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 28
    for path in (*MY_PAGES, "/", f"/charters/{draft.slug}"):
        await page.goto(path)
        await assert_for_everybody(page, f"largest-cream{name_of(path)}")
    await meg.open_draft(draft.slug)
    await expect(page.get_by_role("checkbox", name="Quiet")).to_be_checked()
    await assert_for_everybody(page, "largest-cream-draft")
    async with page.expect_response("**/me/quiet") as told:
        await page.get_by_role("checkbox", name="Quiet").uncheck()
    assert (await told.value).status == 204

    await page.emulate_media(color_scheme="light")
    await page.goto("/me/looks")
    await expect(page.get_by_text("Quiet: No")).to_be_visible()
    await choose(page, "Change the colours", "Dark")
    assert await page.evaluate(background) == "rgb(21, 23, 28)"
    for path in ("/me", "/me/looks", f"/charters/{draft.slug}"):
        await page.goto(path)
        await assert_for_everybody(page, f"chosen-dark{name_of(path)}")


async def test_data_is_taken_away_and_then_nothing_works_any_more(
    arrive: Arrive, draft: Draft, program: LiveClient
) -> None:
    meg, ben = await arrive("Meg"), await arrive("Ben")
    page = meg.page
    await meg.open_draft(draft.slug)
    editor = await meg.change(draft.statements[0])
    await editor.press_sequentially(" Megs words.")
    await page.keyboard.press("Escape")
    await meg.status("Saved")
    other = await meg.context.new_page()
    await other.goto(f"/charters/{draft.slug}/draft")
    await expect(other.locator("[data-status]")).to_contain_text("Saved")

    await page.goto("/me/data")
    async with page.expect_download() as given:
        await page.get_by_role("button", name="Get my copy").click()
    file = await given.value
    assert file.suggested_filename.startswith("my-data-")
    with zipfile.ZipFile(await file.path()) as archive:
        assert json.loads(archive.read("my-data.json"))["me"]["name"] == "Meg"
        assert "name: Meg" in archive.read("my-data.md").decode()

    await page.goto("/me")
    await page.get_by_role("link", name="Forget me").click()
    await page.get_by_role("radio", name="Keep my words").check()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("heading", name="Shall we forget you?")).to_be_visible()
    await page.get_by_role("button", name="Forget me").click()
    await expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
    await assert_for_everybody(page, "my-goodbye")
    await expect(other.locator('[data-box="refused"], [data-status]').first).to_be_visible()
    await expect(other.locator("[data-status]")).not_to_contain_text("Saved")
    for path in ("/me", "/me/data", f"/charters/{draft.slug}/draft"):
        await page.goto(path)
        await expect(page.get_by_role("heading", name="Please come in first")).to_be_visible()
    forget_refusals(meg)

    await ben.page.goto(f"/charters/{draft.slug}/history")
    await expect(ben.page.get_by_text("a member changed 1 statement.")).to_be_visible()
    await expect(ben.page.get_by_text("Meg")).to_have_count(0)
    assert "Megs words." in pen.words(program.doc, draft.statements[0])
