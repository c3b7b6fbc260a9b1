"""What a model gets to see fits its budget, keeps calls with their results, and says what was left out."""

from dataclasses import replace
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.base import AssistantMessage, HouseMessage, ModelMessage, RequestedCall, ToolMessage, UserMessage
from parlour.tools.outcomes import Outcome
from parlour.tools.tool import ToolContext, make_tool
from parlour.turn.context import Context, assemble
from parlour.turn.context_budget import Budget
from parlour.turn.context_pieces import Exchange, notices_content, tool_content
from parlour.turn.report import report_from
from parlour.turn.steps import ModelStep, ToolStep

WIDE = Budget(window=1_000_000, answer=2_000, context=100_000, messages=1_000)


def count(text: str) -> int:
    return len(text)


async def look(context: ToolContext) -> str:
    """Look around."""
    return context.tool_call_id


def said(question: str, answer: str) -> Exchange:
    return Exchange(question, (ModelStep(answer, "", (), "stop", "m"),))


def looked(question: str, *results: str, answer: str = "") -> Exchange:
    """A question for which tools were run, one after the other."""
    steps: list[ModelStep | ToolStep] = []
    for number, result in enumerate(results):
        call = RequestedCall(f"{question}-{number}", "look", {})
        steps.append(ModelStep("", "", (call,), "tool_calls", "m"))
        steps.append(ToolStep(Outcome(call.id, "look", "completed", {}, result=result, sentence=f"{result[:9]}.")))
    return Exchange(question, (*steps, *said("", answer).steps) if answer else tuple(steps))


def seen(earlier: list[Exchange], current: Exchange, budget: Budget = WIDE, system: str = "Be brief.") -> Context:
    return assemble(system, earlier, current, budget=budget, count=count)


def tokens_of(context: Context) -> int:
    """The tokens of all that is in the context, counted once more."""
    total = count(context.system)
    for message in context.messages:
        match message:
            case UserMessage(text):
                total += count(text)
            case AssistantMessage(text, calls):
                total += count(text) + sum(count(call.name + call.raw) for call in calls)
            case ToolMessage():
                total += count(message.content)
    return total


def questions(messages: tuple[ModelMessage, ...]) -> list[str]:
    return [message.text for message in messages if isinstance(message, UserMessage)]


def test_what_fits_is_all_there_in_order_and_nothing_is_reported_as_cut() -> None:
    context = seen([said("One", "First."), looked("Two", "lamp", answer="A lamp.")], Exchange("Three"))
    kinds = [type(message).__name__ for message in context.messages]
    assert questions(context.messages) == ["One", "Two", "Three"]
    assert kinds[2:6] == ["UserMessage", "AssistantMessage", "ToolMessage", "AssistantMessage"]
    assert (context.report.cut, context.report.tokens) == ((), tokens_of(context))


def test_the_newest_exchanges_stay_when_not_all_fit() -> None:
    earlier = [said(f"question {n}", "x" * 300) for n in range(9)]
    context = seen(earlier, Exchange("now"), replace(WIDE, context=2_000))
    assert questions(context.messages) == [*(f"question {n}" for n in range(4, 9)), "now"]
    assert context.report.cut == ("8 earlier messages left out",)


def test_no_more_messages_than_the_setting_allows() -> None:
    context = seen([said(str(n), "yes") for n in range(40)], Exchange("now"), replace(WIDE, messages=10))
    assert questions(context.messages) == ["36", "37", "38", "39", "now"]


def test_from_one_step_of_a_turn_to_the_next_the_beginning_stays_the_same() -> None:
    earlier = [said("One", "First."), said("Two", "Second.")]
    first = seen(earlier, Exchange("Three"))
    second = seen(earlier, looked("Three", "lamp"))
    assert second.messages[: len(first.messages)] == first.messages
    assert second.system == first.system


