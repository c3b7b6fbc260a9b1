"""How far a turn has come: what is settled, its answer, and what is to be committed next.

Nothing counts before it is committed. Tools run side by side, and each may change the answer when it begins or ends:
so one change is built on the answer that the one before left.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from parlour.clock import isoformat
from parlour.errors import Conflict, Fenced
from parlour.journal.unit import Unit
from parlour.protocol.content import Part
from parlour.tools.asking import Asking, Word
from parlour.turn import units
from parlour.turn.billing import Bill
from parlour.turn.means import Means
from parlour.turn.record import Past
from parlour.turn.spending import Meter
from parlour.turn.steps import Settled, ToolStep


class Progress:
    """A claimed turn, as it stands. Every method raises Fenced when another owner has taken the turn."""

    def __init__(self, past: Past, means: Means) -> None:
        self.turn = past.turn
        self.state = past.state
        self.answer = past.answer
        self.chunk_index = past.chunk_index
        """The number of the next chunk."""
        self._asked = dict(past.asked)
        self.meter = Meter(past, means)
        self._means = means
        self._changing = asyncio.Lock()

    def said(self, parts: Sequence[Part], chunk_index: int) -> None:
        """What a model step has said by now, which is in the log."""
        self.answer = self.answer.with_parts(parts)
        self.chunk_index = chunk_index

    def word_on(self, tool_call_id: str) -> Word | None:
        """What came of asking about a call; None where nobody was asked."""
        return self._asked[tool_call_id][1] if tool_call_id in self._asked else None

    async def settle(self, settled: Settled, deed: Unit = units.NOTHING, labels: Sequence[str] = ()) -> bool:
        """Settle a step, with what its tool did, or with what each of its calls does in words.

        False when that no longer fits what stands: nothing is kept then.
        """
        async with self._changing:
            number = len(self.state.steps)
            bill: Bill | None = None
            if isinstance(settled, ToolStep):
                answer, unit = units.tool_ended(self.turn, number, settled, self.answer, self._now(), deed)
            else:
                labelled = list(zip(settled.calls, labels, strict=True))
                bill = self.meter.bill()
                answer, unit = units.called_tools(self.turn, number, settled, self.answer, labelled, self._now(), bill)
            try:
                await self._means.writer.commit(unit)
            except Fenced:
                raise
            except Conflict:
                return False
            if bill is not None:
                self.meter.paid(bill)
            self.answer = answer
            self.state = self.state.after(settled)
            return True

    async def ask(self, asking: Asking, deed: Unit = units.NOTHING) -> None:
        """Put a call to a person, and settle with it that it was begun."""
        async with self._changing:
            number, _ = self._asked.get(asking.tool_call_id, (0, None))
            now = self._means.clock.now()
            expires = now + timedelta(hours=self._means.caps.approval_hours)
            at, until = isoformat(now), isoformat(expires)
            answer, unit = units.asked(self.turn, asking, number, self.answer, at, until, deed)
            await self._means.writer.commit(unit)
            self.answer = answer
            self.state = self.state.asking(asking.tool_call_id)

    async def begin(self, tool_call_id: str, deed: Unit) -> None:
        """Commit that a call is about to change something. Raises Moved when that no longer fits what stands."""
        async with self._changing:
            answer, unit = units.began(self.turn, tool_call_id, self.answer, deed)
            await self._means.writer.commit(unit)
            self.answer = answer

    async def begin_again(self, cut: Sequence[Part], reason: str, model: str | None) -> None:
        """Let a model step begin again; what `model` had said is kept as an attempt."""
        attempt = units.Attempt(tuple(cut), reason, model)
        bill = self.meter.bill()
        answer, unit = units.begun_again(self.turn, self.answer, attempt, self._now(), bill)
        await self._means.writer.commit(unit)
        self.meter.paid(bill)
        self.answer = answer

    async def held_up(self, reason: str | None) -> None:
        """Say what holds the turn up while it runs; None where it goes on."""
        await self._means.writer.commit(units.held_up(self.turn, self.answer.message_id, reason))

    async def rest(self, running_ms: int) -> None:
        """Let the turn wait for a person."""
        await self._means.writer.commit(units.waits(self.turn, running_ms))

    def _now(self) -> str:
        return isoformat(self._means.clock.now())
