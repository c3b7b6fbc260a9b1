"""Waiting for one thing after another, for none of them too long."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from parlour.clock import Clock
from parlour.models.deadline import Watch

T = TypeVar("T")


class Patience:
    """Waits of one coroutine after another, by one alarm: a wait costs an assignment, not a task.

    The alarm cancels whoever waits, and the wait turns that one cancellation, and no other, into TimeoutError.
    """

    def __init__(self, clock: Clock, total_at: float) -> None:
        """`total_at` is when all of it has to be over, in seconds of `clock.monotonic()`."""
        self._clock = clock
        self._total_at = total_at
        self._waiting: asyncio.Task[object] | None = None
        self._given_up = False
        self._watch = Watch(clock, total_at, self._ring)

    @property
    def _is_up(self) -> bool:
        return self._given_up or self._watch.rung

    @property
    def is_over(self) -> bool:
        """Whether the time for all of it is up."""
        return self._clock.monotonic() >= self._total_at

    async def wait(self, what: Awaitable[T], due: float) -> T:
        """What comes of it. Raises TimeoutError when it is not there at `due`, or when all of it had to be over."""
        task = asyncio.current_task()
        assert task is not None
        if self._is_up:
            # It was us who took our time.
            raise TimeoutError
        cancelling = task.cancelling()
        self._watch.by(min(due, self._total_at))
        self._waiting = task
        try:
            return await what
        except asyncio.CancelledError as error:
            if self._is_up and task.uncancel() <= cancelling:
                raise TimeoutError from error
            raise
        finally:
            self._waiting = None
            self._watch.by(self._total_at)

    def give_up(self) -> None:
        """Wait no longer: whoever waits, or will, gets TimeoutError at once."""
        self._given_up = True
        self._ring()

    def stop(self) -> None:
        """Nothing is waited for any more."""
        self._watch.stop()

    def _ring(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
