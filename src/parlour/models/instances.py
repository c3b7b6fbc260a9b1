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
from typing import Literal, Protocol, cast

import structlog

from parlour.clock import Clock
from parlour.models.balancing import Standing, score
from parlour.models.base import Finished, Model, ModelEvent, ModelProblem, ModelRequest, thinking_tokens_of
from parlour.models.breaker import Breaker
from parlour.models.openai_faults import MEANINGS
from parlour.models.prices import Placed

log = structlog.get_logger(__name__)

REMEMBERED = 50
"""How many calls averages are made of."""
RECENT_S = 60.0
ENOUGH_CALLS = 5
"""So many have to be recent before their errors say anything."""
MOST_ERRORS = 0.5

DEFAULT_CONNECTIONS = 1_000
DEFAULT_CAPABILITY = 0.5

Condition = Literal["ready", "resting", "trying", "full", "failing"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was decided about a model."""

    max_connections: int = DEFAULT_CONNECTIONS
    capability: float = DEFAULT_CAPABILITY


class Waiter(Protocol):
    """Somebody who waits until one of several models has room."""

    def given(self, instance: "Instance") -> None:
        """This one has room now, and it is taken for them. They wait for nobody else any more."""
        ...

    def look(self) -> None:
        """Something has changed: perhaps there is nobody left to wait for."""
        ...


class NotAsked(ModelProblem):
    """A model was not asked: by the time its turn came it rested."""

    def __init__(self, name: str) -> None:
        super().__init__("provider_unavailable", f"{name} is not asked just now.", cause="not_asked")


@dataclass(frozen=True, slots=True)
class _Ended:
    at: float
    seconds: float
    is_answered: bool


class Instance:
    """A model that is watched while it answers. See `Model` for the contract; `stream` also raises NotAsked.

    Whoever asks has taken room before, and gives it back after: it has only so much.
    """

    def __init__(self, model: Model, clock: Clock, bounds: Bounds | None = None, payer: str = "tenant") -> None:
        self.model = model
        self.host = model.host if isinstance(model, Placed) else ""
        """Where it is asked; "" where nobody knows."""
        self.payer = payer
        """Whose it is, and so whose key it is asked with."""
        self.bounds = bounds or Bounds()
        self.breaker = Breaker(clock)
        self.connections = 0
        """How many answers it is writing, those included that are about to begin."""
        self.calls = 0
        self.errors = 0
        self.last_picked = 0
        self.last_problem: ModelProblem | None = None
        self.last_problem_at: datetime | None = None
        self.since = clock.now()
        self._clock = clock
        self._ended: deque[_Ended] = deque(maxlen=REMEMBERED)
        self._line: dict[Waiter, None] = {}
        """Who waits until it has room, in the order in which they came."""

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def window(self) -> int:
        return self.model.window

    @property
    def thinking_tokens(self) -> int:
        """See `Thinking`."""
        return thinking_tokens_of(self.model)

    def count_tokens(self, text: str) -> int:
        return self.model.count_tokens(text)

    async def health(self) -> bool:
        return await self.model.health()

    async def close(self) -> None:
        await self.model.close()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Answer, and be watched for as long as it lasts, however it ends."""
        if not self.is_well:
            raise NotAsked(self.name)
        probe, began, is_over = self.breaker.begin(), self._clock.monotonic(), False
        self.calls += 1
        try:
            async with aclosing(cast("AsyncGenerator[ModelEvent]", self.model.stream(request))) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        is_over = True
                        self._answered(began, probe)
                    yield event
        except GeneratorExit:
            # Nobody wants more of it, as after a stop word: it had spoken, and is none the worse for that.
            if not is_over:
                is_over = True
                self._spoke(probe)
            raise
        except Exception as error:
            problem = error if isinstance(error, ModelProblem) else self._broken(error)
            if is_its_fault(problem) and not is_over:
                is_over = True
                self._failed(problem, began, probe)
            if problem is error:
                raise
            raise problem from error
        finally:
            if not is_over:
                self.breaker.left(probe=probe)

    # --- its room ----------------------------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Whether it may write one more answer."""
        return self.connections < self.bounds.max_connections

    @property
    def waiting(self) -> int:
        """How many answers wait until it has room."""
        return len(self._line)

    def take(self) -> None:
        """Take room for one answer."""
        self.connections += 1

    def give_back(self) -> None:
        """Give the room for one answer back: to whoever waits first for it, if anybody does."""
        self.connections -= 1
        self.serve()

    def serve(self) -> None:
        """Let as many as it has room for wait no longer. Whoever waits in vain is told so."""
        while self._line and self.is_able:
            first = next(iter(self._line))
            self.leave_line(first)
            self.take()
            first.given(self)
        if self._line and not self.is_only_full:
            for waiter in list(self._line):
                waiter.look()

    def join_line(self, waiter: Waiter) -> None:
        """Let somebody wait for it, behind everybody who does."""
        self._line[waiter] = None

    def leave_line(self, waiter: Waiter) -> None:
        """Let somebody wait for it no longer, if they did."""
        self._line.pop(waiter, None)

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
        if not self.has_room:
            return "full"
        if self.breaker.state == "half_open":
            return "trying"
        return "failing" if self.error_rate > MOST_ERRORS else "ready"

    @property
    def is_able(self) -> bool:
        """Whether it may be asked now."""
        return self.has_room and self.is_well

    @property
    def is_only_full(self) -> bool:
        """Whether it would be asked now if it had room."""
        return not self.has_room and self.is_well

    @property
    def is_well(self) -> bool:
        """Whether it may be asked, as far as its faults tell."""
        if self.breaker.state == "closed":
            return self.error_rate <= MOST_ERRORS
        return self.breaker.admits

    def _answered(self, began: float, probe: bool) -> None:
        self._spoke(probe)
        self._end(began, is_answered=True)

    def _spoke(self, probe: bool) -> None:
        if probe:
            self._ended.clear()
        self.breaker.succeeded(probe=probe)

    def _failed(self, problem: ModelProblem, began: float, probe: bool) -> None:
        self._end(began, is_answered=False)
        self.errors += 1
        self.last_problem, self.last_problem_at = problem, self._clock.now()
        self.breaker.failed(probe=probe)

    def _broken(self, error: Exception) -> ModelProblem:
        """What it is to whoever asked that something broke which nobody here had thought of."""
        log.error("a model broke by a fault of its own", model=self.name, exc_info=error)
        code, sentence = MEANINGS["fault"]
        return ModelProblem(code, sentence.format(name=self.name), detail=type(error).__name__, cause="fault")

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

    def __init__(self, clock: Clock, *, longest_wait_s: float = 0.0) -> None:
        """`longest_wait_s` is how long a step may wait until one of them has room."""
        self.clock = clock
        self.longest_wait_s = longest_wait_s
        self._known: dict[tuple[Whose, str], Instance] = {}
        self._picks = count(1)

    def of(self, whose: Whose, model: Model, bounds: Bounds) -> Instance:
        """A model as it does; with a clean record if it is another than before."""
        found = self._known.get((whose, model.name))
        if found is None or found.model is not model:
            found = self._known[whose, model.name] = Instance(model, self.clock, payer=whose[1])
        found.bounds = bounds
        found.serve()
        return found

    def keep_to(self, whose: Whose, names: Collection[str]) -> None:
        """Forget the models of somebody that are there no more."""
        for place in [place for place in self._known if place[0] == whose and place[1] not in names]:
            del self._known[place]

    def picked(self, instance: Instance) -> Instance:
        """Note that somebody was chosen."""
        instance.last_picked = next(self._picks)
        return instance
