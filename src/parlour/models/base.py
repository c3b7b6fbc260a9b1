"""The one interface of everything that can answer: a request in, a stream of events out.

A request and its events are values. A model keeps nothing between calls; whatever it needs to know of the talk
so far is in the request's messages.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from pydantic import JsonValue

from parlour.models.forms import JsonForm
from parlour.protocol.content import Parameters, Usage
from parlour.tools.caller import Caller
from parlour.tools.outcomes import RequestedCall
from parlour.tools.tool import Tool

__all__ = ["RequestedCall"]

Arguments = dict[str, JsonValue]
FinishReason = Literal["stop", "tool_calls", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Keepsake:
    """What a provider wants back with the same answer, unread by us: the signatures of what it thought, say."""

    of: str
    """Whose it is: given back to models of the same kind of provider only, such as "anthropic"."""
    body: JsonValue


# --- what is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, as its bytes."""

    content_type: str
    """Such as "image/png"."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What a person said, and the pictures they showed with it."""

    text: str
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseMessage(UserMessage):
    """What the house has to say beside the talk: data, which no person said, in the place of somebody who did.

    The wires of language models have no better place for it, so it goes out as any UserMessage. It is never the last.
    """


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """What a model said, in one step: words, and the tools it asked for."""

    text: str
    calls: tuple[RequestedCall, ...] = ()
    reasoning: str = ""
    keepsake: Keepsake | None = None


@dataclass(frozen=True, slots=True)
class ToolMessage:
    """What came of one call. `content` is JSON text for a language model; `sentence` the same in plain words."""

    tool_call_id: str
    name: str
    content: str
    sentence: str
    failed: bool = False


ModelMessage = UserMessage | AssistantMessage | ToolMessage


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Everything a model gets to see for one step."""

    system: str
    messages: tuple[ModelMessage, ...]
    """In order; ends with a UserMessage or with the ToolMessages of the last AssistantMessage's calls."""
    tools: tuple[Tool, ...]
    caller: Caller
    parameters: Parameters = field(default_factory=Parameters)
    stop: tuple[str, ...] = ()
    """Words at which the answer is to end, before the first of them; see `stop_words`, which sees to it."""
    form: JsonForm | None = None
    """What the answer has to be; None for words."""
    most_tokens: int | None = None
    """How many it may write in all, its thoughts included, where a budget pays for no more."""
    has_stand_in: bool = False
    """Whether somebody else is asked where this one fails: then nobody waits until it has room again."""


# --- what comes back -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more words; never empty, never half a surrogate pair."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Some more of what the model thinks."""

    text: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """Some more of what a call is made of while it is written. To be counted: what to do is said by `Called` alone."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """A whole tool call, its arguments complete. Its id is its own in this answer; earlier ones may have had it."""

    call: RequestedCall


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of the stream; always the last event of a stream that did not fail."""

    reason: FinishReason
    usage: Usage | None = None
    model: str | None = None
    """The model that answered, when the provider named it."""
    keepsake: Keepsake | None = None


ModelEvent = TextDelta | ReasoningDelta | CallDelta | Called | Finished


class ModelProblem(Exception):
    """A model could not answer, or not to the end. `code` is for programs, the text safe for people.

    Codes: provider_unauthorized, provider_rate_limited, provider_unavailable, provider_refused, provider_malformed,
    provider_timeout, provider_cut (the stream ended without an end), context_too_long, no_model_left.
    """

    def __init__(self, code: str, safe: str, *, detail: str = "", cause: str = "") -> None:
        self.code = code
        self.safe = safe
        self.detail = detail
        """For the log only: status, provider's own words."""
        self.cause = cause
        """Finer than the code, for whoever sets a provider up: `openai_faults` names them."""
        super().__init__(f"{code}: {safe}")


@runtime_checkable
class Thinking(Protocol):
    """A model that may think before it answers, and can tell how much."""

    @property
    def thinking_tokens(self) -> int:
        """How many tokens it may think with besides its longest answer."""
        ...


def longest(request: ModelRequest, thinking_tokens: int) -> int | None:
    """How many tokens a model may write that thinks with so many besides its answer; None where nobody said."""
    wanted = request.parameters.max_tokens
    limits = (None if wanted is None else wanted + thinking_tokens, request.most_tokens)
    return min((limit for limit in limits if limit is not None), default=None)


def thinking_tokens_of(model: "Model") -> int:
    """How many tokens a model may think with besides its longest answer; 0 where it does not say."""
    return model.thinking_tokens if isinstance(model, Thinking) else 0


class Model(Protocol):
    """Somebody who answers."""

    @property
    def name(self) -> str:
        """As it is shown and stored: "openai/gpt-…", "built-in"."""
        ...

    @property
    def window(self) -> int:
        """How many tokens a request and its answer may have together."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer. Ends with `Finished`, or raises ModelProblem. Closing the iterator cancels the work at once."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` has, exactly or as the labelled estimate."""
        ...

    async def health(self) -> bool:
        """Whether it could answer now."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def estimate_tokens(text: str) -> int:
    """The labelled estimate where there is no tokenizer: a token for every four bytes of UTF-8, rounded up."""
    return -(-len(text.encode()) // 4)


def last_user_text(messages: Sequence[ModelMessage]) -> str:
    """What the person said last; "" when nobody said anything."""
    return next((m.text for m in reversed(messages) if isinstance(m, UserMessage)), "")


def texts_of(message: ModelMessage) -> Iterator[str]:
    """Everything in a message that takes tokens."""
    match message:
        case UserMessage(text):
            yield text
        case AssistantMessage():
            yield message.text
            yield from (call.name + call.raw for call in message.calls)
        case ToolMessage():
            yield message.content
