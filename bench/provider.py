"""A fake OpenAI provider that costs next to nothing: the other end of every measurement.

    python -m bench.provider --port 0 --chunks 200 --spacing 20 --jitter 20

It prints its base URL and answers every request by plan (see bench/plan.py); a question such as
"chunks=200 spacing=20 first=50 tool=get_devices_in_room" changes the plan for itself. Every piece of text begins
with the moment it was sent, by the clock of the machine: "t=1763639000.123456;". `GET /stats` tells what it did.
"""

import argparse
import asyncio
import dataclasses
import random
import re
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

import orjson

from bench.plan import KINDS, Plan, beginning, chunk, ending, planned

SENT_AT = re.compile(r"t=(\d+\.\d+);")
"""Finds the send times in a text: `SENT_AT.findall(text)`."""
BURST = 64
"""Pieces sent in one go when there is no spacing."""
MARK = "\x00"
END_OF_BODY = b"0\r\n\r\n"


@dataclass
class Stats:
    """What a provider has done so far."""

    requests: int = 0
    streams_open: int = 0
    streams_done: int = 0
    streams_left: int = 0
    """Streams whose client went away before the end."""
    chunks: int = 0
    connections: int = 0


@dataclass
class Provider:
    """What all connections share."""

    default: Plan
    chance: random.Random = field(default_factory=random.Random)
    stats: Stats = field(default_factory=Stats)
    base_url: str = ""


class Connection(asyncio.Protocol):
    """One client: reads requests, one after the other, and plays their plans by timers, without a task."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._streaming = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._provider.stats.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._streaming:
            self._provider.stats.streams_open -= 1
            self._provider.stats.streams_left += 1

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        if self._streaming and self._timer is None:
            self._tick()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._streaming:
            self._next_request()

    # --- requests --------------------------------------------------------------------------------------------------

    def _next_request(self) -> None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).decode("latin-1")
        length = re.search(r"(?im)^content-length:\s*(\d+)", head)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._received) < whole:
            return
        body = bytes(self._received[end + 4 : whole])
        del self._received[:whole]
        self._provider.stats.requests += 1
        self._answer(head.split("\r\n", 1)[0], body)

    def _answer(self, first_line: str, body: bytes) -> None:
        method, path, *_ = first_line.split(" ")
        if method == "POST" and path.endswith("/chat/completions"):
            self._complete(orjson.loads(body))
        elif path.endswith("/models"):
            self._send_json(200, {"object": "list", "data": [{"id": "bench", "object": "model"}]})
        elif path.endswith("/stats"):
            self._send_json(200, dataclasses.asdict(self._provider.stats) | {"cpu_s": time.process_time()})
        else:
            self._send_json(404, {"error": {"message": f"nothing is at {path}"}})

    def _send_json(self, status: int, value: object, headers: str = "") -> None:
        body = orjson.dumps(value)
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n{headers}"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self._next_request()

    # --- streams ---------------------------------------------------------------------------------------------------

    def _complete(self, request: dict[str, Any]) -> None:
        self._plan, self._calls = planned(self._provider.default, request)
        plan = self._plan
        if plan.status != 200:
            headers = f"Retry-After: {plan.retry_after}\r\n" if plan.retry_after else ""
            self._send_json(plan.status, {"error": {"message": "as you asked", "code": plan.status}}, headers)
            return
        self._streaming = True
        self._provider.stats.streams_open += 1
        self._sent = 0
        self._pieces = 0 if self._calls else max(0, plan.chunks)
        self._plain, self._parting = _around(plan), _around(plan, "\n\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        self._transport.write(head + b"".join(map(_framed, beginning(plan, calls=self._calls))))
        wait = plan.first + self._provider.chance.random() * plan.jitter
        self._due = self._loop.time() + wait / 1000
        self._timer = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        """Send what is due and set the timer for the next piece."""
        self._timer = None
        plan = self._plan
        left = BURST
        while self._sent < self._pieces and not self._paused and left:
            if self._sent == plan.cut:
                self._transport.abort()
                return
            if self._sent == plan.hang:
                return
            parting = plan.paragraph and (self._sent + 1) % plan.paragraph == 0
            before, behind = self._parting if parting else self._plain
            self._transport.write(b"%b%b%b" % (before, b"t=%.6f;" % time.time(), behind))
            self._provider.stats.chunks += 1
            self._sent += 1
            left -= 1
            if plan.spacing:
                self._due += plan.spacing / 1000
                if self._sent < self._pieces:
                    self._timer = self._loop.call_at(self._due, self._tick)
                    return
        if self._sent == self._pieces:
            self._end()
        elif not self._paused:
            self._timer = self._loop.call_later(0, self._tick)

    def _end(self) -> None:
        events = ending(self._plan, self._sent, calls=self._calls)
        self._transport.write(b"".join(map(_framed, events)) + END_OF_BODY)
        self._streaming = False
        self._provider.stats.streams_open -= 1
        self._provider.stats.streams_done += 1
        self._next_request()


@asynccontextmanager
async def running(default: Plan, *, port: int = 0, seed: int | None = None) -> AsyncGenerator[Provider, None]:
    """A provider on 127.0.0.1; its address is in `base_url`."""
    provider = Provider(default, random.Random(seed))
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(provider), "127.0.0.1", port, backlog=4096
    )
    provider.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield provider
    finally:
        server.close()


def _framed(event: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(event), event)


def _around(plan: Plan, ending: str = "") -> tuple[bytes, bytes]:
    """The bytes before and behind the send time of every piece: all pieces with one `ending` have the same length."""
    stamp = len("t=1763639000.123456;")
    event = chunk({"content": MARK + " " * max(0, plan.size - stamp - len(ending)) + ending})
    before, behind = event.split(orjson.dumps(MARK)[1:-1])
    length = len(before) + stamp + len(behind)
    return b"%x\r\n%b" % (length, before), behind + b"\r\n"


async def _serve(default: Plan, port: int, seed: int | None) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with running(default, port=port, seed=seed) as provider:
        print(provider.base_url, flush=True)
        await stopped.wait()


def main() -> None:
    """Serve until it is ended."""
    import uvloop

    parser = argparse.ArgumentParser(description="A fake OpenAI provider for measurements.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, help="makes the jitter the same every time")
    for name, default in dataclasses.asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=KINDS[name], default=default)
    parser.add_argument("--spacing-ms", type=float, dest="spacing", help="the same as --spacing")
    options = vars(parser.parse_args())
    port, seed = options.pop("port"), options.pop("seed")
    uvloop.run(_serve(Plan(**options), port, seed))


if __name__ == "__main__":
    main()
