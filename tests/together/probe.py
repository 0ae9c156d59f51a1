"""axe-core and our own probe on a page as it stands: accessibility.md, what a machine can check.

With `PICTURES=yes` each page that is checked is also kept as pictures under var/screenshots, for
people to look at: `PICTURES=yes pytest tests/together/test_everybody.py`.
"""

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.real_parts import missing

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PROBE = (Path(__file__).parent / "probe.js").read_text()
SCREENSHOTS = ROOT / "var" / "screenshots"
PICTURES = bool(os.environ.get("PICTURES"))
WIDTHS = (1280, 768, 320)
# axe asks what there is and what colour it is, and that is another at the two ends only: a page of
# 768 px shows what one of 1280 shows. Sizes and places are the probe's, at each width.
_AXE_WIDTHS = (1280, 320)

_AXE_RUN = """async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // What keeps the enhanced contrast keeps the other one, too.
    rules: {
      "color-contrast": { enabled: false },
      "color-contrast-enhanced": { enabled: true },
      "target-size": { enabled: true },
    },
    resultTypes: ["violations"],
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `axe ${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""

# What tells a focused element from the same one at rest, and whether something lies over it.
_FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const inside = (x, y) => {
    const found = document.elementFromPoint(x, y);
    return !found || element.contains(found) || found.contains(element);
  };
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  return {
    name: `<${element.localName}${element.id ? "#" + element.id : ""}> ` +
      `"${element.textContent.trim().replace(/\\s+/g, " ").slice(0, 40)}"`,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    shadow: style.boxShadow !== "none",
    seen: box.bottom > 0 && box.top < innerHeight && inside(x, y),
    first: element.dataset.probed === "yes" || ((element.dataset.probed = "yes"), false),
  };
}"""
_MOST_STOPS = 400


async def _axe(page: Page) -> list[str]:
    """All that axe finds wrong on the page, at its present width."""
    if not AXE.is_file():
        missing("axe-core is not installed: run `make client`")
    if not await page.evaluate("'axe' in window"):
        # By the debugger, as the page's own policy rightly keeps strange scripts out.
        await page.evaluate(AXE.read_text())
    found: list[str] = await page.evaluate(_AXE_RUN)
    return found


async def _probe(page: Page) -> list[str]:
    """All that our own probe finds wrong on the page, at its present width."""
    found: list[str] = await page.evaluate(PROBE)
    return found


async def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what the page looks like, when somebody asked for pictures."""
    if PICTURES:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)


async def focus_complaints(page: Page) -> list[str]:
    """Walk through the page by Tab: is the focus always to be seen? (rule 18)"""
    wrong = []
    for _ in range(_MOST_STOPS):
        await page.keyboard.press("Tab")
        stop: dict[str, Any] | None = await page.evaluate(_FOCUSED)
        if stop is None or stop["first"]:
            break
        if stop["outline"] < 2 and not stop["shadow"]:
            wrong.append(f"rule 18: {stop['name']}: the focus is not shown")
        if not stop["seen"]:
            wrong.append(f"rule 18: {stop['name']}: something covers the focus")
    else:
        wrong.append(f"rule 18: more than {_MOST_STOPS} stops of Tab")
    return wrong


async def assert_for_everybody(page: Page, name: str) -> None:
    """Check the page at three widths.

    Of its pictures one is what a person sees at once, the other (`-whole`) the whole page.
    """
    before = page.viewport_size or {"width": WIDTHS[0], "height": 900}
    wrong = []
    # Who pressed a link may be here before the page's scripts are.
    await page.wait_for_load_state()
    await page.evaluate("() => document.fonts.ready")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900 if width > 400 else 700})
        found = await _axe(page) if width in _AXE_WIDTHS else []
        wrong += [f"{width} px: {complaint}" for complaint in found + await _probe(page)]
        await picture(page, f"{name}-{width}")
        await picture(page, f"{name}-{width}-whole", whole=True)
    await page.set_viewport_size(before)
    assert not wrong, f"{name}:\n" + "\n".join(dict.fromkeys(wrong))
