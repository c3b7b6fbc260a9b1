"""Runs the calls that a model asked for: exists, allowed, valid, run, phrased; what changes something is in `acts`.

Every call ends as an `Outcome` or asks for a person's word, whatever its tool did; nothing that is a tool's fault is
ever raised. Calls of one step are started side by side by whoever runs the turn, each by its own `run`; cancelling
that cancels the tool.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import structlog

from parlour.clock import Clock
from parlour.errors import Fenced, ParlourError
from parlour.journal.unit import Unit
from parlour.store.database import Reads
from parlour.store.database_time import OwnTime, Times
from parlour.store.queries.ledger import Entry
from parlour.tools.acts import Act, Acts, Ended, may, refusal
from parlour.tools.asking import Asking, Word
from parlour.tools.caller import Caller
from parlour.tools.occasion import Occasion
from parlour.tools.outcomes import Failed, NotThere, Outcome, Refused, RequestedCall, ToolProblem
from parlour.tools.phrasing import completed, denied, failed, labelled
from parlour.tools.registry import Registry
from parlour.tools.running import Limits, as_json, canonical, in_time, is_cancelled
from parlour.tools.tool import Tool, ToolContext
from parlour.tools.toolset import Toolset
from parlour.tools.undoing import Commit, Undoing

log = structlog.get_logger(__name__)


class Executor:
    """Runs tools for callers. Safe to use from any number of turns at once."""

    def __init__(
        self,
        toolsets: Registry | Iterable[Toolset],
        clock: Clock,
        limits: Limits | None = None,
        reads: Reads | None = None,
        times: Times | None = None,
    ) -> None:
        """Without `reads`, which sees the ledger, nothing can be changed; without `times` the house has one server.

        Raises NameClash when two toolsets have one name.
        """
        self._registry = toolsets if isinstance(toolsets, Registry) else Registry(*toolsets)
        self._clock = clock
        self._limits = limits or Limits()
        agreed = times or OwnTime(clock)
        self._acts = Acts(reads, clock, agreed, self._limits) if reads is not None else None
        self._undoing = Undoing(reads, clock, agreed, self._limits) if reads is not None else None
        self._seen: dict[str, Tool] = {}

    async def offered(self, caller: Caller) -> tuple[Tool, ...]:
        """The tools that `caller` may use now, in a stable order."""
        return tuple(tool for tool in (await self._tools(caller)).values() if caller.may(tool.permission))

    def label(self, call: RequestedCall) -> str:
        """What a call does, in words: "Looking at kitchen". Never fails; plain for a tool not offered so far."""
        return labelled(self._seen.get(call.name), call.name, call.arguments)

    async def run(self, call: RequestedCall, context: ToolContext, occasion: Occasion | None = None) -> Ended | Asking:
        """Run one call to its end, or tell what is to be put to a person before it.

        `occasion` is what a change is made for; without it only reading is possible. Raises Fenced when the turn has
        another owner, CancelledError when it is cancelled itself, and nothing else.
        """
        started = self._clock.monotonic()
        outcome = Outcome(call.id, call.name, "failed", call.arguments or {})
        word = occasion.word if occasion else None
        if word is not None and word.is_no:
            return Ended(denied(outcome, word, context.caller.user_id))
        try:
            tool = await self._allowed(call, context.caller)
            outcome, values = _as_decided(tool, call, outcome, word)
            ended = await self._made(tool, values, outcome, context, occasion)
        except ToolProblem as problem:
            ended = Ended(failed(outcome, problem))
        except Fenced:
            raise
        except ParlourError as error:
            log.warning("a tool could not be run", tool=call.name, code=error.code, exc_info=error)
            ended = Ended(failed(outcome, Failed(error.safe)))
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and is_cancelled():
                raise
            log.exception("a tool failed by its own fault", tool=call.name, tool_call_id=call.id)
            broken = Failed(
                f"The tool '{call.name}' failed because of a fault of its own; nothing was changed.",
                suggestion="Try it another way. The log of the server has the details.",
            )
            ended = Ended(failed(outcome, broken))
        if isinstance(ended, Asking):
            return ended
        took = (self._clock.monotonic() - started) * 1000
        return replace(ended, outcome=replace(ended.outcome, duration_ms=took))

    async def considered(self, call: RequestedCall, context: ToolContext, asked: Asking) -> Asking:
        """What was `asked`, with the arguments of `call` in its place. Raises ToolProblem for those that cannot be."""
        tool = await self._allowed(call, context.caller)
        arguments, values = canonical(tool, call)
        if self._acts is None:
            raise refusal(call.name)
        return await self._acts.considered(tool, arguments, values, context, asked)

    async def undo(self, entry: Entry, context: ToolContext, commit: Commit) -> tuple[Unit, bool]:
        """Take back what was done: what is to be committed with the word of it, and whether nothing happens before.

        Raises ToolProblem when it cannot be taken back, or the caller may not.
        """
        call = RequestedCall(entry.tool_call_id, entry.tool_name, entry.arguments)
        tool = await self._allowed(call, context.caller)
        if self._undoing is None or not may(context.caller, tool, tool.effect):
            raise refusal(call.name)
        _, values = canonical(tool, call)
        return await self._undoing.undo(tool, entry, values, context, commit), tool.acting.keeps

    async def _tools(self, caller: Caller) -> dict[str, Tool]:
        tools = await self._registry.tools(caller)
        self._seen |= tools
        return tools

    async def _allowed(self, call: RequestedCall, caller: Caller) -> Tool:
        tool = (await self._tools(caller)).get(call.name)
        if tool is None:
            raise NotThere(f"tool '{call.name}' not found", suggestion="Use one of the tools that were offered.")
        if not caller.may(tool.permission):
            raise refusal(call.name)
        return tool

    async def _made(
        self, tool: Tool, values: dict[str, Any], outcome: Outcome, context: ToolContext, occasion: Occasion | None
    ) -> Ended | Asking:
        if tool.effect == "read":
            result = await in_time(tool.function(context, **values), tool, self._limits.seconds(tool))
            return Ended(completed(outcome, tool, as_json(result, tool, self._limits)))
        if self._acts is None or occasion is None:
            raise Refused(f"access denied for tool '{tool.name}': nothing can be changed from here")
        return await self._acts.make(Act(tool, outcome, values, context, occasion))


def _as_decided(tool: Tool, call: RequestedCall, outcome: Outcome, word: Word | None) -> tuple[Outcome, dict[str, Any]]:
    """The call with the arguments it is made with in the end, as they are kept and as the function takes them."""
    arguments, values = canonical(tool, call)
    if word is None or word.status != "approved":
        return replace(outcome, arguments=arguments), values
    decided, values = canonical(tool, replace(call, arguments=word.arguments))
    return replace(outcome, arguments=decided, edited=decided != arguments, decided_by=word.decided_by_name), values
