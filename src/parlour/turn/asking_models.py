"""One step of an answer: whoever is next in the route is asked, until somebody answers to the end.

Who fails before the first word is followed by the next without anybody noticing, and so is who is not asked because
the budget of that provider is used up. What somebody had said who failed after it is kept as an attempt, with whose it
is, and the next begins anew. Who was asked the same a moment ago is not asked: see `telling_again`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from parlour.clock import isoformat
from parlour.models.base import Model, ModelProblem, ModelRequest
from parlour.models.direct import NAME as DIRECT
from parlour.models.instances import NotAsked
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.prompt_size import prompt_tokens
from parlour.models.route import Load, NobodyLeft, NoRoom, Route, Seat
from parlour.protocol.content import Json, Problem
from parlour.tools.caller import Caller
from parlour.tools.phrasing import labelled
from parlour.tools.plan import estimated_s, planned
from parlour.tools.tool import Tool
from parlour.turn.context import assemble
from parlour.turn.context_budget import Budget
from parlour.turn.context_pieces import Exchange, without_notices
from parlour.turn.context_things import no_things
from parlour.turn.granting import OverBudget, ProviderOverBudget
from parlour.turn.interrupting import Interruptible, Interruption
from parlour.turn.listening import OutputLimit, listen, partial_step
from parlour.turn.live import Live
from parlour.turn.means import Means
from parlour.turn.progress import Progress
from parlour.turn.prompt import system_prompt
from parlour.turn.record import Past, earlier_by_now
from parlour.turn.steps import NOBODY, Answered, Broke, Interrupted, ModelStep, ToolStep, Tried
from parlour.turn.telling_again import Retelling
from parlour.turn.things import things_in

SHORTER_PERCENT = 70
"""How much of a prompt is sent once its provider has said that it is too long, in percent of what was sent."""
NEARLY_FULL_PERCENT = 90
"""How much of a model's window a request and its answer may take before it is logged."""
CHANCES = 2
"""So often one model may break off within a step, or have no room. It is asked again only when nobody else is left."""
NO_ROOM = "no_room"
"""What holds a turn up while everybody who could answer writes as many answers as they may."""

log = structlog.get_logger(__name__)


class Unpaid(ModelProblem):
    """The budget of its provider does not pay for a word of a model."""


