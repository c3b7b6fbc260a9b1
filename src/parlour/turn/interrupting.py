"""Work that a person or the time limit may end before it is done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from parlour.clock import Clock

Result = TypeVar("Result")


class Interruption(Exception):
    """The turn is to end now."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Interruptible:
    """The time that one turn has, and whoever wants it to end sooner."""

    def __init__(self, clock: Clock, *, seconds: float, ran_ms: int) -> None:
        """`seconds` is how long a turn may run, `ran_ms` how long it did under its earlier owners."""
        self._clock = clock
        self._seconds = seconds
        self._ran_ms = ran_ms
        self._started = clock.monotonic()
        self._asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def running_ms(self) -> int:
        """How long the turn has run, over all its owners."""
        return self._ran_ms + round((self._clock.monotonic() - self._started) * 1000)

    def interrupt(self, reason: str) -> None:
        """End what is going on, and whatever would begin after it."""
        if not self._asked.done():
            self._asked.set_result(reason)

    async def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do `work`. Raises Interruption when the turn is to end first: then the work is cancelled, and has ended."""
        left = self._seconds - self.running_ms / 1000
        if self._asked.done() or left <= 0:
            work.close()
            raise Interruption(self._why())
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._asked}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        raise Interruption(self._why())

    def _why(self) -> str:
        return self._asked.result() if self._asked.done() else "time_limit"
