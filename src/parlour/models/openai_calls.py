"""The tool calls of one streamed answer, put together from their pieces. No I/O.

Every provider cuts them in its own way: interleaved by index, without an index, all with index 0 and told apart by
id only; a name, an id or arguments that come late, in pieces or again; arguments as an object instead of text.
"""

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


class CallAssembler:
    """Pieces of calls in, whole calls out."""

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._taken: set[str] = set()
        self._calls: list[_Call] = []
        self._characters = 0

    def take(self, pieces: Any) -> None:
        """Take in the `tool_calls` of one event. Raises BadCall."""
        if not is_list(pieces):
            raise BadCall(f"tool calls that are none: {str(pieces)[:200]}")
        for piece in pieces:
            self._take(piece)

    def finish(self) -> list[Called]:
        """The calls, in the order in which they began."""
        return [self._called(call) for call in self._calls]

    def _take(self, piece: Any) -> None:
        if not is_object(piece):
            raise BadCall(f"a tool call that is none: {str(piece)[:200]}")
        index = piece.get("index")
        call_id = piece.get("id")
        function = piece.get("function")
        call = self._call_of(index if type(index) is int else None, call_id if isinstance(call_id, str) else "")
        if is_object(function):
            self._add(call, function.get("name"), function.get("arguments"))

    def _add(self, call: _Call, name: Any, arguments: Any) -> None:
        if isinstance(name, str) and name != call.name:
            call.name += name
        if is_object(arguments):
            arguments = orjson.dumps(arguments).decode()
        if isinstance(arguments, str) and arguments:
            self._characters += len(arguments)
            call.pieces.append(arguments)
        if self._characters > self._limits.argument_characters or len(call.name) > NAME_CHARACTERS:
            raise BadCall("a tool call that is too long")

    def _call_of(self, index: int | None, call_id: str) -> _Call:
        call = self._known(index, call_id)
        if call is None:
            if len(self._calls) == self._limits.calls:
                raise BadCall(f"more than {self._limits.calls} tool calls")
            call = _Call(index)
            self._calls.append(call)
        call.id = call.id or call_id
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
