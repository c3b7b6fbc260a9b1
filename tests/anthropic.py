"""What a provider of Anthropic's says: the events of its Messages format, for the provider on the loopback."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from tests.providers import Act, Answer, Received
from tests.wires import SIGNATURE, Said

KEY = "sk-ant-very-secret"
NO_CACHE = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}


def event(kind: str, **fields: object) -> bytes:
    """One event, as it stands in the stream: its name, and its data with the same type."""
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps({"type": kind, **fields}))


def message_start(*, prompt: int = 7, read: int = 0, written: int = 0) -> bytes:
    """The beginning of an answer. `prompt` are the tokens beyond those `read` from the cache or `written` to it."""
    usage = {
        "input_tokens": prompt,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "output_tokens": 1,
        "service_tier": "standard",
    }
    nothing: list[object] = []
    message = {
        "id": "msg_fake1",
        "type": "message",
        "role": "assistant",
        "model": "claude-fake-1",
        "content": nothing,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    return event("message_start", message=message)


def block(index: int, begun: Mapping[str, object], *deltas: Mapping[str, object]) -> tuple[bytes, ...]:
    """A whole block: its start, its deltas, its stop."""
    return (
        event("content_block_start", index=index, content_block=begun),
        *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
        event("content_block_stop", index=index),
    )


def text(index: int, *words: str) -> tuple[bytes, ...]:
    """A block of words."""
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": word} for word in words))


def thinking(index: int, *words: str, signature: str) -> tuple[bytes, ...]:
    """A block of thoughts, signed at its end."""
    thoughts = ({"type": "thinking_delta", "thinking": word} for word in words)
    begun: dict[str, object] = {"type": "thinking", "thinking": "", "signature": ""}
    return block(index, begun, *thoughts, {"type": "signature_delta", "signature": signature})


def redacted(index: int, data: str) -> tuple[bytes, ...]:
    """A block of thoughts that only the provider can read."""
    return block(index, {"type": "redacted_thinking", "data": data})


def tool_use(index: int, call_id: str, name: str, *pieces: str) -> tuple[bytes, ...]:
    """A tool call, its arguments in pieces of JSON."""
    nothing: dict[str, object] = {}
    begun = {"type": "tool_use", "id": call_id, "name": name, "input": nothing}
    return block(index, begun, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def message_end(reason: str = "end_turn", *, written: int = 3, thought: int = 0) -> tuple[bytes, ...]:
    """The end of an answer: why it ended, its usage in the end, and that nothing more comes."""
    delta = {"stop_reason": reason, "stop_sequence": None}
    usage = {"output_tokens": written, "output_tokens_details": {"thinking_tokens": thought}}
    return event("message_delta", delta=delta, usage=usage), event("message_stop")


def answer_of(*blocks: tuple[bytes, ...], reason: str = "end_turn") -> tuple[bytes, ...]:
    """The pieces of an ordinary answer of these blocks."""
    return (message_start(), event("ping"), *(piece for each in blocks for piece in each), *message_end(reason))


def said_of(said: Said) -> tuple[bytes, ...]:
    """The pieces of an answer that is given in words which every provider has."""
    blocks: list[tuple[bytes, ...]] = []
    if said.thought:
        blocks.append(thinking(0, *said.thought, signature=SIGNATURE))
    if said.text:
        blocks.append(text(len(blocks), *said.text))
    for call in said.calls:
        middle = len(call.raw) // 2
        blocks.append(tool_use(len(blocks), call.id, call.name, call.raw[:middle], call.raw[middle:]))
    return (
        message_start(prompt=said.prompt_tokens - said.cached_tokens, read=said.cached_tokens),
        *(piece for each in blocks for piece in each),
        *message_end(
            "tool_use" if said.calls else "end_turn", written=said.completion_tokens, thought=said.reasoning_tokens
        ),
    )


def served(*script: Said) -> Callable[[Received], Answer]:
    """What a request gets: the answer that is its turn, or the refusal that it deserves."""

    def answered(received: Received) -> Answer:
        messages = received.json["messages"]
        asked = max(number for number, message in enumerate(messages) if _is_question(message))
        answers = [message for message in messages[asked:] if message["role"] == "assistant"]
        for message in answers:
            if message["content"][0].get("signature") != SIGNATURE:
                return refused("Expected `thinking` or `redacted_thinking`, but found `tool_use`.")
        blocks = [block for message in messages if isinstance(message["content"], list) for block in message["content"]]
        ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if not all(re.fullmatch(r"[a-zA-Z0-9_-]+", id) for id in ids):
            return refused("tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
        if len(ids) != len(set(ids)):
            return refused("`tool_use` ids must be unique")
        return Answer(said_of(script[len(answers)]))

    return answered


def refused(why: str) -> Answer:
    """The refusal of a request that is wrong."""
    body = orjson.dumps(error("invalid_request_error", why))
    return Answer((body,), 400, {"Content-Type": "application/json"})


def _is_question(message: Mapping[str, Any]) -> bool:
    content = message["content"]
    return message["role"] == "user" and (isinstance(content, str) or content[-1]["type"] == "text")


def error(kind: str, message: str = "no") -> dict[str, object]:
    """An error as it stands in a refusal and in an event."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake1"}


def error_event(kind: str, message: str = "no") -> bytes:
    """An error in the middle of a stream."""
    return event("error", **{key: value for key, value in error(kind, message).items() if key != "type"})


def models(*names: str) -> Answer:
    """The list of models."""
    entries = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"} for name in names
    ]
    body = {"data": entries, "has_more": False, "first_id": names[0] if names else None, "last_id": None}
    return Answer((orjson.dumps(body),), headers={"Content-Type": "application/json"})


def cut_at_every(size: int, acts: Sequence[bytes]) -> tuple[Act, ...]:
    """The same bytes, cut into pieces of `size`."""
    whole = b"".join(acts)
    return tuple(whole[at : at + size] for at in range(0, len(whole), size))


TOO_LONG = "prompt is too long: 210000 tokens > 200000 maximum"
"""What it says of a request that does not fit, word by word."""
