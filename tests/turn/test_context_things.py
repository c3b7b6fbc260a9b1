"""Of a talk that is no longer shown, a model still knows which things it was about."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import orjson
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from parlour.ids import new_id
from parlour.models.base import HouseMessage, RequestedCall, UserMessage, texts_of
from parlour.tools.outcomes import Outcome
from parlour.turn.context import Context, assemble
from parlour.turn.context_budget import Budget
from parlour.turn.context_pieces import Exchange
from parlour.turn.context_things import FAR_BACK
from parlour.turn.steps import ModelStep, Settled, ToolStep
from parlour.turn.things import LARGEST_RESULT, LONGEST_NAME, Thing, things_in

USUAL = Budget(window=128_000, answer=2_000, context=8_000, messages=50)
HALL: dict[str, JsonValue] = {"id": new_id(), "name": "Hall", "type": "room"}
LAMP: dict[str, JsonValue] = {"id": new_id(), "name": "Hall Light", "type": "device", "room": HALL}
THINGS: list[dict[str, JsonValue]] = [{"id": new_id(), "name": f"Lamp {n}", "type": "device"} for n in range(60)]


def count(text: str) -> int:
    return len(text)


def found(result: JsonValue, answer: str = "Here.", **changed: object) -> tuple[Settled, ...]:
    call = RequestedCall(new_id(), "look", {})
    outcome = replace(Outcome(call.id, "look", "completed", {}, result=result, sentence="Found."), **changed)  # pyright: ignore[reportArgumentType]
    return ModelStep("", "", (call,), "tool_calls", "m"), ToolStep(outcome), ModelStep(answer, "", (), "stop", "m")


def exchange(number: int, result: JsonValue, answer: str = "Here.") -> Exchange:
    return Exchange(f"Question {number}", found(result, answer), f"q{number}", f"a{number}")


def seen(earlier: list[Exchange], budget: Budget = USUAL, question: str = "Turn it off again") -> Context:
    return assemble("Be brief.", earlier, Exchange(question), things=things_in, budget=budget, count=count)


def spoken_of(context: Context) -> list[str]:
    """The names that a model is told of the talk before."""
    told = [message for message in context.messages if isinstance(message, HouseMessage)]
    return [thing["name"] for message in told for thing in orjson.loads(message.text)["spoken_of_before"]]


def test_what_a_tool_told_of_is_found_wherever_it_stands_in_the_result() -> None:
    result: dict[str, JsonValue] = {"place": HALL, "devices": [LAMP]}
    assert things_in(found(result)) == (
        Thing(str(HALL["id"]), "Hall", "room"),
        Thing(str(LAMP["id"]), "Hall Light", "device"),
    )


def test_nothing_is_taken_of_what_failed_or_is_not_to_be_trusted() -> None:
    assert things_in(found(LAMP, tainted=True)) == ()
    assert things_in(found(LAMP, status="failed")) == ()


def test_what_has_no_id_of_ours_or_no_name_to_say_is_no_thing() -> None:
    strange: list[JsonValue] = [
        {"id": 7, "name": "Seven"},
        {"id": "seven", "name": "Seven"},
        {"id": new_id(), "name": ""},
        {"id": new_id(), "name": "x" * (LONGEST_NAME + 1)},
        {"id": new_id(), "title": "No name"},
    ]
    assert things_in(found(strange)) == ()


def test_a_huge_result_is_looked_through_only_so_far() -> None:
    assert things_in(found([*range(LARGEST_RESULT), LAMP])) == ()


def test_as_long_as_all_of_the_talk_is_shown_nothing_is_told_beside_it() -> None:
    context = seen([exchange(1, LAMP)])
    assert spoken_of(context) == []
    assert "entities" not in [piece.kind for piece in context.report.pieces]


def test_the_things_of_what_is_left_out_are_told_before_all_that_is_shown() -> None:
    earlier = [exchange(1, LAMP), *(exchange(n, "nothing", "x" * 900) for n in range(2, 12))]
    context = seen(earlier)
    assert spoken_of(context) == ["Hall Light", "Hall"]
    assert isinstance(context.messages[0], HouseMessage)
    assert isinstance(context.messages[1], UserMessage)
    (piece,) = [piece for piece in context.report.pieces if piece.kind == "entities"]
    assert (piece.message_id, piece.text) == ("a1", f"{LAMP['id']}\n{HALL['id']}")


def test_a_thing_is_told_once_where_it_was_spoken_of_last() -> None:
    earlier = [exchange(1, [LAMP, THINGS[0]]), exchange(2, LAMP)]
    context = seen([*earlier, *(exchange(n, "nothing", "x" * 900) for n in range(3, 12))])
    assert spoken_of(context) == ["Lamp 0", "Hall Light", "Hall"]


def test_where_there_is_too_little_room_the_newest_things_are_told() -> None:
    earlier = [*(exchange(n, THINGS[n]) for n in range(30)), *(exchange(n, "no", "x" * 900) for n in range(30, 40))]
    context = seen(earlier, replace(USUAL, context=4_000))
    names = spoken_of(context)
    assert 1 < len(names) < 10
    assert names == [f"Lamp {n}" for n in range(30 - len(names), 30)]


def test_from_one_question_to_the_next_the_beginning_stays_the_same_while_nothing_more_is_left_out() -> None:
    talk = [exchange(n, THINGS[n], "x" * 300) for n in range(40)]
    same = 0
    for before, after in pairwise(seen(talk[:n], question=f"Question {n}") for n in range(20, 40)):
        if before.report.cut == after.report.cut:
            same += 1
            assert after.messages[: len(before.messages)] == before.messages
    assert same > 10


def test_a_result_that_tells_of_hundreds_of_things_is_not_counted_again_for_each() -> None:
    many: list[JsonValue] = [{"id": new_id(), "name": f"Lamp {n}"} for n in range(400)]
    counted: list[int] = []

    def noted(text: str) -> int:
        counted.append(len(text) if "spoken_of_before" in text or "Lamp" in text else 0)
        return len(text)

    earlier = [exchange(1, many), *(exchange(n, "no", "x" * 900) for n in range(2, 12))]
    alone = [replace(each, steps=each.steps[2:]) if number == 0 else each for number, each in enumerate(earlier)]
    told = earlier[0].steps
    context = assemble(
        "Be brief.",
        alone,
        Exchange("Now"),
        things=lambda steps: things_in(told) if steps == alone[0].steps else (),
        budget=USUAL,
        count=noted,
    )
    assert 5 < len(spoken_of(context)) < 50
    assert sum(counted) < 10 * USUAL.context


def test_what_was_left_out_long_ago_is_not_looked_at() -> None:
    looked_at: list[int] = []

    def things(steps: Sequence[Settled]) -> tuple[Thing, ...]:
        looked_at.append(len(steps))
        return ()

    earlier = [exchange(n, "no", "x" * 900) for n in range(FAR_BACK * 2)]
    assemble("Be brief.", earlier, Exchange("Now"), things=things, budget=USUAL, count=count)
    assert len(looked_at) == FAR_BACK


@given(
    sizes=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 900)), max_size=30),
    context=st.integers(200, 9_000),
    messages=st.integers(1, 60),
)
def test_whatever_was_spoken_of_it_all_keeps_to_the_budget(
    sizes: list[tuple[int, int]], context: int, messages: int
) -> None:
    earlier = [
        exchange(number, list(THINGS[number : number + things]), "x" * length)
        for number, (things, length) in enumerate(sizes)
    ]
    budget = replace(USUAL, context=context, messages=messages)
    made = seen(earlier, budget)
    counted = count(made.system) + sum(count(text) for message in made.messages for text in texts_of(message))
    assert made.report.tokens == counted <= max(budget.prompt, count(made.system) + len("Turn it off again"))
    names = spoken_of(made)
    assert len(names) == len(set(names))
    assert len(made.messages) <= max(1, messages)
