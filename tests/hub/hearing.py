"""Nodes that tell each other things over a real database, and all that each has heard."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from parlour.hub.announce.base import Ears
from parlour.hub.announce.postgres import PostgresAnnouncer

DEADLINE_S = 30.0


@dataclass
class Heard:
    """Everything that one node heard."""

    heads: dict[str, int] = field(default_factory=dict[str, int])
    stops: list[str] = field(default_factory=list[str])
    works: int = 0
    missed: int = 0
    mentions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ears(self) -> Ears:
        return Ears(self._heads, self._stop, self._work, self._missed, self._mention)

    def _heads(self, heads: dict[str, int]) -> None:
        self.heads |= heads
        self._news.set()

    def _stop(self, turn_id: str) -> None:
        self.stops.append(turn_id)
        self._news.set()

    def _work(self) -> None:
        self.works += 1
        self._news.set()

    def _missed(self) -> None:
        self.missed += 1
        self._news.set()

    def _mention(self, topic: str, wire: str) -> None:
        self.mentions.append((topic, wire))
        self._news.set()

    async def until(self, *, missed: int = 0, stops: int = 0) -> None:
        """Wait until so much was heard."""
        await self.until_true(lambda: self.missed >= missed and len(self.stops) >= stops)

    async def until_true(self, happened: Callable[[], bool]) -> None:
        """Wait until what was heard is enough."""
        async with asyncio.timeout(DEADLINE_S):
            while not happened():
                self._news.clear()
                await self._news.wait()


@dataclass
class Node:
    """One node that tells and hears."""

    announcer: PostgresAnnouncer
    heard: Heard = field(default_factory=Heard)
    tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def open(self) -> None:
        self.announcer.is_heard = lambda: True
        self.tasks = [
            asyncio.create_task(self.announcer.keep_telling()),
            asyncio.create_task(self.announcer.keep_hearing(self.heard.ears)),
        ]
        await self.heard.until(missed=1)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.announcer.close()
