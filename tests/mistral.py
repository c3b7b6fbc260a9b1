"""What Mistral says in its own format, and what it refuses, for the provider on the loopback."""

import re
from collections.abc import Callable

import orjson

from tests.providers import DONE, Answer, Received, event
from tests.wires import Said

JSON = {"Content-Type": "application/json"}


def piece(delta: dict[str, object], reason: str | None = None, *, prompt: int = 7, written: int = 3) -> bytes:
    """One chunk of an answer; its end, where a reason is given, with the usage."""
    usage = {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    told = {"usage": usage} if reason else {}
    head = {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "mistral-fake-1"}
    return event(head | {"choices": [choice]} | told)


def said_of(said: Said) -> tuple[bytes, ...]:
    """The pieces of an answer that is given in words which every provider has."""
    calls = [
        {"id": f"{index}bcdefghi", "index": index, "function": {"name": call.name, "arguments": call.raw}}
        for index, call in enumerate(said.calls)
    ]
    last = piece(
        {"content": "", "tool_calls": calls} if calls else {"content": ""},
        "tool_calls" if calls else "stop",
        prompt=said.prompt_tokens,
        written=said.completion_tokens,
    )
    return piece({"role": "assistant", "content": ""}), *(piece({"content": text}) for text in said.text), last, DONE


def served(*script: Said) -> Callable[[Received], Answer]:
    """What a request gets: the answer that is its turn, or the refusal that it deserves."""

    def answered(received: Received) -> Answer:
        messages = received.json["messages"]
        ids = [call["id"] for message in messages for call in message.get("tool_calls") or ()]
        for id in [*ids, *(message["tool_call_id"] for message in messages if message["role"] == "tool")]:
            if not re.fullmatch("[a-zA-Z0-9]{9}", id):
                return refused(f"Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9.")
        asked = max(number for number, message in enumerate(messages) if message["role"] == "user")
        return Answer(said_of(script[sum(message["role"] == "assistant" for message in messages[asked:])]))

    return answered


def refused(why: str) -> Answer:
    """The refusal of a request that is wrong."""
    body = {"object": "error", "message": why, "type": "invalid_request_error", "code": "3280"}
    return Answer((orjson.dumps(body),), 400, JSON)
