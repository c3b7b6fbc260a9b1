"""People around one conversation who are not all on the same node."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from bench.provider import SENT_AT
from parlour.protocol.events import ENDED
from tests.kill import promises
from tests.kill.follower import PATIENCE_S, ConnectionLost, Follower
from tests.kill.scenarios import Scenario, has_every_chunk
from tests.kill.trial import People, check, people_of
from tests.nodes.pair import Node, Pair

WRITES_AGAIN_AFTER_S = 2.0


def stream(chunks: int, *, spacing_ms: int = 20) -> Scenario:
    """An answer that is streamed for a while."""
    said = f"chunks={chunks} spacing={spacing_ms}"
    return Scenario(f"a stream of {chunks}", (said,), "completed", is_whole=has_every_chunk)


@asynccontextmanager
async def talk_between(pair: Pair, scenario: Scenario, *, speaker_at: Node, others_at: Node) -> AsyncGenerator[People]:
    """People who have come: who speaks on one node, who listens and who watches the list on another."""
    async with people_of(pair.house, scenario) as people:
        for client, topic, node in (
            (people.speaker, people.topic, speaker_at),
            (people.listener, people.topic, others_at),
            (people.watcher, people.list_topic, others_at),
        ):
            await client.connect(node.address)
            await client.follow(topic)
        try:
            yield people
        except BaseException as error:
            error.add_note(await pair.last_words())
            raise


async def hears(client: Follower, pieces: int) -> None:
    """Wait until `client` has heard so many pieces of answers, in however many frames they come."""
    await client.until(lambda: len(SENT_AT.findall(promises.words_in(client.frames))) >= pieces)


async def writes_until_seen(writer: Follower, reader: Follower, talk: str) -> None:
    """Write and pause, until `reader` is told of it: nothing is told before a node has seen that another one is there.

    What `writer` says is told to `reader`, and never to `writer`.
    """
    seen, told = len(reader.notices), len(writer.notices)
    async with asyncio.timeout(PATIENCE_S):
        while len(reader.notices) == seen:
            for is_typing in (True, False):
                await writer.writes(talk, is_typing=is_typing)
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITES_AGAIN_AFTER_S):
                    await reader.until(lambda: len(reader.notices) > seen)
    assert len(writer.notices) == told


async def hears_the_end(people: People, client: Follower) -> None:
    """Wait until `client` has heard how every turn ended."""

    def over() -> bool:
        turns = [client.turn(turn_id) for turn_id in people.sent.values()]
        return all(turn is not None and turn.status in ENDED for turn in turns)

    await client.until(over)


async def is_sent_away(client: Follower) -> None:
    """Wait until its node hangs up, so that it can go to another one."""
    with pytest.raises(ConnectionLost):
        await client.until(lambda: False)


async def comes_back_to(node: Node, client: Follower) -> None:
    """Connect to `node` as soon as that lets anybody in."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await client.connect(node.address)
            except ConnectionLost:
                await node.is_ready()


async def every_promise_holds(pair: Pair, people: People, at: Node) -> None:
    """Check all of them, as a newcomer on the node `at` sees it."""
    assert at.server is not None
    await check(pair.house, at.server, people)
