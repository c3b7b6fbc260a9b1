"""A home that follows a Home Assistant of the tests, and ways to wait for what it comes to."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from parlour.toolkits.devices.homeassistant.client import HomeAssistant
from parlour.toolkits.devices.homeassistant.following import Follower, Pace
from parlour.toolkits.devices.homeassistant.importing import Importer
from parlour.toolkits.devices.standing import Standing
from parlour.toolkits.home.graph import Entity, edges, fetch, select_entities
from parlour.toolkits.home.tables import versions
from tests.homeassistant import TOKEN, FakeHomeAssistant
from tests.toolkits.devices.conftest import House

QUICK = Pace(batch=0.02, settle=0.05, first_pause=0.05, longest_pause=0.1)


class RealSleep:
    """The day is that of the tests, and time passes as it does: a server on loopback needs some."""

    def __init__(self, house: House) -> None:
        self._clock = house.clock

    def now(self):
        return self._clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Following:
    """A home that is kept in step."""

    house: House
    fake: FakeHomeAssistant
    follower: Follower
    connection_id: str
    said: list[Standing] = field(default_factory=list[Standing])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def say(self, standing: Standing) -> None:
        async with self._changed:
            self.said.append(standing)
            self._changed.notify_all()

    async def stands(self, state: str, times: int = 1) -> Standing:
        """Wait until it was said so often that it stands so."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: [each.state for each in self.said].count(state) >= times)
        return [each for each in self.said if each.state == state][-1]

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something holds in the home."""
        async with asyncio.timeout(30):
            while not await holds():  # noqa: ASYNC110 - what devices say is published to nobody
                await asyncio.sleep(0.02)

    async def until_state(self, name: str, state: str | None) -> Entity:
        """Wait until a thing is in a state."""

        async def holds() -> bool:
            return (await self.house.thing(name)).state == state

        await self.until(holds)
        return await self.house.thing(name)

    async def names(self, *types: str) -> list[str]:
        """What things of these types are called."""
        async with self.house.database.read() as connection:
            found = await fetch(connection, select_entities(self.house.home))
        return sorted(each.name for each in found if each.type in types)

    async def joins(self, name: str) -> list[tuple[str, str]]:
        """The relationships that go out from a thing."""
        thing = await self.house.thing(name)
        async with self.house.database.read() as connection:
            around = await edges(connection, self.house.home, [thing.id], outgoing=())
        return [(edge.type, edge.far.name) for edge in around]

    async def count_versions(self) -> int:
        async with self.house.database.read() as connection:
            return len((await connection.execute(select(versions.c.version))).all())


def follower_of(house: House, url: str, connection_id: str, say: Any, token: str = TOKEN) -> Follower:
    clock = RealSleep(house)
    importer = Importer(connection_id, house.home, house.database, house.writer, clock)
    return Follower(HomeAssistant(url, token), importer, house.database, house.writer, clock, say, QUICK)


@asynccontextmanager
async def following(
    house: House, fake: FakeHomeAssistant, connection_id: str, token: str = TOKEN
) -> AsyncGenerator[Following]:
    """A home that is kept in step with a Home Assistant, for as long as the context lasts."""
    followed = Following(house, fake, None, connection_id)  # pyright: ignore[reportArgumentType]
    followed.follower = follower_of(house, fake.url, connection_id, followed.say, token)
    task = asyncio.create_task(followed.follower.follow())
    try:
        yield followed
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        await followed.follower.client.close()
        assert ended is None or isinstance(ended, asyncio.CancelledError), ended
