"""A breaker: whoever fails again and again is left in peace for a while, and then tried with one question."""

from datetime import datetime, timedelta
from typing import Literal

from parlour.clock import Clock

FAILURES = 5
"""So many in a row open it."""
REST_S = 60.0
"""So long it stays open."""

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Closed, everything goes through. Open, nothing does; after its rest it is half open, and lets one call through.

    That call, the probe, closes it or opens it anew. What was begun before it opened changes nothing any more.
    """

    def __init__(self, clock: Clock, *, failures: int = FAILURES, rest_s: float = REST_S) -> None:
        self._clock = clock
        self._most = failures
        self._rest_s = rest_s
        self._rested_at: float | None = None
        self._is_probing = False
        self.failures = 0
        """How many calls have failed in a row."""
        self.opened: datetime | None = None
        """When it opened; None while it is closed."""

    @property
    def state(self) -> State:
        """What it is at this moment."""
        if self._rested_at is None:
            return "closed"
        return "open" if self._clock.monotonic() < self._rested_at else "half_open"

    @property
    def rests_until(self) -> datetime | None:
        """When it lets a call through again; None while it is closed."""
        return self.opened + timedelta(seconds=self._rest_s) if self.opened else None

    @property
    def admits(self) -> bool:
        """Whether a call may go through now."""
        return self.state == "closed" or (self.state == "half_open" and not self._is_probing)

    def begin(self) -> bool:
        """A call that it admits goes through. Whether it is the probe: its end has to be told, whatever it is."""
        self._is_probing = self.state == "half_open"
        return self._is_probing

    def succeeded(self, *, probe: bool) -> None:
        """A call came to its end."""
        if probe or self._rested_at is None:
            self._rested_at = self.opened = None
            self.failures = 0
        self._is_probing = self._is_probing and not probe

    def failed(self, *, probe: bool) -> None:
        """A call failed."""
        self.failures += 1
        if probe or (self._rested_at is None and self.failures >= self._most):
            self._rested_at = self._clock.monotonic() + self._rest_s
            self.opened = self._clock.now()
        self._is_probing = self._is_probing and not probe

    def left(self, *, probe: bool) -> None:
        """A call was ended before anything could be told from it."""
        self._is_probing = self._is_probing and not probe
