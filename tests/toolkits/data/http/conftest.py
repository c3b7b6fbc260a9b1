"""A project with an API on the loopback, which answers what a test tells it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from aiohttp.abc import AbstractResolver

from parlour.toolkits.data.http.kind import HttpKind
from parlour.toolkits.data.http.settings import HttpLimits
from parlour.toolkits.data.network import Reach
from parlour.tools.acting import Foreseen
from tests.conftest import ManualClock
from tests.providers import Act, Answer, End, Provider, provider
from tests.toolkits.data.conftest import Furnish, Project

LIMITS = HttpLimits(result_bytes=20_000, request_bytes=5_000, seconds=60.0, connect_s=60.0)
BRIEF = replace(LIMITS, seconds=5.0)
"""For those who never come to an end, which is what is waited for. A busy machine has asked them long before."""
TOKEN = "t0ken/with+odd=chars&and%more"
Json = dict[str, Any]


def json(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer in JSON; `X_Page="2"` becomes the header X-Page."""
    named = {name.replace("_", "-"): each for name, each in headers.items()}
    return Answer((orjson.dumps(value),), status, {"Content-Type": "application/json", **named})


def sent(*acts: Act, kind: str = "text/plain", status: int = 200, end: End = "whole", **headers: str) -> Answer:
    """An answer of these bytes."""
    named = {name.replace("_", "-"): each for name, each in headers.items()}
    return Answer(acts, status, {"Content-Type": kind, **named}, end)


@dataclass
class Shop:
    """An API, and a project that has it."""

    project: Project
    api: Provider
    id: str = ""

    def says(self, answer: Answer) -> None:
        """What it answers from now on."""
        self.api.choose = lambda _: answer

    async def get(self, path: str = "", **arguments: Any) -> Json:
        return await self.project.ask("http_get", path=path, **arguments)

    async def request(self, method: str, path: str = "/orders", **arguments: Any) -> Json:
        return await self.project.ask("http_request", method=method, path=path, **arguments)

    async def foresee(self, tool: str = "http_request", **arguments: Any) -> Foreseen:
        found = (await self.project.tools())[tool]
        assert found.acting.foresee is not None
        values = found.validated(arguments)
        given = {name: getattr(values, name) for name in type(values).model_fields}
        return await found.acting.foresee(self.project.context, **given)

    async def asked(self) -> list[str]:
        """What arrived there, in a line each."""
        return [f"{each.method} {each.path}" for each in self.api.received]


Open = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def api() -> AsyncIterator[Provider]:
    async with provider() as it:
        it.choose = lambda _: json({"ok": True})
        yield it


@pytest.fixture
def opens(furnish: Furnish, api: Provider, clock: ManualClock) -> Open:
    """Gives a fresh project the API, with these settings."""

    async def opened(
        *,
        writable: bool = False,
        networks: str = "127.0.0.0/8",
        limits: HttpLimits = LIMITS,
        resolver: Callable[[], AbstractResolver] | None = None,
        **settings: Any,
    ) -> Shop:
        kinds: Sequence[Any] = [HttpKind(clock, Reach.of(networks), limits, resolver)]
        project = await furnish(kinds=kinds)
        given = {"base_url": api.base_url, **settings}
        made = await project.add("shop", given, kind="http", writable=writable)
        return Shop(project, api, made)

    return opened


class Host(str):
    """A host and its port."""

    connections = 0
    """How many were made there."""


@asynccontextmanager
async def speaking(words: bytes, *, leaves: bool = False) -> AsyncGenerator[Host]:
    """Where something listens that answers whatever it hears with these bytes; then it is silent, or leaves."""
    gone = asyncio.Event()

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host.connections += 1
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n") if leaves else await reader.read(1)
            writer.write(words)
            await writer.drain()
            while not leaves and await reader.read(1_000):
                pass
        writer.close()
        gone.set()

    server = await asyncio.start_server(heard, "127.0.0.1", 0)
    host = Host(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield host
        async with asyncio.timeout(30):
            await gone.wait()
    finally:
        server.close()


ALL = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
