"""Home Assistant's socket, once signed in: commands that are answered, and events as they come."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import orjson

from parlour.toolkits.devices.driver import Lost, Rejected
from parlour.toolkits.devices.homeassistant.wire import objects

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse

PING_S = 25.0
PONG_S = 10.0
ANSWER_S = 30.0
MOST_WAITING = 20_000
"""How many events may wait to be read. Whoever is that far behind begins anew."""


class Socket:
    """Reads by itself; a command waits for its own answer, events wait in their order."""

    def __init__(
        self, connection: "ClientWebSocketResponse", *, ping_s: float = PING_S, pong_s: float = PONG_S
    ) -> None:
        self._connection = connection
        self._ping_s, self._pong_s = ping_s, pong_s
        self._last_id = 0
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._events: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue(MOST_WAITING)
        self._jobs: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._jobs = [asyncio.create_task(self._read()), asyncio.create_task(self._keep_alive())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self._end()

    async def command(self, kind: str, **fields: Any) -> Any:
        """Ask for something. Raises Rejected when it is refused, Lost when no answer came."""
        return await self._answer({"type": kind, **fields}, ANSWER_S)

    async def event(self, within_s: float | None = None) -> Mapping[str, Any] | None:
        """The next event; None when there was none within that time. Raises Lost once the connection is gone."""
        try:
            async with asyncio.timeout(within_s):
                found = await self._events.get()
        except TimeoutError:
            return None
        if found is None:
            self._events.put_nowait(None)
            raise Lost("The connection to Home Assistant broke.")
        return found

    async def events(self) -> AsyncIterator[Mapping[str, Any]]:
        """Every event, until the connection is gone."""
        while (found := await self.event()) is not None:
            yield found

    async def _answer(self, message: dict[str, Any], within_s: float) -> Any:
        if self._connection.closed:
            raise Lost("The connection to Home Assistant broke.")
        self._last_id += 1
        number = self._last_id
        waiting = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                await self._connection.send_str(orjson.dumps({"id": number, **message}).decode())
                return await waiting
        except (TimeoutError, ConnectionError) as error:
            raise Lost("Home Assistant did not answer in time.") from error
        finally:
            self._asked.pop(number, None)

    async def _read(self) -> None:
        try:
            async for message in self._connection:
                if isinstance(message.data, str):
                    self._take(orjson.loads(message.data))
        except (orjson.JSONDecodeError, OSError):
            pass
        finally:
            self._end()

    async def _keep_alive(self) -> None:
        """A connection that is dead and does not know it is noticed."""
        try:
            while True:
                await asyncio.sleep(self._ping_s)
                await self._answer({"type": "ping"}, self._pong_s)
        except Lost:
            self._end()
            await self._connection.close()

    def _take(self, found: Any) -> None:
        # Home Assistant may put several messages into one frame.
        for message in objects(found if isinstance(found, list) else [found]):
            number, event, error = message.get("id"), message.get("event"), message.get("error")
            if message.get("type") == "event" and isinstance(event, dict):
                self._hear(event)
            elif message.get("type") not in ("result", "pong") or not isinstance(number, int):
                continue
            elif message.get("success", True):
                self._settle(number, message.get("result"))
            else:
                self._refuse(number, str(error.get("message")) if isinstance(error, dict) else "it did not say why")

    def _hear(self, event: Mapping[str, Any]) -> None:
        if self._events.full():
            self._end()
        else:
            self._events.put_nowait(event)

    def _settle(self, number: int, result: Any) -> None:
        waiting = self._asked.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(result)

    def _refuse(self, number: int, said: str) -> None:
        waiting = self._asked.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_exception(Rejected(f"Home Assistant refused: {said}"))

    def _end(self) -> None:
        """Nothing comes any more: whoever waits is told."""
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(Lost("The connection to Home Assistant broke."))
        while self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(None)
