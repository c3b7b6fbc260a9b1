"""What an idle socket costs: opens many, waits until all is quiet, and compares the server's memory with before.

python -m bench.idle --url http://127.0.0.1:8000 --token … --server PID --sockets 1000
"""

import argparse
import asyncio
from urllib.parse import urlsplit

import uvloop

from bench.client import AT_ONCE, SOCKET
from bench.machine import resident_kib
from bench.websocket import WebSocket, connected

QUIET_S = 1.0


async def kib_per_socket(url: str, token: str, server: int, count: int) -> float:
    """The growth of the server's resident memory, divided by the sockets that are open. Raises Refused."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def opened() -> WebSocket:
        async with gate:
            return await connected(url, token, lambda payload: None, lambda reason: None)

    first = await opened()  # what the server loads for its first socket is no cost of a socket
    await asyncio.sleep(QUIET_S)
    before = resident_kib(server)
    sockets = await asyncio.gather(*(opened() for _ in range(count)))
    await asyncio.sleep(QUIET_S)
    grown = resident_kib(server) - before
    for socket in (first, *sockets):
        socket.close()
    return grown / count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="KiB of the server's memory for an idle socket.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--server", type=int, required=True)
    parser.add_argument("--sockets", type=int, default=1_000)
    options = parser.parse_args()
    url: str = options.url
    url = url if urlsplit(url).path else url + SOCKET
    print(uvloop.run(kib_per_socket(url, options.token, options.server, options.sockets)))


if __name__ == "__main__":
    main()
