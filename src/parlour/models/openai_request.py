"""A request in the words of Chat Completions: canonical values in, the JSON body out. No I/O."""

import hashlib
import json
from base64 import b64encode

import orjson
from pydantic import JsonValue

from parlour.models.base import (
    AssistantMessage,
    Image,
    ModelMessage,
    ModelRequest,
    RequestedCall,
    ToolMessage,
    UserMessage,
)
from parlour.models.dialect import Dialect, Json
from parlour.models.surrogates import whole
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
ONLY_JSON = "Answer with one JSON object and nothing else."
CACHED: Json = {"type": "ephemeral"}
IMAGE_TOKENS = 1_000
"""About what a picture takes; the providers count between a hundred and a few thousand."""


def request_body(request: ModelRequest, *, model: str, dialect: Dialect) -> bytes:
    """The body of `POST /chat/completions` that asks `model` for one streamed answer."""
    body: Json = {"model": model, "messages": wire_messages(request, dialect), "stream": True}
    if dialect.asks_for_usage:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [wire_tool(tool) for tool in request.tools]
    body.update(_parameters(request, dialect))
    if request.as_json:
        body["response_format"] = dict(dialect.json_format)
    if dialect.takes_cache_key:
        body["prompt_cache_key"] = _cache_key(request.caller)
    body.update(dialect.adds)
    return _encoded(body)


def estimated_prompt(request: ModelRequest, body: bytes) -> int:
    """How many tokens a request has, about, for a provider that does not say."""
    pictures = [image for message in request.messages if isinstance(message, UserMessage) for image in message.images]
    encoded = sum(-(-len(image.data) // 3) * 4 for image in pictures)
    return -(-(len(body) - encoded) // 4) + IMAGE_TOKENS * len(pictures)


def wire_messages(request: ModelRequest, dialect: Dialect) -> list[JsonValue]:
    """The system's words, then the talk, in order."""
    system = _system(request)
    messages: list[Json] = [{"role": "system", "content": system}] if system else []
    messages += [_message(message, dialect) for message in request.messages]
    if dialect.marks_cache:
        _mark(messages)
    return [*messages]


def wire_tool(tool: Tool) -> Json:
    """A tool as a function that the model may call."""
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    }


def _parameters(request: ModelRequest, dialect: Dialect) -> Json:
    wanted = request.parameters
    longest = None if wanted.max_tokens is None else wanted.max_tokens + dialect.thinking_tokens
    named = {name: getattr(wanted, name) for name in SAMPLING} | {dialect.limit_field: longest}
    return {name: value for name, value in named.items() if value is not None and name not in dialect.refuses}


def _system(request: ModelRequest) -> str:
    """The system's words. Who is asked for JSON has to read the word, or the request is refused."""
    said = (request.system, *(message.text for message in request.messages if isinstance(message, UserMessage)))
    if not request.as_json or any("json" in text.casefold() for text in said):
        return request.system
    return f"{request.system}\n\n{ONLY_JSON}".strip()


def _message(message: ModelMessage, dialect: Dialect) -> Json:
    match message:
        case UserMessage(text, ()):
            return {"role": "user", "content": text}
        case UserMessage(text, images):
            return {"role": "user", "content": [*([_text(text)] if text else []), *map(_image, images)]}
        case AssistantMessage(text=text, calls=()):
            return {"role": "assistant", "content": text}
        case AssistantMessage(text=text, calls=calls):
            called: list[JsonValue] = [_call(call, dialect) for call in calls]
            return {
                "role": "assistant",
                "content": text or None,
                **_thought(message, dialect),
                "tool_calls": called,
            }
        case ToolMessage(tool_call_id, _, content):
            return {"role": "tool", "tool_call_id": tool_call_id, "content": content}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _image(image: Image) -> Json:
    data = b64encode(image.data).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{image.content_type};base64,{data}"}}


def _thought(message: AssistantMessage, dialect: Dialect) -> Json:
    """What was thought before the calls, for those who want it back. A keepsake without a body stands for the text."""
    thoughts, keepsake = dialect.thoughts, message.keepsake
    if thoughts is None:
        return {}
    if keepsake is not None and keepsake.of == thoughts.of:
        return {thoughts.field: message.reasoning if keepsake.body is None else keepsake.body}
    return {} if thoughts.missing is None else {thoughts.field: thoughts.missing}


def _call(call: RequestedCall, dialect: Dialect) -> Json:
    # What the model wrote goes back as it was, also where it was no JSON: only so can it see its own mistake.
    broken = call.raw if call.raw and dialect.takes_broken_arguments else "{}"
    arguments = broken if call.arguments is None else _encoded(call.arguments).decode()
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _mark(messages: list[Json]) -> None:
    """Show where the prompt stays the same: behind the system's words, and behind what the person said last."""
    ends = {message["role"]: message for message in messages if message["role"] in ("system", "user")}
    for message in ends.values():
        content = message["content"]
        parts: list[JsonValue] = content if isinstance(content, list) else [_text(str(content))]
        last = parts[-1]
        if isinstance(last, dict):
            message["content"] = [*parts[:-1], {**last, "cache_control": CACHED}]


def _cache_key(caller: Caller) -> str:
    """The same for everything that one person asks in one project, and no name of either."""
    whose = f"{caller.tenant_id}/{caller.project_id}/{caller.user_id}"
    return hashlib.blake2b(whose.encode(), digest_size=16).hexdigest()


def _encoded(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair or an integer of more than 64 bits: rare, legal in our values, beyond orjson.
        return whole(json.dumps(value, ensure_ascii=False)).encode()
