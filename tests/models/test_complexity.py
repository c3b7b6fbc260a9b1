"""How much a question asks for, and which tier it wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.complexity import HARD, SIMPLE, complexity, tier_for
from parlour.models.route import Load

SIMPLE_ONES = [
    "",
    "Turn the kitchen light off",
    "What's in the kitchen?",
    "Is the door locked? And the window?",
    "Schalte das Licht im Bad aus",
]
MIDDLING = [
    "Explain what a heat pump does, and compare it with a gas boiler.",
    "Why is the cellar damp? What can I do about it? What would it cost?",
]
HARD_ONES = [
    "Compare these three plans step by step, explain the trade-offs, and then design a fourth:\n"
    "1. insulate the roof\n2. change the windows\n3. a heat pump\nWhy is the first one best? What would it cost? "
    "What comes after that? ```python\ndef cost(area): return area * 3\n```"
]


@pytest.mark.parametrize("text", SIMPLE_ONES)
def test_an_order_or_a_short_question_is_simple(text: str) -> None:
    assert complexity(text) < SIMPLE


@pytest.mark.parametrize("text", MIDDLING)
def test_a_question_that_wants_thought_is_neither_simple_nor_hard(text: str) -> None:
    assert SIMPLE <= complexity(text) <= HARD


@pytest.mark.parametrize("text", HARD_ONES)
def test_several_tasks_that_want_thought_are_hard(text: str) -> None:
    assert complexity(text) > HARD


def test_a_long_talk_in_any_language_is_no_longer_simple() -> None:
    assert complexity("слово " * 150) > SIMPLE


@given(st.text(max_size=2_000))
def test_it_lies_between_nothing_and_all_and_more_words_never_ask_for_less(text: str) -> None:
    assert 0 <= complexity(text) <= complexity(f"{text}\n and why? explain it") <= 1


def test_whoever_prefers_speed_gets_the_fast_tier_for_what_is_simple() -> None:
    simple, hard = Load(SIMPLE_ONES[1]), Load(HARD_ONES[0])
    assert tier_for(simple, prefers_speed=True) == "fast"
    assert tier_for(simple, prefers_speed=False) == "balanced"
    assert tier_for(Load(MIDDLING[0]), prefers_speed=True) == "balanced"
    assert tier_for(hard, prefers_speed=True) == "strong"
    assert tier_for(hard, prefers_speed=False) == "strong"


def test_more_than_three_results_want_the_strong_tier() -> None:
    assert tier_for(Load("What's in the kitchen?", 3), prefers_speed=False) == "balanced"
    assert tier_for(Load("What's in the kitchen?", 4), prefers_speed=False) == "strong"
