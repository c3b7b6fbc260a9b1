"""A model that thinks nothing: it asks for the one call that a program named, and says what came of it.

So a program that calls tools by itself has each call made as a turn makes it: allowed, foreseen, approved, entered once
and kept. What whoever chose the call had read, nobody here knows.
"""

from collections.abc import AsyncGenerator
from typing import Any

import orjson

from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelRequest,
    RequestedCall,
    TextDelta,
    ToolMessage,
    estimate_tokens,
    last_user_text,
)
from parlour.protocol.content import Json

NAME = "direct"
LONGEST_CALL = 16_000
"""In bytes: well within the smallest prompt that a house is set up with by default."""

_UNREADABLE = "This is no call of a tool: its name, and then its arguments as a JSON object."


def written(name: str, arguments: Json) -> str:
    """A call as it is said: the name of the tool, and its arguments."""
    return f"{name} {orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()}"


class DirectModel:
    """See `Model` for the contract."""

    name = NAME
    window = 1_000_000

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        last = request.messages[-1]
        if isinstance(last, ToolMessage):
            yield TextDelta(last.sentence or last.content)
            yield Finished("stop", None, self.name)
            return
        call = _read(last_user_text(request.messages))
        if call is None:
            yield TextDelta(_UNREADABLE)
            yield Finished("stop", None, self.name)
            return
        yield Called(call)
        yield Finished("tool_calls", None, self.name)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def _read(text: str) -> RequestedCall | None:
    name, _, arguments = text.partition(" ")
    try:
        found: Json | list[Any] | str | int | float | bool | None = orjson.loads(arguments or "{}")
    except orjson.JSONDecodeError:
        return None
    return RequestedCall("", name, found) if isinstance(found, dict) else None
