"""Models that fail as a test tells them, and models of a house that stand behind each other."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    RequestedCall,
    TextDelta,
    estimate_tokens,
)

DEAD = ModelProblem("provider_unavailable", "It cannot be reached.", cause="unreachable")
BUSY = ModelProblem("provider_rate_limited", "It has no room.", cause="rate")
CUT = ModelProblem("provider_cut", "It broke off.", cause="cut")


@dataclass(frozen=True, slots=True)
class Act:
    """What a model does when it is asked: so many words, maybe a call, and then its end."""

    words: int = 0
    problem: Exception | None = None
    calls: str | None = None
    """The name of a tool."""
    hangs: bool = False
    """Whether it falls silent before its end."""


class FailingModel:
    """A model that plays one act after the other, and the last one for ever after."""

    window = 128_000

    def __init__(self, name: str, *acts: Act) -> None:
        self.name = name
        self.asked = 0
        self.had_stand_in: list[bool] = []
        """Of each request, whether somebody else was left."""
        self.open = 0
        """How many answers it is writing."""
        self._acts = deque(acts or (Act(3),))

    def plays(self, acts: Iterable[Act]) -> None:
        """Play these from now on."""
        self._acts = deque(acts)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        act = self._acts.popleft() if len(self._acts) > 1 else self._acts[0]
        self.asked += 1
        self.had_stand_in.append(request.has_stand_in)
        self.open += 1
        try:
            for number in range(act.words):
                yield TextDelta(f"{self.name} says {number}. ")
                await asyncio.sleep(0)
            if act.hangs:
                await asyncio.Event().wait()
            if isinstance(act.problem, ModelProblem):
                raise ModelProblem(act.problem.code, act.problem.safe, cause=act.problem.cause)
            if act.problem is not None:
                raise act.problem
            if act.calls is not None:
                yield Called(RequestedCall("", act.calls, {"query": "lamp"}))
            yield Finished("tool_calls" if act.calls else "stop", None, self.name)
        finally:
            self.open -= 1

    def said(self, words: int) -> str:
        """So many of its words."""
        return "".join(f"{self.name} says {number}. " for number in range(words))

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None
