"""Many people who talk through two nodes at once, and come back whenever a connection is lost."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from parlour.protocol.events import ENDED
from parlour.protocol.frame import DurableFrame
from tests.kill import promises
from tests.kill.follower import ConnectionLost, Follower, Refusal
from tests.kill.house import House
from tests.kill.scenarios import Scenario
from tests.kill.trial import People, check, people_of
from tests.nodes.pair import Node, Pair

LETS_IN_WITHIN_S = 3.0
"""A node that takes longer is left for the other one."""
COMES_BACK_AFTER_S = 0.05
PATIENCE_S = 90.0
"""How long a talk may take in all, whatever happens meanwhile."""
AWAY = (ConnectionLost, Refusal, TimeoutError)


@dataclass
class Talking:
    """People around one conversation, each of whom goes to whichever node lets them in."""

    pair: Pair
    house: House
    """As it stands open to them."""
    people: People
    heard_at: list[float] = field(default_factory=list[float])
    """When the listener heard each piece of an answer, by the monotonic clock."""

    async def come(self, speaker_at: Node) -> None:
        """Come, while both nodes are whole: who speaks to one of them, the others to the other."""
        people, other = self.people, self.pair.beside(speaker_at)
        for client, topic, node in (
            (people.speaker, people.topic, speaker_at),
            (people.listener, people.topic, other),
            (people.watcher, people.list_topic, other),
        ):
            await client.connect(node.address)
            await client.follow(topic)
        people.listener.on_frame = self._hear

    def _hear(self, frame: DurableFrame) -> None:
        if promises.is_live(frame):
            self.heard_at.append(time.monotonic())

    async def talk(self) -> None:
        """Say everything, and stay until who spoke and who listens have heard how it ended."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._talk()
        except TimeoutError as late:
            stand = "; ".join(map(self._told, self.people.everybody))
            raise AssertionError(f"{self.people.topic} came to no end: {stand}") from late

    async def _talk(self) -> None:
        speaker, listener, watcher = self.people.everybody
        await self._insist(speaker, self.people.say_all)
        watching = asyncio.create_task(self._insist(watcher, lambda: watcher.until(lambda: False)))
        try:
            await asyncio.gather(
                *[
                    self._insist(client, lambda client=client: client.until(lambda: self._is_over(client)))
                    for client in (speaker, listener)
                ]
            )
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _told(self, client: Follower) -> str:
        """Where somebody is, and how far they have come."""
        cursors = {topic[-12:]: followed.cursor for topic, followed in client.topics.items()}
        turns = {turn_id[-12:]: client.turn(turn_id) for turn_id in self.people.sent.values()}
        stand = {turn_id: turn.status if turn else None for turn_id, turn in turns.items()}
        return f"{client.address} connected={client.is_connected} {cursors} {stand}"

    async def every_promise_holds(self, at: Node) -> None:
        """Check all of them, as a newcomer on the node `at` sees it."""
        assert at.server is not None
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for client in self.people.everybody:
                    if not client.is_connected:
                        await self._come_back(client)
                try:
                    return await check(self.house, at.server, self.people)
                except ConnectionLost:  # a node that lost its lease sends people away, even those who wait for nothing
                    await asyncio.sleep(COMES_BACK_AFTER_S)

    async def _insist(self, client: Follower, wish: Callable[[], Awaitable[None]]) -> None:
        """Try until it comes true, coming back whenever the connection is lost."""
        while True:
            try:
                return await wish()
            except ConnectionLost:
                await self._come_back(client)
            except (Refusal, TimeoutError):
                await asyncio.sleep(COMES_BACK_AFTER_S)

    async def _come_back(self, client: Follower) -> None:
        """Connect to the other node, or to this one, or to the other one."""
        at = next((node for node in self.pair.both if node.is_at(client.address)), self.pair.one)
        while True:
            at = self.pair.beside(at)
            try:
                async with asyncio.timeout(LETS_IN_WITHIN_S):
                    return await client.connect(at.address)
            except AWAY:
                await asyncio.sleep(COMES_BACK_AFTER_S)

    def _is_over(self, client: Follower) -> bool:
        turns = [client.turn(turn_id) for turn_id in self.people.sent.values()]
        return all(turn is not None and turn.status in ENDED for turn in turns)


@asynccontextmanager
async def crowd_of(
    pair: Pair, houses: Sequence[House], scenario: Scenario, count: int
) -> AsyncGenerator[list[Talking]]:
    """So many conversations, their people spread over both nodes; they have come and said nothing yet."""
    async with AsyncExitStack() as stack:
        talks: list[Talking] = []
        for number in range(count):
            house = houses[number % len(houses)]
            people = await stack.enter_async_context(people_of(house, scenario))
            talks.append(Talking(pair, house, people))
            await talks[-1].come(pair.both[number % 2])
        yield talks
