"""Waiting that ends, by a clock that is handed in."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from parlour.clock import Clock


class Deadline:
    """`async with Deadline(clock, seconds):` raises TimeoutError inside when the time is up.

    For a wait within one coroutine. It works as asyncio.timeout does: the alarm cancels the task, and the block
    turns that one cancellation, and no other, into TimeoutError.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._rung = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._alarm = asyncio.create_task(self._ring())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        if self._rung and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    async def _ring(self) -> None:
        await self._clock.sleep(self._seconds)
        self._rung = True
        self._task.cancel()


class Watch:
    """Calls `ring` once a moment has come that its owner keeps putting off.

    For a wait that goes on over many reads: putting the moment off costs an assignment, not a task.
    """

    def __init__(self, clock: Clock, due: float, ring: Callable[[], None]) -> None:
        """`due` is in seconds of `clock.monotonic()`."""
        self._clock = clock
        self._due = due
        self._ring = ring
        self.rung = False
        self._start()

    def by(self, due: float) -> None:
        """Ring at `due` instead."""
        self._due = due
        if due < self._target and not self.rung:
            self._task.cancel()
            self._start()

    def stop(self) -> None:
        """Never ring."""
        self._task.cancel()

    def _start(self) -> None:
        self._target = self._due
        self._task = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (left := self._due - self._clock.monotonic()) > 0:
            self._target = self._due
            await self._clock.sleep(left)
        self.rung = True
        self._ring()
