"""Which steps of a turn may be told again, and which may be kept for that."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from parlour.models.base import (
    Called,
    Finished,
    Model,
    ModelEvent,
    ModelRequest,
    ReasoningDelta,
    TextDelta,
    estimate_tokens,
)
from parlour.models.direct import NAME as DIRECT
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.protocol.content import Part
from parlour.store.database import Reads
from parlour.store.queries.messages import stored_message
from parlour.tools.tool import Tool
from parlour.turn.fresh import is_fresh, wants_fresh
from parlour.turn.progress import Progress
from parlour.turn.record import Past
from parlour.turn.steps import ModelStep, ToolStep
from parlour.turn.told_before import Told, ToldBefore, key_of, names_its_calls, without_ids

FREE = frozenset({BUILT_IN, DIRECT})
"""Asking them costs nothing, so they are always asked."""
WHOLE = frozenset({"stop", "tool_calls"})


@dataclass(frozen=True, slots=True)
class Retold:
    """A model in whose place its own words are told again: nobody is asked. See `Model` for the contract."""

    told: Told
    name: str
    window: int = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """The step once more; its calls have no ids, so that they get new ones."""
        del request
        step = self.told.step
        for part in self.told.parts:
            if part.kind == "text" and part.text:
                yield TextDelta(part.text)
            elif part.kind == "reasoning" and part.text:
                yield ReasoningDelta(part.text)
        for call in step.calls:
            yield Called(call)
        yield Finished(step.reason, None, step.model, step.keepsake)

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class Retelling:
    """What one owner of a turn tells again of what was said before, and keeps of what is said now."""

    past: Past
    progress: Progress
    kept: ToldBefore
    reads: Reads
    _key: str = field(default="", init=False)
    """Of the request that was looked up last; "" where none was."""

    async def found(self, model: Model, request: ModelRequest) -> Retold | None:
        """What `model` said to the same before, where it may stand in the place of asking it again."""
        self._key = ""
        if not self.kept.keeping.entries or model.name in FREE:
            return None
        self._key = key_of(model, request)
        if is_fresh(self.past):
            self.kept.counts.passed += 1
            return None
        answer_id = self.kept.said_in(self._key)
        if answer_id is not None and not await self._stands(answer_id):
            self.kept.forget(self._key)
        told = self.kept.found(self._key, model)
        return None if told is None else Retold(told, model.name)

    def keep(self, model: Model, request: ModelRequest, step: ModelStep, parts: Sequence[Part]) -> None:
        """Keep what `model` said to the request that was looked up last, if it may be told again.

        Of who asks for how things are right now nothing is: the same words are never answered from before.
        """
        if not self._key or wants_fresh(self.past.question) or not self._only_read(step, request.tools):
            return
        if step.reason in WHOLE and not names_its_calls(step):
            has_searched = bool(step.calls) or any(isinstance(each, ToolStep) for each in self.progress.state.steps)
            seconds = self.kept.keeping.lasts(request.caller, has_searched=has_searched)
            told = Told(without_ids(step), tuple(parts), self.progress.answer.message_id)
            self.kept.keep(self._key, model, told, seconds)

    async def _stands(self, answer_id: str) -> bool:
        """Whether an answer was not taken back since, alone or with its conversation."""
        async with self.reads.read() as connection:
            answer = await stored_message(connection, answer_id)
        return answer is not None and answer.value.deleted_at is None

    def _only_read(self, step: ModelStep, tools: Sequence[Tool]) -> bool:
        """Whether nothing that this answer has called by now could change anything."""
        reads = {tool.name for tool in tools if tool.effect == "read"}
        done = {each.outcome.tool for each in self.progress.state.steps if isinstance(each, ToolStep)}
        return done | {call.name for call in step.calls} <= reads
