"""Takes the pictures of the README: `python -m gen.pictures`. The real page, a real conversation, in Chromium.

It is no part of `python -m gen`, because no two browsers draw the same bytes: run it when the page looks different.
It needs the page built (`make run` builds it) and Chromium.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, StorageState, async_playwright, expect

TARGET = Path("docs/pictures")
SIZE = (1200, 810)
TALKS = (
    ("How do I clean the brew group?",),
    ("Which rooms are connected to the hall?",),
    ("Which lights are on?",),
    ("How warm is it in the bedroom?", "and in the greenhouse?", "Which lights are on in the living room?"),
)
"""What is asked, talk by talk; the last one is the one that is seen."""
SERVE = "from parlour.cli.main import app; app()"
WITHIN_S = 60.0


async def main() -> int:
    """Take a picture in light and one in dark; the exit code."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        print("Chromium is missing here, and it takes the pictures.", file=sys.stderr)
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        async with served(Path(data)) as link, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            talk, known = await talked(browser, link)
            for name in ("light", "dark"):
                await taken(browser, talk, known, name)
                print(f"wrote {TARGET / name}.png")
            await browser.close()
    return 0


@asynccontextmanager
async def served(data: Path) -> AsyncGenerator[str]:
    """The demo house, served from this checkout; the link that signs in."""
    settings = {"PARLOUR_DATA_DIR": str(data), "PARLOUR_PORT": "0", "PYTHONPATH": "src"}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVE, "serve", "--demo", env=os.environ | settings, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            yield (await server.stdout.readline()).decode().rpartition(" ")[2].strip()
    finally:
        server.terminate()
        await server.wait()


async def talked(browser: Browser, link: str) -> tuple[str, StorageState]:
    """Ask everything, as somebody at the page would; where the last talk is, and what the browser keeps."""
    context = await browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    for talk in TALKS:
        await page.get_by_role("link", name="New conversation").click()
        for number, question in enumerate(talk, 1):
            await ask(page, question, number)
    return page.url, await context.storage_state()


async def ask(page: Page, question: str, number: int) -> None:
    """Ask one question and wait for the whole answer, which is the `number`-th of its talk."""
    field, answers = page.get_by_label("Message", exact=True), page.get_by_role("article", name="Answer")
    await expect(answers).to_have_count(number - 1)
    await field.fill(question)
    await field.press("Enter")
    await expect(answers).to_have_count(number)
    await expect(answers.last).to_have_attribute("aria-busy", "false")


async def taken(browser: Browser, talk: str, known: StorageState, name: str) -> None:
    """The picture of a talk, in the colours of that name."""
    width, height = SIZE
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if name == "dark" else "light",
        reduced_motion="reduce",
        storage_state=known,
    )
    page = await context.new_page()
    await page.goto(talk)
    await expect(page.get_by_role("article", name="Answer")).to_have_count(len(TALKS[-1]))
    await expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(len(TALKS) + 1)
    await page.screenshot(path=TARGET / f"{name}.png", animations="disabled", caret="hide")
    await context.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
