"""The ids of calls, as each provider takes them back."""

import re

import pytest

from parlour.models.base import AssistantMessage, ModelMessage, RequestedCall, ToolMessage, UserMessage
from parlour.models.call_ids import FORTY, NINE, WORD, fitted

STRANGE = ("functions.get_room:0", "3f0a4d5e-8c41-4d0b-9d53-0c9c6a3f1b7a", "x" * 65, "call_a", "ünï", "a b", "\ud800")


def talk(*ids: str) -> list[ModelMessage]:
    """A talk in which every one of these calls was a step of its own, and was answered."""
    messages: list[ModelMessage] = [UserMessage("Go")]
    for id in ids:
        messages += [AssistantMessage("", (RequestedCall(id, "look", {}, "{}"),)), ToolMessage(id, "look", "{}", "ok")]
    return messages


def ids_of(messages: list[ModelMessage]) -> list[str]:
    """The ids of the calls. That each result names the call before it is seen to."""
    calls = [message.calls[0].id for message in messages if isinstance(message, AssistantMessage)]
    assert [message.tool_call_id for message in messages if isinstance(message, ToolMessage)] == calls
    return calls


@pytest.mark.parametrize("form", [FORTY, WORD, NINE])
def test_every_id_fits_and_is_another_and_always_the_same(form: re.Pattern[str]) -> None:
    ids = ids_of(fitted(talk(*STRANGE), form))
    assert all(form.fullmatch(id) for id in ids)
    assert len(set(ids)) == len(STRANGE)
    assert ids_of(fitted(talk(*STRANGE, "one_more"), form))[: len(STRANGE)] == ids


def test_an_id_that_fits_stays_as_it_is() -> None:
    assert ids_of(fitted(talk("functions.get_room:0", "call_a"), FORTY)) == ["functions.get_room:0", "call_a"]
    assert ids_of(fitted(talk("call_a", "functions.get_room:0"), WORD))[0] == "call_a"


def test_an_id_that_came_before_is_told_apart() -> None:
    first, second = ids_of(fitted(talk("call_0", "call_0"), WORD))
    assert (first, second != "call_0") == ("call_0", True)
