"""A clock that stands still until the test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta

PATIENCE_S = 30.0
START = datetime(2026, 1, 1, tzinfo=UTC)


class SteppedClock:
    """Time goes on when `advance` says so; who sleeps wakes when their moment has come."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._changed = asyncio.Event()
        self.slept: list[float] = []
        """How long each sleep was meant to be, in the order in which they began."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self._seconds + seconds, woken)
        self.slept.append(seconds)
        self._sleepers.append(sleeper)
        self._changed.set()
        try:
            await woken
        finally:
            self._sleepers.remove(sleeper)
            self._changed.set()

    @property
    def sleeping(self) -> list[float]:
        """How long each sleeper still has to sleep."""
        return sorted(due - self._seconds for due, _ in self._sleepers)

    async def until_asleep(self, seconds: float) -> None:
        """Wait until somebody sleeps who has `seconds` left."""
        async with asyncio.timeout(PATIENCE_S):
            while not any(abs(left - seconds) < 1e-6 for left in self.sleeping):
                self._changed.clear()
                await self._changed.wait()

    async def until_nobody_sleeps(self) -> None:
        """Wait until nobody sleeps any more."""
        async with asyncio.timeout(PATIENCE_S):
            while self._sleepers:
                self._changed.clear()
                await self._changed.wait()

    def advance(self, seconds: float) -> None:
        """Move on and wake whose moment has come."""
        self._seconds += seconds
        for due, woken in self._sleepers:
            if due <= self._seconds + 1e-9 and not woken.done():
                woken.set_result(None)
