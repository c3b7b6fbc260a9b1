"""Four ways to read the same streams: the least that can be done, ours, the official client, and a layer over it."""

import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import orjson

from parlour.models.base import ModelRequest, TextDelta, UserMessage
from parlour.models.openai import OpenAIModel
from parlour.tools.caller import Caller


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams at once, each of so many chunks."""

    streams: int
    chunks: int
    spacing_ms: float

    @property
    def question(self) -> str:
        """Tells the provider."""
        return f"chunks={self.chunks} spacing={self.spacing_ms} jitter={self.spacing_ms} size=24"


Client = Callable[[Load], AsyncIterator[str]]
"""One stream, read to its end: its words."""


@asynccontextmanager
async def bare(base_url: str) -> AsyncGenerator[Client]:
    """aiohttp, a split and orjson: no limits, no faults, no calls; the floor for this library."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def client(load: Load) -> AsyncIterator[str]:
            body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": load.question}]}
            held = b""
            async with session.post(f"{base_url}/chat/completions", json=body) as response:
                async for read in response.content.iter_any():
                    *events, held = (held + read).split(b"\n\n")
                    for event in events:
                        if event != b"data: [DONE]":
                            for choice in orjson.loads(event[6:])["choices"]:
                                if text := choice["delta"].get("content"):
                                    yield text

        yield client


@asynccontextmanager
async def adapter(base_url: str) -> AsyncGenerator[Client]:
    """The adapter as the turn uses it."""
    model = OpenAIModel(name="openai/bench", base_url=base_url)
    caller = Caller("tenant", "user", "project", frozenset())

    async def client(load: Load) -> AsyncIterator[str]:
        async for event in model.stream(ModelRequest("", (UserMessage(load.question),), (), caller)):
            if isinstance(event, TextDelta):
                yield event.text

    yield client
    await model.close()


@asynccontextmanager
async def official(base_url: str) -> AsyncGenerator[Client]:
    """The openai package."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0) as sdk:

        async def client(load: Load) -> AsyncIterator[str]:
            stream = await sdk.chat.completions.create(
                model="bench", messages=[{"role": "user", "content": load.question}], stream=True
            )
            async for chunk in stream:
                for choice in chunk.choices:
                    if choice.delta.content:
                        yield choice.delta.content

        yield client


@asynccontextmanager
async def layered(base_url: str) -> AsyncGenerator[Client]:
    """The model layer of pydantic-ai over the openai package."""
    from pydantic_ai.messages import ModelRequest as Request
    from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    model = OpenAIChatModel("bench", provider=OpenAIProvider(base_url=base_url, api_key="none"))

    async def client(load: Load) -> AsyncIterator[str]:
        asked = [Request.user_text_prompt(load.question)]
        async with model.request_stream([*asked], None, ModelRequestParameters()) as events:
            async for event in events:
                match event:
                    case PartStartEvent(part=TextPart(content=text)) if text:
                        yield text
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                        yield text
                    case _:
                        pass

    yield client


CLIENTS: dict[str, tuple[str, Callable[[str], AbstractAsyncContextManager[Client]]]] = {
    "aiohttp + orjson": ("aiohttp", bare),
    "Parlour": ("aiohttp", adapter),
    "openai": ("openai", official),
    "pydantic-ai": ("pydantic_ai", layered),
}
"""By name: the package it needs, and how it is made."""


def installed() -> dict[str, Callable[[str], AbstractAsyncContextManager[Client]]]:
    """Those whose package is there."""
    return {name: make for name, (package, make) in CLIENTS.items() if importlib.util.find_spec(package)}
