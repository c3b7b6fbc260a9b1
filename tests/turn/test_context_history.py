"""The talk before a question: the last exchange is always there, and the beginning of a prompt stays the same."""

from dataclasses import replace
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.base import AssistantMessage, RequestedCall, ToolMessage, UserMessage
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import Tool, ToolContext, make_tool
from parlour.turn.context import Context, assemble
from parlour.turn.context_budget import Budget
from parlour.turn.context_pieces import CUT_MARK, Exchange
from parlour.turn.steps import ModelStep, ToolStep

USUAL = Budget(window=128_000, answer=2_000, context=8_000, messages=50)
SMALL = Budget(window=4_096, answer=2_048, context=8_000, messages=50)
NOW = Exchange("And in the bedroom?")


def count(text: str) -> int:
    return len(text)


async def look(context: ToolContext) -> str:
    """Look around."""
    return context.tool_call_id


def said(question: str, answer: str) -> Exchange:
    return Exchange(question, (ModelStep(answer, "", (), "stop", "m"),))


def looked(question: str, result: str, answer: str) -> Exchange:
    call = RequestedCall(f"{question}-1", "look", {"q": "x"}, '{"q":"x"}')
    found = ToolStep(Outcome(call.id, "look", "completed", {}, result=result, sentence="Found 40 devices."))
    return Exchange(question, (ModelStep("", "", (call,), "tool_calls", "m"), found, *said("", answer).steps))


def seen(earlier: list[Exchange], current: Exchange = NOW, budget: Budget = USUAL, *tools: Tool) -> Context:
    return assemble("Be brief.", earlier, current, tools=tools, budget=budget, count=count)


def texts(context: Context) -> list[str]:
    return [m.content if isinstance(m, ToolMessage) else m.text for m in context.messages]


def test_a_question_after_a_large_result_still_knows_what_it_is_about() -> None:
    context = seen([looked("What is in the house?", "x" * 20_000, "There are 40 devices.")])
    asked, called, found, answer, now = texts(context)
    assert (asked, called, answer, now) == ("What is in the house?", "", "There are 40 devices.", NOW.question)
    assert orjson.loads(found) == {"summary": "Found 40 devices.", "cut": True}
    assert context.report.cut == ("1 earlier messages shortened",)
    assert [piece.kind for piece in context.report.pieces if piece.shortened] == ["tool_result"]


@pytest.mark.parametrize("budget", [USUAL, SMALL], ids=["usual", "small"])
def test_of_a_last_answer_that_is_too_long_as_much_is_shown_as_fits(budget: Budget) -> None:
    context = seen([said("Write me a plan", "w" * 18_000)], Exchange("Make it shorter"), budget)
    asked, answer, now = texts(context)
    assert (asked, now) == ("Write me a plan", "Make it shorter")
    assert answer.endswith(f"w{CUT_MARK}")
    assert budget.prompt - 2 * len(CUT_MARK) < context.report.tokens <= budget.prompt
    assert context.report.cut == ("1 earlier messages shortened",)


def test_what_fits_is_whole_however_large_a_part_of_the_prompt_it_is() -> None:
    talk = [said("Write me a story", "w" * 4_500), said("Make it shorter", "s" * 1_000)]
    context = seen(talk)
    assert texts(context)[1::2] == ["w" * 4_500, "s" * 1_000]
    assert context.report.cut == ()


def test_room_is_kept_free_for_what_tools_will_find_so_that_the_beginning_stays_the_same() -> None:
    talk = [said(f"question {n}", "x" * 1_300) for n in range(9)]
    tool = make_tool(look, effect="read")
    before = seen(talk, Exchange("Now"), USUAL, tool)
    after = seen(talk, Exchange("Now", looked("Now", "r" * 1_900, "").steps[:2]), USUAL, tool)
    assert after.messages[: len(before.messages)] == before.messages
    assert len(seen(talk, Exchange("Now"), USUAL).messages) > len(before.messages)


def test_at_four_thousand_tokens_the_last_exchanges_have_two_thousand_whatever_else_there_is() -> None:
    talk = [said(f"question {n}", "x" * 390) for n in range(20)]
    found = looked("Now", "r" * 900, "").steps[:2]
    current = Exchange("Now", found, notices=("n" * 150,))
    budget, tool = replace(USUAL, context=4_000), make_tool(look, effect="read")
    context = assemble("s" * 5_000, talk, current, tools=[tool], budget=budget, count=count)
    assert [f"question {n}" in texts(context) for n in range(14, 20)] == [False, *[True] * 5]
    assert "x" * 390 in texts(context)
    assert sum(piece.shortened for piece in context.report.pieces) == 1, "of the system's words only"


def test_rather_than_be_cut_the_last_answer_has_that_room_too() -> None:
    tool = make_tool(look, effect="read")
    context = seen([said("Write me a story", "w" * 7_000)], NOW, USUAL, tool)
    assert texts(context)[1] == "w" * 7_000


