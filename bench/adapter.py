"""What reading a stream costs per chunk: ours, beside the least that can be done and what others offer, in one run.

    python -m bench.adapter --url http://127.0.0.1:PORT/v1

It prints one line of JSON. CPU is this process's, and the provider has its own; the clients take turns at each load,
and a first short turn of each only warms up.
"""

import argparse
import asyncio
import json
import time
from contextlib import AsyncExitStack

from bench.adapter_clients import Client, Load, installed
from bench.provider import SENT_AT

LOADS = (Load(1, 200, 20), Load(200, 100, 20))
WARM_UP = Load(10, 20, 5)


async def measured(client: Client, load: Load) -> tuple[float, float]:
    """CPU microseconds per chunk, every stream read to its end, and how many chunks came as one piece.

    Raises RuntimeError when a chunk was lost.
    """
    texts: list[list[str]] = [[] for _ in range(load.streams)]

    async def read(into: list[str]) -> None:
        async for text in client(load):
            into.append(text)

    before = time.process_time()
    await asyncio.gather(*(read(into) for into in texts))
    taken = time.process_time() - before
    chunks = sum(len(SENT_AT.findall("".join(into))) for into in texts)
    if chunks != load.streams * load.chunks:
        raise RuntimeError(f"{load.streams * load.chunks - chunks} chunks were lost")
    return taken / chunks * 1e6, chunks / sum(map(len, texts))


async def compare(base_url: str) -> list[tuple[int, str, float, float]]:
    """How many streams, whose client, microseconds a chunk, chunks a piece."""
    found: list[tuple[int, str, float, float]] = []
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(make(base_url)) for name, make in installed().items()}
        for client in clients.values():
            await measured(client, WARM_UP)
        for load in LOADS:
            for name, client in clients.items():
                found.append((load.streams, name, *await measured(client, load)))
    return found


def main() -> None:
    """Compare and print."""
    import uvloop

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="where the provider of the benchmarks answers")
    print(json.dumps(uvloop.run(compare(parser.parse_args().url))))


if __name__ == "__main__":
    main()
