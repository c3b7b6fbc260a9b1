"""One turn being carried out: performs what the machine asks for, and tells it what came of it."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import structlog

from parlour.clock import isoformat
from parlour.models.base import Model, ModelProblem, ModelRequest, RequestedCall
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.protocol.content import Json, Part, Problem, ReasoningPart, TextPart
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import ToolContext
from parlour.turn import units
from parlour.turn.context import Budget, Exchange, assemble
from parlour.turn.ending import end_turn
from parlour.turn.listening import OutputLimit, listen, partial_step
from parlour.turn.live import Live
from parlour.turn.machine import run
from parlour.turn.means import Means
from parlour.turn.record import Past
from parlour.turn.steps import (
    Answered,
    Broke,
    CallModel,
    Emit,
    Finish,
    Interrupted,
    ModelStep,
    Ran,
    Reply,
    RunTools,
    Settled,
    Step,
    ToolStep,
)

MODEL_TRIES = 2

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class _Interruption(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class TurnRun:
    """A claimed turn on its way to its end."""

    def __init__(self, past: Past, model: Model, caller: Caller, means: Means) -> None:
        """`past` is read after the claim."""
        self.turn = past.turn
        self._past = past
        self._state = past.state
        self._answer = past.answer
        self._chunk_index = past.chunk_index
        self._model = model
        self._caller = caller
        self._means = means
        self._tool_tasks: dict[str, asyncio.Task[Outcome]] = {}
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
        """Carry the turn to its end, and tell whether something else may wait in its conversation.

        Raises Fenced when another owner took it, StorageFailed when nothing can be stored. Cancelling leaves
        everything that was said in the log, for the next owner.
        """
        try:
            return await self._go()
        finally:
            tasks = self._tool_tasks.values()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _go(self) -> bool:
        if self._past.cut and self.turn.stop_asked:
            self._answer = self._answer.with_parts(self._past.cut)
            return await self._finish(Finish("stopped", "stopped", None, _step_of(self._past.cut, self._model.name)))
        if self._past.cut:
            await self._begin_again(self._past.cut, "restart")
        machine = run(self._state, step_limit=self._means.caps.steps)
        step: Step = next(machine)
        while not isinstance(step, Finish):
            step = machine.send(await self._perform(step))
        return await self._finish(step)

    async def _perform(self, step: CallModel | RunTools | Emit) -> Reply:
        match step:
            case CallModel():
                return await self._call_model()
            case RunTools(calls):
                try:
                    return await self._unless_interrupted(self._first_of(calls))
                except _Interruption as interruption:
                    return Interrupted(interruption.reason)
            case Emit(settled):
                await self._settle(settled)
                return None

    # --- the model ---------------------------------------------------------------------------------------------

    async def _call_model(self) -> Reply:
        request, seen = await self._request()
        for tried in range(1, MODEL_TRIES + 1):
            live = self._live()
            room = self._means.caps.output_units - self._answer.text_units
            try:
                step = await self._unless_interrupted(listen(self._model, request, live, room=room, seen=seen))
            except ModelProblem as problem:
                log.warning("a model failed", turn=self.turn.id, code=problem.code, detail=problem.detail)
                await self._keep(live)
                if live.length and tried < MODEL_TRIES:
                    await self._begin_again(live.parts, problem.code)
                    continue
                self._answer = self._answer.with_parts(live.parts)
                failure = Problem(code=problem.code, message=problem.safe)
                return Broke(failure, partial_step(live, self._model, seen))
            except (_Interruption, OutputLimit) as interruption:
                await self._keep(live)
                self._answer = self._answer.with_parts(live.parts)
                reason = interruption.reason if isinstance(interruption, _Interruption) else "output_limit"
                return Interrupted(reason, partial_step(live, self._model, seen))
            self._chunk_index = live.chunk_index
            self._answer = self._answer.with_parts(live.parts)
            return Answered(step)
        raise AssertionError("a model is tried at least once")

    async def _keep(self, live: Live) -> None:
        await live.settled()
        self._chunk_index = live.chunk_index

    def _live(self) -> Live:
        return Live(
            self._means.writer,
            self.turn,
            message_id=self._answer.message_id,
            attempt=self._answer.attempt,
            first_part=len(self._answer.parts),
            chunk_index=self._chunk_index,
        )

    async def _request(self) -> tuple[ModelRequest, Json]:
        caps, model = self._means.caps, self._model
        tools = await self._means.tools.offered(self._caller)
        # The built-in model reads the talk and the tools and nothing else; so it is shown nothing else.
        context = assemble(
            "" if model.name == BUILT_IN else self._means.system_prompt,
            self._past.earlier,
            Exchange(self._past.question, self._state.steps, self.turn.question_id, self._answer.message_id),
            tools=tools,
            budget=Budget(model.window, caps.answer_tokens, caps.context_tokens, caps.context_messages),
            count=model.count_tokens,
        )
        request = ModelRequest(
            system=context.system,
            messages=context.messages,
            tools=tools,
            caller=self._caller,
            temperature=caps.temperature,
            max_tokens=caps.answer_tokens,
        )
        return request, context.report.as_json()

    # --- tools -------------------------------------------------------------------------------------------------

    async def _first_of(self, calls: Sequence[RequestedCall]) -> Ran:
        for call in calls:
            if call.id not in self._tool_tasks:
                context = ToolContext(self._caller, self.turn.conversation_id, self.turn.id, call.id)
                running = self._means.tools.run(call, context)
                self._tool_tasks[call.id] = asyncio.create_task(running, name=f"tool {call.name}")
        tasks = [self._tool_tasks[call.id] for call in calls]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return Ran(next(task.result() for task in tasks if task.done()))

    async def _unless_interrupted(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do `work`, unless a person or the time limit ends the turn first: raises _Interruption."""
        task = asyncio.ensure_future(work)
        left = self._means.caps.seconds - self.running_ms / 1000
        try:
            if not self._interrupted.done():
                await asyncio.wait(
                    {task, self._interrupted}, timeout=max(0.0, left), return_when=asyncio.FIRST_COMPLETED
                )
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        raise _Interruption(self._interrupted.result() if self._interrupted.done() else "time_limit")

    # --- what is written ---------------------------------------------------------------------------------------

    def _now(self) -> str:
        return isoformat(self._means.clock.now())

    async def _settle(self, settled: Settled) -> None:
        number = len(self._state.steps)
        if isinstance(settled, ToolStep):
            answer, unit = units.tool_ended(self.turn, number, settled, self._answer, self._now())
        else:
            labelled = [(call, self._means.tools.label(call)) for call in settled.calls]
            answer, unit = units.called_tools(self.turn, number, settled, self._answer, labelled, self._now())
        await self._means.writer.commit(unit)
        self._answer = answer
        self._state = self._state.after(settled)

    async def _begin_again(self, cut: list[Part] | tuple[Part, ...], reason: str) -> None:
        answer, unit = units.begun_again(self.turn, self._answer, cut, reason, self._now())
        await self._means.writer.commit(unit)
        self._answer = answer

    async def _finish(self, finish: Finish) -> bool:
        return await end_turn(self._past, self._answer, self._state, finish, self._chunk_index, self._means)


def _step_of(cut: tuple[Part, ...], model: str) -> ModelStep:
    text = "".join(part.text for part in cut if isinstance(part, TextPart))
    reasoning = "".join(part.text for part in cut if isinstance(part, ReasoningPart))
    return ModelStep(text, reasoning, (), "stop", model)
