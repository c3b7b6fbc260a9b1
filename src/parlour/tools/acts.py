"""How a call that changes something is made: looked up, foreseen, judged, asked about, entered, run, settled.

Each of these is done anew for a call that is taken up again, whoever died in between: what was done already answers
at once, what may have been done is found out before anything else happens.
"""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import structlog
from pydantic import JsonValue

from parlour.clock import Clock, isoformat
from parlour.errors import Fenced, Moved
from parlour.journal.unit import Unit
from parlour.protocol.content import Effect, Json
from parlour.store.database import Reads
from parlour.store.database_time import Times
from parlour.store.queries.ledger import Entry, entries_of, is_remembered
from parlour.tools.acting import Foreseen, Found
from parlour.tools.asking import Asking, Word
from parlour.tools.caller import Caller
from parlour.tools.kept import Kept
from parlour.tools.ledger import (
    Place,
    entered,
    has_acted_before,
    placed,
    remembered,
    settled,
    settled_by_owner,
)
from parlour.tools.more import wants_to_know
from parlour.tools.occasion import Occasion
from parlour.tools.outcomes import (
    BadArguments,
    Failed,
    NeedsInput,
    Outcome,
    Refused,
    RequestedCall,
    ToolProblem,
    Unsure,
)
from parlour.tools.phrasing import completed, failed, labelled, repeated, unknown
from parlour.tools.policy import Ask, Proposal, Refuse, Verdict, graver, judged, permissions_for
from parlour.tools.reading_back import read_back, until_settled
from parlour.tools.running import Limits, TimedOut, as_json, canonical, in_time, is_cancelled
from parlour.tools.tool import Arguments, Tool, ToolContext

