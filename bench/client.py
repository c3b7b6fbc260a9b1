"""The load client: C people, each in a conversation of their own, ask once and read the answer off a real socket.

    python -m bench.client --url http://127.0.0.1:8000 --token … --streams 200

Everybody follows their conversation before they ask. The same client talks to the bare relay, which knows no
conversations, with `--url http://…/relay`. With `--hears` everybody asks one server of a house and listens to another.
"""

import asyncio
import time
from typing import Any

import aiohttp
import orjson

from bench.driving import Goal, drive, ended, started
from bench.tally import Stream, Tally
from bench.websocket import WebSocket, connected

AT_ONCE = 32
RELAY = "/relay"
SOCKET = "/api/v1/chat/ws"


class Listener:
    """One person: a socket, and the stream that comes in by it."""

    def __init__(self, tally: Tally, stream: Stream, left: "Left") -> None:
        self._tally = tally
        self._stream = stream
        self._left = left
        self.following: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.socket: WebSocket | None = None
        self.asking: WebSocket | None = None
        """By which it asks, where that is another server."""

    def heard(self, payload: bytes) -> None:
        """A frame came in."""
        now = time.time()
        frame: dict[str, Any] = orjson.loads(payload)
        match frame["type"]:
            case "stream_chunk":
                self._chunk(frame, now)
            case "snapshot":
                self.following.set_result(None)
            case "error":
                self._tally.fault(f"refused: {frame['error_code']}")
                self._left.one_less()
            case "answer_restarted":
                self._tally.fault("an answer began again")
            case _:
                pass

    def gone(self, reason: str) -> None:
        """The socket ended."""
        if reason:
            self._tally.fault(reason)
            self._left.one_less()

    def _chunk(self, frame: dict[str, Any], now: float) -> None:
        stream = self._stream
        if frame["is_final"]:
            stream.ended_at = now
            if frame["length"] != stream.length:
                self._tally.fault("the final length differs from what was received")
            if frame["status"] != "completed":
                self._tally.fault(f"an answer is {frame['status']}")
            self._left.one_less()
        elif frame["offset"] != stream.length:
            self._tally.fault("a chunk has a gap before it")
        else:
            self._tally.heard(stream, frame["chunk"], now)


class Left:
    """Counts down to the end of the last stream."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.none = asyncio.Event()

    def one_less(self) -> None:
        """One more has ended, well or not."""
        self._count -= 1
        if self._count == 0:
            self.none.set()


async def run(goal: Goal, tally: Tally) -> None:
    """Connect everybody, ask, and wait for the last answer."""
    left = Left(len(tally.streams))
    listeners = [Listener(tally, stream, left) for stream in tally.streams]
    is_relay = goal.url.endswith(RELAY)
    names = [""] * len(listeners) if is_relay else await _conversations(goal, len(listeners))
    gate = asyncio.Semaphore(AT_ONCE)

    async def connect(listener: Listener, name: str) -> None:
        url = goal.url if is_relay else (goal.hears or goal.url) + SOCKET
        async with gate:
            listener.socket = await connected(url, goal.token, listener.heard, listener.gone)
            if goal.hears:
                listener.asking = await connected(goal.url + SOCKET, goal.token, lambda _: None, lambda _: None)
            if name:
                listener.socket.send(orjson.dumps({"type": "subscribe", "topic": f"conversation:{name}"}))
                await listener.following

    await asyncio.gather(*map(connect, listeners, names))

    def ask(number: int, stream: Stream) -> None:
        socket = listeners[number].asking or listeners[number].socket
        assert socket is not None
        command = {"type": "send_message", "content": tally.load.question}
        if names[number]:
            command |= {"client_message_id": f"bench-{names[number]}", "conversation_id": names[number]}
        stream.asked_at = time.time()
        socket.send(orjson.dumps(command))

    await started(tally, ask)
    await ended(tally, left.none)
    for socket in [each for listener in listeners for each in (listener.socket, listener.asking)]:
        if socket is not None:
            socket.close()


async def _conversations(goal: Goal, count: int) -> list[str]:
    headers = {"Authorization": f"Bearer {goal.token}"}
    gate = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(goal.url, headers=headers, raise_for_status=True) as session:

        async def begin() -> str:
            async with gate, session.post("/api/v1/chat/conversations", json={}) as response:
                return (await response.json())["id"]

        return await asyncio.gather(*(begin() for _ in range(count)))


if __name__ == "__main__":
    drive(__doc__ or "", run)
