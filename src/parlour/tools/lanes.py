"""Whose call is next: of one tool so many run at a time, and of those that wait one of each person in turn."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lane:
    """The calls of one tool. Somebody waits only while all its places are taken."""

    taken: int = 0
    waiting: OrderedDict[str, deque["asyncio.Future[None]"]] = field(
        default_factory=OrderedDict[str, deque["asyncio.Future[None]"]]
    )
    """By person, in the order in which it is their turn."""

    async def enter(self, most: int, person: str) -> bool:
        """Take a place; whether it had to be waited for."""
        if self.taken < most and not self.waiting:
            self.taken += 1
            return False
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(person, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                # It was given in the moment in which nobody wanted it any more.
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Hand a place on to whoever's turn it is."""
        while self.waiting:
            person, places = self.waiting.popitem(last=False)
            place = places.popleft()
            if places:
                self.waiting[person] = places
            if not place.done():
                place.set_result(None)
                return
        self.taken -= 1


class Lanes:
    """The calls that run at a server, by the names of their tools."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def place(self, tool: str, most: int, person: str) -> AsyncGenerator[bool]:
        """A place among the `most` calls of `tool` that run at a time; whether it had to be waited for."""
        lane = self._lanes.setdefault(tool, _Lane())
        waited = await lane.enter(most, person)
        try:
            yield waited
        finally:
            lane.leave()
            if not lane.taken:
                del self._lanes[tool]

    def __len__(self) -> int:
        return len(self._lanes)
