"""What providers with formats of their own say, in each format: for the provider on the loopback."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from tests import anthropic, mistral
from tests.providers import Answer, event

KEY = "very-secret-key"
JSON = {"Content-Type": "application/json"}
SSE = {"Content-Type": "text/event-stream"}
FRAMES = {"Content-Type": "application/vnd.amazon.eventstream"}
ARGUMENTS = {"room": "hall"}
NOTHING: dict[str, object] = {}


@dataclass(frozen=True)
class Format:
    """A format: the pieces of what its provider says, each of them one event or more."""

    kind: str
    model: str
    words: Sequence[bytes]
    """An answer whose words are "Hel" and "lo 🌻"; it read 7 tokens, 4 of them from a cache where there is one, and
    wrote 3, of which it thought `thought`."""
    begun: int
    """How many of those pieces tell of "Hel" and no more."""
    call: Sequence[bytes]
    """An answer that calls `look` with ARGUMENTS."""
    too_long: Sequence[bytes]
    """An answer that was cut because it was as long as it may be."""
    wrong_key: Answer
    unknown: Answer
    full: Answer
    """For the moment, there is no room for more requests."""
    headers: Mapping[str, str]
    key: str = KEY
    cached: int = 0
    thought: int = 0
    models: Answer | None = None
    """Its list of models, with one called as `model`; None where it has none."""

    def answer(self, pieces: Sequence[bytes]) -> Answer:
        """These pieces as an answer."""
        return Answer(tuple(pieces), headers=dict(self.headers))


def refused(status: int, body: object, **headers: str) -> Answer:
    """A refusal."""
    return Answer((orjson.dumps(body),), status, JSON | headers)


# --- Anthropic -----------------------------------------------------------------------------------------------------


def _anthropic() -> Format:
    text = anthropic.text(0, "Hel", "lo 🌻")
    words = (anthropic.message_start(prompt=3, read=4), *text, *anthropic.message_end())
    call = anthropic.tool_use(0, "t1", "look", orjson.dumps(ARGUMENTS).decode())
    return Format(
        "anthropic",
        "claude-fake-1",
        words,
        3,
        anthropic.answer_of(call, reason="tool_use"),
        anthropic.answer_of(text, reason="max_tokens"),
        refused(401, anthropic.error("authentication_error", f"not {KEY}")),
        refused(404, anthropic.error("not_found_error", "model: claude-fake-1")),
        refused(429, anthropic.error("rate_limit_error")),
        SSE,
        cached=4,
        models=anthropic.models("claude-fake-1"),
    )


# --- Google --------------------------------------------------------------------------------------------------------


def _google() -> Format:
    def piece(*parts: dict[str, object], reason: str | None = None) -> bytes:
        candidate: dict[str, object] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        usage = {"promptTokenCount": 7, "cachedContentTokenCount": 4, "totalTokenCount": 10}
        usage |= {"candidatesTokenCount": 1, "thoughtsTokenCount": 2}
        told = {"finishReason": reason} if reason else {}
        return event({"candidates": [candidate | told], "usageMetadata": usage, "modelVersion": "gemini-fake-1"})

    def error(status: int, code: str, message: str) -> Answer:
        return refused(status, {"error": {"code": status, "message": message, "status": code}})

    signed: dict[str, object] = {
        "functionCall": {"name": "look", "args": ARGUMENTS},
        "thoughtSignature": "c2lnbmVk",
    }
    listed = {"models": [{"name": "models/gemini-fake-1", "displayName": "Fake"}]}
    return Format(
        "google",
        "gemini-fake-1",
        (piece({"text": "Hel"}), piece({"text": "lo 🌻"}, reason="STOP")),
        1,
        (piece(signed, reason="STOP"),),
        (piece({"text": "Hel"}, reason="MAX_TOKENS"),),
        error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        error(404, "NOT_FOUND", "models/gemini-fake-1 is not found for API version v1beta"),
        error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted"),
        SSE,
        cached=4,
        thought=2,
        models=Answer((orjson.dumps(listed),), headers=JSON),
    )


# --- Mistral -------------------------------------------------------------------------------------------------------


def _mistral() -> Format:
    piece = mistral.piece
    look = {"name": "look", "arguments": orjson.dumps(ARGUMENTS).decode()}
    call: dict[str, object] = {"content": "", "tool_calls": [{"id": "abcdefghi", "index": 0, "function": look}]}
    done = b"data: [DONE]\n\n"
    listed = {"object": "list", "data": [{"id": "mistral-fake-1", "object": "model"}]}
    start, more = piece({"role": "assistant", "content": "Hel"}), piece({"content": "lo 🌻"})
    return Format(
        "mistral",
        "mistral-fake-1",
        (start, more, piece({"content": ""}, "stop"), done),
        1,
        (piece(call, "tool_calls"), done),
        (start, piece({"content": ""}, "length"), done),
        refused(401, {"detail": "Unauthorized"}),
        refused(404, {"object": "error", "message": "Invalid model", "type": "invalid_model", "code": "1500"}),
        refused(429, {"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited"}),
        SSE,
        models=Answer((orjson.dumps(listed),), headers=JSON),
    )


# --- Bedrock -------------------------------------------------------------------------------------------------------


def _bedrock() -> Format:
    def text(words: str) -> bytes:
        return frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": words}})

    def end(reason: str) -> tuple[bytes, ...]:
        usage = {"inputTokens": 3, "outputTokens": 3, "totalTokens": 10, "cacheReadInputTokens": 4}
        return (
            frame("contentBlockStop", {"contentBlockIndex": 0}),
            frame("messageStop", {"stopReason": reason}),
            frame("metadata", {"usage": usage, "metrics": {"latencyMs": 1}}),
        )

    def error(status: int, name: str, message: str) -> Answer:
        return refused(status, {"message": message}, **{"x-amzn-ErrorType": name})

    start = frame("messageStart", {"role": "assistant"})
    tool = {"toolUse": {"toolUseId": "t1", "name": "look"}}
    asked = {"toolUse": {"input": orjson.dumps(ARGUMENTS).decode()}}
    call = (
        frame("contentBlockStart", {"contentBlockIndex": 0, "start": tool}),
        frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": asked}),
    )
    return Format(
        "bedrock",
        "amazon.fake-1",
        (start, text("Hel"), text("lo 🌻"), *end("end_turn")),
        2,
        (start, *call, *end("tool_use")),
        (start, text("Hel"), *end("max_tokens")),
        error(403, "AccessDeniedException", "Authentication failed"),
        error(404, "ResourceNotFoundException", "Could not resolve the foundation model"),
        error(429, "ThrottlingException", "Too many requests"),
        FRAMES,
        key=f"AKIAFAKE:{KEY}",
        cached=4,
    )


def frame(kind: str, value: object) -> bytes:
    """One event as Amazon frames it: lengths, a checksum of them, headers, the JSON, a checksum of all."""
    named = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(text)) + text.encode()
        for name, text in named.items()
    )
    payload = orjson.dumps(value)
    lengths = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    whole = lengths + struct.pack(">I", zlib.crc32(lengths)) + headers + payload
    return whole + struct.pack(">I", zlib.crc32(whole))


FORMATS = (_anthropic(), _google(), _mistral(), _bedrock())
