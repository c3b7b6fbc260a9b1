"""What happens in a turn, as a fold: from the settled steps follows what comes next.

`run` is a generator that is sent what came of each thing it asked for. Nothing lives only in it: made anew from
the same settled steps it asks for the same next thing, in whatever process and after whatever interruption.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from parlour.models.base import FinishReason, RequestedCall
from parlour.protocol.content import Problem
from parlour.tools.outcomes import Outcome
from parlour.tools.plan import Place, not_tried, untried
from parlour.turn.steps import (
    Answered,
    Ask,
    Asked,
    Broke,
    CallModel,
    Emit,
    Finish,
    Interrupted,
    ModelStep,
    Overtaken,
    Ran,
    Reply,
    RunTools,
    Settled,
    Step,
    ToolStep,
    Wait,
)

INTERRUPTIONS = {
    "time_limit": "The answer was ended: it took longer than a turn may. What was said so far is kept.",
    "output_limit": "The answer was ended: it grew longer than a turn may. What was said so far is kept.",
}
STEP_LIMIT = Problem(
    code="step_limit",
    message="The answer was ended: the model kept asking for tools and came to no end. Please ask in other words.",
)
FILTERED = Problem(code="content_filter", message="The model's provider held the answer back.")
CUT_CALL = Problem(
    code="cut_call",
    message=(
        "The answer was ended: it was as long as one may be before the model had said what it wants to have done. "
        "Nothing of that was done. Please ask for less at once."
    ),
)
NOT_MADE = "This was not done, because the answer ended before the model had said all of it."


_CUTS: dict[FinishReason, Problem] = {"length": CUT_CALL, "content_filter": FILTERED}


@dataclass(frozen=True, slots=True)
class TurnState:
    """Everything a turn is: its settled steps, and which of its calls wait for a person."""

    steps: tuple[Settled, ...] = ()
    pending: frozenset[str] = frozenset()

    def after(self, settled: Settled) -> "TurnState":
        """The state with one more settled step."""
        return replace(self, steps=(*self.steps, settled))

    def asking(self, tool_call_id: str) -> "TurnState":
        """The state with one more call that waits for a person."""
        return replace(self, pending=self.pending | {tool_call_id})

    @property
    def model_steps(self) -> Sequence[ModelStep]:
        """The model's answers, in order."""
        return [step for step in self.steps if isinstance(step, ModelStep)]

    @property
    def cut_call(self) -> Problem | None:
        """Why nothing is made of the calls of the last model step; None where they are what they were meant to be.

        What is missing of them nobody knows, and what is there may mean something else.
        """
        last = self.model_steps[-1] if self.model_steps else None
        return None if last is None or not last.calls else _CUTS.get(last.reason)

    @property
    def open_calls(self) -> tuple[RequestedCall, ...]:
        """The calls of the last model step that no tool step answers yet."""
        if not self.model_steps:
            return ()
        done = self._outcomes
        return tuple(call for call in self.model_steps[-1].calls if call.id not in done)

    @property
    def ready_calls(self) -> tuple[RequestedCall, ...]:
        """Those of them that wait for nobody, and for no other call."""
        done, places = self._outcomes, self._places
        return tuple(
            call
            for call in self.open_calls
            if call.id not in self.pending and (call.id not in places or done.keys() >= {*places[call.id].after})
        )

    @property
    def stranded(self) -> Outcome | None:
        """What comes of an open call that is not made: it was cut, or builds on another which was not done.

        None while there is no such call.
        """
        done, places = self._outcomes, self._places
        for call in self.open_calls:
            if self.cut_call is not None:
                return untried(call, NOT_MADE)
            needs = places[call.id].needs if call.id in places else ()
            missing = next((done[each] for each in needs if each in done and done[each].status != "completed"), None)
            if missing is not None:
                return not_tried(call, missing)
        return None

    @property
    def _outcomes(self) -> dict[str, Outcome]:
        return {step.outcome.tool_call_id: step.outcome for step in self.steps if isinstance(step, ToolStep)}

    @property
    def _places(self) -> dict[str, Place]:
        return {place.call: place for place in self.model_steps[-1].plan} if self.model_steps else {}


def run(state: TurnState, *, step_limit: int) -> Generator[Step, Reply, None]:
    """Ask for one thing after the other until the turn ends or rests: the last is always a `Finish` or a `Wait`."""
    while True:
        if stranded := state.stranded:
            settled = ToolStep(stranded)
            yield Emit(settled)
            state = state.after(settled)
            continue
        if problem := _no_further(state, step_limit):
            yield Finish("failed", problem.code, problem)
            return
        if state.open_calls and not state.ready_calls:
            yield Wait()
            return
        if state.open_calls:
            reply = yield RunTools(state.ready_calls)
        else:
            reply = yield CallModel()
        match reply:
            case Answered(step, labels) if step.calls:
                yield Emit(step, labels)
                state = state.after(step)
            case Ran(outcome):
                settled = ToolStep(outcome)
                if (yield Emit(settled)) is None:
                    state = state.after(settled)
            case Asked(asking):
                yield Ask(asking)
                state = state.asking(asking.tool_call_id)
            case _:
                yield _ending(reply)
                return


def _no_further(state: TurnState, step_limit: int) -> Problem | None:
    """Why the model is not asked for another step, where all of its calls are settled."""
    if state.open_calls:
        return None
    return state.cut_call or (STEP_LIMIT if len(state.model_steps) >= step_limit else None)


def _ending(reply: Reply) -> Finish:
    match reply:
        case Answered(step):
            if step.reason == "content_filter":
                return Finish("failed", FILTERED.code, FILTERED, step)
            return Finish("completed", "length" if step.reason == "length" else None, None, step)
        case Broke(problem, partial, asked):
            return Finish("failed", problem.code, problem, partial, asked)
        case Interrupted("stopped", partial, asked):
            return Finish("stopped", "stopped", None, partial, asked)
        case Interrupted(reason, partial, asked):
            return Finish("failed", reason, Problem(code=reason, message=INTERRUPTIONS[reason]), partial, asked)
        case Ran() | Asked() | Overtaken() | None:
            raise ValueError("a turn's machine was told something it did not ask for")
