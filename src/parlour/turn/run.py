"""One turn being carried out: performs what the machine asks for, and tells it what came of it."""

from collections.abc import Sequence

from parlour.models.base import RequestedCall
from parlour.models.route import Route
from parlour.protocol.content import Part, ReasoningPart, TextPart
from parlour.turn.asking_models import Questions
from parlour.turn.calls import Calls
from parlour.turn.ending import end_turn
from parlour.turn.interrupting import Interruptible, Interruption
from parlour.turn.machine import run
from parlour.turn.means import Means
from parlour.turn.progress import Progress
from parlour.turn.record import Past
from parlour.turn.steps import (
    NOBODY,
    Ask,
    Broke,
    CallModel,
    Emit,
    Finish,
    Interrupted,
    ModelStep,
    Overtaken,
    Reply,
    RunTools,
    Step,
    ToolStep,
    Wait,
)


class TurnRun:
    """A claimed turn on its way to its end, or to a rest."""

    def __init__(self, past: Past, route: Route, means: Means) -> None:
        """`past` is read after the claim."""
        self.turn = past.turn
        self.waits = False
        """Whether it rests until a person gives their word."""
        self._past = past
        self._progress = Progress(past, means)
        self._calls = Calls(past, self._progress, means)
        self._route = route
        self._means = means
        self._time = Interruptible(means.clock, seconds=means.caps.seconds, ran_ms=past.turn.running_ms)
        self._questions = Questions(past, self._progress, route, means, self._time)
        if past.turn.stop_asked:
            self.interrupt("stopped")

    @property
    def running_ms(self) -> int:
        """How long the turn has run, over all its owners."""
        return self._time.running_ms

    def interrupt(self, reason: str) -> None:
        """End the turn as soon as it can be; what was said so far is kept."""
        self._time.interrupt(reason)

    async def go(self) -> bool:
        """Carry the turn to its end or its rest, and tell whether something else may go on in its conversation.

        Raises Fenced when another owner took it, StorageFailed when nothing can be stored. Cancelling leaves
        everything that was said in the log, for the next owner; what is changing something comes to its end first.
        """
        try:
            return await self._go()
        finally:
            self._progress.meter.close()
            await self._calls.let_go()

    async def _go(self) -> bool:
        cut, progress = self._past.cut, self._progress
        writer = self._past.cut_by[-1] if self._past.cut_by else None
        if cut and self.turn.stop_asked:
            progress.said(cut, progress.chunk_index)
            return await self._finish(Finish("stopped", "stopped", None, self._step_of(cut, writer)))
        if cut:
            await progress.begin_again(cut, "restart", writer)
        machine = run(progress.state, step_limit=self._means.caps.steps)
        step: Step = next(machine)
        while not isinstance(step, Finish | Wait):
            step = machine.send(await self._perform(step))
        if isinstance(step, Finish):
            return await self._finish(step)
        await progress.rest(self.running_ms)
        self.waits = True
        return True

    async def _perform(self, step: CallModel | RunTools | Emit | Ask) -> Reply:
        match step:
            case CallModel():
                return await self._questions.answered()
            case RunTools(calls):
                return await self._run_tools(calls)
            case Emit(ToolStep(outcome) as settled):
                if await self._progress.settle(settled, self._calls.deed_of(outcome.tool_call_id)):
                    return None
                self._calls.try_again(outcome.tool_call_id)
                return Overtaken()
            case Emit(settled, labels):
                await self._progress.settle(settled, labels=labels)
                return None
            case Ask(asking):
                await self._progress.ask(asking, self._calls.deed_of(asking.tool_call_id))
                return None

    async def _run_tools(self, calls: Sequence[RequestedCall]) -> Reply:
        caller = await self._means.caller(self.turn.user_id, self.turn.project_id)
        if caller is None:
            return await self._begun_or(calls, Broke(NOBODY))
        try:
            return await self._time.do(self._calls.run(calls, caller))
        except Interruption as interruption:
            return await self._begun_or(calls, Interrupted(interruption.reason))

    async def _begun_or(self, calls: Sequence[RequestedCall], end: Reply) -> Reply:
        """What comes of those that may be changing something, which are waited for; `end` once there is none."""
        begun = await self._calls.only_begun(calls)
        return await self._calls.first_of(begun) if begun else end

    async def _finish(self, finish: Finish) -> bool:
        progress = self._progress
        bill = progress.meter.last_bill()
        return await end_turn(
            self._past, progress.answer, progress.state, finish, progress.chunk_index, self._means, bill
        )

    def _step_of(self, cut: tuple[Part, ...], writer: str | None) -> ModelStep:
        text = "".join(part.text for part in cut if isinstance(part, TextPart))
        reasoning = "".join(part.text for part in cut if isinstance(part, ReasoningPart))
        was_told_again = self._past.cut_was_told_again
        return ModelStep(text, reasoning, (), "stop", writer or self._route.name, cached=was_told_again)