MOST_TRIES = 10
"""So often is a call begun anew that was overtaken each time."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a call, and what is to be committed together with the word of it."""

    outcome: Outcome
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class AskingMore(Asking):
    """A call that was begun, did nothing, and wants to know more; and what is to be committed with the question."""

    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One call that would change something: allowed, valid, and known to whoever makes it."""

    tool: Tool
    outcome: Outcome
    """What is known of its end so far: the call, its arguments."""
    values: dict[str, Any]
    """The arguments as the function takes them."""
    context: ToolContext
    occasion: Occasion

    @property
    def arguments(self) -> Arguments:
        """As they are kept."""
        return self.outcome.arguments

    @property
    def word(self) -> Word | None:
        """What came of asking about it."""
        return self.occasion.word


@dataclass(frozen=True, slots=True)
class Acts:
    """Makes calls that change something. `reads` sees the ledger, whose deadlines are told in `times`."""

    reads: Reads
    clock: Clock
    times: Times
    limits: Limits

    async def make(self, act: Act) -> Ended | Asking:
        """Make a call, or say what is to be put to a person first.

        Raises Fenced when the turn has another owner, ToolProblem for what is refused.
        """
        for _ in range(MOST_TRIES):
            try:
                return await self._make(act)
            except Moved:
                log.info("what a call was about to change had changed; looking again", tool=act.tool.name)
        raise Failed("It changed again and again while this was tried, so nothing was done.")

    async def considered(
        self, tool: Tool, arguments: Arguments, values: dict[str, Any], context: ToolContext, asked: Asking
    ) -> Asking:
        """What was asked, with other arguments: foreseen anew. Raises ToolProblem for what cannot be done."""
        foreseen = await self._foreseen(tool, context, values)
        effect = graver(tool.effect, foreseen.effect if foreseen else None)
        return replace(
            asked,
            label=_label(tool, arguments, foreseen),
            effect=effect,
            arguments=arguments,
            preview=foreseen.preview if foreseen else None,
            subject=foreseen.subject if foreseen else "",
        )

    async def _make(self, act: Act) -> Ended | Asking:
        entries, place = await self._looked_up(act)
        entry = place.entry
        if entry is not None and entry.status == "done":
            return Ended(self._repeated(act, entry))
        is_in_doubt = False
        if entry is not None and entry.status in ("started", "unknown"):
            # In another answer, which somebody asked for later, it may no longer be what anybody wants.
            if act.tool.acting.idempotent and entry.turn_id == act.context.turn_id:
                return await self._made_sure(act, place)
            found = await self._found_out(act, entry)
            if found.done:
                return self._settled(act, entry, found)
            is_in_doubt = found.done is None
        foreseen = await self._foreseen(act.tool, act.context, act.values)
        effect = graver(act.tool.effect, foreseen.effect if foreseen else None)
        verdict = await self._verdict(act, entries, effect, foreseen, is_in_doubt=is_in_doubt)
        if isinstance(verdict, Refuse):
            raise refusal(act.tool.name)
        asking = _asking(act, effect, foreseen)
        if isinstance(verdict, Ask):
            asking = replace(asking, reason=verdict.reason, remember=verdict.remember)
            if is_in_doubt and entry is not None:
                asking = replace(asking, tries=entry.tries)
            if not await self._is_allowed(act, asking):
                return _because(asking, act.word)
        return await self._carried_out(act, place, asking)

    async def _made_sure(self, act: Act, place: Place) -> Ended | Asking:
        """Whatever came of an idempotent call that this answer had begun: made again, it is done, and once."""
        if not may(await act.occasion.undertaking.caller(act.context.caller.user_id), act.tool, act.tool.effect):
            raise refusal(act.tool.name)
        return await self._carried_out(act, place, _asking(act, act.tool.effect, None))

    # --- before ------------------------------------------------------------------------------------------------

    async def _looked_up(self, act: Act) -> tuple[list[Entry], Place]:
        async with self.reads.read() as connection:
            entries = await entries_of(connection, act.occasion.question_id)
        number = sum(_is_like(act, call) for call in act.occasion.earlier)
        return entries, placed(entries, act.occasion, act.context, act.tool.name, act.arguments, number)

    async def _found_out(self, act: Act, entry: Entry) -> Found:
        """What came of a call that was begun, by somebody who may only be paused: so first its time has to be over.

        Raises Moved when it was settled meanwhile.
        """
        if (await until_settled(entry, self.reads, self.clock, self.times)).status != entry.status:
            raise Moved
        return await self._read_back(act)

    async def _read_back(self, act: Act) -> Found:
        return await read_back(act.tool, act.context, act.values, self.limits)

    async def _foreseen(self, tool: Tool, context: ToolContext, values: dict[str, Any]) -> Foreseen | None:
        foresee = tool.acting.foresee
        if foresee is None:
            return None
        return await in_time(foresee(context, **values), tool, self.limits.seconds(tool))

    async def _verdict(
        self, act: Act, entries: list[Entry], effect: Effect, foreseen: Foreseen | None, *, is_in_doubt: bool
    ) -> Verdict:
        subject = foreseen.subject if foreseen else ""
        caller = await act.occasion.undertaking.caller(act.context.caller.user_id)
        is_known = False
        if subject and caller is not None:
            async with self.reads.read() as connection:
                is_known = await is_remembered(
                    connection,
                    user_id=caller.user_id,
                    project_id=caller.project_id,
                    tool_name=act.tool.name,
                    subject=subject,
                )
        return judged(
            Proposal(
                effect=effect,
                subject=subject,
                is_permitted=may(caller, act.tool, effect),
                is_remembered=is_known,
                is_after_acting=has_acted_before(entries, act.context.turn_id),
                is_tainted=act.occasion.is_tainted and act.occasion.by_language_model,
                is_in_doubt=is_in_doubt,
            )
        )

    async def _is_allowed(self, act: Act, asking: Asking) -> bool:
        """Whether somebody who may do so by now has said yes to exactly this."""
        word = act.word
        if word is None or not word.allows(asking) or word.decided_by is None:
            return False
        return may(await act.occasion.undertaking.caller(word.decided_by), act.tool, asking.effect)

    # --- doing it ----------------------------------------------------------------------------------------------

    async def _carried_out(self, act: Act, place: Place, asking: Asking) -> Ended | Asking:
        """Make the call that `asking` is about, or tell what it wants to know before it goes on."""
        told = act.word.input_for(asking) if act.word else None
        context = replace(act.context, idempotency_key=place.idempotency_key, effect=asking.effect, input=told)
        act = replace(act, context=context, outcome=replace(act.outcome, ledger_key=place.key))
        if not act.tool.acting.keeps:
            return await self._acted(act, place, asking)
        try:
            return await self._kept(act, place, asking.effect)
        except NeedsInput as need:
            return wants_to_know(asking, need, act.word)

    async def _kept(self, act: Act, place: Place, effect: Effect) -> Ended:
        """The change of a tool that keeps: committed together with the word of it, or not at all."""
        made = await in_time(act.tool.function(act.context, **act.values), act.tool, self.limits.seconds(act.tool))
        if not isinstance(made, Kept):
            raise TypeError(f"the tool {act.tool.name} says that it keeps, and returned no Kept")
        result = as_json(made.result, act.tool, self.limits)
        at = isoformat(self.clock.now())
        dates = {"started_at": at, "deadline": at, "settled_at": at}
        entry = entered(
            place, act.occasion, act.context, act.tool.name, act.arguments, status="done", result=result, **dates
        )
        remember = remembered(act.context, act.occasion.run_id, effect, _told(act, "done"), at)
        unit = Unit([entry, *made.unit.guards], [*made.unit.changes, remember], made.unit.events)
        return Ended(self._done(act, result), unit)

    async def _acted(self, act: Act, place: Place, asking: Asking) -> Ended | Asking:
        """Any other change: entered before it is made, settled after, be it together with what it wants to know."""
        began, now = self.clock.monotonic(), await self.times.now()
        seconds = self.limits.seconds(act.tool)
        deadline = now + timedelta(seconds=seconds)
        dates = {"started_at": isoformat(now), "deadline": isoformat(deadline)}
        entry = entered(place, act.occasion, act.context, act.tool.name, act.arguments, status="started", **dates)
        await act.occasion.undertaking.begin(act.context.tool_call_id, Unit([entry]))
        if not await act.occasion.undertaking.is_held():
            raise Fenced
        came = await self._tried(act, asking, seconds - (self.clock.monotonic() - began))
        if isinstance(came, Asking):
            unit = self._settling(act, asking.effect, place.key, "failed", None, "asks")
            return AskingMore(**{each.name: getattr(came, each.name) for each in fields(came)}, unit=unit)
        status, outcome = came
        key = outcome.ledger_key or place.key
        return Ended(outcome, self._settling(act, asking.effect, key, status, outcome.result, status))

    def _settling(self, act: Act, effect: Effect, key: str, status: str, result: JsonValue, told: str) -> Unit:
        """Settles what was entered under `key`; the audit is `told` what came of it."""
        at = isoformat(self.clock.now())
        guard = settled_by_owner(key, act.occasion, act.context.turn_id, status, result, at)
        return Unit([guard], [remembered(act.context, act.occasion.run_id, effect, _told(act, told), at)])

    async def _tried(self, act: Act, asking: Asking, seconds: float) -> tuple[str, Outcome] | Asking:
        """Let the call leave, and tell what came of it; where that is not said, by reading back at once."""
        try:
            if seconds <= 0:
                raise TimedOut(f"The time of the tool '{act.tool.name}' was over before it began; nothing was changed.")
            made = await in_time(act.tool.function(act.context, **act.values), act.tool, seconds)
            return "done", self._done(act, as_json(made, act.tool, self.limits))
        except NeedsInput as need:
            try:
                return wants_to_know(asking, need, act.word)
            except Failed as problem:
                return "failed", failed(act.outcome, problem)
        except ToolProblem as problem:
            if seconds <= 0 or not isinstance(problem, TimedOut | Unsure):
                return "failed", failed(act.outcome, problem)
            log.warning("a tool did not say whether it was done", tool=act.tool.name, problem=problem.message)
        except BaseException as error:
            if not isinstance(error, Exception) and is_cancelled():
                raise
            log.exception("a tool failed by its own fault while it changed something", tool=act.tool.name)
        found = await self._read_back(act)
        if found.done:
            return "done", self._done(act, found.result)
        if found.done is False:
            return "failed", failed(act.outcome, Failed("It did not come through; nothing was changed."))
        return "unknown", unknown(act.outcome)

    # --- after -------------------------------------------------------------------------------------------------

    def _done(self, act: Act, result: Any) -> Outcome:
        acting = act.tool.acting
        is_no_press = acting.foresee_undo is not None and act.context.effect == "destructive"
        outcome = replace(act.outcome, undo="offered" if acting.undo and not is_no_press else None)
        return completed(outcome, act.tool, result)

    def _repeated(self, act: Act, entry: Entry) -> Outcome:
        undo = "offered" if act.tool.acting.undo else None
        return repeated(replace(act.outcome, ledger_key=entry.key, undo=undo), act.tool, entry.result)

    def _settled(self, act: Act, entry: Entry, found: Found) -> Ended:
        """What was begun turned out to be done."""
        at = isoformat(self.clock.now())
        act = replace(act, outcome=replace(act.outcome, ledger_key=entry.key))
        is_own = entry.run_id == act.occasion.run_id
        result = found.result
        outcome = self._done(act, result) if is_own else self._repeated(act, replace(entry, result=result))
        remember = remembered(act.context, act.occasion.run_id, act.tool.effect, _told(act, "read back"), at)
        return Ended(outcome, Unit([settled(entry, "done", result, at)], [remember]))


def refusal(tool: str) -> Refused:
    """What is said to whoever may not use a tool."""
    return Refused(
        f"access denied for tool '{tool}'",
        suggestion="Please check your access level, or ask somebody who may do this.",
    )


def may(caller: Caller | None, tool: Tool, effect: Effect) -> bool:
    return caller is not None and all(caller.may(each) for each in permissions_for(effect, tool.permission))


def _is_like(act: Act, call: RequestedCall) -> bool:
    """Whether a call before it in its turn is the same."""
    if call.name != act.tool.name:
        return False
    try:
        arguments, _ = canonical(act.tool, call)
    except BadArguments:
        return False
    return arguments == act.arguments


def _asking(act: Act, effect: Effect, foreseen: Foreseen | None) -> Asking:
    """What would be put to a person."""
    return Asking(
        tool_call_id=act.context.tool_call_id,
        tool=act.tool.name,
        label=_label(act.tool, act.arguments, foreseen),
        effect=effect,
        arguments=act.arguments,
        preview=foreseen.preview if foreseen else None,
        subject=foreseen.subject if foreseen else "",
    )


def _label(tool: Tool, arguments: Arguments, foreseen: Foreseen | None) -> str:
    return (foreseen.label if foreseen else "") or labelled(tool, tool.name, arguments)


def _because(asking: Asking, word: Word | None) -> Asking:
    """Asked anew because it is no longer what was approved, where that is why."""
    if word is None or word.status != "approved" or asking.reason == "unknown" or word.digest == asking.digest:
        return asking
    return replace(asking, reason="changed", remember=None)


def _told(act: Act, status: str) -> Json:
    return {"tool": act.tool.name, "status": status}
