"""Answers in a format of the provider's own, Anthropic's here, read through pydantic-ai."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from parlour.models.base import (
    AssistantMessage,
    Called,
    Finished,
    FinishReason,
    Image,
    ModelEvent,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.forms import JsonForm
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.protocol.content import Parameters, Usage
from tests import anthropic as said
from tests.models.others import LOOK, claude
from tests.models.requests import ask, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Provider

THINKS = "claude-sonnet-4-6"
"""Known to think, and to take a request that says so."""


@pytest.fixture
async def model(loopback: Provider, stepped: SteppedClock) -> AsyncIterator[PydanticAIModel]:
    it = claude(loopback, stepped)
    yield it
    await it.close()


def finished(events: list[ModelEvent]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def calls_in(events: list[ModelEvent]) -> tuple[RequestedCall, ...]:
    return tuple(event.call for event in events if isinstance(event, Called))


def answer(events: list[ModelEvent]) -> AssistantMessage:
    """The events as they come back with the next request."""
    thoughts = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return AssistantMessage(text_of(events), calls_in(events), thoughts, finished(events).keepsake)


# --- words ---------------------------------------------------------------------------------------------------------


async def test_words_come_as_they_are_said_and_the_end_says_what_they_took(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "Hel", "lo")))
    assert await collect(model.stream(ask("Hi", system="Be kind."))) == [
        TextDelta("Hel"),
        TextDelta("lo"),
        Finished("stop", Usage(prompt_tokens=7, completion_tokens=3, total_tokens=10), "claude-fake-1"),
    ]
    [asked] = loopback.received
    assert (asked.method, asked.path.partition("?")[0]) == ("POST", "/v1/messages")
    assert asked.json["model"] == "claude-fake-1"
    assert asked.json["stream"] is True
    assert asked.json["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    assert [block["text"] for block in asked.json["system"]] == ["Be kind."]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
async def test_the_answer_is_the_same_however_its_bytes_are_cut(loopback: Provider, model: PydanticAIModel, size: int):
    acts = said.answer_of(said.text(0, "Grüße, 🌻 ", "日本"), said.tool_use(1, "t1", "look", '{"room":', '"Küche"}'))
    loopback.answer(*said.cut_at_every(size, acts))
    events = await collect(model.stream(ask("Hi", tools=(LOOK,))))
    assert text_of(events) == "Grüße, 🌻 日本"
    assert calls_in(events) == (RequestedCall("t1", "look", {"room": "Küche"}, '{"room":"Küche"}'),)


async def test_a_character_that_was_cut_in_two_is_put_together_again(loopback: Provider, model: PydanticAIModel):
    begun, *_, stop = said.text(0)
    half = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta",'
    loopback.answer(
        said.message_start(),
        begun,
        half + b'"text":"Hi \\ud83c"}}\n\n',
        half + b'"text":"\\udf3b!"}}\n\n',
        stop,
        *said.message_end(),
    )
    assert text_of(await collect(model.stream(ask()))) == "Hi 🌻!"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "stop"),
        ("a_reason_of_tomorrow", "stop"),
    ],
)
async def test_every_reason_to_stop_is_understood(
    loopback: Provider, model: PydanticAIModel, told: str, reason: FinishReason
):
    loopback.answer(*said.answer_of(said.text(0, "So far"), reason=told))
    events = await collect(model.stream(ask()))
    assert text_of(events) == "So far"
    assert finished(events).reason == reason


async def test_pictures_go_before_the_words_about_them(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "A cat")))
    await collect(model.stream(ask(UserMessage("What is this?", (Image("image/png", b"\x89PNG"),)))))
    picture, words = loopback.received[0].json["messages"][0]["content"]
    assert picture["type"] == "image"
    assert picture["source"] == {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}
    assert words == {"type": "text", "text": "What is this?"}


async def test_an_answer_in_json_is_asked_for(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, '{"a":1}')))
    await collect(model.stream(replace(ask("Give me an object", system="Be brief."), form=JsonForm())))
    system = loopback.received[0].json["system"]
    assert system[0]["text"] == "Be brief."
    assert any("JSON" in block["text"] for block in system[1:])


# --- tools ---------------------------------------------------------------------------------------------------------


async def test_two_calls_at_once_come_whole_and_their_results_go_back_together(
    loopback: Provider, model: PydanticAIModel
):
    first = said.tool_use(1, "t1", "look", '{"ro', 'om":"hall"}')
    second = said.tool_use(2, "t2", "look", '{"room":"attic"}')
    loopback.answer(*said.answer_of(said.text(0, "I look."), first, second, reason="tool_use"))
    loopback.answer(*said.answer_of(said.text(0, "Both are dark.")))
    events = await collect(model.stream(ask("Where is it dark?", tools=(LOOK,))))
    assert finished(events).reason == "tool_calls"
    assert calls_in(events) == (
        RequestedCall("t1", "look", {"room": "hall"}, '{"room":"hall"}'),
        RequestedCall("t2", "look", {"room": "attic"}, '{"room":"attic"}'),
    )
    results = (
        ToolMessage("t1", "look", '{"dark":true}', "It is dark."),
        ToolMessage("t2", "look", "no such room", "No such room.", failed=True),
    )
    again = await collect(model.stream(ask("Where is it dark?", answer(events), *results, tools=(LOOK,))))
    assert text_of(again) == "Both are dark."
    question, called, done = loopback.received[1].json["messages"]
    assert question["role"] == "user"
    assert [block["type"] for block in called["content"]] == ["text", "tool_use", "tool_use"]
    assert [block["tool_use_id"] for block in done["content"]] == ["t1", "t2"]
    assert [block["is_error"] for block in done["content"]] == [False, True]
    assert done["content"][0]["content"] == [{"type": "text", "text": '{"dark":true}'}]


async def test_a_tool_is_offered_with_its_schema(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(ask("Hi", tools=(LOOK,))))
    [offered] = loopback.received[0].json["tools"]
    assert (offered["name"], offered["description"]) == ("look", "Look into a room.")
    assert offered["input_schema"]["properties"]["room"]["type"] == "string"


async def test_arguments_that_are_no_object_are_told_as_such_and_go_back(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.tool_use(0, "t1", "look", '{"room":'), reason="max_tokens"))
    loopback.answer(*said.answer_of(said.text(0, "Sorry.")))
    events = await collect(model.stream(ask("Look", tools=(LOOK,))))
    assert calls_in(events) == (RequestedCall("t1", "look", None, '{"room":'),)
    assert finished(events).reason == "length"
    failed = ToolMessage("t1", "look", "The arguments are no JSON.", "They are none.", failed=True)
    await collect(model.stream(ask("Look", answer(events), failed, tools=(LOOK,))))
    [call] = loopback.received[1].json["messages"][1]["content"]
    assert '{"room":' in call["input"].values()


# --- thoughts ------------------------------------------------------------------------------------------------------


async def test_thoughts_are_shown_and_go_back_signed_with_the_same_answer(loopback: Provider, model: PydanticAIModel):
    loopback.answer(
        *said.answer_of(
            said.thinking(0, "Which ", "room?", signature="c2lnbmVk"),
            said.redacted(1, "only for me"),
            said.text(2, "I look."),
            said.tool_use(3, "t1", "look", '{"room":"hall"}'),
            reason="tool_use",
        )
    )
    loopback.answer(*said.answer_of(said.text(0, "Dark.")))
    events = await collect(model.stream(ask("Is it dark?", tools=(LOOK,))))
    assert [event.text for event in events if isinstance(event, ReasoningDelta)] == ["Which ", "room?"]
    result = ToolMessage("t1", "look", '{"dark":true}', "It is dark.")
    await collect(model.stream(ask("Is it dark?", answer(events), result, tools=(LOOK,))))
    assert loopback.received[1].json["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "Which room?", "signature": "c2lnbmVk"},
        {"type": "redacted_thinking", "data": "only for me"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"room": "hall"}},
    ]


async def test_what_was_thought_and_said_by_turns_goes_back_in_that_order(loopback: Provider, model: PydanticAIModel):
    loopback.answer(
        *said.answer_of(
            said.thinking(0, "One", signature="a"),
            said.text(1, "First."),
            said.thinking(2, "Two", signature="b"),
            said.text(3, "Second."),
        )
    )
    events = await collect(model.stream(ask("Go")))
    await collect(model.stream(ask("Go", answer(events), "And now?")))
    sent = loopback.received[1].json["messages"][1]["content"]
    assert [block.get("thinking") or block.get("text") for block in sent] == ["One", "First.", "Two", "Second."]


async def test_a_keepsake_says_nothing_twice_that_the_answer_says(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.thinking(0, "secretly", signature="a"), said.text(1, "openly")))
    keepsake = finished(await collect(model.stream(ask()))).keepsake
    assert keepsake is not None
    assert keepsake.of == "anthropic"
    assert "secretly" not in str(keepsake.body)
    assert "openly" not in str(keepsake.body)


def another_provider(message: AssistantMessage) -> AssistantMessage:
    assert message.keepsake is not None
    return replace(message, keepsake=replace(message.keepsake, of="google"))


def another_text(message: AssistantMessage) -> AssistantMessage:
    return replace(message, text="Something else.")


def another_body(message: AssistantMessage) -> AssistantMessage:
    assert message.keepsake is not None
    return replace(message, keepsake=replace(message.keepsake, body={"parts": [7, {"is": "a riddle"}]}))


@pytest.mark.parametrize("change", [another_provider, another_text, another_body])
async def test_a_keepsake_of_another_answer_is_left_out(loopback: Provider, model: PydanticAIModel, change: Any):
    loopback.answer(*said.answer_of(said.thinking(0, "One", signature="a"), said.text(1, "First.")))
    changed = change(answer(await collect(model.stream(ask("Go")))))
    await collect(model.stream(ask("Go", changed, "And now?")))
    assert loopback.received[1].json["messages"][1]["content"] == [{"type": "text", "text": changed.text}]


async def test_how_hard_it_thinks_can_be_set_and_gives_the_answer_more_room(loopback: Provider, stepped: SteppedClock):
    model = claude(loopback, stepped, THINKS, thinking="high")
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(replace(ask(), parameters=Parameters(temperature=0.1, max_tokens=100))))
    sent = loopback.received[0].json
    assert sent["thinking"]["type"] in ("adaptive", "enabled")
    assert sent["max_tokens"] > 16_384
    assert "temperature" not in sent
    await model.close()


@pytest.mark.parametrize(("most", "thinks", "asked"), [(17_000, True, 16_484), (2_500, True, 2_148), (150, False, 100)])
async def test_it_thinks_as_hard_as_is_paid_for_and_still_answers(
    loopback: Provider, stepped: SteppedClock, most: int, thinks: bool, asked: int
):
    model = claude(loopback, stepped, THINKS, thinking="high")
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(replace(ask(), parameters=Parameters(max_tokens=100), most_tokens=most)))
    sent = loopback.received[0].json
    assert (sent.get("thinking", {}).get("type") in ("adaptive", "enabled"), sent["max_tokens"]) == (thinks, asked)
    await model.close()


# --- parameters, usage, caching ------------------------------------------------------------------------------------


async def test_parameters_are_sent_as_this_provider_takes_them(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(replace(ask(), parameters=Parameters(temperature=1.7, max_tokens=100))))
    await collect(model.stream(replace(ask(), parameters=Parameters(temperature=0.1, top_p=0.5))))
    first, second = (asked.json for asked in loopback.received)
    assert (first["temperature"], first["max_tokens"]) == (1.0, 100)
    assert (second.get("temperature"), second["top_p"]) == (None, 0.5)


async def test_usage_tells_what_was_read_from_the_cache_and_what_was_thought(
    loopback: Provider, model: PydanticAIModel
):
    start = said.message_start(prompt=7, read=1_000, written=30)
    loopback.answer(start, *said.text(0, "ok"), *said.message_end(written=5, thought=4))
    assert finished(await collect(model.stream(ask()))).usage == Usage(
        prompt_tokens=1_037, completion_tokens=5, total_tokens=1_042, cached_tokens=1_000, reasoning_tokens=4
    )


async def test_what_stays_the_same_is_marked_to_be_cached(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(ask("One", AssistantMessage("Two"), "Three", system="Be kind.", tools=(LOOK,))))
    sent = loopback.received[0].json
    assert sent["tools"][-1]["cache_control"]["type"] == "ephemeral"
    assert sent["system"][-1]["cache_control"]["type"] == "ephemeral"
    assert sent["cache_control"]["type"] == "ephemeral"


async def test_the_same_talk_is_the_same_request_but_for_what_is_new(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(ask("One", system="Be kind.", tools=(LOOK,))))
    await collect(model.stream(ask("One", AssistantMessage("ok"), "Two", system="Be kind.", tools=(LOOK,))))
    first, second = (asked.json for asked in loopback.received)
    assert second["messages"][:1] == first["messages"]
    assert {**second, "messages": ()} == {**first, "messages": ()}


async def test_the_list_of_models_is_read(loopback: Provider, model: PydanticAIModel):
    loopback.answers.append(said.models("claude-a", "claude-b"))
    assert await model.models() == ["claude-a", "claude-b"]
    assert loopback.received[0].path.startswith("/v1/models")


async def test_neither_key_nor_words_are_in_its_repr(model: PydanticAIModel):
    assert repr(model) == "PydanticAIModel('anthropic/claude-fake-1')"