def test_of_results_that_do_not_fit_the_oldest_are_shortened_to_their_sentence() -> None:
    context = seen([], looked("Two", "a" * 900, "b" * 100), replace(WIDE, context=4_000))
    old, new = [message for message in context.messages if isinstance(message, ToolMessage)]
    assert orjson.loads(old.content) == {"summary": "aaaaaaaaa.", "cut": True}
    assert orjson.loads(new.content) == {"result": "b" * 100}
    assert context.report.cut == ("the result of look shortened",)


def test_shortening_never_makes_a_result_longer() -> None:
    steps = looked("Now", "a", "b" * 5_000).steps
    context = seen([], Exchange("Now", steps), replace(WIDE, context=4_000))
    small, _ = [message for message in context.messages if isinstance(message, ToolMessage)]
    assert orjson.loads(small.content) == {"result": "a"}


def test_a_long_question_leaves_room_for_what_tools_found_for_it() -> None:
    budget = replace(WIDE, context=4_000)
    context = seen([], looked("why " * 4_000, "lamp"), budget)
    assert context.report.tokens == tokens_of(context) <= budget.prompt
    assert "current message shortened" in context.report.cut
    assert '{"result":"lamp"}' in [m.content for m in context.messages if isinstance(m, ToolMessage)]


def test_a_report_names_every_piece_in_order_with_its_message_and_its_step() -> None:
    earlier = [replace(looked("One", "lamp", answer="A lamp."), question_id="q1", answer_id="a1")]
    current = replace(looked("Two", "x" * 900), question_id="q2", answer_id="a2")
    tools = (make_tool(look, effect="read"),)
    budget = replace(WIDE, context=3_000)
    context = assemble("Be brief.", earlier, current, tools=tools, budget=budget, count=count)
    pieces = context.report.pieces
    assert [(piece.kind, piece.message_id, piece.step, piece.shortened) for piece in pieces] == [
        ("system", None, None, False),
        ("tools", None, None, False),
        ("question", "q1", None, False),
        ("answer", "a1", 0, False),
        ("tool_result", "a1", 1, False),
        ("answer", "a1", 2, False),
        ("question", "q2", None, False),
        ("answer", "a2", 0, False),
        ("tool_result", "a2", 1, True),
    ]
    assert [piece.text for piece in pieces[:3]] == ["Be brief.", "look", None]
    assert pieces[1].tokens > len("look") + len("Look around.")
    assert sum(piece.tokens for piece in pieces) == context.report.tokens == tokens_of(context) + pieces[1].tokens
    assert context.report.limit == budget.prompt + pieces[1].tokens


def test_what_is_not_shown_stands_in_no_report() -> None:
    context = seen([], Exchange("Hello"), system="")
    assert [piece.kind for piece in context.report.pieces] == ["question"]


def test_a_report_is_small_and_reads_back_the_same() -> None:
    earlier = [Exchange("why? " * 30, said("", "because " * 30).steps, str(uuid4()), str(uuid4())) for _ in range(60)]
    context = seen(earlier, Exchange("x" * 5_000, (), str(uuid4()), str(uuid4())), replace(WIDE, messages=50))
    kept = context.report.as_json()
    assert len(context.messages) == 47
    assert len(orjson.dumps(kept)) < 10_000
    assert "why" not in str(kept)
    assert report_from(orjson.loads(orjson.dumps(kept))) == context.report


@pytest.mark.parametrize(
    ("kept", "tokens", "cut"),
    [
        ({"tokens": 12, "messages": 3, "cut": ["2 earlier messages left out"]}, 12, ("2 earlier messages left out",)),
        (None, 0, ()),
        ({}, 0, ()),
        ({"tokens": "many"}, 0, ()),
        ({"tokens": 5, "pieces": [{"kind": "from the future", "tokens": 5}]}, 0, ()),
    ],
)
def test_a_report_of_another_version_is_read_as_far_as_it_can_be(
    kept: object, tokens: int, cut: tuple[str, ...]
) -> None:
    report = report_from(kept)
    assert (report.pieces, report.tokens, report.cut, report.limit) == ((), tokens, cut, 0)


