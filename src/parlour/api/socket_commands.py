"""What came in over a socket: from the bytes of a frame to the command in it, or the reason why there is none."""

from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from parlour.errors import (
    DeletionFailed,
    EditFailed,
    HandlerFailed,
    InvalidRequest,
    MessageCreationFailed,
    MessageTooLong,
    NotAvailable,
    RegenerationFailed,
    UnknownMessageType,
)
from parlour.protocol.commands import SERVED, ClientCommand

LONGEST_ID = 200

_COMMAND: TypeAdapter[ClientCommand] = TypeAdapter(ClientCommand)
_FAULTS: dict[str | None, type[HandlerFailed]] = {
    "send_message": MessageCreationFailed,
    "edit_message": EditFailed,
    "delete_message": DeletionFailed,
    "regenerate": RegenerationFailed,
}
_KNOWN = frozenset(_COMMAND.json_schema()["discriminator"]["mapping"])


def object_of(frame: str | bytes, limit: int) -> dict[str, Any]:
    """The JSON object that a frame of at most `limit` bytes is. Raises MessageTooLong, InvalidRequest."""
    if _bytes_of(frame) > limit:
        raise MessageTooLong(f"A frame has at most {limit:,} bytes.")
    try:
        raw = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("A frame is one JSON object.") from error
    if not isinstance(raw, dict):
        raise InvalidRequest("A frame is one JSON object.")
    return raw  # pyright: ignore[reportUnknownVariableType]


def reply_to_of(raw: dict[str, Any]) -> str | None:
    """What to name the frame by in the answer to it, even when nothing else in it fits."""
    given = raw.get("id")
    return given[:LONGEST_ID] if isinstance(given, str) else None


def command_of(raw: dict[str, Any]) -> ClientCommand:
    """The command that a JSON object is. Raises UnknownMessageType, NotAvailable, InvalidRequest."""
    kind = raw.get("type")
    if not isinstance(kind, str):
        raise InvalidRequest("A frame has a type.")
    if kind not in _KNOWN:
        raise UnknownMessageType(f"There is no message of type {kind[:60]!r}.")
    if kind not in SERVED:
        raise NotAvailable(f"{kind} is not available on this server.")
    try:
        return _COMMAND.validate_python(raw, strict=True)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'][1:])) or kind}: {fault['msg']}" for fault in error.errors()[:5]
        )
        raise InvalidRequest(f"{kind} does not fit: {faults}.") from error


def fault_in(command: str | None) -> HandlerFailed:
    """What a client is told when a fault of ours broke a command of this type; nothing of what broke it."""
    return _FAULTS.get(command, HandlerFailed)("Internal server error")


def _bytes_of(frame: str | bytes) -> int:
    if isinstance(frame, bytes) or frame.isascii():
        return len(frame)
    return len(frame.encode())
