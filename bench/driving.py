"""How a process of its own drives one load: it reads what to do from its arguments and prints what came of it."""

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import uvloop

from bench.tally import PATIENCE_S, Load, Stream, Tally


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a load goes."""

    url: str
    token: str
    hears: str = ""
    """Where the answers are heard, if not where they are asked for."""


async def started(tally: Tally, ask: Callable[[int, Stream], None]) -> None:
    """Ask for every stream, at moments spread by chance so that they do not run in step with the provider."""
    loop = asyncio.get_running_loop()
    tally.begin()
    begin = loop.time()
    moments = sorted(random.random() * tally.load.spread_s for _ in tally.streams)
    for number, (moment, stream) in enumerate(zip(moments, tally.streams, strict=True)):
        await asyncio.sleep(max(0.0, begin + moment - loop.time()))
        ask(number, stream)


async def ended(tally: Tally, all_done: asyncio.Event) -> None:
    """Wait for the last stream, or until patience ends."""
    try:
        async with asyncio.timeout(tally.load.ideal_s + PATIENCE_S):
            await all_done.wait()
    except TimeoutError:
        tally.fault("the load did not end in time")


def drive(description: str, run: Callable[[Goal, Tally], Coroutine[Any, Any, None]]) -> None:
    """The main function of such a process: `run` fills the tally."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--url", required=True, help="the server's address")
    parser.add_argument("--token", default="", help="proves to the server who asks")
    parser.add_argument("--hears", default="", help="another server of the same house, where the answers are heard")
    parser.add_argument("--server", type=int, help="the process whose CPU is counted")
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--chunks", type=int, default=200)
    parser.add_argument("--spacing-ms", type=float, default=20.0)
    options = parser.parse_args()
    tally = Tally(Load(options.streams, options.chunks, options.spacing_ms), options.server)
    uvloop.run(run(Goal(options.url, options.token, options.hears), tally))
    sys.stdout.buffer.write(tally.outcome().to_json())
