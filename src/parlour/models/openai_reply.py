"""One streamed answer, read: the JSON of each event in, model events out. No I/O.

Understood besides what the format says: reasoning as `reasoning_content`, `reasoning` or `reasoning_details`;
refusals, which are text; content as a list of parts; usage at the end, on every event, beside the end or never; a whole
answer where a stream was asked for.
"""

import json
from typing import Any

import orjson

from parlour.models.base import (
    CallDelta,
    Finished,
    FinishReason,
    Keepsake,
    ModelEvent,
    ModelProblem,
    ReasoningDelta,
    TextDelta,
)
from parlour.models.dialect import Thoughts
from parlour.models.openai_calls import BadCall, CallAssembler, CallLimits
from parlour.models.openai_faults import Faults, Transient
from parlour.models.openai_thoughts import DetailAssembler
from parlour.models.openai_usage import usage_from
from parlour.models.shapes import is_list, is_object
from parlour.models.surrogates import SurrogateJoiner, whole
from parlour.protocol.content import Usage

DONE = b"[DONE]"
THOUGHT_CHARACTERS = 1_048_576
"""How much of what a provider wants back is held."""

REASONS: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "content_filter": "content_filter",
    "content-filter": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "recitation": "content_filter",
    "prohibited_content": "content_filter",
    "sensitive": "content_filter",
}
"""Any other word means that it ended well; whether it then asks for tools is seen by the calls."""
FAILURES = {"error": 500, "abort": 500, "insufficient_system_resource": 503}
"""Words for an end that is none, and the status that would have said so in time."""

Words = type[TextDelta] | type[ReasoningDelta] | type[CallDelta]


