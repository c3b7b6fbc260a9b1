"""Providers on the loopback as they are: each says the same things in its own way, and refuses what it refuses.

The tests let the official client of the format read them too, so that they are no easier than the real ones.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from parlour.models.base import RequestedCall
from tests.providers import DONE, Act, Answer, Received, event

KEY = "sk-right"
SIGNATURE = "EqQBCkYIBxgCKkA"
CREATED = 1_763_600_000
Json = dict[str, Any]
NOTHING: list[Json] = []
Check = Callable[[Json], str | None]
"""From a request to why it is refused; None when it is not."""


@dataclass(frozen=True)
class Said:
    """One answer, in words that every provider has."""

    text: tuple[str, ...] = ()
    thought: tuple[str, ...] = ()
    calls: tuple[RequestedCall, ...] = ()
    reason: str = "stop"
    prompt_tokens: int = 11
    completion_tokens: int = 7
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True)
class Wire:
    """A provider: its name among the presets, one of its models, and its ways."""

    name: str
    model: str
    wants_key: bool = True
    thought_field: str = ""
    """What its reasoning is called; "" where it keeps it for itself."""
    whole_calls: bool = False
    """Whether a call comes in one piece."""
    ever_a_role: bool = False
    """Whether every chunk says whose words they are."""
    usage_in: str = "own"
    """Where the usage comes: in a chunk of its "own", in the "last" chunk with choices, or there in "x_groq"."""
    waits: tuple[bytes, ...] = ()
    """Comments that it sends while somebody waits."""
    extra: Json = field(default_factory=dict[str, Any])
    """Fields that its chunks have besides."""
    checks: tuple[Check, ...] = ()

    def answer(self, said: Said, *, usage: bool = True) -> tuple[bytes, ...]:
        """The pieces of a streamed answer."""
        first = () if self.ever_a_role else (self._chunk({"role": "assistant", "content": "", "refusal": None}),)
        thoughts = [self._chunk(thought) for thought in self._thoughts(said.thought)]
        words = [self._chunk({"content": text}) for text in said.text]
        calls = [self._chunk({"tool_calls": [piece]}) for piece in self._pieces(said.calls)]
        return (*self.waits, *first, *thoughts, *words, *calls, *self._end(said, usage=usage), DONE)

    def served(self, *script: Said) -> Callable[[Received], Answer]:
        """What a request gets: the answer that is its turn, or the refusal that it deserves."""
        return lambda received: self._served(received, script)

    def refusal(self, status: int, message: str, code: str | None = None, **headers: str) -> Answer:
        """A refusal in its words."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {400: "invalid_request_error", 404: "not_found_error", 429: "rate_limit_error"}.get(status, "api_error")
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        return Answer((orjson.dumps(body),), status, {"Content-Type": "application/json", **named})

    def _served(self, received: Received, script: Sequence[Said]) -> Answer:
        if self.wants_key and received.headers.get("authorization") != f"Bearer {KEY}":
            return self.refusal(401, "Incorrect API key provided: sk-wr***ng.", "invalid_api_key")
        if received.method == "GET":
            models = {"object": "list", "data": [{"id": self.model, "object": "model", "created": CREATED}]}
            return Answer((orjson.dumps(models),), headers={"Content-Type": "application/json"})
        body = received.json
        if body["model"] != self.model:
            return self.refusal(404, f"The model `{body['model']}` does not exist.", "model_not_found")
        for check in self.checks:
            if (why := check(body)) is not None:
                return self.refusal(400, why)
        steps = sum(message["role"] == "assistant" for message in _since_the_question(body["messages"]))
        acts: tuple[Act, ...] = self.answer(script[steps], usage="stream_options" in body)
        return Answer(acts)

    def _chunk(self, delta: Json, reason: str | None = None, **more: Any) -> bytes:
        if self.ever_a_role:
            delta = {"role": "assistant", "content": "", **delta}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return event(self._head() | {"choices": [choice]} | self.extra | more)

    def _head(self) -> Json:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": self.model}

    def _thoughts(self, texts: Sequence[str]) -> list[Json]:
        if self.thought_field != "reasoning_details":
            return [{self.thought_field: text} for text in texts] if self.thought_field else []
        detail = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
        told = [{"content": "", "reasoning": text, "reasoning_details": [detail | {"text": text}]} for text in texts]
        return [*told, {"content": "", "reasoning_details": [detail | {"signature": SIGNATURE}]}] if texts else []

    def _pieces(self, calls: Sequence[RequestedCall]) -> list[Json]:
        pieces: list[Json] = []
        for index, call in enumerate(calls):
            head: Json = {"index": index, "id": call.id, "type": "function"}
            if self.whole_calls:
                pieces.append(head | {"function": {"name": call.name, "arguments": call.raw}})
                continue
            pieces.append(head | {"function": {"name": call.name, "arguments": ""}})
            middle = len(call.raw) // 2
            for part in (call.raw[:middle], call.raw[middle:]):
                pieces.append({"index": index, "function": {"arguments": part}})
        return pieces

    def _end(self, said: Said, *, usage: bool) -> list[bytes]:
        reason = "tool_calls" if said.calls else said.reason
        numbers = self._usage(said)
        if not usage:
            return [self._chunk({}, reason)]
        if self.usage_in == "last":
            return [self._chunk({}, reason, usage=numbers)]
        if self.usage_in == "x_groq":
            return [self._chunk({}, reason, x_groq={"id": "req_1", "usage": numbers})]
        return [self._chunk({}, reason), event(self._head() | self.extra | {"choices": NOTHING, "usage": numbers})]

    def _usage(self, said: Said) -> Json:
        total = said.prompt_tokens + said.completion_tokens
        numbers: Json = {"prompt_tokens": said.prompt_tokens, "completion_tokens": said.completion_tokens}
        numbers["total_tokens"] = total
        if self.name == "deepseek":
            numbers["prompt_cache_hit_tokens"] = said.cached_tokens
            numbers["prompt_cache_miss_tokens"] = said.prompt_tokens - said.cached_tokens
        elif self.name != "ollama":
            numbers["prompt_tokens_details"] = {"cached_tokens": said.cached_tokens, "audio_tokens": 0}
        if self.name != "ollama":
            numbers["completion_tokens_details"] = {"reasoning_tokens": said.reasoning_tokens}
        return numbers