@dataclass
class Trying:
    """Who was asked for a step, and how they did."""

    seat: Seat
    load: Load
    asked: list[str]
    """In order."""
    tried: list[Tried] = field(default_factory=list[Tried])
    """The requests that were made and failed, in order."""
    problem: ModelProblem = field(default_factory=NobodyLeft)
    """What went wrong last."""
    _unpaid: Unpaid | None = None
    """The first whose provider's budget was in the way."""
    _put_off: dict[str, int] = field(default_factory=dict[str, int])
    """Who is asked again when nobody else is left, and how often they have failed."""
    _given_up: set[str] = field(default_factory=set[str])

    def next(self) -> Model:
        """Who is asked now. Raises NobodyLeft, and NoRoom where it is worth waiting for `room`."""
        try:
            return self.seat.pick(self.load, self._given_up | self._put_off.keys())
        except NobodyLeft:
            if self._put_off.keys() <= self._given_up:
                raise
            return self.seat.pick(self.load, self._given_up)

    async def room(self) -> None:
        """Wait until somebody has room. Raises NobodyLeft."""
        await self.seat.room(self.load, self._given_up)

    def has_stand_in(self, name: str) -> bool:
        """Whether somebody else is asked for the first time if this one fails."""
        return self.seat.has_left(self.load, self._given_up | self._put_off.keys() | {name})

    def broke(self, name: str, problem: ModelProblem, *, had_spoken: bool) -> None:
        """Somebody failed."""
        if isinstance(problem, NotAsked):
            self.asked.pop()
        elif isinstance(problem, Unpaid):
            self._unpaid = self._unpaid or problem
        else:
            self.problem = problem
        # Who had no room was not waited for while there was somebody else.
        has_chances = had_spoken or (problem.cause == "rate" and self.has_stand_in(name))
        if has_chances:
            self._put_off[name] = self._put_off.get(name, 0) + 1
        if not has_chances or self._put_off[name] == CHANCES:
            self._given_up.add(name)

    def credited(self, step: ModelStep) -> ModelStep:
        """The step with everybody who was asked for it, and the requests before that failed."""
        return replace(step, asked=tuple(self.asked), tried=tuple(self.tried))

    def failure(self, nobody: NobodyLeft) -> Problem:
        """What is said when nobody is left.

        Of a budget that was in the way its own words, since they say until when; else of one model what went wrong with
        it, of several the last resort.
        """
        told = self._unpaid or (self.problem if len(set(self.asked)) == 1 else nobody)
        return Problem(code=told.code, message=told.safe)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Somebody could not answer; `live` is what they had said."""

    model: Model
    live: Live
    problem: ModelProblem
    seen: Json | None
    tokens: int = 0
    """The size of what they were asked, as it is estimated."""

    @property
    def is_too_long(self) -> bool:
        """Whether they only refused because the prompt was too long for them."""
        return self.problem.code == "context_too_long" and self.live.length == 0


@dataclass
class Questions:
    """What one owner of a turn asks of models."""

    past: Past
    progress: Progress
    route: Route
    means: Means
    time: Interruptible
    _before: Retelling = field(init=False)

    def __post_init__(self) -> None:
        self._before = Retelling(self.past, self.progress, self.means.told, self.means.reads)

    async def answered(self) -> Answered | Broke | Interrupted:
        """Ask for the next step. Raises Fenced, and what the writer raises."""
        with self.route.seat() as seat:
            return await self._answered(seat)

    async def _answered(self, seat: Seat) -> Answered | Broke | Interrupted:
        steps = self.progress.state.steps
        results = sum(isinstance(step, ToolStep) for step in steps)
        begun = () if len(steps) > len(self.past.state.steps) else self.past.cut_by
        trying = Trying(seat, Load(self.past.question, results), [*begun])
        failed: _Failure | None = None
        while True:
            try:
                model = await self._next(trying)
            except NobodyLeft as nobody:
                return Broke(trying.failure(nobody), self._last_words(failed, trying), tuple(trying.asked))
            except Interruption as end:
                return Interrupted(end.reason, self._last_words(failed, trying), tuple(trying.asked))
            if failed is not None and failed.live.length:
                await self.progress.begin_again(failed.live.parts, failed.problem.code, failed.model.name)
            came = await self._ask(model, trying)
            if isinstance(came, _Failure) and came.is_too_long:
                came = await self._ask(model, trying, came.tokens * SHORTER_PERCENT // 100)
            if not isinstance(came, _Failure):
                return came
            trying.broke(model.name, came.problem, had_spoken=came.live.length > 0)
            failed = came

    async def _next(self, trying: Trying) -> Model:
        """Who is asked now, once they have room; people see that it is waited for. Raises NobodyLeft, Interruption."""
        while True:
            try:
                return trying.next()
            except NoRoom:
                # Whoever has room in the end may rest by the time that is said; then the others are waited for.
                await self.progress.held_up(NO_ROOM)
                await self.time.do(trying.room())
                await self.progress.held_up(None)

    async def _ask(
        self, model: Model, trying: Trying, most: int | None = None
    ) -> Answered | Broke | Interrupted | _Failure:
        caller, earlier = await self._as_it_stands()
        if caller is None:
            return Broke(NOBODY, asked=tuple(trying.asked))
        request, seen = await self._request(model, caller, earlier, most)
        told = await self._before.found(model, request)
        live = self._live(model, is_told_again=told is not None)
        room = self.means.caps.output_units - self.progress.answer.text_units
        request = replace(request, has_stand_in=trying.has_stand_in(model.name))
        try:
            step = await self.time.do(listen(told or self._metered(model, trying), request, live, room=room, seen=seen))
        except ModelProblem as problem:
            log.warning(
                "a model failed", turn=self.past.turn.id, model=model.name, code=problem.code, detail=problem.detail
            )
            if not isinstance(problem, NotAsked):
                trying.tried.append(Tried(model.name, isoformat(self.means.clock.now()), seen))
            await live.settled()
            self.progress.chunk_index = live.chunk_index
            return _Failure(model, live, problem, seen, prompt_tokens(request, model.count_tokens))
        except OverBudget as over:
            await live.settled()
            return self._unpaid(over, model, live, seen, trying)
        except (Interruption, OutputLimit) as end:
            await live.settled()
            self.progress.said(live.parts, live.chunk_index)
            reason = end.reason if isinstance(end, Interruption) else "output_limit"
            partial = partial_step(live, model, seen, cached=told is not None)
            return Interrupted(reason, partial and trying.credited(partial), tuple(trying.asked))
        self.progress.said(live.parts, live.chunk_index)
        if told is not None:
            step = replace(trying.credited(step), asked=(*trying.asked, model.name), cached=True)
        else:
            self._before.keep(model, request, step, live.parts)
            self._warn_if_nearly_full(model, step)
            step = trying.credited(step)
        tools = {tool.name: tool for tool in request.tools}
        labels = [labelled(tools.get(each.name), each.name, each.arguments) for each in step.calls]
        return Answered(self._in_order(step, tools), tuple(labels))

    def _in_order(self, step: ModelStep, tools: Mapping[str, Tool]) -> ModelStep:
        """The step with the order of its calls; of several with how long they may take, for whoever waits for them."""
        plan = planned(step.calls, tools)
        if len(step.calls) < 2:
            return replace(step, plan=plan)
        expected_s = estimated_s(step.calls, plan, self.means.tools.typical_s)
        log.debug(
            "several calls are made",
            turn=self.past.turn.id,
            tools=[call.name for call in step.calls],
            wait=len(plan),
            expected_s=expected_s,
        )
        return replace(step, plan=plan, expected_s=expected_s)

    def _metered(self, model: Model, trying: Trying) -> Model:
        return self.progress.meter.over(model, lambda: trying.asked.append(model.name))

    def _warn_if_nearly_full(self, model: Model, step: ModelStep) -> None:
        used = step.usage.total_tokens if step.usage else 0
        if used * 100 > model.window * NEARLY_FULL_PERCENT:
            log.warning(
                "a model's window is nearly full",
                turn=self.past.turn.id,
                model=model.name,
                tokens=used,
                window=model.window,
            )

    def _unpaid(
        self, over: OverBudget, model: Model, live: Live, seen: Json | None, trying: Trying
    ) -> Broke | _Failure:
        """No budget pays for more. Where it is the provider's, and nothing was said, somebody else may be asked."""
        if isinstance(over, ProviderOverBudget) and live.length == 0:
            log.info("a provider's budget is used up", turn=self.past.turn.id, model=model.name)
            self.progress.chunk_index = live.chunk_index
            return _Failure(model, live, Unpaid(over.problem.code, over.problem.message), seen)
        self.progress.said(live.parts, live.chunk_index)
        partial = partial_step(live, model, seen)
        return Broke(over.problem, partial and trying.credited(partial), tuple(trying.asked))

    def _last_words(self, failed: _Failure | None, trying: Trying) -> ModelStep | None:
        """What the last one had said who failed, with the requests of everybody who did; None where nobody did."""
        partial = None
        if failed is not None:
            self.progress.said(failed.live.parts, failed.live.chunk_index)
            partial = partial_step(failed.live, failed.model, failed.seen)
        if trying.tried:
            last = trying.tried.pop()
            partial = trying.credited(partial or ModelStep("", "", (), "stop", last.model, seen=last.seen))
        return partial

    def _live(self, model: Model, *, is_told_again: bool) -> Live:
        answer = self.progress.answer
        return Live(
            self.means.writer,
            self.past.turn,
            message_id=answer.message_id,
            attempt=answer.attempt,
            first_part=len(answer.parts),
            chunk_index=self.progress.chunk_index,
            model=model.name,
            is_told_again=is_told_again,
        )

    async def _as_it_stands(self) -> tuple[Caller | None, Sequence[Exchange]]:
        """Who asked, and what was said before, by now: a tool or room for an answer may have been waited for."""
        turn = self.past.turn
        async with self.means.reads.read() as connection:
            caller = await self.means.callers.caller(connection, turn.user_id, turn.project_id)
            return caller, await earlier_by_now(connection, self.past)

    async def _request(
        self, model: Model, caller: Caller, earlier: Sequence[Exchange], most: int | None
    ) -> tuple[ModelRequest, Json | None]:
        """What a model is shown, in so many tokens if that is said, and the report of it; None where somebody else
        chose what it does."""
        caps, past, progress = self.means.caps, self.past, self.progress
        tools = await self.means.tools.offered(caller)
        parameters = caps.shipped.below(self.route.parameters, has_tools=bool(tools))
        asked, answer = past.turn.question_id, progress.answer.message_id
        now = Exchange(past.question, progress.state.steps, asked, answer, past.notices)
        form = past.given.form
        window = model.window - (min(model.count_tokens(form.words), model.window // 2) if form else 0)
        is_built_in = model.name == BUILT_IN
        if is_built_in:
            # It reads the talk and the tools and nothing else; so it is shown nothing else.
            earlier, now = [without_notices(each) for each in earlier], without_notices(now)
        context = assemble(
            "" if is_built_in else system_prompt(caller, past.given.instructions),
            earlier,
            now,
            tools=tools,
            things=no_things if is_built_in else things_in,
            budget=Budget(window, parameters.max_tokens or 0, caps.context_tokens, caps.context_messages, most),
            count=model.count_tokens,
        )
        request = ModelRequest(
            system=context.system,
            messages=context.messages,
            tools=context.tools,
            caller=caller,
            parameters=parameters.model_copy(update={"max_tokens": context.answer or None}),
            stop=past.given.stop,
            form=form,
        )
        return request, None if model.name == DIRECT else context.report.as_json()