def test_a_giant_among_the_last_does_not_cost_the_others() -> None:
    talk = [said("one", "a" * 300), said("two", "b" * 20_000), said("three", "c" * 300)]
    one, two, three = texts(seen(talk))[1::2]
    assert (one, three) == ("a" * 300, "c" * 300)
    assert two.endswith(f"b{CUT_MARK}")
    assert len(two) > 1_900


def test_of_an_exchange_with_too_many_calls_question_and_answer_are_left() -> None:
    steps = [step for n in range(30) for step in looked(str(n), "lamp", "").steps[:2]]
    talk = [said("before", "yes"), Exchange("Look everywhere", (*steps, *said("", "All done.").steps))]
    context = seen(talk)
    assert texts(context) == ["before", "yes", "Look everywhere", "All done.", NOW.question]
    assert context.report.cut == ("60 earlier messages left out",)


def test_of_an_exchange_with_giant_calls_question_and_answer_are_left() -> None:
    call = RequestedCall("1", "write", {}, "y" * 9_000)
    called = ModelStep("", "", (call,), "tool_calls", "m")
    done = ToolStep(Outcome("1", "write", "completed", {}, result="done", sentence="Done."))
    context = seen([Exchange("Write it down", (called, done, *said("", "Written.").steps))])
    assert texts(context) == ["Write it down", "Written.", NOW.question]


def test_a_step_in_which_nothing_was_said_is_not_shown() -> None:
    context = seen([Exchange("Hello", (ModelStep("", "Hm.", (), "stop", "m"),))])
    assert texts(context) == ["Hello", NOW.question]


def test_words_of_uneven_size_are_cut_to_what_fits() -> None:
    def octets(text: str) -> int:
        return len(text.encode())

    talk = [said("Translate it", "語" * 3_000 + "a" * 3_000)]
    context = assemble("", talk, NOW, budget=replace(USUAL, context=4_000), count=octets)
    answer = next(m.text for m in context.messages if isinstance(m, AssistantMessage))
    assert answer.startswith("語" * 1_000)
    assert sum(piece.tokens for piece in context.report.pieces) <= 4_000


def test_what_a_question_is_shown_of_a_turn_is_what_that_turn_was_shown_itself() -> None:
    done = looked("What is there?", "x" * 5_000, "There are 40 devices.")
    during = seen([said("Hello", "Good evening.")], replace(done, steps=done.steps[:2]))
    after = seen([said("Hello", "Good evening."), done])
    assert after.messages[: len(during.messages)] == during.messages


@pytest.mark.parametrize(("answer", "changes"), [(20, 8), (300, 8), (1_200, 20)], ids=["short", "usual", "long"])
def test_in_a_long_talk_the_beginning_of_the_prompt_stays_the_same_for_several_questions(
    answer: int, changes: int
) -> None:
    talk: list[Exchange] = []
    firsts: list[str] = []
    for number in range(40):
        context = seen(talk, Exchange(f"question {number}"))
        firsts.append(texts(context)[0])
        assert context.report.tokens <= USUAL.prompt
        assert f"question {number - 1}" in texts(context) or not talk
        talk.append(said(f"question {number}", "a" * answer))
    changed = sum(one != next_one for one, next_one in pairwise(firsts))
    assert 0 < changed <= changes


def test_an_edge_of_a_block_follows_from_the_talk_and_not_from_the_question() -> None:
    talk = [said(f"question {n}", "x" * 400) for n in range(30)]
    firsts = {texts(seen(talk, Exchange("q" * length)))[0] for length in range(1, 400, 20)}
    assert len(firsts) <= 2
    assert all(isinstance(seen(talk).messages[n], UserMessage) for n in (0, 2))


def test_of_an_endless_talk_only_what_could_be_shown_is_measured() -> None:
    measured: list[str] = []

    def counted(text: str) -> int:
        measured.append(text)
        return len(text)

    talk = [said(f"question {n}", "x" * 400) for n in range(500)]
    context = assemble("Be brief.", talk, NOW, budget=USUAL, count=counted)
    assert len(measured) < 300
    left_out = 1_000 - (len(context.messages) - 1)
    assert f"{left_out} earlier messages left out" in context.report.cut


def _of(letter: str, longest: int) -> st.SearchStrategy[str]:
    return st.integers(1, longest).map(lambda length: letter * length)


exchanges = st.one_of(
    st.builds(said, _of("q", 9_000), _of("a", 9_000)),
    st.builds(looked, _of("q", 9_000), _of("r", 9_000), _of("a", 9_000)),
)


@given(st.lists(exchanges, min_size=1, max_size=9), st.integers(400, 8_000), st.integers(6, 50))
def test_whatever_was_said_something_of_the_last_question_is_there(
    talk: list[Exchange], tokens: int, messages: int
) -> None:
    context = seen(talk, NOW, replace(USUAL, context=tokens, messages=messages))
    last, now = [m.text for m in context.messages if isinstance(m, UserMessage)][-2:]
    assert now == NOW.question
    assert last.removesuffix(CUT_MARK).startswith("q")
    assert talk[-1].question.startswith(last.removesuffix(CUT_MARK))
    assert context.report.tokens <= tokens
    assert len(context.messages) <= messages
