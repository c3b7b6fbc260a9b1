"""However often, from however many sockets and across however many deaths of the server: a message counts once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest

from parlour.ids import new_id
from parlour.protocol.events import ENDED
from parlour.protocol.rest import Exchange
from tests.kill import promises
from tests.kill.boundary import Boundary
from tests.kill.follower import PATIENCE_S, ConnectionLost, Follower
from tests.kill.house import House, furnished
from tests.kill.scenarios import HELLO, says_its_script
from tests.kill.server import Nursery, nursery
from tests.storage import Storage

SOCKETS = 5
SENT = 50
BY_REST = 10

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sender was answered."""

    conversation_id: str
    message_id: str
    turn_id: str
    duplicate: bool


@dataclass
class Crowd:
    """Five clients of one person, and the server that is born again for them whenever it dies."""

    house: House
    born: Nursery
    clients: list[Follower]
    _lives: int = 0
    _begun: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def serve(self, dies: Boundary | None) -> None:
        """Keep a server up: the first one dies, the next does not. Never returns."""
        while True:
            server = await self.born.serve(self.house.order(dies))
            for client in self.clients:
                await client.connect(server.address)
            async with self._begun:
                self._lives += 1
                self._begun.notify_all()
            await server.until_ended()
            dies = None

    async def insists(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        """Send something until it is answered, as every good client does."""
        life = 0
        while True:
            life = await self.life_after(life)
            try:
                return await send()
            except ConnectionLost:
                continue

    async def life_after(self, life: int) -> int:
        """Wait for a server that comes after the one numbered `life`; its number."""
        async with self._begun:
            await self._begun.wait_for(lambda: self._lives > life)
            return self._lives

    async def by_socket(self, client: Follower, body: dict[str, str]) -> Outcome:
        ack = await self.insists(lambda: client.send({"type": "send_message", **body}))
        ids = ack.ids
        return Outcome(ids["conversation_id"], ids["message_id"], ids["turn_id"], ack.duplicate)

    async def by_rest(self, client: Follower, body: dict[str, str]) -> Outcome:
        raw = await self.insists(lambda: client.post("/chat/messages", body | {"wait": 0}))
        exchange = Exchange.model_validate(raw)
        return Outcome(exchange.conversation_id, exchange.user_message.id, exchange.turn.id, exchange.duplicate)

    async def sends_at_once(self, body: dict[str, str]) -> list[Outcome]:
        """The same fifty times, ten of them by REST."""
        sending = [
            (self.by_rest if number < BY_REST else self.by_socket)(self.clients[number % SOCKETS], body)
            for number in range(SENT)
        ]
        async with asyncio.timeout(2 * PATIENCE_S):
            return await asyncio.gather(*sending)


@asynccontextmanager
async def crowd(house: House, dies: Boundary | None) -> AsyncGenerator[Crowd]:
    """The crowd, and its server, which may die once."""
    async with AsyncExitStack() as stack:
        born = await stack.enter_async_context(nursery())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        clients = [await stack.enter_async_context(Follower(http, house.token)) for _ in range(SOCKETS)]
        made = Crowd(house, born, clients)
        keeping = asyncio.create_task(made.serve(dies), name="keeper")
        try:
            yield made
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def counts_once(crowd: Crowd, outcomes: list[Outcome], message: dict[str, str]) -> None:
    """Everybody was told of the same message, and it was answered once and whole."""
    assert len({(each.conversation_id, each.message_id, each.turn_id) for each in outcomes}) == 1
    waiting, newcomer = crowd.clients[:2]
    topic = f"conversation:{outcomes[0].conversation_id}"
    await crowd.insists(lambda: end_of(outcomes[0].turn_id, topic, waiting))
    fresh = await promises.fresh_fetch(newcomer, topic)
    turn = await promises.counts_once(newcomer, fresh.log, message)
    says_its_script(promises.has_ended(turn, fresh.snapshot.state, fresh.log), HELLO)


async def end_of(turn_id: str, topic: str, waiting: Follower) -> None:
    """Wait until a turn has ended. Raises ConnectionLost when the server goes first."""
    if topic not in waiting.topics:
        await waiting.follow(topic, from_the_beginning=True)

    def over() -> bool:
        turn = waiting.turn(turn_id)
        return turn is not None and turn.status in ENDED

    await waiting.until(over)


@pytest.fixture
async def house(storages: list[Storage], tmp_path: Path) -> House:
    return await furnished(storages[0], tmp_path)


async def test_a_message_sent_fifty_times_at_once_is_one_message_with_one_answer(house: House) -> None:
    message = {"client_message_id": new_id(), "content": HELLO, "conversation_id": house.conversations.popleft()}
    async with crowd(house, None) as people:
        outcomes = await people.sends_at_once(message)
        assert [each.duplicate for each in outcomes].count(False) == 1
        await counts_once(people, outcomes, message)


async def test_a_message_that_begins_a_conversation_begins_one_though_it_is_sent_fifty_times(house: House) -> None:
    message = {"client_message_id": new_id(), "content": HELLO}
    async with crowd(house, None) as people:
        outcomes = await people.sends_at_once(message)
        assert [each.duplicate for each in outcomes].count(False) == 1
        await counts_once(people, outcomes, message)
        listed = await people.clients[0].get("/chat/conversations?limit=100")
        assert listed["total"] == len(house.conversations) + 1


@pytest.mark.parametrize("dies", [Boundary("before", 1), Boundary("after", 1), Boundary("before", 6)], ids=str)
async def test_it_is_still_one_when_the_server_is_killed_between(house: House, dies: Boundary) -> None:
    message = {"client_message_id": new_id(), "content": HELLO}
    async with crowd(house, dies) as people:
        outcomes = await people.sends_at_once(message)
        await counts_once(people, outcomes, message)
        assert await people.life_after(1) == 2, "the server was not killed"
        listed = await people.clients[0].get("/chat/conversations?limit=100")
        assert listed["total"] == len(house.conversations) + 1
