"""Models as they do: how often each was asked, how long it took, how often it failed, and whether it is asked now.

All of it is of this process, and begins anew with it and with every change of a provider: whose key was wrong and is
set right has a clean record.
"""

from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Literal, cast

from parlour.clock import Clock
from parlour.models.balancing import Standing, score
from parlour.models.base import Finished, Model, ModelEvent, ModelProblem, ModelRequest
from parlour.models.breaker import Breaker
from parlour.models.prices import Placed

REMEMBERED = 50
"""How many calls averages are made of."""
RECENT_S = 60.0
ENOUGH_CALLS = 5
"""So many have to be recent before their errors say anything."""
MOST_ERRORS = 0.5

DEFAULT_CONNECTIONS = 100
DEFAULT_CAPABILITY = 0.5

Condition = Literal["ready", "resting", "trying", "full", "failing"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was decided about a model."""

    max_connections: int = DEFAULT_CONNECTIONS
    capability: float = DEFAULT_CAPABILITY


class NotAsked(ModelProblem):
    """A model was not asked: it rests, or has no room, by the time its turn came."""

    def __init__(self, name: str) -> None:
        super().__init__("provider_unavailable", f"{name} is not asked just now.", cause="not_asked")


@dataclass(frozen=True, slots=True)
class _Ended:
    at: float
    seconds: float
    is_answered: bool


class Instance:
    """A model that is watched while it answers. See `Model` for the contract; `stream` also raises NotAsked."""

    def __init__(self, model: Model, clock: Clock, bounds: Bounds | None = None) -> None:
        self.model = model
        self.bounds = bounds or Bounds()
        self.breaker = Breaker(clock)
        self.connections = 0
        """How many answers it is writing."""
        self.calls = 0
        self.errors = 0
        self.last_picked = 0
        self.last_problem: ModelProblem | None = None
        self.last_problem_at: datetime | None = None
        self.since = clock.now()
        self._clock = clock
        self._ended: deque[_Ended] = deque(maxlen=REMEMBERED)

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def window(self) -> int:
        return self.model.window

    @property
    def host(self) -> str:
        """Where it is asked; "" where nobody knows."""
        return self.model.host if isinstance(self.model, Placed) else ""

    def count_tokens(self, text: str) -> int:
        return self.model.count_tokens(text)

    async def health(self) -> bool:
        return await self.model.health()

    async def close(self) -> None:
        await self.model.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer, and be counted for as long as it lasts, however it ends."""
        if not self.is_able:
            raise NotAsked(self.name)
        probe, began, is_over = self.breaker.begin(), self._clock.monotonic(), False
        self.connections += 1
        self.calls += 1
        try:
            async with aclosing(cast("AsyncGenerator[ModelEvent]", self.model.stream(request))) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        is_over = True
                        self._answered(began, probe)
                    yield event
        except ModelProblem as problem:
            if is_its_fault(problem) and not is_over:
                is_over = True
                self._failed(problem, began, probe)
            raise
        finally:
            self.connections -= 1
            if not is_over:
                self.breaker.left(probe=probe)

    # --- how it does -------------------------------------------------------------------------------------------

    @property
    def average_seconds(self) -> float | None:
        """How long an answer took, of the last that were given; None before the first."""
        taken = [ended.seconds for ended in self._ended if ended.is_answered]
        return sum(taken) / len(taken) if taken else None

    @property
    def success_rate(self) -> float:
        """How many of its last calls were answered, from 0 to 1; 1 before the first."""
        return sum(ended.is_answered for ended in self._ended) / len(self._ended) if self._ended else 1.0

    @property
    def error_rate(self) -> float:
        """How many of its recent calls failed, from 0 to 1; 0 while they are too few to say."""
        since = self._clock.monotonic() - RECENT_S
        recent = [ended for ended in self._ended if ended.at > since]
        return sum(not ended.is_answered for ended in recent) / len(recent) if len(recent) >= ENOUGH_CALLS else 0.0

    @property
    def standing(self) -> Standing:
        """All that choosing goes by."""
        return Standing(
            connections=self.connections,
            max_connections=self.bounds.max_connections,
            average_seconds=self.average_seconds or 0.0,
            success_rate=self.success_rate,
            capability=self.bounds.capability,
            last_picked=self.last_picked,
        )

    @property
    def score(self) -> float:
        """How good a choice it is."""
        return score(self.standing)

    @property
    def condition(self) -> Condition:
        """Whether it is asked, and if not, why. Its errors are no reason while it is being tried again."""
        if self.breaker.state == "open":
            return "resting"
        if self.connections >= self.bounds.max_connections:
            return "full"
        if self.breaker.state == "half_open":
            return "trying"
        return "failing" if self.error_rate > MOST_ERRORS else "ready"

    @property
    def is_able(self) -> bool:
        """Whether it may be asked now."""
        return self.condition in ("ready", "trying") and self.breaker.admits

    def _answered(self, began: float, probe: bool) -> None:
        if probe:
            self._ended.clear()
        self._end(began, is_answered=True)
        self.breaker.succeeded(probe=probe)

    def _failed(self, problem: ModelProblem, began: float, probe: bool) -> None:
        self._end(began, is_answered=False)
        self.errors += 1
        self.last_problem, self.last_problem_at = problem, self._clock.now()
        self.breaker.failed(probe=probe)

    def _end(self, began: float, *, is_answered: bool) -> None:
        now = self._clock.monotonic()
        self._ended.append(_Ended(now, now - began, is_answered))


def is_its_fault(problem: ModelProblem) -> bool:
    """Whether a failure says something about who was asked: that we asked for too much, or wrongly, does not."""
    if problem.code == "provider_refused":
        return problem.cause not in ("", "request")
    return problem.code != "context_too_long" and not isinstance(problem, NotAsked)


Whose = tuple[str, str]
"""A tenant, and whose provider of theirs it is."""
HOUSE = "tenant"
"""The whole tenant's."""


class Instances:
    """Every model that was asked or could have been, each under its name with whose it is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[Whose, str], Instance] = {}
        self._picks = count(1)

    def of(self, whose: Whose, model: Model, bounds: Bounds) -> Instance:
        """A model as it does; with a clean record if it is another than before."""
        found = self._known.get((whose, model.name))
        if found is None or found.model is not model:
            found = self._known[whose, model.name] = Instance(model, self._clock)
        found.bounds = bounds
        return found

    def keep_to(self, whose: Whose, names: Collection[str]) -> None:
        """Forget the models of somebody that are there no more."""
        for place in [place for place in self._known if place[0] == whose and place[1] not in names]:
            del self._known[place]

    def picked(self, instance: Instance) -> Instance:
        """Note that somebody was chosen."""
        instance.last_picked = next(self._picks)
        return instance
