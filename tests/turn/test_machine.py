"""A turn's machine, as transcripts: what it asks for, and what it is told."""

from collections.abc import Generator
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.base import RequestedCall
from parlour.protocol.content import Problem
from parlour.tools.asking import Asking
from parlour.tools.outcomes import Outcome
from parlour.tools.plan import Place, estimated_s, not_tried
from parlour.turn.machine import CUT_CALL, FILTERED, STEP_LIMIT, TurnState, run
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
    Step,
    ToolStep,
    Tried,
    Wait,
)
from parlour.turn.stored_steps import body_of, step_from

KITCHEN = RequestedCall("1", "look", {"room": "kitchen"})
HALL = RequestedCall("2", "look", {"room": "hall"})


def said(text: str, *calls: RequestedCall) -> ModelStep:
    return ModelStep(text, "", calls, "tool_calls" if calls else "stop", "m")


def came(call: RequestedCall) -> Outcome:
    return Outcome(call.id, call.name, "completed", call.arguments or {}, result=["lamp"], sentence="A lamp.")


def not_made(call: RequestedCall) -> Outcome:
    problem = "This was not done, because the answer ended before the model had said all of it."
    return Outcome(
        call.id,
        call.name,
        "failed",
        call.arguments or {},
        code="not_tried",
        problem=problem,
        summary="not tried",
        sentence=problem,
    )


def asking(call: RequestedCall) -> Asking:
    return Asking(call.id, call.name, "Paint", "write", call.arguments or {}, None)


class Playbook:
    """Plays a transcript against the machine: `asks` what it must ask for, `told` what it is sent."""

    def __init__(self, state: TurnState | None = None, step_limit: int = 4) -> None:
        self._machine: Generator[Step, Reply, None] = run(state or TurnState(), step_limit=step_limit)
        self._next: Step = next(self._machine)

    def asks(self, step: Step) -> "Playbook":
        assert self._next == step
        return self

    def told(self, reply: Reply) -> "Playbook":
        self._next = self._machine.send(reply)
        return self

    def ends(self, finish: Finish) -> None:
        assert self._next == finish
        with pytest.raises(StopIteration):
            next(self._machine)


def test_an_answer_without_tools_is_one_step() -> None:
    answer = said("Hello.")
    Playbook().asks(CallModel()).told(Answered(answer)).ends(Finish("completed", None, None, answer))


def test_tools_run_and_the_model_speaks_again() -> None:
    first, last = said("Let me look.", KITCHEN), said("A lamp.")
    (
        Playbook()
        .asks(CallModel())
        .told(Answered(first))
        .asks(Emit(first))
        .told(None)
        .asks(RunTools((KITCHEN,)))
        .told(Ran(came(KITCHEN)))
        .asks(Emit(ToolStep(came(KITCHEN))))
        .told(None)
        .asks(CallModel())
        .told(Answered(last))
        .ends(Finish("completed", None, None, last))
    )


def test_calls_that_run_side_by_side_are_settled_in_the_order_they_come_back() -> None:
    first = said("", KITCHEN, HALL)
    (
        Playbook(TurnState((first,)))
        .asks(RunTools((KITCHEN, HALL)))
        .told(Ran(came(HALL)))
        .asks(Emit(ToolStep(came(HALL))))
        .told(None)
        .asks(RunTools((KITCHEN,)))
        .told(Ran(came(KITCHEN)))
        .asks(Emit(ToolStep(came(KITCHEN))))
        .told(None)
        .asks(CallModel())
    )


PANTRY, JAR = RequestedCall("3", "add", {"name": "Pantry"}), RequestedCall("4", "add", {"place": "Pantry"})
IN_ORDER = replace(said("", PANTRY, JAR), plan=(Place("4", ("3",), ("3",)),))


def test_a_call_that_builds_on_another_is_made_when_that_was_done() -> None:
    (
        Playbook()
        .told(Answered(IN_ORDER))
        .told(None)
        .asks(RunTools((PANTRY,)))
        .told(Ran(came(PANTRY)))
        .told(None)
        .asks(RunTools((JAR,)))
    )


