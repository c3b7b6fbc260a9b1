"""One step of an answer: whoever is next in the route is asked, until somebody answers to the end.

Who fails before the first word is followed by the next without anybody noticing, and so is who is not asked because
the budget of that provider is used up. What somebody had said who failed after it is kept as an attempt, with whose it
is, and the next begins anew.
"""

from dataclasses import dataclass, field, replace

import structlog

from parlour.models.base import Model, ModelProblem, ModelRequest
from parlour.models.direct import NAME as DIRECT
from parlour.models.instances import NotAsked
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.route import Load, NobodyLeft, Route
from parlour.protocol.content import Json, Problem
from parlour.tools.caller import Caller
from parlour.tools.plan import planned
from parlour.turn.context import Budget, Exchange, assemble, without_notices
from parlour.turn.granting import OverBudget, ProviderOverBudget
from parlour.turn.interrupting import Interruptible, Interruption
from parlour.turn.listening import OutputLimit, listen, partial_step
from parlour.turn.live import Live
from parlour.turn.means import Means
from parlour.turn.progress import Progress
from parlour.turn.prompt import system_prompt
from parlour.turn.record import Past
from parlour.turn.steps import Answered, Broke, Interrupted, ModelStep, ToolStep

SHORTER_PERCENT = 70
"""How much of a prompt is sent once its provider has said that it is too long."""
NEARLY_FULL_PERCENT = 90
"""How much of a model's window a request and its answer may take before it is logged."""
CUTS = 2
"""So often one model may break off within a step. It is asked again only when nobody else is left."""

log = structlog.get_logger(__name__)


class Unpaid(ModelProblem):
    """The budget of its provider does not pay for a word of a model."""


