"""What comes in over one socket: taken in a little ahead of being answered, so that a client who leaves is noticed.

Clients that are not let in soon leave and come back, and may be many. What was only of use to one who left must not be
carried out before what is of use to those who are there, or nobody would ever be served.
"""

import asyncio
from collections.abc import Coroutine

from starlette.websockets import WebSocket

from parlour.clock import Clock

AHEAD = 8
"""So many frames are taken in before the first of them is answered."""


class Inbox:
    """The frames of one client, in order."""

    def __init__(self, websocket: WebSocket, clock: Clock) -> None:
        self._websocket = websocket
        self._clock = clock
        self._frames: asyncio.Queue[str | bytes] = asyncio.Queue(AHEAD)
        self._unanswered = 0
        self._last = clock.monotonic()
        self._has_left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def silent_s(self) -> float:
        """For how long the client has said nothing; 0 while something that it said is being answered."""
        return 0.0 if self._unanswered else self._clock.monotonic() - self._last

    async def listen(self) -> None:
        """Take in what comes until the client leaves; then wait until everything that it said was answered."""
        while (message := await self._websocket.receive())["type"] != "websocket.disconnect":
            self._unanswered += 1
            text = message.get("text")
            await self._frames.put(text if text is not None else message.get("bytes", b""))
        self._has_left.set_result(None)
        await self._frames.join()

    async def next(self) -> str | bytes:
        """The next frame; `answered` is to be called when it was."""
        return await self._frames.get()

    def answered(self) -> None:
        """Note that a frame was answered."""
        self._unanswered -= 1
        self._last = self._clock.monotonic()
        self._frames.task_done()

    async def unless_left(self, work: Coroutine[None, None, None]) -> None:
        """Do what is of use only to a client who is there: it is ended when they leave. Raises what `work` raises."""
        task = asyncio.create_task(work, name="socket")
        try:
            await asyncio.wait([task, self._has_left], return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_done = task.done()
            if not is_done:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if is_done:
            task.result()
