"""A tool's function, run with an end to its time and its result held to JSON of a sensible size."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import JsonValue

from parlour.tools.outcomes import BadArguments, Failed, RequestedCall
from parlour.tools.tool import Arguments, Tool

LARGEST_RESULT = 256 * 1024
"""In bytes of JSON: what is larger helps neither a person nor a model."""
ROOM_AROUND = 32
"""So many lists and objects may stand around what is written down, in an event say: only so many can in all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take."""

    result_bytes: int = LARGEST_RESULT
    longest_s: float = 120.0
    """No tool may run longer, whatever it declares."""
    at_once: int = 32
    """Of no tool may more calls run at a time, whatever it declares."""

    def seconds(self, tool: Tool) -> float:
        """How long a tool may run."""
        return min(tool.timeout_s, self.longest_s)

    def places(self, tool: Tool) -> int:
        """How many calls of a tool may run at a time."""
        return self.at_once if tool.at_once is None else min(tool.at_once, self.at_once)


class TimedOut(Failed):
    """The tool took too long."""

    code = "timed_out"


class TooLarge(Failed):
    """The result is too large to be used."""

    code = "result_too_large"


def canonical(tool: Tool, call: RequestedCall) -> tuple[Arguments, dict[str, Any]]:
    """The arguments as they are kept, and as the function takes them. Raises BadArguments."""
    if call.arguments is None:
        raise BadArguments(
            f"invalid parameters for tool '{call.name}': they are not a JSON object",
            suggestion="Send the arguments as one JSON object.",
        )
    try:
        valid = tool.validated(call.arguments)
    except BadArguments as error:
        raise BadArguments(f"invalid parameters for tool '{call.name}': {error.message}") from error
    return valid.model_dump(mode="json"), {name: getattr(valid, name) for name in type(valid).model_fields}


async def in_time(work: Awaitable[Any], tool: Tool, seconds: float) -> Any:
    """What comes of `work`. Raises TimedOut when that takes longer; a timeout of the tool's own goes through."""
    deadline = asyncio.timeout(seconds)
    try:
        async with deadline:
            return await work
    except TimeoutError:
        if not deadline.expired():
            raise
        raise TimedOut(
            f"The tool '{tool.name}' did not answer within {seconds:g} seconds and was ended.",
            suggestion="Ask for less at once, or try again later.",
        ) from None


def as_json(result: Any, tool: Tool, limits: Limits) -> JsonValue:
    """The result as it is kept. Raises TooLarge, and TypeError for what is no JSON or nested too deeply."""
    encoded = written(result)
    if len(encoded) > limits.result_bytes:
        raise TooLarge(
            f"The result of '{tool.name}' has {len(encoded):,} bytes; at most {limits.result_bytes:,} are used.",
            suggestion="Ask for less at once: a smaller place, a class of devices, a lower limit.",
        )
    return orjson.loads(encoded)


def written(value: Any) -> bytes:
    """A value as JSON. Raises TypeError for what is none, and what could not be written where more stands around it."""
    around = value
    for _ in range(ROOM_AROUND):
        around = [around]
    return orjson.dumps(around)[ROOM_AROUND:-ROOM_AROUND]


def is_cancelled() -> bool:
    """Whether somebody ends the present task, rather than that a tool met a cancellation of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
