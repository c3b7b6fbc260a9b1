"""What the fake provider does with one request: a value, made of its options and of the words in the request."""

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one answer goes. Times are in milliseconds. A word such as `chunks=200` in the question changes a field."""

    chunks: int = 100
    """How many pieces of text the answer has."""
    spacing: float = 20.0
    """Between two pieces; 0 sends as fast as the client reads."""
    first: float = 0.0
    """Before the first piece."""
    jitter: float = 0.0
    """At most so much longer before the first piece, by chance, so that streams do not run in step."""
    size: int = 24
    """Characters in a piece; the send time takes 20 of them, and it is padded with blanks."""
    paragraph: int = 0
    """A blank line in place of the last two blanks of every so many pieces; 0 for none."""
    tool: str = ""
    """The tool to ask for before answering; "" for none."""
    args: str = "{}"
    """The arguments of that call, as JSON without blanks."""
    calls: int = 1
    """How many such calls at once."""
    rounds: int = 1
    """How many times to ask for tools before answering."""
    status: int = 200
    """Answer with this HTTP status instead."""
    retry_after: str = ""
    """The Retry-After header that goes with it."""
    cut: int = -1
    """Tear the connection down after so many pieces; -1 for never."""
    hang: int = -1
    """Say nothing more after so many pieces; -1 for never."""
    usage: int = 1
    """Whether to report usage at the end: 1 or 0."""


KINDS: dict[str, type[int] | type[float] | type[str]] = {
    name: type(value) for name, value in dataclasses.asdict(Plan()).items()
}
"""What each field of a plan is, by its name."""


def planned(default: Plan, request: Json) -> tuple[Plan, bool]:
    """The plan of a request, and whether it now asks for tools."""
    messages: list[Json] = request.get("messages") or []
    question, answers = "", 0
    for message in reversed(messages):
        if message.get("role") == "user":
            question = str(message.get("content") or "")
            break
        answers += message.get("role") == "assistant"
    plan = steered(default, question)
    return plan, bool(plan.tool) and answers < plan.rounds


def steered(default: Plan, question: str) -> Plan:
    """`default` with the fields that the question names; words that name none mean nothing."""
    if "=" not in question:
        return default
    changes: dict[str, Any] = {}
    for name, _, value in (word.partition("=") for word in question.split()):
        if name in KINDS and value:
            with suppress(ValueError):
                changes[name] = KINDS[name](value)
    return dataclasses.replace(default, **changes)


def chunk(delta: Json, reason: str | None = None) -> bytes:
    """One event of a stream, as bytes of the body."""
    value = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "bench",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }
    return b"data: " + orjson.dumps(value) + b"\n\n"


def beginning(plan: Plan, *, calls: bool) -> list[bytes]:
    """The events before the text: the role, or the whole of the tool calls, cut in pieces as OpenAI does."""
    events = [chunk({"role": "assistant", "content": None if calls else ""})]
    for index in range(plan.calls if calls else 0):
        head = {"index": index, "id": f"call_{index}", "type": "function"}
        events.append(chunk({"tool_calls": [{**head, "function": {"name": plan.tool, "arguments": ""}}]}))
        middle = len(plan.args) // 2
        for piece in (plan.args[:middle], plan.args[middle:]):
            events.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
    return events


def ending(plan: Plan, sent: int, *, calls: bool) -> list[bytes]:
    """The events behind the text: the reason, the usage, and the end."""
    events = [chunk({}, "tool_calls" if calls else "stop")]
    if plan.usage:
        numbers = {"prompt_tokens": 10, "completion_tokens": sent, "total_tokens": 10 + sent}
        events.append(b"data: " + orjson.dumps({"model": "bench", "choices": [], "usage": numbers}) + b"\n\n")
    return [*events, b"data: [DONE]\n\n"]
