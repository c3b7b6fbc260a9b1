"""What the adapter costs per chunk, beside the least that aiohttp and orjson can do, in the same run.

    python -m bench.adapter --rounds 5

The provider runs in a process of its own. CPU is this process's; rounds are interleaved; "merged" is how many of the
provider's chunks one delta carried on average, since chunks that arrive in one read leave as one.
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from subprocess import PIPE

import aiohttp
import orjson
import uvloop

from bench.provider import SENT_AT
from parlour.models.base import ModelRequest, TextDelta, UserMessage
from parlour.models.openai import OpenAIModel
from parlour.tools.caller import Caller


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams at once, each of so many chunks."""

    name: str
    streams: int
    chunks: int
    spacing_ms: float

    @property
    def question(self) -> str:
        """Tells the provider."""
        return f"chunks={self.chunks} spacing={self.spacing_ms} jitter={self.spacing_ms} size=24"


@dataclass(slots=True)
class Run:
    """What one round of one client came to."""

    cpu_s: float = 0.0
    chunks: int = 0
    deltas: int = 0

    @property
    def microseconds(self) -> float:
        """CPU per chunk."""
        return self.cpu_s / self.chunks * 1e6


LOADS = (
    Load("burst: 1 stream, no spacing", 1, 20_000, 0),
    Load("paced: 50 streams, 20 ms", 50, 100, 20),
    Load("paced: 200 streams, 20 ms", 200, 100, 20),
)
Client = Callable[[Load], AsyncIterator[str]]


async def measured(client: Client, load: Load) -> Run:
    """One round: every stream read to its end."""
    run = Run()
    before = time.process_time()
    texts: list[list[str]] = [[] for _ in range(load.streams)]

    async def read(into: list[str]) -> None:
        async for text in client(load):
            into.append(text)

    await asyncio.gather(*(read(into) for into in texts))
    run.cpu_s = time.process_time() - before
    run.deltas = sum(map(len, texts))
    run.chunks = sum(len(SENT_AT.findall("".join(into))) for into in texts)
    return run


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
async def provider() -> AsyncGenerator[str]:
    """The fake provider in a process of its own; gives its base URL."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.provider", stdout=PIPE)
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def compare(rounds: int) -> None:
    """Run everything and print the table."""
    print("| load | client | µs per chunk, median | worst | chunks lost | merged |\n|---|---|---|---|---|---|")
    async with provider() as base_url, bare(base_url) as floor, adapter(base_url) as ours:
        clients = {"aiohttp + orjson": floor, "adapter": ours}
        for load in LOADS:
            runs: dict[str, list[Run]] = {name: [] for name in clients}
            for number in range(rounds + 1):
                for name, client in clients.items():
                    run = await measured(client, load)
                    if number:  # the first round only warms up
                        runs[name].append(run)
            for name, done in runs.items():
                costs = [run.microseconds for run in done]
                cost, worst = statistics.median(costs), max(costs)
                lost = sum(load.streams * load.chunks - run.chunks for run in done)
                merged = statistics.mean(run.chunks / run.deltas for run in done)
                print(f"| {load.name} | {name} | {cost:.1f} | {worst:.1f} | {lost} | {merged:.2f} |")


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description="CPU per chunk of the adapter, beside bare aiohttp and orjson.")
    parser.add_argument("--rounds", type=int, default=5)
    uvloop.run(compare(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
