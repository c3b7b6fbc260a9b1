"""The tool calls of one streamed answer, put together from their pieces. No I/O.

Every provider cuts them in its own way: interleaved by index, without an index, all with index 0 and told apart by
id only; a name, an id or arguments that come late, in pieces or again; arguments as an object instead of text.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import orjson

from parlour.ids import new_id
from parlour.models.base import Arguments, Called, RequestedCall
from parlour.models.shapes import is_list, is_object
from parlour.models.surrogates import whole

NAME_CHARACTERS = 200
"""The longest id and the longest name of a call."""


class BadCall(ValueError):
    """A piece of a tool call that cannot be one, or one too many."""


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How much one answer may make us hold until its end."""

    argument_characters: int = 262_144
    """Of all the tool calls of one answer together."""
    calls: int = 64


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])

    @property
    def is_whole(self) -> bool:
        """Whether its arguments could be all there is."""
        return bool(self.pieces) and parsed_arguments("".join(self.pieces)) is not None


class CallAssembler:
    """Pieces of calls in, whole calls out."""

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._taken: set[str] = set()
        self._calls: list[_Call] = []
        self._characters = 0

    def take(self, pieces: Any) -> str:
        """Take in the `tool_calls` of one event; returns what was written of them. Raises BadCall."""
        if not is_list(pieces):
            raise BadCall(f"tool calls that are none: {str(pieces)[:200]}")
        return "".join([self._take(piece) for piece in pieces])

    def finish(self) -> list[Called]:
        """The calls, in the order in which they began."""
        return [self._called(call) for call in self._calls]

    def _take(self, piece: Any) -> str:
        if not is_object(piece):
            raise BadCall(f"a tool call that is none: {str(piece)[:200]}")
        index, call_id, function = piece.get("index"), piece.get("id"), piece.get("function")
        name: Any = function.get("name") if is_object(function) else None
        arguments: Any = function.get("arguments") if is_object(function) else None
        if is_object(arguments):
            arguments = _written(arguments)
        found = self._known(index if type(index) is int else None, call_id if isinstance(call_id, str) else "")
        if found is not None and not call_id and name and arguments and found.is_whole:
            found = None  # Another call of one who tells them apart neither by index nor by id.
        call = found or self._begun(index if type(index) is int else None)
        call.id = call.id or (call_id if isinstance(call_id, str) else "")
        return self._add(call, name, arguments)

    def _add(self, call: _Call, name: Any, arguments: Any) -> str:
        written = ""
        if isinstance(name, str) and name != call.name:
            call.name += name
            written = name
        if isinstance(arguments, str) and arguments:
            self._characters += len(arguments)
            call.pieces.append(arguments)
            written += arguments
        if self._characters > self._limits.argument_characters or len(call.name) > NAME_CHARACTERS:
            raise BadCall("a tool call that is too long")
        return written

    def _begun(self, index: int | None) -> _Call:
        if len(self._calls) == self._limits.calls:
            raise BadCall(f"more than {self._limits.calls} tool calls")
        call = _Call(index)
        self._calls.append(call)
        return call

    def _known(self, index: int | None, call_id: str) -> _Call | None:
        """The call that a piece goes on with: the latest that fits, since an index may be used again."""
        for call in reversed(self._calls):
            same_id = not call_id or not call.id or call.id == call_id
            if same_id and (index is None or call.index is None or call.index == index):
                return call
        return None

    def _called(self, call: _Call) -> Called:
        raw = whole("".join(call.pieces))
        call_id = whole(call.id)
        if not call_id or len(call_id) > NAME_CHARACTERS or call_id in self._taken:
            call_id = f"call_{new_id()}"
        self._taken.add(call_id)
        return Called(RequestedCall(call_id, whole(call.name), parsed_arguments(raw), raw))


def parsed_arguments(raw: str) -> Arguments | None:
    """The arguments that a model wrote; {} when it wrote nothing, None when it wrote no JSON object.

    What could not be encoded again, such as half a surrogate pair or NaN, is no JSON either.
    """
    if not raw.strip():
        return {}
    try:
        value: Any = orjson.loads(raw)
        orjson.dumps(value)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return value if is_object(value) else None


def _written(arguments: dict[str, Any]) -> str:
    """Arguments that came as an object, as the text that they would have been."""
    try:
        return orjson.dumps(arguments).decode()
    except orjson.JSONEncodeError:
        return json.dumps(arguments)
