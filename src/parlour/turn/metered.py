"""A model whose requests are metered: ended when no budget pays for more, and counted however they end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import cast

from parlour.clock import Clock, isoformat
from parlour.models.base import (
    CallDelta,
    Called,
    Finished,
    Model,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
)
from parlour.models.instances import NotAsked
from parlour.models.pricing import Price
from parlour.models.prompt_size import prompt_tokens
from parlour.models.stop_words import until_stopped
from parlour.protocol.content import Usage
from parlour.turn.billing import Outcome, Request, estimated, payer_of
from parlour.turn.granting import Grant

UNREAD = frozenset(
    {
        "provider_unauthorized",
        "provider_rate_limited",
        "provider_refused",
        "provider_unavailable",
        "context_too_long",
    }
)
"""Failures after which nobody has read anything, so that nothing was used."""
BLOCK = 256
"""So many characters are counted together while an answer grows: counting it whole each time would take ever longer."""


@dataclass(slots=True)
class Asked:
    """One request, from before it is made to its end."""

    model: Model
    request: ModelRequest
    price: Price | None
    grant: Grant
    is_shorter: bool
    """Whether its answer may be less long than was wanted."""
    clock: Clock
    keep: Callable[[Request], None]
    """Called once, when it has ended."""
    _started: float = 0.0
    _words: list[str] = field(default_factory=list[str])
    _thoughts: list[str] = field(default_factory=list[str])
    _counted: int = 0
    _block: str = ""
    _is_calling: bool = False
    """It has told of its calls while it wrote them, so they are counted."""
    _is_over: bool = False

    def __post_init__(self) -> None:
        self._started = self.clock.monotonic()

    async def in_time(self, events: AsyncIterator[ModelEvent], ms: int) -> AsyncGenerator[ModelEvent]:
        """The events, for `ms` milliseconds at most. Raises OverBudget when they are over."""
        while True:
            try:
                async with asyncio.timeout((ms - self._duration_ms) / 1000):
                    event = await anext(events, None)
            except TimeoutError:
                raise self.grant.ended(self.grant.ms_of) from None
            if event is None:
                return
            yield event

    def heard(self, event: ModelEvent) -> ModelEvent:
        """The event, its end with what was used. Raises OverBudget when it ended only because no more was paid for."""
        match event:
            case TextDelta():
                self._count(self._words, event.text)
            case ReasoningDelta():
                self._count(self._thoughts, event.text)
            case CallDelta():
                self._is_calling = True
                self._count(self._words, event.text)
            case Called() if not self._is_calling:
                self._count(self._words, event.call.name + event.call.raw)
            case Called():
                pass
            case Finished():
                usage = self._answered(event.usage)
                if event.reason == "length" and self._was_cut_short(usage):
                    raise self.grant.ended(self.grant.completion_of)
                return replace(event, usage=usage)
        return event

    def check(self) -> None:
        """Raise OverBudget when more was said than is paid for."""
        most = self.grant.completion_tokens
        if most is not None and self._counted + self.model.count_tokens(self._block) > most:
            raise self.grant.ended(self.grant.completion_of)

    def never_made(self) -> None:
        """Nobody was asked after all."""
        self._is_over = True

    def ends(self, outcome: Outcome, *, unread: bool = False) -> None:
        """It ended without a word on what it used; `unread` where nobody had read it. Nothing, if it had ended."""
        if self._is_over:
            return
        if unread and not self._words and not self._thoughts:
            self._end(outcome, Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0, cost=0))
        else:
            self._end(outcome, self._estimate())

    def _was_cut_short(self, usage: Usage) -> bool:
        """Whether it was what is paid for that let it say no more."""
        most = self.grant.completion_tokens
        return self.is_shorter or (most is not None and usage.completion_tokens >= most)

    def _count(self, pieces: list[str], text: str) -> None:
        pieces.append(text)
        if self.grant.completion_tokens is not None:
            self._block += text
            if len(self._block) >= BLOCK:
                self._counted += self.model.count_tokens(self._block)
                self._block = ""

    def _answered(self, reported: Usage | None) -> Usage:
        usage = reported or self._estimate()
        if usage.cost is None and self.price is not None:
            usage = usage.model_copy(update={"cost": self.price.cost(usage)})
        self._end("answered", usage)
        return usage

    def _estimate(self) -> Usage:
        count = self.model.count_tokens
        thoughts = count("".join(self._thoughts))
        completion = count("".join(self._words)) + thoughts
        return estimated(prompt_tokens(self.request, count), completion, thoughts, self.price)

    def _end(self, outcome: Outcome, usage: Usage) -> None:
        self._is_over = True
        at = isoformat(self.clock.now())
        self.keep(Request(self.model.name, outcome, usage, self._duration_ms, at, payer_of(self.model)))

    @property
    def _duration_ms(self) -> int:
        return round((self.clock.monotonic() - self._started) * 1000)


Begin = Callable[[Model, ModelRequest], Awaitable[Asked]]
"""Lets a request be made, or raises OverBudget."""


class Metered:
    """See `Model` for the contract."""

    def __init__(self, model: Model, begin: Begin, tell: Callable[[], None]) -> None:
        """`tell` is called when the model is asked: before that there may be no money for it, or no time."""
        self._model = model
        self._begin = begin
        self._tell = tell

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def window(self) -> int:
        return self._model.window

    def count_tokens(self, text: str) -> int:
        return self._model.count_tokens(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """See `Model`. Raises OverBudget besides."""
        asked = await self._begin(self._model, request)
        self._tell()
        try:
            async with aclosing(cast("AsyncGenerator[ModelEvent]", until_stopped(self._model, asked.request))) as said:
                most = asked.grant.ms
                async for event in said if most is None else asked.in_time(said, most):
                    yield asked.heard(event)
                    if isinstance(event, Finished):
                        return
                    asked.check()
            asked.ends("failed")
        except NotAsked:
            asked.never_made()
            raise
        except ModelProblem as problem:
            asked.ends("failed", unread=problem.code in UNREAD)
            raise
        finally:
            asked.ends("cut")

    async def health(self) -> bool:
        return await self._model.health()

    async def close(self) -> None:
        await self._model.close()
