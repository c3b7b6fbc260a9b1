"""How what was done is taken back: once, with the same care with which it was done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import insert, update

from parlour.clock import Clock, isoformat
from parlour.errors import Moved
from parlour.journal.unit import Guard, Unit
from parlour.protocol.content import Effect
from parlour.store.database import Reads
from parlour.store.database_time import Times
from parlour.store.queries.ledger import Entry, entry_at
from parlour.store.tables import ledger
from parlour.tools.kept import Kept
from parlour.tools.ledger import remembered, taken_back, undo_key
from parlour.tools.outcomes import Failed, ToolProblem, Unsure
from parlour.tools.policy import Ask, Proposal, graver, judged
from parlour.tools.reading_back import read_back, until_settled
from parlour.tools.running import Limits, TimedOut, in_time
from parlour.tools.tool import Tool, ToolContext

Commit = Callable[[Unit], Awaitable[object]]

log = structlog.get_logger(__name__)

NOT_OFFERED = "This cannot be taken back."


@dataclass(frozen=True, slots=True)
class Undoing:
    """Takes back what tools did. `reads` sees the ledger, whose deadlines are told in `times`."""

    reads: Reads
    clock: Clock
    times: Times
    limits: Limits

    async def undo(
        self, tool: Tool, entry: Entry, values: dict[str, Any], context: ToolContext, commit: Commit
    ) -> Unit:
        """Take back what `entry` says was done; what comes back is to be committed with the word that it is.

        `values` are its arguments as the tool takes them. Raises ToolProblem when it cannot be, or nobody can tell
        whether it was.
        """
        undo = tool.acting.undo
        if undo is None:
            raise Failed(NOT_OFFERED)
        key = undo_key(entry)
        effect = await self._weighed(tool, entry, context)
        context = replace(context, idempotency_key=key, effect=effect)
        told = remembered(context, entry.run_id, effect, {"tool": tool.name, "status": "undone"}, self._now())
        back = taken_back(entry, self._now())
        if tool.acting.keeps:
            made = await in_time(undo(context, entry.arguments, entry.result), tool, self.limits.seconds(tool))
            if not isinstance(made, Kept):
                raise TypeError(f"the undo of {tool.name}, which says that it keeps, returned no Kept")
            return Unit([back, *made.unit.guards], [*made.unit.changes, told], made.unit.events)
        before = await self._before(key)
        if not await self._is_done_already(tool, before, values, context):
            await commit(Unit([await self._entered(replace(entry, key=key), before, context, tool)]))
            await self._undone(tool, key, entry, values, context, commit)
        return Unit([back, _settled(key, "done", self._now())], [told])

    async def _weighed(self, tool: Tool, entry: Entry, context: ToolContext) -> Effect:
        """As what it would be taken back. Raises Failed where such an act is asked about every time: a press of a
        button shows nobody what would change."""
        foresee = tool.acting.foresee_undo
        if foresee is None:
            return tool.effect
        seconds = self.limits.seconds(tool)
        foreseen = await in_time(foresee(context, entry.arguments, entry.result), tool, seconds)
        effect = graver(tool.effect, foreseen.effect)
        if isinstance(judged(Proposal(effect, is_remembered=True)), Ask):
            raise Failed(
                f"Taking this back would be asked about, as every time: {foreseen.label}. So nothing was done.",
                suggestion="Say so in the conversation; you are shown what would change, and asked.",
            )
        return effect

    async def _before(self, key: str) -> Entry | None:
        """What came of taking it back before; of somebody who is at it, once they are not."""
        async with self.reads.read() as connection:
            before = await entry_at(connection, key)
        return None if before is None else await until_settled(before, self.reads, self.clock, self.times)

    async def _is_done_already(
        self, tool: Tool, before: Entry | None, values: dict[str, Any], context: ToolContext
    ) -> bool:
        """Whether somebody had taken it back, also where they died over it or heard no answer."""
        if before is None or before.status == "failed":
            return False
        if before.status == "done":
            return True
        found = await read_back(tool, context, values, self.limits)
        if found.done is None:
            raise Unsure("It may have been taken back already, and nobody can tell. Please look.")
        return not found.done

    async def _undone(
        self, tool: Tool, key: str, entry: Entry, values: dict[str, Any], context: ToolContext, commit: Commit
    ) -> None:
        undo = tool.acting.undo
        assert undo is not None
        try:
            await in_time(undo(context, entry.arguments, entry.result), tool, self.limits.seconds(tool))
        except Exception as error:
            if isinstance(error, ToolProblem) and not isinstance(error, TimedOut | Unsure):
                await commit(Unit([_settled(key, "failed", self._now())]))
                raise
            log.warning("whether something was taken back is not clear; reading it back", tool=tool.name, exc_info=True)
            found = await read_back(tool, context, values, self.limits)
            if found.done is not False:
                await commit(Unit([_settled(key, "failed" if found.done else "unknown", self._now())]))
                problem = (
                    "It could not be taken back; it still stands."
                    if found.done
                    else "Nobody can tell whether it was taken back. Please look."
                )
                raise (Failed if found.done else Unsure)(problem) from error

    async def _entered(self, own: Entry, before: Entry | None, context: ToolContext, tool: Tool) -> Guard:
        """Enters the undoing itself, in the place of a try that came to nothing: of just the one that was looked at."""
        now = await self.times.now()
        row: dict[str, Any] = {
            "status": "started",
            "tries": 1 if before is None else before.tries + 1,
            "user_id": context.caller.user_id,
            "started_at": isoformat(now),
            "deadline": isoformat(now + timedelta(seconds=self.limits.seconds(tool))),
            "settled_at": None,
        }
        if before is not None:
            still = (ledger.c.key == own.key, ledger.c.tries == before.tries, ledger.c.status == before.status)
            return Guard(update(ledger).where(*still).values(**row), Moved())
        row |= {
            "key": own.key,
            "tenant_id": own.tenant_id,
            "project_id": context.caller.project_id,
            "conversation_id": own.conversation_id,
            "question_id": own.question_id,
            "turn_id": own.turn_id,
            "tool_call_id": own.tool_call_id,
            "run_id": own.run_id,
            "tool_name": f"undo {own.tool_name}"[:200],
            "arguments": own.arguments,
            "result": None,
            "fence": 0,
        }
        return Guard(insert(ledger).values(**row), Moved())

    def _now(self) -> str:
        return isoformat(self.clock.now())


def _settled(key: str, status: str, at: str) -> Guard:
    return Guard(update(ledger).where(ledger.c.key == key).values(status=status, settled_at=at), Moved())
