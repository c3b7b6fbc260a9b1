"""Trying one request again: as long as nothing was said, and as long as waiting beats asking somebody else."""

from collections.abc import Callable

from parlour.clock import Clock
from parlour.models.base import ModelRequest
from parlour.models.openai_faults import Transient
from parlour.models.openai_limits import Limits

SOON_S = 2.0
"""Nobody waits longer than this while somebody else could answer."""


class Tries:
    """The tries of one request. The first begins at `started`, in seconds of `clock.monotonic()`."""

    def __init__(self, request: ModelRequest, limits: Limits, clock: Clock, chance: Callable[[], float]) -> None:
        """`chance` gives numbers from 0 to 1, for the jitter."""
        self.started = clock.monotonic()
        self._has_stand_in = request.has_stand_in
        self._limits = limits
        self._clock = clock
        self._chance = chance
        self._tried = 0

    async def rest(self, fault: Transient, *, has_spoken: bool) -> None:
        """Wait until it may be tried again. Raises the ModelProblem of the fault where it is not to be."""
        self._tried += 1
        rest = self._limits.backoff.rest(self._tried, fault.retry_after, self._chance())
        left = self.started + self._limits.total_s - self._clock.monotonic()
        if has_spoken or rest is None or rest >= left or self._goes_on(fault, rest):
            raise fault.problem from fault
        await self._clock.sleep(rest)

    def _goes_on(self, fault: Transient, rest: float) -> bool:
        """Whether somebody else is asked rather than waited for this one."""
        return self._has_stand_in and (fault.problem.cause == "rate" or rest > SOON_S)
