"""Of a server where each person signs in for themselves only so many ways are open, and none is closed in use."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from parlour.toolkits.data.mcp.dialing import links_to
from parlour.toolkits.data.mcp.links import MOST
from parlour.toolkits.data.mcp.settings import McpSettings
from parlour.toolkits.data.network import Reach
from tests.conftest import ManualClock
from tests.toolkits.data.mcp.conftest import LIMITS, until


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of a server that takes every question and answers none."""
    left = asyncio.Event()

    async def joined(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await left.wait()
        writer.close()

    server = await asyncio.start_server(joined, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    left.set()
    server.close()
    await server.wait_closed()


async def test_who_is_being_answered_keeps_the_way_there(silent: str, clock: ManualClock) -> None:
    settings = McpSettings(url=silent, personal=True)
    links = links_to(settings, silent, Reach.of("127.0.0.0/8"), LIMITS, clock)
    asked, idle = links.of("asked"), links.of("idle")
    waiting = asyncio.create_task(asked.listing())
    await until(lambda: asked.is_busy)
    for number in range(MOST):
        links.of(f"person {number}")
    assert not waiting.done()
    assert links.of("asked") is asked
    assert links.of("idle") is not idle
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not asked.is_busy
    await links.close()
