"""A request in the words of Chat Completions: canonical values in, the JSON body out. No I/O."""

import json
from dataclasses import dataclass
from typing import Literal

import orjson
from pydantic import JsonValue

from parlour.models.base import AssistantMessage, ModelMessage, ModelRequest, RequestedCall, ToolMessage, UserMessage
from parlour.models.surrogates import whole
from parlour.tools.tool import Tool

Json = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where providers of one format disagree."""

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the greatest length of an answer is called: most know the first, OpenAI itself wants the second."""
    takes_temperature: bool = True
    """False for models that reason and refuse a request that names a temperature."""


def request_body(request: ModelRequest, *, model: str, dialect: Dialect) -> bytes:
    """The body of `POST /chat/completions` that asks `model` for one streamed answer."""
    body: Json = {
        "model": model,
        "messages": wire_messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [wire_tool(tool) for tool in request.tools]
    parameters = request.parameters
    if parameters.temperature is not None and dialect.takes_temperature:
        body["temperature"] = parameters.temperature
    if parameters.max_tokens is not None:
        body[dialect.limit_field] = parameters.max_tokens
    return _encoded(body)


def wire_messages(request: ModelRequest) -> list[JsonValue]:
    """The system's words, then the talk, in order."""
    system: list[JsonValue] = [{"role": "system", "content": request.system}] if request.system else []
    return system + [_message(message) for message in request.messages]


def wire_tool(tool: Tool) -> Json:
    """A tool as a function that the model may call."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def _message(message: ModelMessage) -> Json:
    match message:
        case UserMessage(text, _):
            return {"role": "user", "content": text}
        case AssistantMessage(text=text, calls=()):
            return {"role": "assistant", "content": text}
        case AssistantMessage(text=text, calls=calls):
            return {"role": "assistant", "content": text or None, "tool_calls": [_call(call) for call in calls]}
        case ToolMessage(tool_call_id, _, content):
            return {"role": "tool", "tool_call_id": tool_call_id, "content": content}


def _call(call: RequestedCall) -> Json:
    # What the model wrote goes back as it was, also where it was no JSON: only so can it see its own mistake.
    arguments = call.raw or "{}" if call.arguments is None else _encoded(call.arguments).decode()
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _encoded(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair or an integer of more than 64 bits: rare, legal in our values, beyond orjson.
        return whole(json.dumps(value, ensure_ascii=False)).encode()
