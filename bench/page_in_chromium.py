"""What a person at the page waits for, measured in Chromium by the page's own clock; prints one JSON object.

python -m bench.page_in_chromium --link http://127.0.0.1:8000/link?token=… --conversation ID
"""

import argparse
import asyncio
import json
import shutil
import statistics
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, async_playwright

PATIENCE_MS = 60_000
OPENED = 10
"""How often the talk is opened."""
SCROLLED = 20
"""How many flicks of the wheel upwards, each of one screen."""
STREAMED = "chunks=300 spacing=20 size=40 paragraph=5"
"""Asks the provider for an answer of sixty paragraphs."""

CLICKED_UNTIL_PAINTED = """
([link, last]) => new Promise((done) => {
  const item = document.querySelector(link);
  item.addEventListener("click", (event) => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => done(performance.now() - event.timeStamp);
    const look = () => {
      const shown = [...document.querySelectorAll(".question .said")].some((said) => said.textContent.startsWith(last));
      if (shown) requestAnimationFrame(() => painted.port2.postMessage(0));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { once: true });
  item.click();
})
"""
"""From the click to the first frame in which the last question stands. A message behind a frame's callback comes
after its paint."""

FRAMES = """
() => {
  const seen = { frames: [], slow: [] };
  new PerformanceObserver((list) => seen.slow.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: "long-animation-frame" });
  let before = performance.now();
  const frame = (now) => { seen.frames.push(now - before); before = now; seen.going = requestAnimationFrame(frame); };
  seen.going = requestAnimationFrame(frame);
  window.seen = seen;
}
"""
FRAMES_SEEN = "() => { cancelAnimationFrame(window.seen.going); return window.seen; }"

BLOCKS = """
() => {
  const changed = { frames: 0, blocks: 0, others: 0 };
  const ofAnswer = () => [...document.querySelectorAll("article.answer")].at(-1);
  const watch = new MutationObserver((changes) => {
    const prose = ofAnswer()?.querySelector(".prose");
    if (!prose) return;
    const touched = new Set();
    for (const { target } of changes) {
      let block = target;
      while (block && block.parentNode !== prose) block = block.parentNode;
      if (block) touched.add(block);
    }
    if (touched.size === 0) return;
    changed.frames += 1;
    changed.blocks += touched.size;
    const last = [...prose.children].slice(-2);
    changed.others += [...touched].filter((block) => !last.includes(block)).length;
  });
  watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  window.changed = changed;
}
"""


@dataclass
class Seen:
    """What one visit came to. Times are in milliseconds."""

    open: list[float]
    """From the click to the first paint of the talk, each time the page was loaded anew."""
    back: list[float]
    """The same on the way back to it."""
    dropped: float
    """Frames that did not come while the wheel turned, in percent of those that should have."""
    slow: int
    """Frames of more than 50 ms meanwhile."""
    redrawn: float
    """Blocks of an answer that changed with a frame in which it grew."""
    others: int
    """Blocks that changed though they were done."""
    busy: float
    """The page's own work for a chunk of an answer."""


async def visit(link: str, conversation: str, last: str) -> Seen:
    """Sign in by `link` and do what a person does with a long talk."""
    path = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(link)
        await page.get_by_role("button", name="Sign in").click()
        await page.locator(".empty").wait_for()
        home = f"http://{urlsplit(link).netloc}/"
        item = f'a[href$="/chat/{conversation}"]'
        opened, back = await _opened(page, home, item, last)
        dropped, slow = await _scrolled(page)
        redrawn, others, busy = await _streamed(page, home)
        await browser.close()
    return Seen(opened, back, dropped, slow, redrawn, others, busy)


async def _opened(page: Page, home: str, item: str, last: str) -> tuple[list[float], list[float]]:
    opened: list[float] = []
    back: list[float] = []
    for _ in range(OPENED):
        await page.goto(home)
        await page.locator(item).wait_for()
        opened.append(await page.evaluate(CLICKED_UNTIL_PAINTED, [item, last]))
        await page.get_by_role("link", name="New conversation").click()
        await page.locator(".empty").wait_for()
        back.append(await page.evaluate(CLICKED_UNTIL_PAINTED, [item, last]))
    return opened, back


async def _scrolled(page: Page) -> tuple[float, int]:
    """Turn the wheel upwards; what lies further up is fetched on the way."""
    await page.mouse.move(700, 400)
    await page.evaluate(FRAMES)
    tools: Any = await page.context.new_cdp_session(page)
    for _ in range(SCROLLED):
        gesture = {"x": 700, "y": 400, "yDistance": 800, "speed": 2400, "gestureSourceType": "mouse"}
        await tools.send("Input.synthesizeScrollGesture", gesture)
    seen = await page.evaluate(FRAMES_SEEN)
    frames: list[float] = seen["frames"]
    due = statistics.median(frames)
    wanted = sum(frames) / due
    return max(0.0, 100 * (wanted - len(frames)) / wanted), len(seen["slow"])


async def _streamed(page: Page, home: str) -> tuple[float, int, float]:
    """Watch an answer grow."""
    await page.goto(home)
    tools: Any = await page.context.new_cdp_session(page)
    await tools.send("Performance.enable")
    await page.evaluate(BLOCKS)
    before = await _work(tools)
    await page.get_by_label("Message", exact=True).fill(STREAMED)
    await page.keyboard.press("Enter")
    await page.locator('article.answer[aria-busy="false"]').wait_for()
    changed = await page.evaluate("() => window.changed")
    busy = 1000 * (await _work(tools) - before) / 300
    return changed["blocks"] / max(1, changed["frames"]), changed["others"], busy


async def _work(tools: Any) -> float:
    """Seconds that the page's main thread has worked so far."""
    metrics = (await tools.send("Performance.getMetrics"))["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def main() -> None:
    """Visit and print."""
    parser = argparse.ArgumentParser(description="What a person at the page waits for.")
    parser.add_argument("--link", required=True)
    parser.add_argument("--conversation", required=True)
    parser.add_argument("--last", default="", help="how the last question begins")
    options = parser.parse_args()
    print(json.dumps(asdict(asyncio.run(visit(options.link, options.conversation, options.last)))))


if __name__ == "__main__":
    main()
