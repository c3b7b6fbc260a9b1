"""What connections may take of this server: so many of them, so many from one address, so many frames a minute."""

from collections import Counter, deque
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil

from parlour.clock import Clock, isoformat
from parlour.errors import RateLimited

WINDOW_S = 60.0


class Places:
    """The connections that this server holds at a time."""

    def __init__(self, most: int, per_address: int) -> None:
        self._most = most
        self._per_address = per_address
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many there are now."""
        return self._taken.total()

    @contextmanager
    def one_for(self, address: str) -> Generator[bool]:
        """A place for somebody at this address, for as long as they stay; False where there is none."""
        if self.taken >= self._most or self._taken[address] >= self._per_address:
            yield False
            return
        self._taken[address] += 1
        try:
            yield True
        finally:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]


class Pace:
    """The frames of one connection: at most so many in any minute, 0 for any number."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._came: deque[float] = deque()

    def take(self) -> None:
        """Count one more. Raises RateLimited, and counts nothing, when that would be too many."""
        if not self._most:
            return
        now = self._clock.monotonic()
        while self._came and now - self._came[0] >= WINDOW_S:
            self._came.popleft()
        if len(self._came) < self._most:
            self._came.append(now)
            return
        left = WINDOW_S - (now - self._came[0])
        back = self._clock.now() + timedelta(seconds=left)
        raise RateLimited(
            f"A connection may send {self._most:,} messages within a minute. It goes on at {back:%H:%M:%S} UTC.",
            limit="messages_per_connection",
            current=len(self._came),
            maximum=self._most,
            reset_at=isoformat(back),
            retry_after=max(1, ceil(left)),
        )