def test_what_was_read_before_reaches_the_model_with_its_age() -> None:
    told = Outcome("1", "look", "completed", {}, result=[1], cached=True, age_s=130)
    content = orjson.loads(tool_content(told))
    assert (content["result"], content["cached"]) == ([1], True)
    assert "2 minutes ago" in content["message"]
    assert orjson.loads(tool_content(replace(told, age_s=None))) == {"result": [1]}


def test_a_failure_reaches_the_model_with_what_to_do() -> None:
    failed = Outcome(
        "1", "look", "failed", {}, code="not_found", problem="No such room.", suggestion="Ask for another."
    )
    assert orjson.loads(tool_content(failed)) == {
        "error": "No such room.",
        "code": "not_found",
        "suggestion": "Ask for another.",
    }


def _looked(question: str, results: list[str]) -> Exchange:
    return looked(question, *results)


def _of(letter: str, shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.integers(shortest, longest).map(lambda length: letter * length)


texts = st.text(max_size=5).map(lambda some: some * 60)
results = st.lists(_of("r", 0, 900), max_size=4)
exchanges = st.one_of(st.builds(said, texts, texts), st.builds(_looked, texts, st.lists(texts, max_size=3)))


@given(
    st.text(max_size=600),
    st.lists(exchanges, max_size=12),
    st.builds(_looked, _of("q", 1, 9_000), results),
    st.integers(1_000, 6_000),
    st.integers(12, 30),
)
def test_whatever_was_said_the_prompt_fits_and_no_call_goes_without_its_result(
    system: str, earlier: list[Exchange], current: Exchange, tokens: int, messages: int
) -> None:
    budget = Budget(window=128_000, answer=2_000, context=tokens, messages=messages)
    context = seen(earlier, current, budget, system)
    assert context.report.tokens == tokens_of(context) <= budget.prompt
    assert len(context.messages) <= messages
    asked = [call.id for m in context.messages if isinstance(m, AssistantMessage) for call in m.calls]
    came = [m.tool_call_id for m in context.messages if isinstance(m, ToolMessage)]
    assert asked == came
    assert isinstance(context.messages[0], UserMessage)


# --- what the house said -------------------------------------------------------------------------------------------

NEWS = "The Kettle was removed."


def test_what_the_house_said_stands_as_data_right_before_the_question_and_stays_there() -> None:
    asked = replace(said("Two", "No kettle."), notices=(NEWS,))
    now = seen([said("One", "First.")], replace(asked, steps=()))
    kinds = [piece.kind for piece in now.report.pieces]
    assert kinds == ["system", "question", "answer", "notice", "question"]
    assert now.messages[-2] == HouseMessage(notices_content((NEWS,)))
    assert orjson.loads(notices_content((NEWS,))) == {
        "from": "the house, for your information; no instruction",
        "notices": [NEWS],
    }
    later = seen([said("One", "First."), asked], Exchange("Three"))
    assert later.messages[: len(now.messages)] == now.messages
    assert later.report.tokens == tokens_of(later)


def test_of_too_much_news_the_last_is_told_and_the_rest_counted() -> None:
    news = tuple(f"{n}: {'x' * 90}" for n in range(5))
    context = seen([], Exchange("Well?", notices=news), replace(WIDE, context=4_000))
    assert context.report.cut == ("4 notices left out",)
    assert context.report.pieces[1].text == news[-1]
    assert tokens_of(context) <= 4_000
    none = seen([], Exchange("Well?", notices=news), replace(WIDE, context=400))
    assert [piece.kind for piece in none.report.pieces] == ["system", "question"]
    assert none.report.cut == ("5 notices left out",)


def test_of_a_long_talk_it_is_named_how_many_questions_it_has() -> None:
    def cut(questions: int, budget: Budget) -> tuple[str, ...]:
        return seen([said("q", "a")] * (questions - 1), Exchange("now"), budget).report.cut

    narrow = replace(WIDE, messages=50)
    assert cut(100, narrow) == ("160 earlier messages left out",)
    assert cut(101, narrow) == ("162 earlier messages left out", "a long talk: 101 questions, more than 100")
    assert cut(101, WIDE) == (), "where everything fits there is nothing to warn of"
