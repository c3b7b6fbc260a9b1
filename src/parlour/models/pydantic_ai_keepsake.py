"""What a provider wants back with an answer: how the answer was laid out, and what it signed of it. No I/O.

The words, the thoughts and the calls are in the message already. So what is kept is one note for each of its parts,
in order: how much of which they are, and what the provider attached, which is given back unread.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import JsonValue, TypeAdapter
from pydantic_ai.messages import ModelResponsePart, TextPart, ThinkingPart, ToolCallPart

from parlour.models.base import AssistantMessage, Keepsake, RequestedCall
from parlour.models.shapes import is_list, is_object

Signed = TypeVar("Signed", TextPart, ThinkingPart, ToolCallPart)

_JSON: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def keepsake_of(parts: Sequence[ModelResponsePart], kind: str, model: str) -> Keepsake | None:
    """What has to go back with these parts to a provider of this kind; None when nothing was attached to them."""
    notes: list[JsonValue] = []
    attached = False
    for part in parts:
        if isinstance(part, TextPart | ThinkingPart):
            note: dict[str, JsonValue] = {"is": part.part_kind, "length": len(part.content)}
        elif isinstance(part, ToolCallPart):
            note = {"is": part.part_kind}
        else:
            continue
        signature = part.signature if isinstance(part, ThinkingPart) else None
        found: dict[str, Any] = {"id": part.id, "signature": signature, "details": part.provider_details}
        held = {name: value for name, value in found.items() if value}
        attached = attached or bool(held)
        notes.append({**note, **_JSON.dump_python(held, mode="json")})
    return Keepsake(kind, {"model": model, "parts": notes}) if attached else None


def laid_out(message: AssistantMessage, kind: str, system: str) -> tuple[list[ModelResponsePart], str | None]:
    """The parts of an answer as its provider laid them out, and the model that gave it.

    Where nothing was kept, or it is of another kind of provider or of an answer that was changed since, they are its
    words and its calls: thoughts that nobody signed go back to nobody.
    """
    keepsake = message.keepsake
    if keepsake is not None and keepsake.of == kind and is_object(body := keepsake.body):
        notes = body.get("parts")
        parts = _restored(message, notes, system) if is_list(notes) else None
        if parts is not None:
            return parts, str(body.get("model") or "") or None
    words: list[ModelResponsePart] = [TextPart(message.text)] if message.text else []
    return [*words, *(_call(call) for call in message.calls)], None


def _restored(message: AssistantMessage, notes: Sequence[Any], system: str) -> list[ModelResponsePart] | None:
    """The parts that the notes tell of; None when they are not of this message."""
    parts: list[ModelResponsePart] = []
    text, thoughts, calls = 0, 0, 0
    for note in notes:
        if not is_object(note):
            return None
        length = note.get("length", 0)
        match note.get("is"):
            case "text":
                parts.append(_attached(TextPart(message.text[text : text + length]), note, system))
                text += length
            case "thinking":
                piece = ThinkingPart(message.reasoning[thoughts : thoughts + length], signature=note.get("signature"))
                parts.append(_attached(piece, note, system))
                thoughts += length
            case "tool-call" if calls < len(message.calls):
                parts.append(_attached(_call(message.calls[calls]), note, system))
                calls += 1
            case _:
                return None
    whole = (text, thoughts, calls) == (len(message.text), len(message.reasoning), len(message.calls))
    return parts if whole else None


def _attached(part: Signed, note: dict[str, Any], system: str) -> Signed:
    part.id = note.get("id")
    part.provider_details = note.get("details")
    if isinstance(part, ThinkingPart) or part.provider_details or part.id:
        part.provider_name = system
    return part


def _call(call: RequestedCall) -> ToolCallPart:
    # What the model wrote goes back as it was, also where it was no JSON: only so can it see its own mistake.
    return ToolCallPart(call.name, call.raw if call.arguments is None else call.arguments, tool_call_id=call.id)
