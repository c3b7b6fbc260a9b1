"""The answer of a running turn: its parts, and the events that bring them to those who watch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from parlour.models.base import RequestedCall
from parlour.protocol.changes import with_result
from parlour.protocol.content import (
    Json,
    Part,
    Problem,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    Usage,
)
from parlour.protocol.events import (
    AnswerRestarted,
    FunctionCall,
    StreamChunk,
    ToolCall,
    ToolCallItem,
    ToolResult,
)
from parlour.protocol.text import units
from parlour.tools.outcomes import Outcome

SHOWN_RESULT_BYTES = 16_384
"""A larger result stands in the answer as cut; the whole is read from its run."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept: everything settled. Changes make a new one."""

    message_id: str
    conversation_id: str
    attempt: int
    parts: tuple[Part, ...]

    @property
    def text_units(self) -> int:
        """The length of all its words."""
        return sum(part.length for part in self.parts if isinstance(part, TextPart))

    @property
    def rows(self) -> list[Json]:
        """The parts as the row of the message keeps them."""
        return [part.model_dump(mode="json") for part in self.parts]

    def with_parts(self, parts: Sequence[Part]) -> "Answer":
        """The answer with more parts at its end."""
        return replace(self, parts=(*self.parts, *parts))

    def with_calls(
        self, calls: Sequence[tuple[RequestedCall, str]], later: Collection[str] = ()
    ) -> tuple["Answer", ToolCall]:
        """The answer with a part for every call and its label, and the event that says so.

        All are at work but those whose ids are in `later`, which wait for others.
        """
        first = len(self.parts)
        items = [
            ToolCallItem(
                id=call.id,
                part=first + index,
                label=label,
                function=FunctionCall(name=call.name, arguments=call.arguments or {}),
            )
            for index, (call, label) in enumerate(calls)
        ]
        parts = [
            ToolCallPart(
                tool_call_id=item.id,
                name=item.function.name,
                arguments=item.function.arguments,
                label=item.label,
                status="pending" if item.id in later else "executing",
            )
            for item in items
        ]
        said = ToolCall(conversation_id=self.conversation_id, message_id=self.message_id, tool_calls=items)
        return self.with_parts(parts), said

    def executing(self, call: RequestedCall) -> ToolResult:
        """The event that says a call went to work."""
        return ToolResult(message_id=self.message_id, tool_call_id=call.id, tool_name=call.name, status="executing")

    def is_waiting(self, tool_call_id: str) -> bool:
        """Whether a call waits, for a person or for another call."""
        return any(
            isinstance(part, ToolCallPart)
            and part.tool_call_id == tool_call_id
            and part.status in ("pending", "waiting")
            for part in self.parts
        )

    def with_state(self, tool_call_id: str, status: Literal["waiting", "executing"]) -> tuple["Answer", ToolResult]:
        """The answer with a call that waits for a person, or went to work after it; and the event that says so."""
        name = next(p.name for p in self.parts if isinstance(p, ToolCallPart) and p.tool_call_id == tool_call_id)
        said = ToolResult(message_id=self.message_id, tool_call_id=tool_call_id, tool_name=name, status=status)
        return self._with(said), said

    def with_outcome(self, outcome: Outcome) -> tuple["Answer", ToolResult]:
        """The answer with what came of a call, and the event that says so."""
        truncated = len(orjson.dumps(outcome.result)) > SHOWN_RESULT_BYTES
        said = ToolResult(
            message_id=self.message_id,
            tool_call_id=outcome.tool_call_id,
            tool_name=outcome.tool,
            status=outcome.status,
            arguments=outcome.arguments if outcome.edited else None,
            label=outcome.label or None,
            summary=outcome.summary or None,
            result=None if truncated else outcome.result,
            truncated=truncated,
            error=problem_of(outcome),
            duration_ms=round(outcome.duration_ms, 3),
            cached=outcome.cached,
            repeated=outcome.repeated,
            decided_by=outcome.decided_by,
            undo=outcome.undo,
        )
        return self._with(said), said

    def _with(self, said: ToolResult) -> "Answer":
        return replace(self, parts=tuple(with_result(self.parts, said)))

    def restarted(self, reason: str) -> tuple["Answer", AnswerRestarted]:
        """The answer as a new attempt that begins after what is settled, and the event that says so."""
        said = AnswerRestarted(
            message_id=self.message_id, attempt=self.attempt + 1, part=len(self.parts), reason=reason
        )
        return replace(self, attempt=self.attempt + 1), said

    def final(
        self,
        *,
        chunk_index: int,
        status: Any,
        model: str | None,
        models: list[str] | None = None,
        cached: bool = False,
        usage: Usage | None,
        problem: Problem | None,
    ) -> StreamChunk:
        """The last chunk: empty, with what the whole amounts to."""
        return StreamChunk(
            message_id=self.message_id,
            attempt=self.attempt,
            part=max(0, len(self.parts) - 1),
            kind="text",
            chunk="",
            chunk_index=chunk_index,
            offset=self.parts[-1].length if self.parts and isinstance(self.parts[-1], TextPart) else 0,
            is_final=True,
            length=self.text_units,
            model=model,
            models=models,
            cached=cached,
            usage=usage,
            status=status,
            error=problem,
        )


def problem_of(outcome: Outcome) -> Problem | None:
    """What went wrong with a call, in words that say what to do where there is something."""
    if outcome.status == "completed":
        return None
    words = " ".join(filter(None, (outcome.problem, outcome.suggestion)))
    return Problem(code=outcome.code or "failed", message=words or "It did not work.")


def text_part(kind: str, text: str) -> TextPart | ReasoningPart:
    """A part of words."""
    made = TextPart if kind == "text" else ReasoningPart
    return made(text=text, length=units(text))
