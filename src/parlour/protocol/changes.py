"""How one message changes by an event about it. Pure; `reduce` decides whether the event counts."""

from collections.abc import Sequence
from typing import assert_never

from parlour.protocol.content import Message, MessageBody, Part, ReasoningPart, TextPart, ToolCallPart
from parlour.protocol.events import (
    AnswerRestarted,
    MessageDeleted,
    MessageUpdated,
    StreamChunk,
    ToolCall,
    ToolResult,
)
from parlour.protocol.text import STATE_TEXT_UNITS, first_units, spliced

_RESULT = (
    "status",
    "summary",
    "result",
    "truncated",
    "error",
    "duration_ms",
    "cached",
    "repeated",
    "decided_by",
    "undo",
)

MessageChange = MessageUpdated | MessageDeleted | StreamChunk | AnswerRestarted | ToolCall | ToolResult


def message_of(body: MessageBody, position: int, rev: int) -> Message:
    """The message that an event's `body` brings, each of its texts cut to what a state holds."""
    fields = {name: value for name, value in body if name in MessageBody.model_fields}
    fields["parts"] = [_held(part) for part in body.parts]
    return Message.model_construct(**fields, position=position, rev=rev)


def changed(message: Message, event: MessageChange, seq: int) -> Message:
    """`message` after `event`, which is number `seq` of its topic.

    Raises ValueError when the event does not follow from what is held: something in between is missing.
    """
    match event:
        case MessageUpdated():
            return message_of(event.message, message.position, seq)
        case MessageDeleted():
            return message.model_copy(update={"rev": seq, "parts": [], "deleted_at": event.deleted_at})
        case StreamChunk():
            return _with_chunk(message, event).model_copy(update={"rev": seq})
        case AnswerRestarted():
            kept = message.parts[: event.part]
            return message.model_copy(update={"rev": seq, "attempt": event.attempt, "parts": kept})
        case ToolCall():
            return message.model_copy(update={"rev": seq, "parts": _with_calls(message.parts, event)})
        case ToolResult():
            return message.model_copy(update={"rev": seq, "parts": with_result(message.parts, event)})
        case _:
            assert_never(event)


def _held(part: Part) -> Part:
    if isinstance(part, TextPart | ReasoningPart) and part.length > STATE_TEXT_UNITS:
        return part.model_copy(update={"text": first_units(part.text, STATE_TEXT_UNITS)})
    return part


def _with_chunk(message: Message, event: StreamChunk) -> Message:
    if event.attempt < message.attempt:
        return message
    parts = _with_text(message.parts, event) if event.chunk else message.parts
    if not event.is_final:
        return message.model_copy(update={"parts": parts})
    return message.model_copy(
        update={
            "parts": parts,
            "status": event.status or message.status,
            "model": event.model or message.model,
            "models": event.models or message.models,
            "cached": event.cached,
            "usage": event.usage or message.usage,
            "error": event.error,
        }
    )


def _with_text(parts: Sequence[Part], event: StreamChunk) -> list[Part]:
    if event.part == len(parts):
        if event.is_final:
            return list(parts)
        text, length = spliced("", 0, event.offset, event.chunk)
        new = TextPart(text=text, length=length) if event.kind == "text" else ReasoningPart(text=text, length=length)
        return [*parts, new]
    part = parts[event.part] if event.part < len(parts) else None
    if not isinstance(part, TextPart | ReasoningPart) or part.kind != event.kind:
        raise ValueError(f"part {event.part} of message {event.message_id} is not the {event.kind} that goes on")
    text, length = spliced(part.text, part.length, event.offset, event.chunk)
    return _replaced(parts, event.part, part.model_copy(update={"text": text, "length": length}))


def _with_calls(parts: Sequence[Part], event: ToolCall) -> list[Part]:
    grown = list(parts)
    for item in sorted(event.tool_calls, key=lambda item: item.part):
        call = ToolCallPart(
            tool_call_id=item.id,
            name=item.function.name,
            arguments=item.function.arguments,
            label=item.label,
            status="pending",
        )
        if item.part != len(grown):
            raise ValueError(f"a tool call stands at part {item.part} of message {event.message_id}, which is taken")
        grown.append(call)
    return grown


def with_result(parts: Sequence[Part], event: ToolResult) -> list[Part]:
    """`parts` after what `event` says of one call among them. Raises ValueError when that is none of them."""
    for index, part in enumerate(parts):
        if isinstance(part, ToolCallPart) and part.tool_call_id == event.tool_call_id:
            update = {name: getattr(event, name) for name in _RESULT} | {"label": event.label or part.label}
            if event.arguments is not None:
                update["arguments"] = event.arguments
            return _replaced(parts, index, part.model_copy(update=update))
    raise ValueError(f"message {event.message_id} has no tool call {event.tool_call_id}")


def _replaced(parts: Sequence[Part], index: int, part: Part) -> list[Part]:
    return [*parts[:index], part, *parts[index + 1 :]]