def test_a_call_that_builds_on_another_is_not_made_when_that_was_not_done() -> None:
    refused = replace(came(PANTRY), status="denied", problem="You said no.")
    (
        Playbook()
        .told(Answered(IN_ORDER))
        .told(None)
        .told(Ran(refused))
        .told(None)
        .asks(Emit(ToolStep(not_tried(JAR, refused))))
        .told(None)
        .asks(CallModel())
    )


def test_a_call_that_only_comes_after_another_is_made_whatever_came_of_that() -> None:
    after = replace(IN_ORDER, plan=(Place("4", ("3",)),))
    failed = replace(came(PANTRY), status="failed", problem="It did not work.")
    Playbook().told(Answered(after)).told(None).told(Ran(failed)).told(None).asks(RunTools((JAR,)))


def test_three_calls_are_made_in_two_rounds_and_may_take_as_long_as_the_two_that_wait_for_each_other() -> None:
    three = replace(said("", KITCHEN, PANTRY, JAR), plan=IN_ORDER.plan)
    assert estimated_s(three.calls, three.plan, {"look": 6.0, "add": 5.0}.get) == 10.0
    (
        Playbook()
        .told(Answered(three))
        .asks(Emit(three))
        .told(None)
        .asks(RunTools((KITCHEN, PANTRY)))
        .told(Ran(came(PANTRY)))
        .told(None)
        .asks(RunTools((KITCHEN, JAR)))
        .told(Ran(came(JAR)))
        .told(None)
        .asks(RunTools((KITCHEN,)))
        .told(Ran(came(KITCHEN)))
        .told(None)
        .asks(CallModel())
    )


def test_while_a_call_waits_for_a_person_those_that_build_on_it_wait_too() -> None:
    Playbook().told(Answered(IN_ORDER)).told(None).told(Asked(asking(PANTRY))).told(None).asks(Wait())
    Playbook(TurnState((IN_ORDER,), frozenset({"3"}))).asks(Wait())


def test_made_anew_from_settled_steps_it_asks_for_the_same_next_thing() -> None:
    first = said("", KITCHEN, HALL)
    Playbook(TurnState((first, ToolStep(came(HALL))))).asks(RunTools((KITCHEN,)))
    Playbook(TurnState((first, ToolStep(came(HALL)), ToolStep(came(KITCHEN))))).asks(CallModel())


def test_a_stop_keeps_what_was_said() -> None:
    partial = said("Once upon")
    Playbook().told(Interrupted("stopped", partial)).ends(Finish("stopped", "stopped", None, partial))


def test_a_stop_while_tools_run_ends_the_turn() -> None:
    Playbook(TurnState((said("", KITCHEN),))).told(Interrupted("stopped")).ends(Finish("stopped", "stopped"))


@pytest.mark.parametrize("limit", ["time_limit", "output_limit"])
def test_a_limit_ends_the_turn_as_failed_and_says_which(limit: str) -> None:
    book = Playbook().told(Interrupted(limit))
    finish = book._next  # pyright: ignore[reportPrivateUsage]
    assert isinstance(finish, Finish)
    assert (finish.status, finish.reason) == ("failed", limit)
    assert finish.problem is not None
    assert finish.problem.code == limit


def test_a_model_that_only_asks_for_tools_is_ended_at_the_step_limit() -> None:
    steps = [said("", RequestedCall(str(n), "look", {})) for n in range(4)]
    settled = [settled for step in steps for settled in (step, ToolStep(came(step.calls[0])))]
    Playbook(TurnState(tuple(settled))).ends(Finish("failed", "step_limit", STEP_LIMIT))


def test_when_nobody_can_answer_the_turn_fails_with_the_reason() -> None:
    problem = Problem(code="provider_unavailable", message="The model is away.")
    Playbook().told(Broke(problem)).ends(Finish("failed", "provider_unavailable", problem))


def test_an_answer_cut_by_the_models_own_limit_says_so() -> None:
    cut = ModelStep("Once upon", "", (), "length", "m")
    Playbook().told(Answered(cut)).ends(Finish("completed", "length", None, cut))


