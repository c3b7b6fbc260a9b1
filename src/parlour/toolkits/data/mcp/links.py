"""The ways to a server where each person signs in for themselves: nobody uses a connection of somebody else."""

import asyncio
from collections.abc import Callable

from parlour.toolkits.data.kinds import Own
from parlour.toolkits.data.mcp.link import Link
from parlour.toolkits.data.mcp.settings import McpSettings

MOST = 50
"""Of them at once. Beyond that the one that was used longest ago is closed, but none that is being used."""


class Links:
    """One link for each person."""

    def __init__(self, one: Callable[[str], Link], settings: McpSettings) -> None:
        self.settings = settings
        self._one = one
        self._own: Own | None = None
        self._links: dict[str, Link] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, user_id: str) -> Link:
        """The way there for a person."""
        link = self._links.pop(user_id, None) or self._made(user_id)
        self._links[user_id] = link
        idle = [whose for whose, each in self._links.items() if each is not link and not each.is_busy]
        for whose in idle[: max(0, len(self._links) - MOST)]:
            self._close_soon(self._links.pop(whose))
        return link

    def renews(self, own: Own) -> None:
        """Let every one of them know where tokens are kept."""
        self._own = own
        for link in self._links.values():
            link.renews(own)

    async def close(self) -> None:
        """End them all."""
        for link in self._links.values():
            self._close_soon(link)
        self._links.clear()
        await asyncio.gather(*self._closing)

    def _made(self, user_id: str) -> Link:
        link = self._one(user_id)
        if self._own is not None:
            link.renews(self._own)
        return link

    def _close_soon(self, link: Link) -> None:
        closing = asyncio.create_task(link.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
