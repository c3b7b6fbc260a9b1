"""What can be found out about a screen without an eye: rules of access, what is cut off, what moves."""

import functools
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.browser.building import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")

LOOK = """
async (rules) => {
  const all = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const only = rules === null ? { type: "tag", values: all } : { type: "rule", values: rules };
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => ({ id, impact, where: node.target.join(" "), why: node.failureSummary })));
}
"""

CUT_OFF = """
() => {
  const seen = (one) =>
    one.checkVisibility({ visibilityProperty: true }) && one.closest("[inert], .unseen, .skip, .veil, svg") === null;
  const all = (wanted) => [...document.querySelectorAll(wanted)].filter(seen);
  const called = (one) => `${one.tagName.toLowerCase()}.${one.className} “${(one.innerText || "").slice(0, 40)}”`;
  const speaks = (one) => [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim() !== "");
  const hides = (flow) => flow === "hidden" || flow === "clip";
  const shortens = (one) => one !== null && getComputedStyle(one).textOverflow === "ellipsis";
  const shortened = (one) => [one, one.parentElement, one.parentElement?.parentElement ?? null].some(shortens);
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide`);
  for (const one of all("body *").filter(speaks)) {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(one);
    const { left, right, width } = one.getBoundingClientRect();
    if (hides(overflowX) && textOverflow !== "ellipsis" && one.scrollWidth > one.clientWidth + 1)
      found.push(`cut at its side: ${called(one)}`);
    if (hides(overflowY) && webkitLineClamp === "none" && one.scrollHeight > one.clientHeight + 2)
      found.push(`cut at its foot: ${called(one)}`);
    const aside = one.closest(".scrolls, .settings-top nav, pre, .side, .veil") !== null || shortened(one);
    if (width > 0 && !aside && (right > innerWidth + 1 || left < -1))
      found.push(`out of the screen: ${called(one)}`);
  }
  const over = document.querySelector("dialog[open], .pop-inside") ?? document.body;
  for (const one of all("button:enabled, a, summary, input, textarea, select").filter((one) => over.contains(one))) {
    one.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { left, right, top, bottom, width, height } = one.getBoundingClientRect();
    if (width === 0 || bottom <= 0 || right <= 0) continue;
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (there !== null && !there.matches(".veil, .pop-veil, .more") && !one.contains(there) && !there.contains(one))
      found.push(`covered: ${called(one)} by ${called(there)}`);
  }
  return found;
}
"""


@functools.cache
def _axe() -> str:
    return Path(AXE).read_text(encoding="utf-8")


async def grave_faults(page: Page, *rules: str) -> list[str]:
    """What axe calls serious or critical on this screen; of these rules only, where some are named."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    found: list[dict[str, Any]] = await page.evaluate(LOOK, list(rules) or None)
    return [f"{one['id']} at {one['where']}: {one['why']}" for one in found if one["impact"] in GRAVE]


async def cut_off(page: Page) -> list[str]:
    """What on this screen is wider than it, cut, or lies under something else."""
    return await page.evaluate(CUT_OFF)


async def moving(page: Page) -> int:
    """How many things on this screen are being moved by the browser."""
    return await page.evaluate("() => document.getAnimations().filter((one) => one.playState === 'running').length")
