"""One streamed answer, read: the events of pydantic-ai in, model events out. No I/O."""

from pydantic_ai.messages import (
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import StreamedResponse

from parlour.ids import new_id
from parlour.models.base import (
    CallDelta,
    Called,
    Finished,
    FinishReason,
    ModelEvent,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
)
from parlour.models.openai_calls import NAME_CHARACTERS, BadCall, CallLimits, parsed_arguments
from parlour.models.pydantic_ai_keepsake import keepsake_of
from parlour.models.surrogates import SurrogateJoiner, whole
from parlour.protocol.content import Usage

REASONS: dict[str, FinishReason] = {"length": "length", "content_filter": "content_filter"}
"""Any other word means that it ended well; whether it then asks for tools is seen by the calls."""
MOST_TOKENS = 2**31 - 1
THOUGHT = ("reasoning_tokens", "thinking_tokens", "thoughts_tokens")
"""What providers call the tokens that a model thought with, where nobody calls them the same."""

Words = type[TextDelta] | type[ReasoningDelta]


class OtherReply:
    """An answer that is being read."""

    def __init__(self, limits: CallLimits, *, kind: str) -> None:
        self._limits = limits
        self._kind = kind
        self._text = SurrogateJoiner()
        self._reasoning = SurrogateJoiner()
        self._argument_characters = 0
        self._calls = 0

    def read(self, event: ModelResponseStreamEvent) -> list[ModelEvent]:
        """What an event says, perhaps nothing. Raises BadCall for a call that is too long, or one too many."""
        match event:
            case (
                PartStartEvent(part=TextPart(content=words)) | PartDeltaEvent(delta=TextPartDelta(content_delta=words))
            ):
                return self._said(words, TextDelta)
            case PartStartEvent(part=ThinkingPart(content=words)):
                return self._said(words, ReasoningDelta)
            case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(words))):
                return self._said(words, ReasoningDelta)
            case PartStartEvent(part=ToolCallPart() as part):
                return self._written(1, part.tool_name, part.args)
            case PartDeltaEvent(delta=ToolCallPartDelta(tool_name_delta=name, args_delta=arguments)):
                return self._written(0, name, arguments)
            case _:
                pass
        return []

    def finish(self, response: StreamedResponse) -> list[ModelEvent]:
        """The last events, once it has ended: what was held back, the tool calls, and Finished."""
        answer = response.get()
        calls = _calls_of(answer)
        reason = REASONS.get(response.finish_reason or "", "tool_calls" if calls else "stop")
        usage = _usage_of(response)
        model = whole(response.model_name)[:NAME_CHARACTERS]
        keepsake = keepsake_of(answer.parts, self._kind, model)
        last = Finished(reason, usage, model or None, keepsake)
        return [*self._said_of(self._reasoning, ReasoningDelta), *self._said_of(self._text, TextDelta), *calls, last]

    def _said(self, words: str, kind: Words) -> list[ModelEvent]:
        joiner = self._text if kind is TextDelta else self._reasoning
        text = joiner.push(words)
        return [kind(text)] if text else []

    def _said_of(self, joiner: SurrogateJoiner, kind: Words) -> list[ModelEvent]:
        held = joiner.end()
        return [kind(held)] if held else []

    def _written(self, calls: int, name: object, arguments: object) -> list[ModelEvent]:
        text = "".join(str(each) for each in (name, arguments) if each)
        self._calls += calls
        self._argument_characters += len(text)
        if self._calls > self._limits.calls:
            raise BadCall(f"more than {self._limits.calls} tool calls")
        if self._argument_characters > self._limits.argument_characters:
            raise BadCall("a tool call that is too long")
        return [CallDelta(whole(text))] if text else []


def has_ended(response: StreamedResponse) -> bool:
    """Whether the provider said why it stopped: a stream that merely stops was cut."""
    return bool(response.finish_reason or (response.provider_details or {}).get("finish_reason"))


def _calls_of(answer: ModelResponse) -> list[Called]:
    calls: list[Called] = []
    taken: set[str] = set()
    for part in answer.parts:
        if not isinstance(part, ToolCallPart):
            continue
        raw = whole(part.args if isinstance(part.args, str) else part.args_as_json_str())
        call_id = whole(part.tool_call_id)
        if not call_id or len(call_id) > NAME_CHARACTERS or call_id in taken:
            call_id = f"call_{new_id()}"
        taken.add(call_id)
        name = whole(part.tool_name)[:NAME_CHARACTERS]
        calls.append(Called(RequestedCall(call_id, name, parsed_arguments(raw), raw)))
    return calls


def _usage_of(response: StreamedResponse) -> Usage | None:
    """Usage as reported, what was read from a cache included; None when nothing was reported."""
    told = response.usage
    figures = (told.input_tokens, told.output_tokens, told.cache_read_tokens)
    if not any(figures) or not all(0 <= figure <= MOST_TOKENS for figure in figures):
        return None
    thought = told.output_reasoning_tokens or max(told.details.get(name, 0) for name in THOUGHT)
    return Usage(
        prompt_tokens=told.input_tokens,
        completion_tokens=told.output_tokens,
        total_tokens=told.input_tokens + told.output_tokens,
        cached_tokens=min(told.cache_read_tokens, told.input_tokens),
        reasoning_tokens=min(thought, told.output_tokens),
    )
