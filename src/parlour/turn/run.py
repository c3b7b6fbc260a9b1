"""One turn being carried out: performs what the machine asks for, and tells it what came of it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import ConversationNotFound
from parlour.models.base import Model, ModelProblem, ModelRequest
from parlour.protocol.content import Conversation, Json, LastMessage, Part, Problem, Usage
from parlour.store.queries.conversations import StoredConversation, stored_conversation
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import ToolContext
from parlour.turn import units
from parlour.turn.answer import Answer
from parlour.turn.context import Budget, Exchange, assemble
from parlour.turn.listening import OutputLimit, listen, partial_step
from parlour.turn.live import Live
from parlour.turn.machine import run
from parlour.turn.means import Means
from parlour.turn.record import Past, TurnRow
from parlour.turn.retrying import Built, read_and_commit
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
PREVIEW_CHARACTERS = 100

log = structlog.get_logger(__name__)
Result = TypeVar("Result")


class _Interruption(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason


class TurnRun:
    """A claimed turn on its way to its end."""

    def __init__(self, turn: TurnRow, past: Past, answer: Answer, model: Model, caller: Caller, means: Means) -> None:
        """`past` is read after the claim; `answer` is the one that the claim began or found."""
        self.turn = turn
        self._past = past
        self._state = past.state
        self._answer = answer
        self._chunk_index = past.chunk_index
        self._model = model
        self._caller = caller
        self._means = means
        self._tool_tasks: dict[str, asyncio.Task[Outcome]] = {}
        self._interrupted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._started = means.clock.monotonic()
        if turn.stop_asked:
            self.interrupt("stopped")

    @property
    def running_ms(self) -> int:
        """How long the turn has run, over all its owners."""
        return self.turn.running_ms + round((self._means.clock.monotonic() - self._started) * 1000)

    def interrupt(self, reason: str) -> None:
        """End the turn as soon as it can be; what was said so far is kept."""
        if not self._interrupted.done():
            self._interrupted.set_result(reason)

    async def go(self) -> None:
        """Carry the turn to its end.

        Raises Fenced when another owner took it, StorageFailed when nothing can be stored. Cancelling leaves
        everything that was said in the log, for the next owner.
        """
        try:
            await self._go()
        finally:
            for task in self._tool_tasks.values():
                task.cancel()

    async def _go(self) -> None:
        if self._past.cut and self.turn.stop_asked:
            self._answer = self._answer.with_parts(self._past.cut)
            await self._finish(Finish("stopped", "stopped", None, _step_of(self._past.cut, self._model.name)))
            return
        if self._past.cut:
            await self._begin_again(self._past.cut, "restart")
        machine = run(self._state, step_limit=self._means.caps.steps)
        step: Step = next(machine)
        while not isinstance(step, Finish):
            step = machine.send(await self._perform(step))
        await self._finish(step)

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
                return Broke(failure, partial_step(live, self._model))
            except (_Interruption, OutputLimit) as interruption:
                await self._keep(live)
                self._answer = self._answer.with_parts(live.parts)
                reason = interruption.reason if isinstance(interruption, _Interruption) else "output_limit"
                return Interrupted(reason, partial_step(live, self._model))
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
        context = assemble(
            self._means.system_prompt,
            self._past.earlier,
            Exchange(self._past.question, self._state.steps),
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
        return request, context.report

    # --- tools -------------------------------------------------------------------------------------------------

    async def _first_of(self, calls: tuple[Any, ...]) -> Ran:
        context_of = self.turn
        for call in calls:
            if call.id not in self._tool_tasks:
                context = ToolContext(self._caller, context_of.conversation_id, context_of.id, call.id)
                running = self._means.tools.run(call.id, call.name, call.arguments, call.raw, context)
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
                await asyncio.wait({task, self._interrupted}, timeout=max(0.0, left), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        raise _Interruption(self._interrupted.result() if self._interrupted.done() else "time_limit")

    # --- what is written ---------------------------------------------------------------------------------------

    def _now(self) -> str:
        return isoformat(self._means.clock.now())

    async def _settle(self, settled: Settled) -> None:
        number = len(self._state.steps)
        if isinstance(settled, ToolStep):
            answer, unit = units.tool_ended(self.turn, number, settled, self._answer, self._now())
        else:
            tools = self._means.tools
            labelled = [(c, await tools.label(self._caller, c.name, c.arguments)) for c in settled.calls]
            answer, unit = units.called_tools(self.turn, number, settled, self._answer, labelled, self._now())
        await self._means.writer.commit(unit)
        self._answer = answer
        self._state = self._state.after(settled)

    async def _begin_again(self, cut: list[Part] | tuple[Part, ...], reason: str) -> None:
        answer, unit = units.begun_again(self.turn, self._answer, cut, reason, self._now())
        await self._means.writer.commit(unit)
        self._answer = answer

    async def _finish(self, finish: Finish) -> None:
        ended: list[Settled] = [ToolStep(_cut_off(call.id, call.name, call.arguments)) for call in self._state.open_calls]
        if finish.last is not None:
            ended.append(finish.last)
        models = [step for step in (*self._state.steps, *ended) if isinstance(step, ModelStep)]
        usage = _total(models)
        final = self._answer.final(
            chunk_index=self._chunk_index,
            status=finish.status,
            model=models[-1].model if models else None,
            usage=usage,
            problem=finish.problem,
        )
        first = len(self._state.steps)
        ending = units.Ending(finish.status, finish.reason, final, list(enumerate(ended, first)))
        at = self._now()

        async def build(connection: AsyncConnection) -> Built[None]:
            before = await stored_conversation(connection, self.turn.conversation_id)
            if before is None:
                raise ConversationNotFound
            after = self._conversation_after(before, usage, at)
            return None, units.finished(self.turn, self._answer, ending, before=before, after=after, at=at)

        await read_and_commit(self._means.reads, self._means.writer, build)

    def _conversation_after(self, before: StoredConversation, usage: Usage | None, at: str) -> Conversation:
        text = "".join(part.text for part in self._answer.parts if part.kind == "text")
        return before.value.model_copy(
            update={
                "message_count": before.value.message_count + (self.turn.replaces is None),
                "total_tokens": before.value.total_tokens + (usage.total_tokens if usage else 0),
                "last_message": LastMessage(text=preview(text), is_user=False, created_at=at),
                "last_activity_at": max(at, before.value.last_activity_at),
                "updated_at": max(at, before.value.updated_at),
            }
        )


def preview(text: str) -> str:
    """The line a list shows: the first hundred characters, and dots where there was more."""
    line = " ".join(text[: PREVIEW_CHARACTERS * 2].split())
    return line if len(line) <= PREVIEW_CHARACTERS else line[:PREVIEW_CHARACTERS] + "..."


def _total(steps: list[ModelStep]) -> Usage | None:
    used = [step.usage for step in steps if step.usage is not None]
    if not used:
        return None
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in used),
        completion_tokens=sum(usage.completion_tokens for usage in used),
        total_tokens=sum(usage.total_tokens for usage in used),
        estimated=any(usage.estimated for usage in used),
    )


def _cut_off(call_id: str, name: str, arguments: Any) -> Outcome:
    """What stands for a call that was at work when its turn ended."""
    return Outcome(
        call_id, name, "failed", arguments or {}, code="stopped", problem="It was ended before it came back."
    )


def _step_of(cut: tuple[Part, ...], model: str) -> ModelStep:
    texts = {kind: "".join(p.text for p in cut if p.kind == kind) for kind in ("text", "reasoning")}  # pyright: ignore[reportAttributeAccessIssue]
    return ModelStep(texts["text"], texts["reasoning"], (), "stop", model)