def _since_the_question(messages: Sequence[Json]) -> list[Json]:
    asked = max(number for number, message in enumerate(messages) if message["role"] == "user")
    return list(messages[asked + 1 :])


# --- what each refuses ---------------------------------------------------------------------------------------------


def _every_call_is_answered(body: Json) -> str | None:
    """An assistant's calls have to be followed by a result of each."""
    messages = body["messages"]
    for number, message in enumerate(messages):
        wanted = {call["id"] for call in message.get("tool_calls", ())}
        got = {after.get("tool_call_id") for after in messages[number + 1 : number + 1 + len(wanted)]}
        if wanted != got:
            return "An assistant message with 'tool_calls' must be followed by tool messages."
    return None


def _ids_are_short(body: Json) -> str | None:
    ids = [call["id"] for message in body["messages"] for call in message.get("tool_calls", ())]
    longest = max(map(len, ids), default=0)
    return f"Expected a string with maximum length 40, but got one with length {longest}." if longest > 40 else None


def _ids_are_words(body: Json) -> str | None:
    """As the maker of the model behind it has them: of letters, digits, _ and -, and no two the same."""
    ids = [call["id"] for message in body["messages"] for call in message.get("tool_calls", ())]
    fit = all(re.fullmatch(r"[a-zA-Z0-9_-]+", id) for id in ids) and len(ids) == len(set(ids))
    return None if fit else "tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"


