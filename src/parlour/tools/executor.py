"""Runs the calls that a model asked for: exists, allowed, valid, run, phrased; what changes something is in `acts`.

Every call ends as an `Outcome` or asks for a person's word, whatever its tool did; nothing that is a tool's fault is
ever raised. Calls of one step are started side by side by whoever runs the turn, each by its own `run`; cancelling
that cancels the tool.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import structlog
from pydantic import JsonValue

from parlour.clock import Clock
from parlour.errors import Fenced, ParlourError
from parlour.journal.unit import Unit
from parlour.store.database import Reads
from parlour.store.database_time import OwnTime, Times
from parlour.store.queries.ledger import Entry
from parlour.tools.acts import Act, Acts, Ended, may, refusal
from parlour.tools.asking import Asking, Word
from parlour.tools.away import AWAY, away
from parlour.tools.cache import ToolCache, key_of
from parlour.tools.caller import Caller
from parlour.tools.hearsay import as_heard
from parlour.tools.lanes import Lanes
from parlour.tools.more import wants_to_know
from parlour.tools.occasion import Occasion
from parlour.tools.outcomes import Failed, NeedsInput, NotThere, Outcome, Refused, RequestedCall, ToolProblem
from parlour.tools.phrasing import cached, completed, denied, failed, labelled, not_read_anew
from parlour.tools.registry import Registry
from parlour.tools.running import Limits, as_json, canonical, in_time, is_cancelled
from parlour.tools.tally import Tally
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
        cache: ToolCache | None = None,
    ) -> None:
        """Without `reads`, which sees the ledger, nothing can be changed; without `times` the house has one server.
        Without `cache` everything is read anew.

        Raises NameClash when two toolsets have one name.
        """
        self._registry = toolsets if isinstance(toolsets, Registry) else Registry(*toolsets)
        self._clock = clock
        self._limits = limits or Limits()
        agreed = times or OwnTime(clock)
        self._acts = Acts(reads, clock, agreed, self._limits) if reads is not None else None
        self._undoing = Undoing(reads, clock, agreed, self._limits) if reads is not None else None
        self.cache = ToolCache(clock, most_entries=0) if cache is None else cache
        self._lanes = Lanes()
        self._names: set[str] = set()
        """Of the tools that were offered here to anybody so far."""
        self.tally = Tally()
        """What was called here so far."""

    @property
    def registry(self) -> Registry:
        """Where its tools come from."""
        return self._registry

    async def offered(self, caller: Caller) -> tuple[Tool, ...]:
        """The tools that `caller` may use now, in a stable order."""
        return tuple(tool for tool in (await self._tools(caller)).values() if caller.may(tool.permission))

    def typical_s(self, tool: str) -> float | None:
        """What a call of this tool takes here, in seconds; None where that is not known."""
        return self.tally.typical_s(tool)

    async def run(self, call: RequestedCall, context: ToolContext, occasion: Occasion | None = None) -> Ended | Asking:
        """Run one call to its end, or tell what is to be put to a person before it.

        `occasion` is what a change is made for; without it only reading is possible. Raises Fenced when the turn has
        another owner, CancelledError when it is cancelled itself, and nothing else.
        """
        started = self._clock.monotonic()
        outcome = Outcome(call.id, call.name, "failed", call.arguments or {})
        word = occasion.word if occasion else None
        if word is not None and word.is_no:
            outcome = denied(outcome, word, context.caller.user_id)
            self.tally.add(outcome, self._names)
            return Ended(outcome)
        tool = None
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
        except AWAY as error:
            log.warning("what a tool works with is away", tool=call.name, tool_call_id=call.id, exc_info=error)
            ended = Ended(failed(outcome, away(error)))
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
        heard = await as_heard(tool, ended.outcome, context)
        ended = replace(ended, outcome=replace(heard, duration_ms=took))
        self.tally.add(ended.outcome, self._names)
        return ended

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
        self._names |= tools.keys()
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
            return await self._looked(tool, values, outcome, context, occasion)
        if self._acts is None or occasion is None:
            raise Refused(f"access denied for tool '{tool.name}': nothing can be changed from here")
        async with self._place(tool, context):
            return await self._acts.make(Act(tool, outcome, values, context, occasion))

    def _place(self, tool: Tool, context: ToolContext) -> AbstractAsyncContextManager[bool]:
        """A place among the calls of a tool that run at a time; whether it had to be waited for."""
        return self._lanes.place(tool.name, self._limits.places(tool), context.caller.user_id)

    async def _looked(
        self, tool: Tool, values: dict[str, Any], outcome: Outcome, context: ToolContext, occasion: Occasion | None
    ) -> Ended | Asking:
        """What came of a call that only reads, or what it wants to know before that."""
        word = occasion.word if occasion else None
        if word is not None:
            context = replace(context, input=word.input_for(_asked_of(tool, outcome)))
        try:
            return Ended(await self._read(tool, values, outcome, context, occasion))
        except NeedsInput as need:
            if occasion is None:
                raise
            return wants_to_know(_asked_of(tool, outcome), need, word)

    async def _read(
        self, tool: Tool, values: dict[str, Any], outcome: Outcome, context: ToolContext, occasion: Occasion | None
    ) -> Outcome:
        """What a tool that only reads tells, or told before where that may be told again."""

        async def anew() -> JsonValue:
            async with self._place(tool, context) as waited:
                if waited and occasion is not None:
                    await _check_still(tool, context.caller, occasion)
                result = await in_time(tool.function(context, **values), tool, self._limits.seconds(tool))
            return as_json(result, tool, self._limits)

        # What rests on what somebody told for this one call is told to no other.
        if tool.caching is None or not self.cache.most_entries or context.input is not None:
            return completed(outcome, tool, await anew())
        basis = await in_time(tool.caching.basis(context, **values), tool, self._limits.seconds(tool))
        if basis is None:
            return completed(outcome, tool, await anew())
        key = key_of(tool.name, outcome.arguments, context.caller)
        try:
            told = await self.cache.told(key, basis, tool.caching, anew, is_fresh=context.is_fresh)
        except (Failed, *AWAY) as error:
            kept = self.cache.kept(key, basis)
            if kept is None:
                raise
            problem, fault = (error, None) if isinstance(error, Failed) else (away(error), error)
            log.warning("what was read before is told", tool=tool.name, problem=problem.message, exc_info=fault)
            return not_read_anew(completed(outcome, tool, kept.result), kept.age_s or 0.0, problem)
        outcome = completed(outcome, tool, told.result)
        return outcome if told.age_s is None else cached(outcome, told.age_s, is_whole=basis.is_whole)


async def _check_still(tool: Tool, caller: Caller, occasion: Occasion) -> None:
    """Raise Refused for a caller whose rights have changed while their call waited for its turn."""
    if await occasion.undertaking.caller(caller.user_id) != caller:
        raise refusal(tool.name)


def _as_decided(tool: Tool, call: RequestedCall, outcome: Outcome, word: Word | None) -> tuple[Outcome, dict[str, Any]]:
    """The call with the arguments it is made with in the end, as they are kept and as the function takes them."""
    arguments, values = canonical(tool, call)
    # From here on whatever comes of it may repeat what stands outside of this house, a failure's words too.
    outcome = replace(outcome, tainted=tool.open_world)
    if word is None or word.status != "approved":
        return replace(outcome, arguments=arguments), values
    decided, values = canonical(tool, replace(call, arguments=word.arguments))
    return replace(outcome, arguments=decided, edited=decided != arguments, decided_by=word.decided_by_name), values


def _asked_of(tool: Tool, outcome: Outcome) -> Asking:
    """A call that only reads, as somebody is told of it who is asked for something."""
    return Asking(
        tool_call_id=outcome.tool_call_id,
        tool=tool.name,
        label=labelled(tool, tool.name, outcome.arguments),
        effect="read",
        arguments=outcome.arguments,
        preview=None,
    )
