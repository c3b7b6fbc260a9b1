"""The same load straight at the provider: the limit of this machine, and of the harness.

python -m bench.direct --url http://127.0.0.1:PORT/v1 --streams 200
"""

import asyncio
import re
import time
from typing import cast
from urllib.parse import urlsplit

import orjson

from bench.client import Left
from bench.driving import Goal, drive, ended, started
from bench.tally import PIECE, Stream, Tally
from bench.websocket import host_and_port

PIECES = re.compile(rb't=\d+\.\d+; *(?=")')
"""A piece of text in the provider's own bytes."""
END = b"0\r\n\r\n"


class Reader(asyncio.Protocol):
    """One request and its answer, whose bytes are searched for pieces and not read further."""

    def __init__(self, tally: Tally, stream: Stream, left: Left, request: bytes) -> None:
        self._tally = tally
        self._stream = stream
        self._left = left
        self._request = request
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        """Send the request."""
        self._stream.asked_at = time.time()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        data = self._held + data
        last = 0
        for piece in PIECES.finditer(data):
            self._tally.heard(self._stream, piece[0].decode(), now)
            last = piece.end()
        self._held = data[max(last, len(data) - 2 * PIECE) :]
        if data.endswith(END):
            self._stream.ended_at = now
            self._left.one_less()
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._stream.ended_at:
            self._tally.fault("the provider hung up")
            self._left.one_less()


async def run(goal: Goal, tally: Tally) -> None:
    """Connect, ask, and wait for the last answer."""
    parts = urlsplit(goal.url)
    body = orjson.dumps(
        {"model": "bench", "stream": True, "messages": [{"role": "user", "content": tally.load.question}]}
    )
    request = (
        f"POST {parts.path}/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    loop = asyncio.get_running_loop()
    left = Left(len(tally.streams))
    readers: list[Reader] = []
    for stream in tally.streams:
        _, reader = await loop.create_connection(
            lambda stream=stream: Reader(tally, stream, left, request), *host_and_port(goal.url)
        )
        readers.append(reader)
    await started(tally, lambda number, _: readers[number].ask())
    await ended(tally, left.none)


if __name__ == "__main__":
    drive(__doc__ or "", run)
