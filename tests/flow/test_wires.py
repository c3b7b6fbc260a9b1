"""One talk with each provider by name, through the whole house; and models that do what no model should."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from parlour.models.base import RequestedCall
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.presets import PRESETS
from parlour.models.retry import Backoff
from parlour.protocol.content import Message, ReasoningPart, TextPart, ToolCallPart
from tests.providers import DONE, Answer, Provider, call_delta, delta, end, provider
from tests.served import Client, Serving
from tests.storage import Storage
from tests.wires import DEEPSEEK, KEY, OLLAMA, OPENAI, OPENROUTER, WIRES, Said, Wire

BOILER = RequestedCall("call_a", "search_entities", {"query": "boiler"}, '{"query":"boiler"}')
LAMP = RequestedCall("call_b", "search_entities", {"query": "lamp"}, '{"query":"lamp"}')
ASKS = Said(thought=("I should ", "look."), calls=(BOILER, LAMP), cached_tokens=8, reasoning_tokens=4)
TELLS = Said(thought=("Well, ", "now."), text=("There is no boiler ", "🌻, but a lamp."), prompt_tokens=40)
ON_SQLITE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


@asynccontextmanager
async def behind(wire: Wire) -> AsyncGenerator[tuple[Provider, OpenAIModel]]:
    """A provider that speaks this wire, and the model there as its preset has it asked."""
    preset = next(preset for preset in PRESETS if preset.name == wire.name)
    async with provider() as it:
        model = OpenAIModel(
            name=f"{wire.name}/{wire.model}",
            base_url=it.base_url,
            api_key=KEY,
            dialect=preset.dialect_of(wire.model),
            limits=Limits(backoff=Backoff(tries=1)),
        )
        yield it, model
        await model.close()


def transcript(answer: Message) -> list[tuple[str, str]]:
    """The parts of an answer, each in a line; what was thought is left out, since not everybody tells."""
    lines: list[tuple[str, str]] = []
    for part in answer.parts:
        match part:
            case TextPart():
                lines.append(("text", part.text))
            case ToolCallPart():
                lines.append((part.status, f"{part.name}({part.arguments['query']})"))
            case _:
                pass
    return lines


async def asks_twice(client: Client) -> Message:
    """The answer to the second of two questions, the first of which was answered with tools."""
    first = await client.says("Is there a boiler?")
    topic = await client.follows(first["conversation_id"])
    await client.until_answered(topic)
    await client.says("Look again.", first["conversation_id"])
    answer = await client.until_answered(topic, answers=2)
    await client.agrees(topic)
    return answer


@ON_SQLITE
@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: f"{wire.name}-{wire.model}")
async def test_the_same_talk_reads_the_same_whoever_answers(serving: Serving, wire: Wire) -> None:
    async with behind(wire) as (loopback, model):
        loopback.choose = wire.served(ASKS, TELLS)
        async with serving(model) as served, served.connected() as client:
            answer = await asks_twice(client)
    assert transcript(answer) == [
        ("completed", "search_entities(boiler)"),
        ("completed", "search_entities(lamp)"),
        ("text", "There is no boiler 🌻, but a lamp."),
    ]
    thoughts = [part.text for part in answer.parts if isinstance(part, ReasoningPart)]
    assert thoughts == (["I should look.", "Well, now."] if wire.thought_field else [])
    assert answer.model == wire.model
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (51, 14)
    assert not answer.usage.estimated


@pytest.mark.parametrize("wire", [DEEPSEEK, OPENROUTER], ids=lambda wire: wire.name)
async def test_what_was_thought_goes_back_in_the_next_turn_after_a_restart(serving: Serving, wire: Wire) -> None:
    async with behind(wire) as (loopback, model):
        loopback.choose = wire.served(ASKS, TELLS)
        async with serving(model) as served, served.connected() as client:
            ids = await client.says("Is there a boiler?")
            await client.until_answered(await client.follows(ids["conversation_id"]))
    async with behind(wire) as (loopback, model):
        loopback.choose = wire.served(ASKS, TELLS)
        async with serving(model) as served, served.connected() as client:
            topic = await client.follows(ids["conversation_id"])
            await client.says("Look again.", ids["conversation_id"])
            await client.until_answered(topic, answers=2)
        called = [each for each in loopback.received[-1].json["messages"] if "tool_calls" in each]
    field = "reasoning_details" if wire is OPENROUTER else "reasoning_content"
    assert len(called) == 2
    assert called[0][field] == called[1][field]
    assert "I should look." in str(called[0][field])


# --- models that do what no model should ---------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize("wire", [OPENAI, OLLAMA], ids=lambda wire: wire.name)
async def test_arguments_that_do_not_parse_fail_in_sight_and_the_model_may_do_better(
    serving: Serving, wire: Wire
) -> None:
    broken = Said(calls=(RequestedCall("call_a", "search_entities", None, '{"query": "boi'),))
    async with behind(wire) as (loopback, model):
        loopback.choose = wire.served(broken, ASKS, TELLS)
        async with serving(model) as served, served.connected() as client:
            ids = await client.says("Is there a boiler?")
            answer = await client.until_answered(await client.follows(ids["conversation_id"]))
        told = [each["content"] for each in loopback.received[1].json["messages"] if each["role"] == "tool"]
    calls = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert [call.status for call in calls] == ["failed", "completed", "completed"]
    assert calls[0].error is not None
    assert calls[0].error.code in told[0]


@ON_SQLITE
async def test_a_tool_that_does_not_exist_is_told_so_and_the_turn_goes_on(serving: Serving) -> None:
    wrong = Said(calls=(RequestedCall("call_a", "open_the_gates", {}, "{}"),))
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(wrong, TELLS)
        async with serving(model) as served, served.connected() as client:
            ids = await client.says("Open the gates")
            answer = await client.until_answered(await client.follows(ids["conversation_id"]))
    call = answer.parts[0]
    assert isinstance(call, ToolCallPart)
    assert call.error is not None
    assert (call.status, call.error.code) == ("failed", "not_found")
    assert isinstance(answer.parts[-1], TextPart)


@ON_SQLITE
async def test_a_model_that_calls_a_tool_in_every_step_is_ended_at_the_limit(serving: Serving) -> None:
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = lambda received: Answer(OPENAI.answer(Said(calls=(BOILER,))))
        async with serving(model, turn_max_steps=5) as served, served.connected() as client:
            ids = await client.says("Is there a boiler?")
            topic = await client.follows(ids["conversation_id"])
            answer = await client.until_answered(topic, "failed")
            await client.agrees(topic)
        assert len(loopback.received) == 5
    assert answer.error is not None
    assert answer.error.code == "step_limit"
    assert [part.status for part in answer.parts if isinstance(part, ToolCallPart)] == ["completed"] * 5


@ON_SQLITE
async def test_a_model_that_calls_a_tool_a_thousand_times_at_once_is_ended_and_nothing_was_run(
    serving: Serving,
) -> None:
    calls = [call_delta(n, id=f"c{n}", name="search_entities", arguments='{"query":"boiler"}') for n in range(1_000)]
    async with behind(OPENAI) as (loopback, model):
        loopback.answer(delta(content="Wait. "), *calls, end("tool_calls"), DONE)
        async with serving(model) as served, served.connected() as client:
            ids = await client.says("Is there a boiler?")
            topic = await client.follows(ids["conversation_id"])
            answer = await client.until_answered(topic, "failed")
            await client.agrees(topic)
        assert len(loopback.received) < 5
    assert answer.error is not None
    assert answer.error.code == "provider_malformed"
    assert transcript(answer) == [("text", "Wait. ")]
