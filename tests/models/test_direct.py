"""The model that does just what it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelMessage,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.direct import DirectModel, written
from tests.models.requests import ask, collect

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=8,
)


async def said(*messages: ModelMessage) -> list[ModelEvent]:
    """What it answers."""
    return await collect(DirectModel().stream(ask(*messages)))


@given(arguments=st.dictionaries(st.text(), JSON, max_size=4))
async def test_a_call_is_asked_for_just_as_it_was_written(arguments: dict[str, object]) -> None:
    called, finished = await said(UserMessage(written("turn_on", arguments)))  # pyright: ignore[reportArgumentType]
    assert isinstance(called, Called)
    assert (called.call.name, called.call.arguments) == ("turn_on", arguments)
    assert isinstance(finished, Finished)


async def test_what_came_of_it_is_said_and_nothing_asked_again() -> None:
    words, _ = await said(UserMessage("turn_on {}"), ToolMessage("c1", "turn_on", "{}", "The lamp is on."))
    assert words == TextDelta("The lamp is on.")


@pytest.mark.parametrize("words", ["turn on the lamp", "turn_on [1]", "turn_on {", "turn_on 1"])
async def test_what_is_no_call_is_not_guessed_at(words: str) -> None:
    first, _ = await said(UserMessage(words))
    assert isinstance(first, TextDelta)
