"""A Chromium that puts its tabs to sleep as everybody's does; the one the other tests share keeps all of them awake."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, StorageState

from tests.browser.devtools import DevTools, tools_of
from tests.browser.visiting import ALLOWED, Visitor, Window
from tests.rules.skips import chromium

PATIENCE_S = 60.0
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
"""Keeps it from asking its maker's servers, which nobody waits for."""


@dataclass(frozen=True)
class Sleeper:
    """A window that can lie behind another one and be frozen there."""

    window: Window
    _before: Page
    _tools: DevTools

    async def freezes(self) -> None:
        """Another tab comes before it, and the browser stops it."""
        await self._before.bring_to_front()
        await self._tools.send("Page.setWebLifecycleState", {"state": "frozen"})

    async def thaws(self) -> None:
        """Somebody looks at it again."""
        await self._tools.send("Page.setWebLifecycleState", {"state": "active"})
        await self.window.page.bring_to_front()


@asynccontextmanager
async def sleeper(browser: Browser, folder: Path, address: str, known: StorageState) -> AsyncGenerator[Sleeper]:
    """A window of somebody `known`, in a browser of its own that keeps its profile in `folder`."""
    words = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", *QUIET)
    process = await asyncio.create_subprocess_exec(
        chromium(), *words, "--remote-debugging-port=0", f"--user-data-dir={folder}", stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            control = await _control(process)
        # A browser whose complaints nobody reads stops when the pipe is full.
        asides = asyncio.create_task(_ignored(process))
        joined = await browser.browser_type.connect_over_cdp(control, no_defaults=True, timeout=PATIENCE_S * 1000)
        context = joined.contexts[0]
        await context.set_storage_state(known)
        await context.grant_permissions(ALLOWED)
        visitor = Visitor(context, address)
        window = await visitor.opens()
        yield Sleeper(window, context.pages[0], await tools_of(window.page))
        await joined.close()
        visitor.has_nothing_to_complain_of()
        asides.cancel()
    finally:
        process.terminate()
        await process.wait()


async def _ignored(process: asyncio.subprocess.Process) -> None:
    """Read what it says, to the end."""
    assert process.stderr is not None
    while await process.stderr.readline():
        pass


async def _control(process: asyncio.subprocess.Process) -> str:
    """Where the browser says it can be controlled."""
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if found := re.search(r"DevTools listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError("the browser ended before it could be controlled")
