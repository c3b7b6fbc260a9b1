"""Runs the calls that a model asked for: exists, allowed, valid, run, phrased.

Every call ends as an `Outcome`, whatever its tool did; nothing that is a tool's fault is ever raised. Calls of one
step are started side by side by whoever runs the turn, each by its own `run`; cancelling that cancels the tool.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson
import structlog
from pydantic import JsonValue

from parlour.clock import Clock
from parlour.errors import ParlourError
from parlour.tools.caller import Caller
from parlour.tools.outcomes import BadArguments, Failed, NotThere, Outcome, Refused, RequestedCall, ToolProblem
from parlour.tools.registry import Registry
from parlour.tools.tool import Arguments, Tool, ToolContext
from parlour.tools.toolset import Toolset

LARGEST_RESULT = 256 * 1024
"""In bytes of JSON: what is larger helps neither a person nor a model."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take."""

    result_bytes: int = LARGEST_RESULT
    longest_s: float = 120.0
    """No tool may run longer, whatever it declares."""


class TimedOut(Failed):
    """The tool took too long."""

    code = "timed_out"


class TooLarge(Failed):
    """The result is too large to be used."""

    code = "result_too_large"


class Executor:
    """Runs tools for callers. Safe to use from any number of turns at once."""

    def __init__(self, toolsets: Registry | Iterable[Toolset], clock: Clock, limits: Limits | None = None) -> None:
        """Raises NameClash when two toolsets have one name."""
        self._registry = toolsets if isinstance(toolsets, Registry) else Registry(*toolsets)
        self._clock = clock
        self._limits = limits or Limits()
        self._seen: dict[str, Tool] = {}

    async def offered(self, caller: Caller) -> tuple[Tool, ...]:
        """The tools that `caller` may use now, in a stable order."""
        return tuple(tool for tool in (await self._tools(caller)).values() if _may_run(tool, caller))

    def label(self, call: RequestedCall) -> str:
        """What a call does, in words: "Looking at kitchen". Never fails; plain for a tool not offered so far."""
        tool = self._seen.get(call.name)
        if tool is None or call.arguments is None:
            return _spoken(call.name)
        try:
            return tool.wording.label(call.arguments)
        except Exception:
            log.exception("a tool could not say what it does", tool=call.name)
            return _spoken(call.name)

    async def run(self, call: RequestedCall, context: ToolContext) -> Outcome:
        """Run one call to its end. Raises nothing but CancelledError, and that only when it is cancelled itself."""
        started = self._clock.monotonic()
        outcome = Outcome(call.id, call.name, "failed", call.arguments or {})
        try:
            tool = await self._allowed(call, context.caller)
            arguments, values = _canonical(tool, call)
            outcome = replace(outcome, arguments=arguments)
            result = await self._result(tool, values, context)
            outcome = replace(outcome, status="completed", result=result)
            outcome = replace(outcome, **_phrased(tool, arguments, result))
        except ToolProblem as problem:
            outcome = _failed(outcome, problem)
        except ParlourError as error:
            log.warning("a tool could not be run", tool=call.name, code=error.code, exc_info=error)
            outcome = _failed(outcome, Failed(error.safe))
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            log.exception("a tool failed by its own fault", tool=call.name, tool_call_id=call.id)
            broken = Failed(
                f"The tool '{call.name}' failed because of a fault of its own; nothing was changed.",
                suggestion="Try it another way. The log of the server has the details.",
            )
            outcome = _failed(outcome, broken)
        return replace(outcome, duration_ms=(self._clock.monotonic() - started) * 1000)

    async def _tools(self, caller: Caller) -> dict[str, Tool]:
        tools = await self._registry.tools(caller)
        self._seen |= tools
        return tools

    async def _allowed(self, call: RequestedCall, caller: Caller) -> Tool:
        tool = (await self._tools(caller)).get(call.name)
        if tool is None:
            raise NotThere(f"tool '{call.name}' not found", suggestion="Use one of the tools that were offered.")
        if not caller.may(tool.permission):
            raise Refused(
                f"access denied for tool '{call.name}'",
                suggestion="Please check your access level, or ask somebody who may do this.",
            )
        if tool.effect != "read":
            raise Refused(
                f"access denied for tool '{call.name}': changes are not available yet on this server",
                suggestion="Ask a question instead; everything can be read.",
            )
        return tool

    async def _result(self, tool: Tool, values: dict[str, Any], context: ToolContext) -> JsonValue:
        seconds = min(tool.timeout_s, self._limits.longest_s)
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                result = await tool.function(context, **values)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise TimedOut(
                f"The tool '{tool.name}' did not answer within {seconds:g} seconds and was ended.",
                suggestion="Ask for less at once, or try again later.",
            ) from None
        encoded = orjson.dumps(result)
        if len(encoded) > self._limits.result_bytes:
            raise TooLarge(
                f"The result of '{tool.name}' has {len(encoded):,} bytes;"
                f" at most {self._limits.result_bytes:,} are used.",
                suggestion="Ask for less at once: a smaller place, a class of devices, a lower limit.",
            )
        return orjson.loads(encoded)


def _may_run(tool: Tool, caller: Caller) -> bool:
    return tool.effect == "read" and caller.may(tool.permission)


def _is_cancelled() -> bool:
    """Whether somebody ends the present task, rather than that a tool met a cancellation of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _canonical(tool: Tool, call: RequestedCall) -> tuple[Arguments, dict[str, Any]]:
    """The arguments as they are kept, and as the function takes them."""
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


def _phrased(tool: Tool, arguments: Arguments, result: JsonValue) -> dict[str, str]:
    """The result in words. A tool whose words fail has still done its work: its result stands, plainly announced."""
    try:
        words = tool.wording
        return {
            "sentence": words.sentence(arguments, result),
            "summary": words.summary(arguments, result),
            "label": words.done(arguments, result) if words.done else "",
        }
    except Exception:
        log.exception("a tool could not put its result in words", tool=tool.name)
        return {"sentence": f"{_spoken(tool.name)}: done. The result is shown with the call.", "summary": "done"}


def _failed(outcome: Outcome, problem: ToolProblem) -> Outcome:
    sentence = problem.message if not problem.suggestion else f"{problem.message} {problem.suggestion}"
    return replace(
        outcome,
        status="failed",
        result=None,
        code=problem.code,
        problem=problem.message,
        suggestion=problem.suggestion,
        summary="failed",
        sentence=sentence,
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ").strip().capitalize() or "A tool"
