"""Those who change one thing at the same time on this node wait for each other, each for as long as a commit takes.

Nothing depends on it: what another node does meanwhile is noticed by a guard, and tried again. But where forty try at
once, and one of them comes through each time, that is eight hundred tries.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class OneByOne:
    """A queue for each thing, there for as long as somebody stands in it."""

    def __init__(self) -> None:
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def with_all_of(self, thing: str | None) -> AsyncGenerator[None]:
        """Wait until nobody before is at work on `thing`; None is a thing of its own each time."""
        if thing is None:
            yield
            return
        queue = self._queues.setdefault(thing, asyncio.Lock())
        async with queue:
            yield
