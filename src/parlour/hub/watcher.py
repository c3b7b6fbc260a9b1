"""Notices that something of one kind was said on a topic, for the server itself: nothing of it is sent to anybody."""

import asyncio

from parlour.journal.unit import Committed


class Watcher:
    """Waits for events of one type. Everything is called on the event loop."""

    def __init__(self, kind: str) -> None:
        """`kind` is the type of the events."""
        self._beginning = f'{{"type":"{kind}"'.encode()
        self._noticed = asyncio.Event()

    def offer(self, said: Committed) -> None:
        """Look at something that was said."""
        if said.payload.startswith(self._beginning):
            self._noticed.set()

    def lose(self) -> None:
        """Something is missing, so it may have been said."""
        self._noticed.set()

    async def noticed(self) -> None:
        """Wait until it was said since the last time."""
        await self._noticed.wait()
        self._noticed.clear()
