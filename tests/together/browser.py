"""A real Chromium with several people in it, each with a profile of their own."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    async_playwright,
    expect,
)

from tests.support.line import Line
from tests.support.real_parts import CHROMIUM
from tests.support.server_process import ServerProcess

_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

# As long as for what is pressed: a busy machine may take longer than the usual five seconds.
_PATIENCE_MS = 15_000
expect.set_options(timeout=_PATIENCE_MS)

# A look at the database comes after every write that was begun before it.
_DEVICE_HAS_IT = """async () => {
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("our-charter ") || name.endsWith(" try")) continue;
    const db = await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
    });
    await new Promise((resolve) => {
      const look = db.transaction("updates", "readonly");
      look.objectStore("updates").count();
      look.oncomplete = resolve;
    });
    db.close();
  }
}"""


class Chromiums:
    """One Chromium for many tests: started when it is first needed, and again if it ended."""

    def __init__(self) -> None:
        self._closing = AsyncExitStack()
        self._browser: Browser | None = None

    async def running(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            await self.close()
            self._browser = await self._closing.enter_async_context(chromium())
        return self._browser

    async def close(self) -> None:
        await self._closing.aclose()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser; as root, without the sandbox that refuses root."""
    flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM.path(), args=flags)
        try:
            yield browser
        finally:
            await browser.close()


class Visitor:
    """One person at one browser, on a line of their own that can be lost.

    Whatever goes wrong in a page's scripts is kept in `mistakes`.
    """

    def __init__(self, name: str, context: BrowserContext, page: Page, line: Line) -> None:
        self.name = name
        self.context = context
        self.line = line
        self.mistakes: list[str] = []
        self.page = page
        self._watch(page)

    @classmethod
    async def arriving(
        cls, browser: Browser, server: ServerProcess, name: str, **profile: Any
    ) -> "Visitor":
        """Somebody with an empty profile and a working line. `profile`: as Playwright takes it."""
        line = await Line(server.port).mend()
        context = await browser.new_context(base_url=line.address, **profile)
        context.set_default_timeout(_PATIENCE_MS)
        return cls(name, context, await context.new_page(), line)

    async def come_in(self, server: ServerProcess, role: str = "member") -> None:
        """Come in by an invitation, as people do: one link, one press."""
        link = server.invite(self.name, role=role)
        await self.page.goto(link.removeprefix(server.address))
        await self.page.get_by_role("button", name="Come in").click()
        await self.page.wait_for_url(lambda address: "/come-in/" not in address)

    async def open_draft(self, slug: str, status: str = "Saved") -> None:
        """Open the drafting page and wait until its status says so."""
        await self.page.goto(f"/charters/{slug}/draft")
        await self.status(status)

    async def status(self, words: str) -> None:
        """Wait until the page's plain status says this."""
        await expect(self.page.locator("[data-status]")).to_contain_text(words)

    def item(self, item: str) -> Locator:
        """A statement or heading, by its id."""
        return self.page.locator(f"#s-{item}")

    def words(self, item: str, part: str = "words") -> Locator:
        return self.item(item).locator(f"[data-part={part}]").first

    async def change(self, item: str) -> Locator:
        """Press "Change these words" and return the editor, with the caret at its end."""
        await self.item(item).get_by_role("button", name="Change these words").click()
        editor = self.item(item).locator("[contenteditable=true]").first
        await expect(editor).to_be_focused()
        await self.page.keyboard.press("Control+End")
        return editor

    async def compose(self, text: str, *, done: bool = False) -> None:
        """Write as an input method does: `text` takes the place of what is not done yet."""
        tools = await self.context.new_cdp_session(self.page)
        if done:
            await tools.send("Input.insertText", {"text": text})
        else:
            caret = {"selectionStart": len(text), "selectionEnd": len(text)}
            await tools.send("Input.imeSetComposition", {"text": text, **caret})
        await tools.detach()

    async def press(self, item: str, name: str) -> None:
        """Press a button of a statement, opening "More" where it waits there."""
        button = self.item(item).get_by_role("button", name=name)
        if not await button.first.is_visible():
            await self.item(item).get_by_role("button", name="More").click()
        await button.first.click()

    async def lose_the_network(self) -> None:
        await self.line.cut()
        await self.context.set_offline(True)

    async def find_the_network(self) -> None:
        await self.line.mend()
        await self.context.set_offline(False)

    async def shut_the_tab(self) -> None:
        """Close the page once the device has what was written; the profile keeps it."""
        await self.page.evaluate(_DEVICE_HAS_IT)
        await self.page.close()

    async def open_a_tab(self) -> None:
        self.page = await self.context.new_page()
        self._watch(self.page)

    async def close(self) -> None:
        await self.context.close()
        await self.line.cut()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        page.on("console", lambda line: self._console(line.type, line.text))

    def _console(self, kind: str, text: str) -> None:
        # The network going away on purpose is told by the browser itself.
        expected = ("net::ERR_", "WebSocket connection to")
        if kind == "error" and not any(word in text for word in expected):
            self.mistakes.append(text)
