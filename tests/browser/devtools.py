"""The browser's own tools, for what a page cannot do to itself."""

from collections.abc import Callable
from typing import Any, Protocol

from playwright.async_api import Page


class DevTools(Protocol):
    """What we use of a connection to a tab's tools."""

    async def send(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Carry out a command of the DevTools protocol."""
        ...

    def on(self, event: str, f: Callable[[dict[str, Any]], None]) -> None:
        """Call `f` with what each such event says."""
        ...


async def tools_of(page: Page) -> DevTools:
    """The tools of one tab."""
    return await page.context.new_cdp_session(page)