@dataclass
class Trying:
    """Who was asked for a step, and how they did."""

    route: Route
    load: Load
    asked: list[str]
    """In order."""
    problem: ModelProblem = field(default_factory=NobodyLeft)
    """What went wrong last."""
    _unpaid: Unpaid | None = None
    """The first whose provider's budget was in the way."""
    _cuts: dict[str, int] = field(default_factory=dict[str, int])
    _given_up: set[str] = field(default_factory=set[str])

    def next(self) -> Model:
        """Who is asked now. Raises NobodyLeft."""
        try:
            return self.route.pick(self.load, self._given_up | self._cuts.keys())
        except NobodyLeft:
            if self._cuts.keys() <= self._given_up:
                raise
            return self.route.pick(self.load, self._given_up)

    def broke(self, name: str, problem: ModelProblem, *, had_spoken: bool) -> None:
        """Somebody failed."""
        if isinstance(problem, NotAsked):
            self.asked.pop()
        elif isinstance(problem, Unpaid):
            self._unpaid = self._unpaid or problem
        else:
            self.problem = problem
        if had_spoken:
            self._cuts[name] = self._cuts.get(name, 0) + 1
        if not had_spoken or self._cuts[name] == CUTS:
            self._given_up.add(name)

    @property
    def failure(self) -> Problem:
        """What is said when nobody is left.

        Of a budget that was in the way its own words, since they say until when; else of one model what went wrong with
        it, of several the last resort.
        """
        told = self._unpaid or (self.problem if len(set(self.asked)) == 1 else NobodyLeft())
        return Problem(code=told.code, message=told.safe)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Somebody could not answer; `live` is what they had said."""

    model: Model
    live: Live
    problem: ModelProblem
    seen: Json | None

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
    caller: Caller
    means: Means
    time: Interruptible

    async def answered(self) -> Answered | Broke | Interrupted:
        """Ask for the next step. Raises Fenced, and what the writer raises."""
        steps = self.progress.state.steps
        results = sum(isinstance(step, ToolStep) for step in steps)
        begun = () if len(steps) > len(self.past.state.steps) else self.past.cut_by
        trying = Trying(self.route, Load(self.past.question, results), [*begun])
        failed: _Failure | None = None
        while True:
            try:
                model = trying.next()
            except NobodyLeft:
                return self._gave_up(failed, trying)
            if failed is not None and failed.live.length:
                await self.progress.begin_again(failed.live.parts, failed.problem.code, failed.model.name)
            came = await self._ask(model, trying)
            if isinstance(came, _Failure) and came.is_too_long:
                came = await self._ask(model, trying, SHORTER_PERCENT)
            if not isinstance(came, _Failure):
                return came
            trying.broke(model.name, came.problem, had_spoken=came.live.length > 0)
            failed = came

    async def _ask(self, model: Model, trying: Trying, percent: int = 100) -> Answered | Broke | Interrupted | _Failure:
        request, seen = await self._request(model, percent)
        live = self._live(model)
        room = self.means.caps.output_units - self.progress.answer.text_units
        metered = self.progress.meter.over(model, lambda: trying.asked.append(model.name))
        try:
            step = await self.time.do(listen(metered, request, live, room=room, seen=seen))
        except ModelProblem as problem:
            log.warning(
                "a model failed", turn=self.past.turn.id, model=model.name, code=problem.code, detail=problem.detail
            )
            await live.settled()
            self.progress.chunk_index = live.chunk_index
            return _Failure(model, live, problem, seen)
        except OverBudget as over:
            await live.settled()
            return self._unpaid(over, model, live, seen, tuple(trying.asked))
        except (Interruption, OutputLimit) as end:
            await live.settled()
            self.progress.said(live.parts, live.chunk_index)
            reason = end.reason if isinstance(end, Interruption) else "output_limit"
            partial = partial_step(live, model, seen)
            return Interrupted(reason, partial and replace(partial, asked=tuple(trying.asked)), tuple(trying.asked))
        self.progress.said(live.parts, live.chunk_index)
        self._warn_if_nearly_full(model, step)
        plan = planned(step.calls, {tool.name: tool for tool in request.tools})
        return Answered(replace(step, asked=tuple(trying.asked), plan=plan))

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
        self, over: OverBudget, model: Model, live: Live, seen: Json | None, asked: tuple[str, ...]
    ) -> Broke | _Failure:
        """No budget pays for more. Where it is the provider's, and nothing was said, somebody else may be asked."""
        if isinstance(over, ProviderOverBudget) and live.length == 0:
            log.info("a provider's budget is used up", turn=self.past.turn.id, model=model.name)
            self.progress.chunk_index = live.chunk_index
            return _Failure(model, live, Unpaid(over.problem.code, over.problem.message), seen)
        self.progress.said(live.parts, live.chunk_index)
        partial = partial_step(live, model, seen)
        return Broke(over.problem, partial and replace(partial, asked=asked), asked)

    def _gave_up(self, failed: _Failure | None, trying: Trying) -> Broke:
        """Nobody is left. What the last one had said stands."""
        if failed is None:
            return Broke(trying.failure, asked=tuple(trying.asked))
        self.progress.said(failed.live.parts, failed.live.chunk_index)
        partial = partial_step(failed.live, failed.model, failed.seen)
        return Broke(trying.failure, partial and replace(partial, asked=tuple(trying.asked)), tuple(trying.asked))

    def _live(self, model: Model) -> Live:
        answer = self.progress.answer
        return Live(
            self.means.writer,
            self.past.turn,
            message_id=answer.message_id,
            attempt=answer.attempt,
            first_part=len(answer.parts),
            chunk_index=self.progress.chunk_index,
            model=model.name,
        )

    async def _request(self, model: Model, percent: int) -> tuple[ModelRequest, Json | None]:
        """What a model is shown, and the report of it; None where somebody else chose what it does."""
        caps, past, progress = self.means.caps, self.past, self.progress
        tools = await self.means.tools.offered(self.caller)
        parameters = caps.shipped.below(self.route.parameters, has_tools=bool(tools))
        asked, answer = past.turn.question_id, progress.answer.message_id
        earlier, now = past.earlier, Exchange(past.question, progress.state.steps, asked, answer, past.notices)
        is_built_in = model.name == BUILT_IN
        if is_built_in:
            # It reads the talk and the tools and nothing else; so it is shown nothing else.
            earlier, now = [without_notices(each) for each in earlier], without_notices(now)
        context = assemble(
            "" if is_built_in else system_prompt(self.caller, past.instructions),
            earlier,
            now,
            tools=tools,
            budget=Budget(
                model.window, parameters.max_tokens or 0, caps.context_tokens, caps.context_messages, percent
            ),
            count=model.count_tokens,
        )
        request = ModelRequest(
            system=context.system,
            messages=context.messages,
            tools=tools,
            caller=self.caller,
            parameters=parameters,
        )
        return request, None if model.name == DIRECT else context.report.as_json()
