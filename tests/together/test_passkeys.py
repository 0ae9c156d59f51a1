"""A key that a device keeps: made, come in with, and taken away, at Chromium's own device."""

from playwright.async_api import CDPSession, Page, expect

from tests.together.browser import Visitor
from tests.together.conftest import Arrive, Draft
from tests.together.probe import assert_for_everybody, focus_complaints

KEYS = "/me/passkeys"


async def device_of(page: Page) -> tuple[CDPSession, str]:
    """Give the page a device that keeps keys, as a phone with a finger on it does."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


async def keys_in(device: tuple[CDPSession, str]) -> int:
    session, authenticator = device
    kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    return len(kept["credentials"])


async def press(ann: Visitor, name: str) -> None:
    await ann.page.get_by_role("button", name=name, exact=True).click()


async def test_a_key_is_made_lets_in_and_is_taken_away(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    page = ann.page
    device = await device_of(page)
    await page.get_by_role("link", name="Make coming back easy").click()
    await expect(page.get_by_text("You have no key yet.")).to_be_visible()
    await assert_for_everybody(page, "passkeys-none")
    await press(ann, "Make a key on this device")
    await expect(page.get_by_text("This device has your key now.")).to_be_visible()
    assert await keys_in(device) == 1
    await assert_for_everybody(page, "passkeys")
    assert await focus_complaints(page) == []

    # A second one on the same device would be the same key.
    await press(ann, "Make a key on this device")
    await expect(page.get_by_text("This device has your key already.")).to_be_visible()

    await press(ann, "Sign out")
    await page.goto("/come-in")
    await assert_for_everybody(page, "come-in-with-a-key")
    await press(ann, "Come in with my key")
    await page.wait_for_url("**/groups/national")
    await expect(page.get_by_text("Ann (you)")).to_be_visible()
    await ann.open_draft(draft.slug)

    await page.goto(KEYS)
    await press(ann, "Take this key away")
    await expect(page.get_by_text("The key is taken away.")).to_be_visible()
    await press(ann, "Sign out")
    # Of the Charter that was open, nothing stays on a device of one's own either.
    await expect(page.locator("[data-left]")).to_have_attribute("data-left", "0")
    assert await page.evaluate("async () => (await indexedDB.databases()).length") == 0
    await page.goto("/come-in")
    await press(ann, "Come in with my key")
    told = page.locator("[data-key-told]")
    await expect(told).to_have_text(
        "We do not know this key. Come in with your card, or ask an organiser."
    )
    await assert_for_everybody(page, "come-in-key-unknown")
    assert await page.evaluate("document.cookie") == ""
    # The browser's own word for a refusal.
    ann.mistakes[:] = [line for line in ann.mistakes if "404" not in line]


async def test_a_device_without_a_key_and_one_without_internet_are_told_kindly(
    arrive: Arrive, draft: Draft
) -> None:
    ann = await arrive("Ann", color_scheme="dark")
    page = ann.page
    await device_of(page)
    await page.goto("/come-in")
    await assert_for_everybody(page, "come-in-with-a-key-dark")
    await press(ann, "Come in with my key")
    told = page.locator("[data-key-told]")
    await expect(told).to_contain_text("We found no key on this device.")
    await page.goto(KEYS)
    await assert_for_everybody(page, "passkeys-dark")
    await ann.line.cut()
    await press(ann, "Make a key on this device")
    await expect(told).to_have_text("You need the internet for this. Try again then.")
    await ann.line.mend()


async def test_the_offer_can_be_put_away(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann")
    await assert_for_everybody(ann.page, "group-with-offer")
    await press(ann, "Not now")
    offer = ann.page.get_by_role("link", name="Make coming back easy")
    await expect(offer).to_have_count(0)
    await ann.page.goto("/groups/national?arrived=yes")
    await expect(offer).to_have_count(0)


async def test_without_scripts_the_page_says_what_works(arrive: Arrive, draft: Draft) -> None:
    ann = await arrive("Ann", java_script_enabled=False)
    await ann.page.goto(KEYS)
    await expect(ann.page.get_by_text("This device cannot make a key here.")).to_be_visible()
    await expect(ann.page.get_by_role("button", name="Make a key")).to_have_count(0)
    await ann.page.goto("/come-in")
    await expect(ann.page.get_by_role("button", name="Come in with my key")).to_have_count(0)