@pytest.mark.parametrize(("reason", "problem"), [("length", CUT_CALL), ("content_filter", FILTERED)])
def test_calls_of_an_answer_that_was_cut_are_not_made_and_end_the_turn(
    reason: Literal["length", "content_filter"], problem: Problem
) -> None:
    cut = replace(said("Let me look.", KITCHEN, HALL), reason=reason)
    first, second = (ToolStep(not_made(call)) for call in (KITCHEN, HALL))
    ended = Finish("failed", problem.code, problem)
    (
        Playbook()
        .asks(CallModel())
        .told(Answered(cut))
        .asks(Emit(cut))
        .told(None)
        .asks(Emit(first))
        .told(None)
        .asks(Emit(second))
        .told(None)
        .ends(ended)
    )
    Playbook(TurnState((cut, first))).asks(Emit(second)).told(None).ends(ended)


def test_a_call_that_a_person_has_to_allow_is_put_to_them_and_its_siblings_go_on() -> None:
    first = said("", KITCHEN, HALL)
    (
        Playbook(TurnState((first,)))
        .asks(RunTools((KITCHEN, HALL)))
        .told(Asked(asking(KITCHEN)))
        .asks(Ask(asking(KITCHEN)))
        .told(None)
        .asks(RunTools((HALL,)))
        .told(Ran(came(HALL)))
        .asks(Emit(ToolStep(came(HALL))))
        .told(None)
        .asks(Wait())
    )


def test_a_turn_whose_calls_all_wait_rests_and_goes_on_once_one_of_them_was_decided() -> None:
    first = said("", KITCHEN, HALL)
    Playbook(TurnState((first,), frozenset({"1", "2"}))).asks(Wait())
    Playbook(TurnState((first,), frozenset({"2"}))).asks(RunTools((KITCHEN,)))


def test_what_came_of_a_call_does_not_count_where_the_world_had_changed_and_it_is_made_anew() -> None:
    (
        Playbook(TurnState((said("", KITCHEN),)))
        .asks(RunTools((KITCHEN,)))
        .told(Ran(came(KITCHEN)))
        .asks(Emit(ToolStep(came(KITCHEN))))
        .told(Overtaken())
        .asks(RunTools((KITCHEN,)))
    )


replies = st.one_of(
    st.builds(Answered, st.builds(said, st.text(), st.just(KITCHEN))),
    st.builds(Answered, st.builds(said, st.text(max_size=5))),
    st.just(Answered(IN_ORDER)),
    st.just(Answered(replace(IN_ORDER, reason="length"))),
    st.builds(Interrupted, st.sampled_from(["stopped", "time_limit", "output_limit"])),
    st.builds(Broke, st.just(Problem(code="x", message="y"))),
)


@given(st.lists(replies, min_size=1, max_size=40), st.booleans(), st.sampled_from(("completed", "failed", "denied")))
def test_whatever_comes_back_a_turn_always_ends_or_rests(
    answers: list[Reply], asks: bool, status: Literal["completed", "failed", "denied"]
) -> None:
    machine = run(TurnState(), step_limit=5)
    step = next(machine)
    asked = 0
    while not isinstance(step, Finish):
        asked += 1
        assert asked < 100
        match step:
            case CallModel():
                reply = answers.pop(0) if answers else Answered(said("the end"))
            case RunTools(calls):
                assert calls
                reply = Asked(asking(calls[0])) if asks else Ran(replace(came(calls[0]), status=status))
            case Emit() | Ask():
                reply = None
            case Wait():
                assert asks
                return
        step = machine.send(reply)
    assert step.status in ("completed", "stopped", "failed")


@given(
    st.builds(said, st.text(), st.just(KITCHEN))
    | st.just(IN_ORDER)
    | st.just(replace(IN_ORDER, expected_s=9.5))
    | st.just(replace(IN_ORDER, cached=True))
    | st.just(replace(IN_ORDER, tried=(Tried("dead/model", "2026-11-20T12:00:00.000Z", {"tokens": 5}),)))
    | st.builds(ToolStep, st.builds(came, st.just(HALL)))
)
def test_a_settled_step_is_read_back_as_it_was(settled: ModelStep | ToolStep) -> None:
    kind, body = body_of(settled)
    assert step_from(kind, body) == settled


@pytest.mark.parametrize("name", ["expected_s", "cached", "tried"])
def test_a_step_that_was_kept_before_something_was_known_of_steps_is_read_all_the_same(name: str) -> None:
    kind, body = body_of(IN_ORDER)
    del body[name]
    assert step_from(kind, body) == IN_ORDER
