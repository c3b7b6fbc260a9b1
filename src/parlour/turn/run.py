"""One turn being carried out: performs what the machine asks for, and tells it what came of it."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import structlog

from parlour.models.base import Model, ModelProblem, ModelRequest, RequestedCall
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.route import Load, Route
from parlour.protocol.content import Json, Part, Problem, ReasoningPart, TextPart
from parlour.tools.caller import Caller
from parlour.turn.calls import Calls
from parlour.turn.context import Budget, Exchange, assemble
from parlour.turn.ending import end_turn
from parlour.turn.listening import OutputLimit, listen, partial_step
from parlour.turn.live import Live
from parlour.turn.machine import run
from parlour.turn.means import Means
from parlour.turn.progress import Progress
from parlour.turn.record import Past
from parlour.turn.steps import (
    Answered,
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

MODEL_TRIES = 2

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class _Interruption(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class TurnRun:
    """A claimed turn on its way to its end, or to a rest."""

    def __init__(self, past: Past, route: Route, caller: Caller, means: Means) -> None:
        """`past` is read after the claim."""
        self.turn = past.turn
        self.waits = False
        """Whether it rests until a person gives their word."""
        self._past = past
        self._progress = Progress(past, means)
        self._calls = Calls(past, self._progress, caller, means)
        self._route = route
        self._caller = caller
        self._means = means
        self._interrupted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._started = means.clock.monotonic()
        if past.turn.stop_asked:
            self.interrupt("stopped")

    @property
    def running_ms(self) -> int:
        """How long the turn has run, over all its owners."""
        return self.turn.running_ms + round((self._means.clock.monotonic() - self._started) * 1000)

    def interrupt(self, reason: str) -> None:
        """End the turn as soon as it can be; what was said so far is kept."""
        if not self._interrupted.done():
            self._interrupted.set_result(reason)

    async def go(self) -> bool:
        """Carry the turn to its end or its rest, and tell whether something else may go on in its conversation.

        Raises Fenced when another owner took it, StorageFailed when nothing can be stored. Cancelling leaves
        everything that was said in the log, for the next owner; what is changing something comes to its end first.
        """
        try:
            return await self._go()
        finally:
            await self._calls.let_go()

    async def _go(self) -> bool:
        cut, progress = self._past.cut, self._progress
        if cut and self.turn.stop_asked:
            progress.said(cut, progress.chunk_index)
            return await self._finish(Finish("stopped", "stopped", None, _step_of(cut, self._route.name)))
        if cut:
            await progress.begin_again(cut, "restart")
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
                return await self._call_model()
            case RunTools(calls):
                return await self._run_tools(calls)
            case Emit(ToolStep(outcome) as settled):
                if await self._progress.settle(settled, self._calls.deed_of(outcome)):
                    return None
                self._calls.try_again(outcome.tool_call_id)
                return Overtaken()
            case Emit(settled):
                await self._progress.settle(settled)
                return None
            case Ask(asking):
                await self._progress.ask(asking)
                return None

    async def _run_tools(self, calls: Sequence[RequestedCall]) -> Reply:
        try:
            return await self._unless_interrupted(self._calls.first_of(calls))
        except _Interruption as interruption:
            begun = await self._calls.only_begun(calls)
            return await self._calls.first_of(begun) if begun else Interrupted(interruption.reason)

    # --- the model ---------------------------------------------------------------------------------------------

    async def _call_model(self) -> Reply:
        try:
            model = self._route.pick(self._load())
        except ModelProblem as nobody:
            return Broke(Problem(code=nobody.code, message=nobody.safe))
        request, seen = await self._request(model)
        for tried in range(1, MODEL_TRIES + 1):
            live = self._live()
            room = self._means.caps.output_units - self._progress.answer.text_units
            try:
                step = await self._unless_interrupted(listen(model, request, live, room=room, seen=seen))
            except ModelProblem as problem:
                log.warning("a model failed", turn=self.turn.id, code=problem.code, detail=problem.detail)
                await live.settled()
                if live.length and tried < MODEL_TRIES:
                    self._progress.chunk_index = live.chunk_index
                    await self._progress.begin_again(live.parts, problem.code)
                    continue
                self._progress.said(live.parts, live.chunk_index)
                failure = Problem(code=problem.code, message=problem.safe)
                return Broke(failure, partial_step(live, model, seen))
            except (_Interruption, OutputLimit) as interruption:
                await live.settled()
                self._progress.said(live.parts, live.chunk_index)
                reason = interruption.reason if isinstance(interruption, _Interruption) else "output_limit"
                return Interrupted(reason, partial_step(live, model, seen))
            self._progress.said(live.parts, live.chunk_index)
            return Answered(step)
        raise AssertionError("a model is tried at least once")

    def _live(self) -> Live:
        answer = self._progress.answer
        return Live(
            self._means.writer,
            self.turn,
            message_id=answer.message_id,
            attempt=answer.attempt,
            first_part=len(answer.parts),
            chunk_index=self._progress.chunk_index,
        )

    def _load(self) -> Load:
        results = sum(isinstance(step, ToolStep) for step in self._progress.state.steps)
        return Load(self._past.question, results)

    async def _request(self, model: Model) -> tuple[ModelRequest, Json]:
        caps, past, progress = self._means.caps, self._past, self._progress
        tools = await self._means.tools.offered(self._caller)
        parameters = caps.shipped.below(self._route.parameters, has_tools=bool(tools))
        # The built-in model reads the talk and the tools and nothing else; so it is shown nothing else.
        context = assemble(
            "" if model.name == BUILT_IN else self._means.system_prompt,
            past.earlier,
            Exchange(past.question, progress.state.steps, self.turn.question_id, progress.answer.message_id),
            tools=tools,
            budget=Budget(model.window, parameters.max_tokens or 0, caps.context_tokens, caps.context_messages),
            count=model.count_tokens,
        )
        request = ModelRequest(
            system=context.system,
            messages=context.messages,
            tools=tools,
            caller=self._caller,
            parameters=parameters,
        )
        return request, context.report.as_json()

    async def _unless_interrupted(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do `work`, unless a person or the time limit ends the turn first: raises _Interruption."""
        left = self._means.caps.seconds - self.running_ms / 1000
        if self._interrupted.done() or left <= 0:
            work.close()
            raise _Interruption(self._why())
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._interrupted}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        raise _Interruption(self._why())

    def _why(self) -> str:
        return self._interrupted.result() if self._interrupted.done() else "time_limit"

    async def _finish(self, finish: Finish) -> bool:
        progress = self._progress
        return await end_turn(self._past, progress.answer, progress.state, finish, progress.chunk_index, self._means)


def _step_of(cut: tuple[Part, ...], model: str) -> ModelStep:
    text = "".join(part.text for part in cut if isinstance(part, TextPart))
    reasoning = "".join(part.text for part in cut if isinstance(part, ReasoningPart))
    return ModelStep(text, reasoning, (), "stop", model)
