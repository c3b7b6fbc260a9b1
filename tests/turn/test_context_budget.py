"""A request and its answer fit a model's window together, its tools included."""

from dataclasses import replace

import pytest

from parlour.protocol.content import Effect
from parlour.tools.tool import Tool, ToolContext, make_tool
from parlour.turn.context import Context, assemble
from parlour.turn.context_budget import Budget, with_tools
from parlour.turn.context_pieces import Exchange, tool_size
from parlour.turn.steps import ModelStep

WIDE = Budget(window=1_000_000, answer=2_000, context=100_000, messages=1_000)
SMALL = Budget(window=4_000, answer=2_000, context=8_000, messages=50)


def count(text: str) -> int:
    return len(text)


async def look(context: ToolContext) -> str:
    """Look around."""
    return context.tool_call_id


LOOK = make_tool(look, effect="read")


def tool(name: str, size: int, *, is_foreign: bool = False, effect: Effect = "read") -> Tool:
    """A tool of this size."""
    bare = replace(LOOK, name=name, description="", is_foreign=is_foreign, effect=effect)
    return replace(bare, description="d" * (size - tool_size(bare, count)))


def tools(number: int, size: int) -> tuple[Tool, ...]:
    return tuple(tool(f"tool_{n:02}", size) for n in range(number))


def seen(budget: Budget, *offered: Tool, earlier: tuple[Exchange, ...] = ()) -> Context:
    return assemble("Be brief.", earlier, Exchange("And now?"), tools=offered, budget=budget, count=count)


def test_a_prompt_has_the_least_of_three_quarters_of_the_window_the_rest_of_it_and_the_setting() -> None:
    assert Budget(window=4_000, answer=100, context=8_000, messages=50).prompt == 3_000
    assert Budget(window=4_000, answer=2_000, context=8_000, messages=50).prompt == 2_000
    assert Budget(window=128_000, answer=2_000, context=8_000, messages=50).prompt == 8_000
    assert Budget(window=100, answer=2_000, context=8_000, messages=50).prompt == 0


def test_tools_take_from_what_the_window_has_and_not_from_how_much_of_a_talk_is_wanted() -> None:
    assert replace(SMALL, tools=700).prompt == 1_300
    assert replace(SMALL, tools=2_700).prompt == 0
    assert Budget(window=128_000, answer=2_000, context=8_000, messages=50, tools=20_000).prompt == 8_000


def test_of_a_request_that_was_too_long_the_tools_are_a_part() -> None:
    assert replace(WIDE, most=7_000, tools=2_000).prompt == 5_000
    assert replace(WIDE, most=7_000, context=1_000).prompt == 1_000


def test_shares_hold_exactly_at_four_thousand_tokens_and_grow_with_the_prompt() -> None:
    small, large = replace(WIDE, context=4_000), replace(WIDE, context=8_000)
    shares = ("system", "tool_results", "older", "notices")
    assert [small.cap(name) for name in shares] == [500, 1_000, 1_000, 250]
    assert [large.cap(name) for name in shares] == [1_000, 2_000, 2_000, 500]


def test_in_a_small_prompt_the_rules_of_the_house_are_still_whole() -> None:
    assert [replace(WIDE, context=tokens).cap("system") for tokens in (400, 1_000, 2_000)] == [100, 250, 250]


def test_where_all_fits_nothing_is_taken_from_the_answer_and_every_tool_is_offered() -> None:
    context = seen(SMALL, *tools(2, 400))
    assert (context.answer, [tool.name for tool in context.tools]) == (2_000, ["tool_00", "tool_01"])
    assert (context.report.cut, context.report.limit) == ((), 2_000)


def test_where_tools_leave_no_room_for_the_talk_the_answer_is_made_shorter() -> None:
    context = seen(SMALL, *tools(4, 400))
    assert (context.answer, len(context.tools), context.report.limit) == (1_400, 4, 1_600 + 1_000)


def test_where_that_is_not_enough_tools_are_left_out_and_named() -> None:
    context = seen(SMALL, *tools(7, 400))
    assert (context.answer, len(context.tools), context.report.limit) == (1_000, 5, 3_000)
    assert context.report.cut == ("2 tools left out: tool_05, tool_06",)
    assert context.report.pieces[1].text == "\n".join(tool.name for tool in context.tools)


def test_what_others_wrote_is_left_out_first_and_the_order_stays() -> None:
    foreign, own = tool("a_foreign_one", 900, is_foreign=True), tools(3, 400)
    assert [each.name for each in seen(SMALL, foreign, *own).tools] == ["tool_00", "tool_01", "tool_02"]
    assert [each.name for each in seen(SMALL, foreign, *own[:2]).tools] == ["a_foreign_one", "tool_00", "tool_01"]


def test_of_the_rest_the_first_that_look_and_the_first_that_change_are_offered() -> None:
    changes = tuple(tool(f"change_{n}", 400, effect="write") for n in range(3))
    kept = [each.name for each in seen(SMALL, *tools(9, 400), *changes).tools]
    assert kept == ["tool_00", "tool_01", "tool_02", "change_0", "change_1"]


def test_a_tool_that_is_left_out_taints_nothing() -> None:
    foreign = tool("a_foreign_one", 9_000, is_foreign=True)
    assert not seen(SMALL, foreign).report.tainted
    assert seen(WIDE, foreign).report.tainted


def test_a_window_smaller_than_the_answer_that_is_wanted_still_has_room_for_a_question() -> None:
    context = seen(Budget(window=2_000, answer=2_048, context=8_000, messages=50))
    assert (context.answer, context.report.limit) == (1_500, 500)
    assert context.messages[-1] == seen(WIDE).messages[-1]


def test_where_nobody_said_how_long_an_answer_may_be_nobody_does() -> None:
    assert seen(replace(SMALL, answer=0), *tools(12, 400)).answer == 0


@pytest.mark.parametrize("window", [500, 1_000, 2_048, 4_096, 8_192, 32_768])
@pytest.mark.parametrize("answer", [0, 100, 2_048, 4_096])
@pytest.mark.parametrize("number", [0, 3, 15, 60])
@pytest.mark.parametrize("most", [None, 300, 3_000])
def test_whatever_is_wanted_it_fits_the_window(window: int, answer: int, number: int, most: int | None) -> None:
    offered = tools(number, 180)
    talk = tuple(Exchange(f"question {n}", (ModelStep("a" * 500, "", (), "stop", "m"),)) for n in range(20))
    context = seen(Budget(window, answer, 8_000, 50, most), *offered, earlier=talk)
    assert context.report.tokens <= context.report.limit <= min(window * 3 // 4, window - context.answer)
    assert most is None or context.report.tokens <= most
    assert min(answer, window // 4) <= context.answer <= answer
    budget, kept = with_tools(Budget(window, answer, 8_000, 50, most), offered, count)
    assert (context.tools, context.answer) == (kept, budget.answer)
    assert budget.prompt >= min(8_000, budget.request // 3)