class Reply:
    """An answer that is being read. Knows when it is whole."""

    def __init__(self, faults: Faults, limits: CallLimits, *, thoughts: Thoughts | None = None) -> None:
        """`thoughts` is what the provider wants back of what its model thought."""
        self._faults = faults
        self._thoughts = thoughts
        self._details = DetailAssembler(THOUGHT_CHARACTERS)
        self._has_thought = False
        self._events: list[ModelEvent] = []
        self._kind: Words = TextDelta
        self._pieces: list[str] = []
        self._text = SurrogateJoiner()
        self._reasoning = SurrogateJoiner()
        self._calls = CallAssembler(limits)
        self._may_be_split = False
        self._reason: str | None = None
        self._usage: Usage | None = None
        self._model: str | None = None
        self.fault: ModelProblem | Transient | None = None
        """What is raised next, once the events before it have been given out."""
        self.has_begun = False
        """Something came of the answer, were it only a thought that nobody may read."""
        self.done = False
        """The provider said that nothing more comes."""

    @property
    def ended(self) -> bool:
        """The answer is whole; only its usage may still come."""
        return self.done or self._reason is not None

    def read(self, payloads: list[bytes]) -> list[ModelEvent]:
        """The events in `payloads`; words that came together are one delta.

        Raises ModelProblem, or Transient with one, when the provider reports an error or cannot be understood:
        at once, or at the next call when there are events that came before it.
        """
        if self.fault is not None:
            raise self.fault
        try:
            for payload in payloads:
                if payload == DONE:
                    self.done = True
                    break
                self._take(payload)
        except (ModelProblem, Transient) as fault:
            if not self._events and not self._pieces:
                raise
            self.fault = fault
        self._flush()
        events, self._events = self._events, []
        return events

    def finish(self) -> list[ModelEvent]:
        """The last events, once it has ended: what was held back, the tool calls, and Finished."""
        self._say(self._reasoning.end(), ReasoningDelta)
        self._say(self._text.end(), TextDelta)
        self._flush()
        calls = self._calls.finish()
        reason = REASONS.get((self._reason or "").casefold(), "tool_calls" if calls else "stop")
        model = whole(self._model)[:200] if self._model else None
        keepsake = self._keepsake() if calls else None
        events = [*self._events, *calls, Finished(reason, self._usage, model, keepsake)]
        self._events = []
        return events

    def _keepsake(self) -> Keepsake | None:
        """What goes back with the calls. One without a body stands for the reasoning, which is kept anyhow."""
        if self._thoughts is None:
            return None
        if self._thoughts.field == "reasoning_details":
            details = self._details.finish()
            return Keepsake(self._thoughts.of, details) if details else None
        return Keepsake(self._thoughts.of, None) if self._has_thought else None

    # --- one event -------------------------------------------------------------------------------------------------

    def _take(self, payload: bytes) -> None:
        try:
            event: Any = orjson.loads(payload)
        except orjson.JSONDecodeError:
            event = self._read_leniently(payload)
        if not is_object(event):
            raise self._faults.malformed(f"an event that is no object: {payload[:200]!r}")
        if event.get("error"):
            raise self._faults.in_stream(event["error"])
        choices = event.get("choices")
        if choices:
            self._choose(choices)
        elif event.get("object") == "error":
            raise self._faults.in_stream(event)
        usage = event.get("usage")
        if self._reason and not usage and is_object(event.get("x_groq")):
            usage = event["x_groq"].get("usage")
        if usage:
            self._usage = usage_from(usage) or self._usage
        if self._model is None:
            model = event.get("model")
            self._model = model if isinstance(model, str) else ""

    def _read_leniently(self, payload: bytes) -> Any:
        # orjson refuses "\ud83d" alone, which JSON allows and which a pair that was cut in two consists of.
        try:
            event = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise self._faults.malformed(f"an event that is no JSON: {payload[:200]!r}") from error
        self._may_be_split = True
        return event

    def _choose(self, choices: Any) -> None:
        choice: Any = choices[0] if is_list(choices) else None
        if not is_object(choice):
            raise self._faults.malformed(f"choices that are none: {str(choices)[:200]}")
        delta = choice.get("delta") or choice.get("message")
        if is_object(delta):
            content = delta.get("content")
            if content:
                self._push(content if type(content) is str else _text_of(content), self._text, TextDelta)
            if len(delta) > 1 or not content:
                self._take_the_rest(delta)
            self.has_begun = self.has_begun or any(value for name, value in delta.items() if name != "role")
        reason = choice.get("finish_reason")
        if reason:
            self._reason = str(reason)
            if self._reason in FAILURES:
                raise self._faults.in_stream(choice.get("error") or {"code": FAILURES[self._reason], **choice})
            if choice.get("usage"):
                self._usage = usage_from(choice["usage"]) or self._usage

    def _take_the_rest(self, delta: dict[str, Any]) -> None:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if delta.get("reasoning_details"):
            read = self._details.take(delta["reasoning_details"])
            reasoning = reasoning or read
        if reasoning and isinstance(reasoning, str):
            self._has_thought = True
            self._push(reasoning, self._reasoning, ReasoningDelta)
        refusal = delta.get("refusal")
        if isinstance(refusal, str):
            self._push(refusal, self._text, TextDelta)
        if delta.get("tool_calls"):
            try:
                self._say(whole(self._calls.take(delta["tool_calls"])), CallDelta)
            except BadCall as error:
                raise self._faults.malformed(str(error)) from error

    # --- words -----------------------------------------------------------------------------------------------------

    def _push(self, piece: str, joiner: SurrogateJoiner, kind: Words) -> None:
        if self._may_be_split:
            piece = joiner.push(piece)
        self._say(piece, kind)

    def _say(self, text: str, kind: Words) -> None:
        if not text:
            return
        if kind is not self._kind:
            self._flush()
            self._kind = kind
        self._pieces.append(text)

    def _flush(self) -> None:
        if self._pieces:
            self._events.append(self._kind("".join(self._pieces)))
            self._pieces.clear()


def _text_of(parts: Any) -> str:
    """The words of a content that is a list of parts."""
    texts = [part.get("text") for part in parts if is_object(part)] if is_list(parts) else []
    return "".join(text for text in texts if isinstance(text, str))