def _json_is_spoken_of(body: Json) -> str | None:
    wanted = body.get("response_format", {}).get("type") == "json_object"
    spoken = any("json" in str(message.get("content")).casefold() for message in body["messages"])
    return "'messages' must contain the word 'json' in some form." if wanted and not spoken else None


def _no_sampling(body: Json) -> str | None:
    """A model that reasons."""
    named = {"temperature", "top_p", "presence_penalty", "frequency_penalty", "max_tokens"} & set(body)
    return f"Unsupported parameter: {', '.join(sorted(named))}." if named else None


def _calls_have_their_reasons(body: Json) -> str | None:
    """A model that thinks has to be told what it thought before it called."""
    missing = any("tool_calls" in each and "reasoning_content" not in each for each in body["messages"])
    return "The `reasoning_content` in the thinking mode must be passed back to the API." if missing else None


def _arguments_parse(body: Json) -> str | None:
    for message in body["messages"]:
        for call in message.get("tool_calls", ()):
            try:
                orjson.loads(call["function"]["arguments"])
            except orjson.JSONDecodeError:
                return "invalid tool call arguments"
    return None


def _content_is_text(body: Json) -> str | None:
    """Content may only be missing where there are calls."""
    bare = any(each.get("content") is None and "tool_calls" not in each for each in body["messages"])
    return "invalid message content type: <nil>" if bare else None


def _signatures_come_back(body: Json) -> str | None:
    """What was signed has to come back as it was."""
    for message in body["messages"]:
        details = message.get("reasoning_details")
        if "tool_calls" in message and [each.get("signature") for each in details or ()] != [SIGNATURE]:
            return "thinking blocks must be returned unmodified"
    return None


def _json_by_schema(body: Json) -> str | None:
    kind = body.get("response_format", {"type": "text"})["type"]
    return "'response_format.type' must be 'json_schema' or 'text'" if kind == "json_object" else None


OPENAI = Wire(
    "openai",
    "gpt-4o",
    extra={"service_tier": "default", "system_fingerprint": "fp_1", "usage": None},
    checks=(_every_call_is_answered, _ids_are_short, _json_is_spoken_of),
)
REASONING = Wire(
    "openai", "o3", extra={"system_fingerprint": None}, checks=(_every_call_is_answered, _ids_are_short, _no_sampling)
)
OLLAMA = Wire(
    "ollama",
    "qwen3:8b",
    wants_key=False,
    thought_field="reasoning",
    whole_calls=True,
    ever_a_role=True,
    extra={"system_fingerprint": "fp_ollama"},
    checks=(_arguments_parse, _content_is_text),
)
DEEPSEEK = Wire(
    "deepseek",
    "deepseek-v4-pro",
    thought_field="reasoning_content",
    usage_in="last",
    waits=(b": keep-alive\n\n",),
    extra={"system_fingerprint": "fp_1_prod"},
    checks=(_every_call_is_answered, _calls_have_their_reasons, _json_is_spoken_of),
)
OPENROUTER = Wire(
    "openrouter",
    "anthropic/claude-sonnet-4.5",
    thought_field="reasoning_details",
    waits=(b": OPENROUTER PROCESSING\n\n",),
    extra={"provider": "Anthropic"},
    checks=(_every_call_is_answered, _ids_are_words, _signatures_come_back),
)
GROQ = Wire("groq", "openai/gpt-oss-20b", thought_field="reasoning", usage_in="x_groq", whole_calls=True)
VLLM = Wire("vllm", "Qwen/Qwen3-8B", wants_key=False, thought_field="reasoning", checks=(_arguments_parse,))
LM_STUDIO = Wire("lm-studio", "qwen3-8b", wants_key=False, thought_field="reasoning_content", checks=(_json_by_schema,))

WIRES = (OPENAI, REASONING, OLLAMA, DEEPSEEK, OPENROUTER, GROQ, VLLM, LM_STUDIO)
