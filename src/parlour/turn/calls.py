"""The calls of a turn at work: each in a task of its own, until the first comes back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from parlour.errors import ParlourError
from parlour.journal.unit import Unit
from parlour.models.base import RequestedCall
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.store.tables import turns
from parlour.tools.acts import AskingMore, Ended
from parlour.tools.asking import Asking
from parlour.tools.caller import Caller
from parlour.tools.occasion import Occasion
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import Arguments, ToolContext
from parlour.turn import units
from parlour.turn.fresh import is_fresh
from parlour.turn.means import Means
from parlour.turn.progress import Progress
from parlour.turn.record import Past, turn_rows
from parlour.turn.report import is_tainted
from parlour.turn.steps import Asked, Ran, ToolStep

MOST_TRIES = 10
"""So often is a call made anew whose change no longer fitted what stood."""

log = structlog.get_logger(__name__)


@dataclass
class Calls:
    """Runs the calls of one owner of a turn."""

    past: Past
    progress: Progress
    means: Means
    _tasks: dict[str, asyncio.Task[Ended | Asking]] = field(default_factory=dict[str, asyncio.Task[Ended | Asking]])
    _begun: set[str] = field(default_factory=set[str])
    """Those that may be changing something at this moment: they come to their end, whatever else happens."""
    _tries: dict[str, int] = field(default_factory=dict[str, int])

    async def run(self, calls: Sequence[RequestedCall], caller: Caller) -> Ran | Asked:
        """See that all of these are running, the new ones for `caller`, and wait for the first to come back.

        Raises Fenced.
        """
        for call in calls:
            if call.id not in self._tasks:
                self._tasks[call.id] = asyncio.create_task(self._run(call, caller), name=f"tool {call.name}")
        return await self.first_of(calls)

    async def first_of(self, calls: Sequence[RequestedCall]) -> Ran | Asked:
        """Wait for the first of calls that are running to come back. Raises Fenced."""
        tasks = [self._tasks[call.id] for call in calls]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        came = next(task for task in tasks if task.done()).result()
        return Asked(came) if isinstance(came, Asking) else Ran(came.outcome)

    def deed_of(self, tool_call_id: str) -> Unit:
        """What is to be committed together with the word of a call that came back, or with what it asks."""
        task = self._tasks.get(tool_call_id)
        return _deed_in(task.result()) if task is not None and task.done() else units.NOTHING

    def try_again(self, tool_call_id: str) -> None:
        """Let a call be made anew: what it was to change no longer fitted what stands."""
        self._tries[tool_call_id] = self._tries.get(tool_call_id, 0) + 1
        del self._tasks[tool_call_id]
        self._begun.discard(tool_call_id)

    async def only_begun(self, calls: Sequence[RequestedCall]) -> Sequence[RequestedCall]:
        """End all calls but those that may be changing something: these of `calls` have to be waited for."""
        await self._end([task for call, task in self._tasks.items() if call not in self._begun])
        return [call for call in calls if call.id in self._begun]

    async def let_go(self) -> None:
        """End what is still at work. What may be changing something is waited for, and settled if it can be."""
        state = self.progress.state
        settled = {step.outcome.tool_call_id for step in state.steps if isinstance(step, ToolStep)}
        begun = [self._tasks[call] for call in self._begun - settled - state.pending if call in self._tasks]
        await self._end([task for task in self._tasks.values() if task not in begun])
        for came in await asyncio.gather(*begun, return_exceptions=True):
            try:
                if isinstance(came, Ended):
                    await self.progress.settle(ToolStep(came.outcome), _deed_in(came))
                elif isinstance(came, Asking):
                    await self.progress.ask(came, _deed_in(came))
            except ParlourError as error:
                log.warning("what came of a call is found out by whoever goes on", code=error.code)

    async def _end(self, tasks: Sequence[asyncio.Task[Ended | Asking]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, call: RequestedCall, caller: Caller) -> Ended | Asking:
        turn = self.past.turn
        if self._tries.get(call.id, 0) >= MOST_TRIES:
            return Ended(_overtaken(call))
        context = ToolContext(caller, turn.conversation_id, turn.id, call.id, is_fresh=is_fresh(self.past))
        step = self.progress.state.model_steps[-1]
        occasion = Occasion(
            question_id=turn.question_id,
            version=turn.question_edit,
            run_id=units.run_id_of(turn, call.id),
            fence=turn.fence,
            earlier=self._earlier(call),
            by_language_model=step.model != BUILT_IN,
            is_tainted=is_tainted(step.seen),
            undertaking=self,
            word=self.progress.word_on(call.id),
        )
        return await self.means.tools.run(call, context, occasion)

    def _earlier(self, call: RequestedCall) -> list[RequestedCall]:
        """The calls before this one, with the arguments they were made with in the end."""
        steps = self.progress.state.steps
        made = {s.outcome.tool_call_id: s.outcome.arguments for s in steps if isinstance(s, ToolStep)}
        asked = [each for step in self.progress.state.model_steps for each in step.calls]
        before = asked[: next(n for n, each in enumerate(asked) if each.id == call.id)]
        return [RequestedCall(each.id, each.name, made.get(each.id, self._decided(each))) for each in before]

    def _decided(self, call: RequestedCall) -> Arguments | None:
        word = self.progress.word_on(call.id)
        return call.arguments if word is None else word.arguments

    # --- what acting needs of the turn -------------------------------------------------------------------------

    async def caller(self, user_id: str) -> Caller | None:
        """Somebody in the project of the turn, as they stand now."""
        return await self.means.caller(user_id, self.past.turn.project_id)

    async def begin(self, tool_call_id: str, unit: Unit) -> None:
        """Commit that a call is about to be made, and from now on let it come to its end."""
        self._begun.add(tool_call_id)
        try:
            await self.progress.begin(tool_call_id, unit)
        except ParlourError:
            self._begun.discard(tool_call_id)
            raise

    async def is_held(self) -> bool:
        """Whether the turn still has this owner."""
        turn = self.past.turn
        async with self.means.reads.read() as connection:
            found = await turn_rows(
                connection, turns.c.id == turn.id, turns.c.fence == turn.fence, turns.c.owner == turn.owner
            )
        return bool(found)


def _deed_in(came: Ended | Asking) -> Unit:
    return came.unit or units.NOTHING if isinstance(came, Ended | AskingMore) else units.NOTHING


def _overtaken(call: RequestedCall) -> Outcome:
    problem = "It changed again and again while this was tried, so nothing was done."
    return Outcome(call.id, call.name, "failed", call.arguments or {}, code="moved", problem=problem, sentence=problem)
