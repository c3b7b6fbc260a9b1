"""A request in the words of Chat Completions: canonical values in, the JSON body out. No I/O."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence

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
    longest,
)
from parlour.models.call_ids import fitted
from parlour.models.dialect import Dialect, Json
from parlour.models.forms import JsonForm
from parlour.models.surrogates import whole
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
UNFINISHED = "(This answer was not finished.)"
CACHED: Json = {"type": "ephemeral"}


def request_body(request: ModelRequest, *, model: str, dialect: Dialect) -> bytes:
    """The body of `POST /chat/completions` that asks `model` for one streamed answer."""
    body: Json = {"model": model, "messages": wire_messages(request, dialect), "stream": True}
    if dialect.asks_for_usage:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = [wire_tool(tool) for tool in request.tools]
    body.update(_parameters(request, dialect))
    if stops := _stops(request, dialect):
        body["stop"] = stops
    if request.form and _is_held_to_forms(request, dialect):
        body["response_format"] = _format(request.form, dialect)
    if dialect.takes_cache_key:
        body["prompt_cache_key"] = _cache_key(request.caller)
    body.update(dialect.adds)
    return _encoded(body)


def wire_messages(request: ModelRequest, dialect: Dialect) -> list[JsonValue]:
    """The system's words, then the talk, in order."""
    system = _system(request, dialect)
    messages: list[Json] = [{"role": "system", "content": system}] if system else []
    talk = fitted(request.messages, dialect.call_ids)
    messages += [_message(message, dialect) for message in (_in_turn(talk) if dialect.takes_turns else talk)]
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
    most = longest(request, dialect.thinking_tokens)
    named = {name: getattr(wanted, name) for name in SAMPLING} | {dialect.limit_field: most}
    return {name: value for name, value in named.items() if value is not None and name not in dialect.refuses}


def _stops(request: ModelRequest, dialect: Dialect) -> list[JsonValue]:
    """The words to stop at that are sent: white space alone would end a call of a tool while it is written."""
    if "stop" in dialect.refuses:
        return []
    return [stop for stop in request.stop if stop.strip() or not request.tools]


def _system(request: ModelRequest, dialect: Dialect) -> str:
    """The system's words, and what form is wanted where the provider does not see to it."""
    form = request.form
    if form is None or _is_told(form, request, dialect):
        return request.system
    return f"{request.system}\n\n{form.words}".strip()


def _is_held_to_forms(request: ModelRequest, dialect: Dialect) -> bool:
    return dialect.forms_beside_tools or not request.tools


def _is_told(form: JsonForm, request: ModelRequest, dialect: Dialect) -> bool:
    """Whether nothing more need be said. Who is asked for any JSON has to read the word, or the request is refused."""
    if not _is_held_to_forms(request, dialect):
        return False
    if form.schema is not None:
        return dialect.takes_schema
    said = (request.system, *(message.text for message in request.messages if isinstance(message, UserMessage)))
    return any("json" in text.casefold() for text in said)


def _format(form: JsonForm, dialect: Dialect) -> Json:
    if form.schema is None or not dialect.takes_schema:
        return dict(dialect.json_format)
    described: Json = {"description": form.description} if form.description else {}
    schema: Json = {"name": form.name, **described, "schema": form.schema, "strict": form.is_strict}
    return {"type": "json_schema", "json_schema": schema}


def _in_turn(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """The same talk, both sides in turn: what stands on a person's in a row is one message.

    Where somebody stopped an answer behind its tools, the other side is missing, and is there as `UNFINISHED`.
    """
    found: list[ModelMessage] = []
    for message in messages:
        last = found[-1] if found else None
        if isinstance(message, UserMessage) and isinstance(last, UserMessage):
            text = "\n\n".join(filter(None, (last.text, message.text)))
            found[-1] = UserMessage(text, (*last.images, *message.images))
            continue
        if isinstance(message, UserMessage) and isinstance(last, ToolMessage):
            found.append(AssistantMessage(UNFINISHED))
        found.append(message)
    return found


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
