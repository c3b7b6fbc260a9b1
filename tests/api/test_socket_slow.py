"""One who reads slowly or dies costs the others nothing, and loses nothing in the end."""

import asyncio
from typing import Any

import aiohttp

from parlour.models.scripted import Script, ScriptedModel, says
from tests.flow.conftest import HeldModel
from tests.served import Client, Served, Serving

PIECE = "x" * 20_000
PIECES = 500


async def frozen(served: Served, session: aiohttp.ClientSession) -> Client:
    """Somebody whose socket nobody reads from, until the test does."""
    key = await served.key()
    connected = await session.ws_connect(
        f"{served.url}/api/v1/chat/ws", headers={"Authorization": f"Bearer {key}"}, max_msg_size=0
    )
    client = Client(served.app, connected)
    await client.next()
    return client


def buffered(served: Served) -> int:
    """What the server holds for all its connections together, in bytes."""
    return sum(served.app.hub.waiting_bytes.values())


async def test_ten_megabytes_pass_a_reader_that_stands_still(serving: Serving, held: HeldModel) -> None:
    limit = 200_000
    settings: dict[str, Any] = {"websocket_queue_bytes": limit, "turn_max_output_chars": 50_000_000}
    async with serving(held, **settings) as served, served.connected() as quick:
        ids = await quick.says("Everything")
        topic = await quick.follows(ids["conversation_id"])
        slow = await frozen(served, served.session)
        await slow.follows(ids["conversation_id"])
        largest = 0
        for _ in range(PIECES):
            held.lets(PIECE)
        held.lets(None)
        reached = 0
        while reached < PIECES * len(PIECE):
            frame = await quick.next()
            if frame["type"] == "stream_chunk":
                reached = max(reached, frame["offset"] + len(frame["chunk"]))
            largest = max(largest, buffered(served))
        await quick.until_answered(topic)
        assert quick.of_type("stream_chunk")[-1]["length"] == PIECES * len(PIECE)
        assert largest <= 6 * limit
        await slow.until_answered(topic)
        await slow.agrees(topic)
        await quick.agrees(topic)
        assert slow.state(topic) == quick.state(topic)
        assert 1 < len(slow.of_type("snapshot")) < 10
        assert max(slow.sizes) < 400_000
        await slow.socket.close()


async def test_a_connection_that_dies_in_mid_stream_is_forgotten_and_the_others_go_on(
    serving: Serving, held: HeldModel
) -> None:
    own = aiohttp.ClientSession()
    async with serving(held) as served, served.connected() as staying:
        ids = await staying.says("Tell me")
        topic = await staying.follows(ids["conversation_id"])
        dying = await frozen(served, own)
        await dying.follows(ids["conversation_id"])
        assert len(served.app.hub.waiting_bytes) == 2
        held.lets("One ")
        await staying.until(lambda frame: frame["type"] == "stream_chunk")
        await own.close()
        async with asyncio.timeout(30):
            while len(served.app.hub.waiting_bytes) > 1:
                held.lets("and ")
                await staying.next()
        held.lets("done.", None)
        await staying.until_answered(topic)
        await staying.agrees(topic)


async def test_nothing_is_left_of_connections_that_ended(serving: Serving) -> None:
    async with serving(ScriptedModel(otherwise=Script.of(says("Yes.")))) as served:
        for _ in range(3):
            async with served.connected() as client:
                ids = await client.says("Hello")
                await client.until_answered(await client.follows(ids["conversation_id"]))
        async with served.connected() as last, asyncio.timeout(30):
            while served.app.hub.waiting_bytes:
                await last.asks("heartbeat")
