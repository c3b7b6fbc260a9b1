"""One trial: people talk with a house, its server dies, another one takes over, and everything promised is checked."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from parlour.ids import new_id
from parlour.protocol.content import Message, TextPart
from parlour.protocol.events import ENDED
from parlour.protocol.state import ConversationState
from tests.kill import promises
from tests.kill.boundary import Boundary
from tests.kill.deaths import Death, Fate
from tests.kill.follower import PATIENCE_S, ConnectionLost, Follower
from tests.kill.house import House
from tests.kill.scenarios import Scenario
from tests.kill.server import Nursery, Server


@dataclass
class People:
    """The clients of one conversation: two that follow it, of which the first speaks, and one that sees the list."""

    scenario: Scenario
    conversation_id: str
    list_topic: str
    speaker: Follower
    listener: Follower
    watcher: Follower
    sent: dict[str, str] = field(default_factory=dict[str, str])
    """What was acknowledged: the turn of each client_message_id."""
    stopped: bool = False

    def __post_init__(self) -> None:
        self.messages = [
            {"client_message_id": new_id(), "content": said, "conversation_id": self.conversation_id}
            for said in self.scenario.says
        ]

    @property
    def everybody(self) -> list[Follower]:
        """All three."""
        return [self.speaker, self.listener, self.watcher]

    async def talk(self) -> None:
        """Do what the scenario says until all of its turns have ended; whatever was acknowledged is not done again.

        Raises ConnectionLost when the server goes first.
        """
        await self.say_all()
        if self.scenario.stop_at is not None and not self.stopped:
            await self._stop(self.scenario.stop_at)
        await self.speaker.until(self._all_ended)

    async def say_all(self) -> None:
        """Send every message that was not acknowledged yet, all at once."""
        await asyncio.gather(*[self._say(message) for message in self.messages])

    async def _say(self, message: dict[str, str]) -> None:
        name = message["client_message_id"]
        if name not in self.sent:
            ack = await self.speaker.send({"type": "send_message", **message})
            self.sent[name] = ack.ids["turn_id"]

    async def _stop(self, stop_at: str) -> None:
        await self.speaker.until(lambda: self._all_ended() or stop_at in self.answer())
        (turn_id,) = self.sent.values()
        await self.speaker.send({"type": "stop_generation", "turn_id": turn_id})
        self.stopped = True

    @property
    def topic(self) -> str:
        """The conversation as a topic."""
        return f"conversation:{self.conversation_id}"

    def answers(self) -> list[Message]:
        """The answers that the speaker sees."""
        state = self.speaker.topics[self.topic].state
        assert isinstance(state, ConversationState)
        return [message for message in state.messages if message.role == "assistant"]

    def answer(self) -> str:
        """The words of the last answer that the speaker sees; "" while there is none."""
        parts = [part for answer in self.answers()[-1:] for part in answer.parts]
        return "".join(part.text for part in parts if isinstance(part, TextPart))

    def _all_ended(self) -> bool:
        turns = [self.speaker.turn(turn_id) for turn_id in self.sent.values()]
        return all(turn is not None and turn.status in ENDED for turn in turns)

    # --- coming and going --------------------------------------------------------------------------------------

    async def come(self, address: str) -> None:
        """Connect; who was here before goes on from their cursors. Raises ConnectionLost."""
        wishes = ((self.speaker, self.topic), (self.listener, self.topic), (self.watcher, self.list_topic))
        for client, wanted in wishes:
            await client.connect(address)
            if wanted not in client.topics:
                await client.follow(wanted)


@asynccontextmanager
async def people_of(house: House, scenario: Scenario) -> AsyncGenerator[People]:
    """People around an empty conversation of their own; they have not come yet."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        speaker, listener, watcher = [await stack.enter_async_context(Follower(http, house.token)) for _ in range(3)]
        own = f"user:{house.user_id}"
        yield People(scenario, house.conversations.popleft(), own, speaker, listener, watcher)


async def tried(
    nursery: Nursery, house: House, scenario: Scenario, deaths: Sequence[Death], *, provider: str | None = None
) -> int:
    """Play `scenario` on one server after the other, each dying its death, the last one living; check every promise.

    How many did die: a death is not met when the scenario is over before. Raises AssertionError, or TimeoutError
    when something did not happen in time.
    """
    died = 0
    async with people_of(house, scenario) as people:
        for death in (*deaths, None):
            boundary = death if isinstance(death, Boundary) else None
            server = await nursery.serve(house.order(boundary, provider=provider))
            if await survived(people, server, None if isinstance(death, Boundary) else death):
                await check(house, server, people)
                await server.kill()
                break
            assert death is not None, f"a server ended by itself; see {server.log}"
            died += 1
    return died


async def survived(people: People, server: Server, death: Fate | None) -> bool:
    """Let people come and talk to the end; False when the server was killed before."""
    if death is not None:
        death.awaits(server, people.listener)
    try:
        await people.come(server.address)
        await people.talk()
    except ConnectionLost:
        pass
    else:
        if death is None or death.averted():
            return True
    async with asyncio.timeout(PATIENCE_S):
        await server.until_ended()
    assert server.was_killed, f"a server ended with {server.ended.result()}; see {server.log}"
    return False


async def check(house: House, server: Server, people: People) -> None:
    """Everything that is promised, after everything has ended."""
    async with aiohttp.ClientSession() as http, Follower(http, house.token) as newcomer:
        await newcomer.connect(server.address)
        conversation = await promises.fresh_fetch(newcomer, people.topic)
        listed = await promises.fresh_fetch(newcomer, people.list_topic)
        await promises.feed_is_whole([people.speaker, people.listener], conversation)
        await promises.feed_is_whole([people.watcher], listed)
        await promises.nothing_shown_is_lost(people.everybody, newcomer)
        for message in people.messages:
            turn = await promises.counts_once(newcomer, conversation.log, message)
            answer = promises.has_ended(turn, conversation.snapshot.state, conversation.log)
            assert turn.status == people.scenario.ends, f"the turn ended as {turn.status}: {turn.reason}"
            if turn.status == "completed":
                people.scenario.is_whole(answer, message["content"])
