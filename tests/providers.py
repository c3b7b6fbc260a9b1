"""A provider on the loopback that does exactly what a test tells it, byte by byte."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

import orjson

Act = bytes | asyncio.Event
"""Bytes to send as a piece of their own, or something to wait for before going on."""
End = Literal["whole", "cut", "hang", "last"]
"""How a body ends: as it should, with the connection torn down, or not at all while the client is there.

Or as it should, but whatever is asked on its connection after it is not heard any more.
"""

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Answer:
    """What is answered to one request."""

    acts: tuple[Act, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})
    end: End = "whole"


@dataclass(frozen=True)
class Received:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Provider:
    """Answers each request with the next of its answers, and with the last one for ever after.

    Or, when `choose` is set, with what that makes of the request.
    """

    def __init__(self) -> None:
        self.choose: Callable[[Received], Answer] = lambda _: self._next()
        self.answers: deque[Answer] = deque()
        self.received: list[Received] = []
        self.connections = 0
        self.open_connections = 0
        self._changed = asyncio.Condition()
        self.base_url = ""

    def answer(self, *acts: Act, end: End = "whole") -> None:
        """Queue an answer with status 200."""
        self.answers.append(Answer(acts, end=end))

    def refuse(self, status: int, body: object = None, **headers: str) -> None:
        """Queue a refusal; `Retry_After="1"` becomes the header Retry-After."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = orjson.dumps(body if body is not None else {"error": {"message": "no"}})
        self.answers.append(Answer((content,), status, {"Content-Type": "application/json", **named}))

    async def until_all_are_gone(self) -> None:
        """Wait until no client is connected any more."""
        await self.until_open(0)

    async def until_open(self, connections: int) -> None:
        """Wait until so many connections are open."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: self.open_connections == connections)

    async def until_asked(self, times: int) -> None:
        """Wait until that many requests have come in all."""
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= times)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        self.connections += 1
        await self._count(+1)
        try:
            while (request := await _request(reader)) is not None:
                async with self._changed:
                    self.received.append(request)
                    self._changed.notify_all()
                await self._play(self.choose(request), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            await self._count(-1)

    def _next(self) -> Answer:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]

    async def _play(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Transfer-Encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        for act in answer.acts:
            if isinstance(act, asyncio.Event):
                await _while_connected(act, reader)
            else:
                writer.write(b"%x\r\n%b\r\n" % (len(act), act))
                await writer.drain()
                # Client and server share the loop: this lets the client read the piece before the next one.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        match answer.end:
            case "whole":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
            case "cut":
                raise ConnectionResetError
            case "last":
                writer.write(b"0\r\n\r\n")
                await writer.drain()
                await reader.read(1)
                raise ConnectionResetError
            case "hang":
                await _while_connected(asyncio.Event(), reader)

    async def _count(self, change: int) -> None:
        async with self._changed:
            self.open_connections += change
            self._changed.notify_all()


@asynccontextmanager
async def provider() -> AsyncGenerator[Provider]:
    """A provider on a free port, gone at the end."""
    it = Provider()
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        task.add_done_callback(connections.discard)
        # asyncio reports a cancelled handler as an error, and at the end of a test it is none.
        with suppress(asyncio.CancelledError):
            await it.serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    it.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield it
    finally:
        server.close()
        for task in connections:
            task.cancel()
        if connections:
            await asyncio.wait(connections)


# --- what a provider says ------------------------------------------------------------------------------------------


def event(value: object) -> bytes:
    """One event with `value` as its JSON."""
    return b"data: " + orjson.dumps(value) + b"\n\n"


def delta(**fields: object) -> bytes:
    """One chunk of an answer: `delta(content="Hello")`."""
    return event({"model": "fake-1", "choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def end(reason: str = "stop") -> bytes:
    """The chunk that ends an answer."""
    nothing: dict[str, str] = {}
    return event({"choices": [{"index": 0, "delta": nothing, "finish_reason": reason}]})


def usage(prompt: int, completion: int) -> bytes:
    """The chunk with the usage, which comes after the end."""
    numbers = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return event({"choices": [], "usage": numbers})


DONE = b"data: [DONE]\n\n"


def answer_of(*words: str) -> tuple[bytes, ...]:
    """The pieces of an ordinary answer."""
    return (delta(role="assistant", content=""), *(delta(content=w) for w in words), end(), usage(7, 3), DONE)


def call_delta(index: int | None, **fields: object) -> bytes:
    """A piece of a tool call: `call_delta(0, id="c1", name="f")`, `call_delta(0, arguments="{")`."""
    piece: dict[str, object] = {} if index is None else {"index": index}
    if "id" in fields:
        piece["id"] = fields.pop("id")
    return delta(tool_calls=[{**piece, "type": "function", "function": fields}])


def _phrase(status: int) -> str:
    """What stands behind a status in the first line of an answer; some have a status of their own."""
    return HTTPStatus(status).phrase if status in list(HTTPStatus) else "Overloaded"


async def _request(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Received(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _while_connected(event: asyncio.Event, reader: asyncio.StreamReader) -> None:
    """Wait for `event`; raise ConnectionError when the client goes away first."""
    waiting = asyncio.create_task(event.wait())
    leaving = asyncio.create_task(reader.read(1))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            raise ConnectionResetError
    finally:
        waiting.cancel()
        leaving.cancel()
        await asyncio.gather(waiting, leaving, return_exceptions=True)
