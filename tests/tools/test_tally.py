"""What an operator sees of tools: how often, how they ended, how long; never a name that a model made up."""

from dataclasses import replace
from typing import Any

from parlour.tools.executor import Executor
from parlour.tools.outcomes import NotThere, Outcome, RequestedCall
from parlour.tools.tally import OTHERS, RECENT, Tally
from parlour.tools.tool import ToolContext, make_tool
from tests.conftest import ManualClock
from tests.tools.conftest import Shelf


async def test_calls_are_counted_by_how_they_ended_with_the_time_they_took(
    context: ToolContext, clock: ManualClock
) -> None:
    async def look(context: ToolContext, place: str) -> str:
        """Look there."""
        clock.advance(0.5)
        if place == "nowhere":
            raise NotThere("There is no such place.")
        return place

    executor = Executor([Shelf("eyes", [make_tool(look, effect="read")])], clock)
    for number, place in enumerate(("here", "there", "nowhere")):
        await executor.run(RequestedCall(str(number), "look", {"place": place}), context)
    (counted,) = executor.tally
    assert (counted.tool, dict(counted.ended), counted.seconds) == ("look", {"completed": 2, "failed": 1}, 1.5)


async def test_names_that_a_model_makes_up_are_counted_together(context: ToolContext, clock: ManualClock) -> None:
    executor = Executor([], clock)
    for number in range(3):
        await executor.run(RequestedCall(str(number), f"made_up_{number}", {}), context)
    assert [(it.tool, dict(it.ended)) for it in executor.tally] == [(OTHERS, {"failed": 3})]


def test_a_server_with_very_many_tools_keeps_few_counters() -> None:
    tally = Tally(many=2)
    for name in ("a", "b", "c", "d", "a"):
        tally.add(Outcome("call", name, "completed", {}), {"a", "b", "c", "d"})
    assert {it.tool: it.ended["completed"] for it in tally} == {"a": 2, "b": 1, OTHERS: 2}


def took(seconds: float, **changes: Any) -> Outcome:
    return replace(Outcome("call", "look", "completed", {}, duration_ms=seconds * 1000), **changes)


def test_what_one_call_takes_is_what_half_of_them_take_less_than() -> None:
    tally = Tally()
    assert tally.typical_s("look") is None
    for seconds in (1.0, 90.0, 2.0, 3.0, 1.5):
        tally.add(took(seconds), {"look"})
    assert tally.typical_s("look") == 2.0


def test_what_did_not_do_its_work_says_nothing_of_how_long_that_takes() -> None:
    tally = Tally()
    told_again = took(0.0, cached=True), took(0.0, repeated=True)
    for outcome in (took(30.0, status="failed"), *told_again, took(9.0, tool="made_up")):
        tally.add(outcome, {"look"})
    assert (tally.typical_s("look"), tally.typical_s(OTHERS)) == (None, None)


def test_a_tool_that_has_become_slow_is_known_to_be_after_a_while() -> None:
    tally = Tally()
    for seconds in [1.0] * 1_000 + [20.0] * RECENT:
        tally.add(took(seconds), {"look"})
    assert tally.typical_s("look") == 20.0
    (counted,) = tally
    assert len(counted.recent) == RECENT
