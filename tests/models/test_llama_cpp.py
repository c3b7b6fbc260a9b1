"""A server that we did not write: llama.cpp's own, whose model was made up at random and says nothing but nonsense."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from parlour.clock import SystemClock
from parlour.models.base import (
    AssistantMessage,
    CallDelta,
    Called,
    Finished,
    HouseMessage,
    Image,
    ModelEvent,
    ModelMessage,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.dialect import Json
from parlour.models.forms import JsonForm
from parlour.models.offers import offer_of
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.openai_request import wire_messages, wire_tool
from parlour.models.presets import preset_of
from parlour.models.retry import Backoff
from parlour.models.trial import tried
from parlour.protocol.content import Parameters
from parlour.tools.tool import ToolContext, make_tool
from tests.models.llama import KEY, NAME, SLOTS, WINDOW, Llama, llama
from tests.models.llama_weights import CALL, RAVING, STRICT_TEMPLATE, THOUGHT
from tests.models.requests import CALLER, ask, collect, text_of

PROVIDER = "llama-cpp"
LONG = Parameters(max_tokens=1_000)
"""More than it needs for a thought, a word and a call."""


async def look(context: ToolContext, room: str, times: int = 1) -> str:
    """Look at a room."""
    return f"{context.turn_id}: {room} {times}"


LOOK = make_tool(look, effect="read")
HALL = RequestedCall("call_a", "look", {"room": "hall"}, '{"room":"hall"}')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Llama]:
    with llama(tmp_path_factory.mktemp("llama")) as it:
        yield it


@asynccontextmanager
async def asked(server: Llama, *, key: str = KEY, path: str = "/v1", name: str = NAME) -> AsyncGenerator[OpenAIModel]:
    """The model there, as somebody has it who entered llama.cpp as a provider."""
    offer = offer_of(PROVIDER, name, f"{server.address}{path}", key)
    model = offer.model_within(Limits(backoff=Backoff(tries=1)), clock=SystemClock())
    try:
        yield model
    finally:
        await model.close()


@pytest.fixture
async def model(server: Llama) -> AsyncIterator[OpenAIModel]:
    async with asked(server) as it:
        yield it


def end_of(events: list[ModelEvent]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def thought_in(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def sent(request: ModelRequest) -> list[Any]:
    """The messages of a request as they go out."""
    return wire_messages(request, preset_of(PROVIDER, "http://localhost/v1").dialect_of(NAME))


async def problem_of(model: OpenAIModel, request: ModelRequest) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await collect(model.stream(request))
    return caught.value


async def broken_off(model: OpenAIModel, request: ModelRequest) -> tuple[list[ModelEvent], ModelProblem | None]:
    """What came of an answer, and what ended it before its time."""
    said: list[ModelEvent] = []
    try:
        async for event in model.stream(request):
            said.append(event)
    except ModelProblem as problem:
        return said, problem
    return said, None


# --- an answer -----------------------------------------------------------------------------------------------------


async def test_thoughts_and_words_come_in_pieces_until_the_limit_and_are_counted_as_it_counts(
    server: Llama, model: OpenAIModel
):
    request = replace(ask("Where is the lamp? 🌻", system="Be kind."), parameters=LONG)
    events = await collect(model.stream(request))
    assert thought_in(events)
    assert len([event for event in events if isinstance(event, TextDelta)]) > 10
    end = end_of(events)
    assert (end.reason, end.model) == ("length", NAME)
    assert end.usage is not None
    assert end.usage.completion_tokens == 1_000
    assert end.usage.prompt_tokens == await server.tokens_of(sent(request))
    assert end.usage.total_tokens == end.usage.prompt_tokens + 1_000


async def test_what_was_read_before_is_told_to_have_been_cached(model: OpenAIModel):
    request = replace(ask("word " * 50), parameters=Parameters(max_tokens=4))
    first, again = [end_of(await collect(model.stream(request))) for _ in range(2)]
    assert first.usage is not None
    assert again.usage is not None
    assert 200 < again.usage.cached_tokens < again.usage.prompt_tokens == first.usage.prompt_tokens


async def test_an_answer_in_json_is_one_object_and_ends_by_itself(model: OpenAIModel):
    events = await collect(model.stream(replace(ask("Tell me of the lamp."), form=JsonForm(), parameters=LONG)))
    assert isinstance(json.loads(text_of(events)), dict)
    assert thought_in(events)
    assert end_of(events).reason == "stop"


async def test_all_parameters_are_taken(model: OpenAIModel):
    wanted = Parameters(temperature=0.7, top_p=0.9, presence_penalty=0.1, frequency_penalty=0.1, max_tokens=8)
    end = end_of(await collect(model.stream(replace(ask("Hello"), parameters=wanted))))
    assert end.usage is not None
    assert end.usage.completion_tokens == 8


async def test_the_official_client_reads_the_same_in_bytes_that_are_hardly_ever_text(
    tmp_path: Path,
):
    with llama(tmp_path, leans=RAVING, template="{{ messages[-1].content }}") as server:
        async with asked(server) as model, AsyncOpenAI(base_url=server.base_url, api_key=KEY) as client:
            events = await collect(model.stream(replace(ask("Hello"), parameters=LONG)))
            stream = await client.chat.completions.create(
                model=NAME, messages=[{"role": "user", "content": "Hello"}], stream=True, max_tokens=1_000
            )
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    assert text_of(events) == "".join(pieces)
    assert text_of(events).count("\ufffd") > 10
    assert max(map(ord, text_of(events).replace("\ufffd", ""))) > 0x7F


# --- tools ---------------------------------------------------------------------------------------------------------


async def test_a_tool_is_called_with_arguments_that_fit_its_schema_and_the_talk_goes_on(
    server: Llama, model: OpenAIModel
):
    request = replace(ask("What is in the hall?", tools=(LOOK,)), parameters=LONG)
    events = await collect(model.stream(request))
    calls = tuple(event.call for event in events if isinstance(event, Called))
    assert {call.name for call in calls} == {"look"}
    for call in calls:
        assert call.arguments is not None
        assert isinstance(call.arguments["room"], str)
    written = "".join(event.text for event in events if isinstance(event, CallDelta))
    assert written == "".join(f"look{call.raw}" for call in calls)
    end = end_of(events)
    assert end.reason == "tool_calls"

    step = AssistantMessage(text_of(events), calls, thought_in(events), end.keepsake)
    done = [ToolMessage(call.id, "look", '{"result": "a lamp"}', "A lamp.") for call in calls]
    then = replace(request, messages=(*request.messages, step, *done))
    answered = end_of(await collect(model.stream(then)))
    assert answered.usage is not None
    assert answered.usage.prompt_tokens == await server.tokens_of(sent(then), [wire_tool(LOOK)])


async def test_what_it_thought_before_a_call_is_read_again(server: Llama, model: OpenAIModel):
    events = await collect(model.stream(replace(ask("Hello", tools=(LOOK,)), parameters=LONG)))
    step = AssistantMessage("", (HALL,), "I should look.", end_of(events).keepsake)
    talk = sent(ask(UserMessage("Hello"), step, ToolMessage("call_a", "look", "{}", "")))
    prompt = (await server.told("/apply-template", {"messages": talk}))["prompt"]
    assert "<think>I should look.</think>" in prompt


async def test_a_call_that_is_cut_by_the_limit_does_not_stand_in_the_way_of_the_talk(model: OpenAIModel):
    broken = RequestedCall("call_a", "look", None, '{"room": "ha')
    failed = ToolMessage("call_a", "look", '{"error": "The arguments are no JSON."}', "", failed=True)
    request = ask(UserMessage("Look"), AssistantMessage("", (broken,)), failed, tools=(LOOK,))
    assert await collect(model.stream(replace(request, parameters=LONG)))


async def test_an_answer_keeps_to_the_schema_that_is_asked_for(model: OpenAIModel):
    schema: Json = {
        "type": "object",
        "properties": {"is_on": {"type": "boolean"}},
        "required": ["is_on"],
        "additionalProperties": False,
    }
    events = await collect(model.stream(replace(ask("Is it on?"), form=JsonForm(schema), parameters=LONG)))
    assert json.loads(text_of(events)) in ({"is_on": True}, {"is_on": False})


async def test_beside_tools_a_form_is_asked_for_in_words_so_that_they_can_still_be_called(model: OpenAIModel):
    request = replace(ask("Tell me", tools=(LOOK,)), form=JsonForm(), parameters=Parameters(max_tokens=8))
    assert end_of(await collect(model.stream(request))).usage


async def test_a_model_that_has_to_hear_both_sides_in_turn_hears_them_so(tmp_path: Path):
    called, done = AssistantMessage("", (HALL,)), ToolMessage("call_a", "look", '{"result": "a lamp"}', "A lamp.")
    one, two, news = UserMessage("One"), UserMessage("Two"), HouseMessage("A lamp went on.")
    talks: tuple[tuple[ModelMessage, ...], ...] = (
        (one, two),
        (news, one),
        (one, AssistantMessage("1"), two, news, UserMessage("Three")),
        (one, called, done),
        (one, called, done, two),
    )
    with llama(tmp_path, template=STRICT_TEMPLATE) as server:
        with pytest.raises(AssertionError, match="must alternate"):
            await server.told("/apply-template", {"messages": [{"role": "user", "content": "One"}] * 2})
        async with asked(server) as model:
            for talk in talks:
                request = replace(ask(*talk, tools=(LOOK,), system="Be kind."), parameters=Parameters(max_tokens=8))
                assert end_of(await collect(model.stream(request))).usage


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_a_talk_that_is_too_long_is_understood_to_be_too_long(model: OpenAIModel):
    problem = await problem_of(model, ask("word " * WINDOW))
    assert (problem.code, problem.cause) == ("context_too_long", "length")


async def test_an_answer_that_fills_the_window_ends_by_its_length(tmp_path: Path):
    with llama(tmp_path, n_ctx=SLOTS * 256) as server:
        async with asked(server) as model:
            end = end_of(await collect(model.stream(ask("Hello"))))
    assert end.reason == "length"
    assert end.usage is not None
    assert end.usage.total_tokens == 256


async def test_answers_that_fill_a_room_that_they_share_are_understood_to_be_too_long(tmp_path: Path):
    with llama(tmp_path, n_ctx=512, kv_unified=True) as server:
        async with asked(server) as model:
            ends = await asyncio.gather(*(broken_off(model, ask(f"Question {number}")) for number in range(SLOTS)))
    assert {problem.code for _, problem in ends if problem is not None} == {"context_too_long"}
    assert all(said for said, _ in ends)


async def test_a_server_that_dies_in_the_middle_is_understood_to_be_gone(tmp_path: Path):
    with llama(tmp_path) as server:
        async with asked(server) as model:
            events = model.stream(ask("Tell me a story."))
            await anext(events)
            server.kill()
            with pytest.raises(ModelProblem) as caught:
                await collect(events)
            assert caught.value.cause == "cut"
            assert (await problem_of(model, ask())).cause == "unreachable"


async def test_a_picture_is_understood_to_be_beyond_it(model: OpenAIModel):
    problem = await problem_of(model, ask(UserMessage("What is this?", (Image("image/png", b"\x89PNG"),))))
    assert (problem.code, problem.cause) == ("provider_refused", "picture")


async def test_another_key_and_none_are_refused(server: Llama):
    for key in ("sk-wrong", ""):
        async with asked(server, key=key) as model:
            assert (await problem_of(model, ask())).code == "provider_unauthorized"
            assert not await model.health()
            with pytest.raises(ModelProblem) as caught:
                await model.models()
            assert caught.value.cause == "key"


async def test_an_address_with_another_path_is_understood_to_be_unknown(server: Llama):
    async with asked(server, path="/v2") as model:
        assert (await problem_of(model, ask())).cause == "unknown"
        assert not await model.health()


async def test_what_it_cannot_read_of_its_own_model_is_its_fault_and_what_was_said_before_stands(
    tmp_path: Path,
):
    request = replace(ask("Hello", tools=(LOOK,)), parameters=Parameters(max_tokens=4_000))
    with llama(tmp_path, leans={**RAVING, THOUGHT: 1.0, CALL: 1.0}) as server:
        async with asked(server) as model:
            said, problem = await broken_off(model, request)
    assert problem is not None
    assert (problem.code, problem.cause) == ("provider_unavailable", "fault")
    assert thought_in(said)


# --- the rest ------------------------------------------------------------------------------------------------------


async def test_it_lists_its_models_and_is_well(model: OpenAIModel):
    assert await model.models() == [NAME]
    assert await model.health()


async def test_an_admin_who_tries_it_is_told_what_is_wrong(server: Llama):
    tries = {
        (f"{server.address}/v1", KEY): "",
        (f"{server.address}/v1", ""): "wants a key",
        (f"{server.address}/v1", "sk-wrong"): "did not accept the key",
        (f"{server.address}/v2", KEY): "the path may be missing",
    }
    for (address, key), sentence in tries.items():
        found = await tried(offer_of(PROVIDER, NAME, address, key), NAME, CALLER, clock=SystemClock())
        assert found.problem is None if not sentence else sentence in str(found.problem).casefold()
        assert list(found.models) == ([] if sentence else [NAME])


async def test_it_answers_by_whatever_name_it_is_asked_and_tells_its_own(server: Llama):
    async with asked(server, name="gpt-4o") as model:
        request = replace(ask(), parameters=Parameters(max_tokens=4))
        assert end_of(await collect(model.stream(request))).model == NAME


async def test_a_model_that_nobody_named_is_called_by_its_file(tmp_path: Path):
    with llama(tmp_path, name="") as server:
        async with asked(server) as model:
            (name,) = await model.models()
            assert name.endswith("made-up.gguf")
        async with asked(server, name=name) as model:
            request = replace(ask(), parameters=Parameters(max_tokens=4))
            assert end_of(await collect(model.stream(request))).model == name


async def test_more_answers_than_it_gives_at_once_come_one_after_another(model: OpenAIModel):
    requests = [replace(ask(f"Question {number}"), parameters=Parameters(max_tokens=50)) for number in range(SLOTS * 3)]
    answers = await asyncio.gather(*(collect(model.stream(request)) for request in requests))
    for events in answers:
        used = end_of(events).usage
        assert used is not None
        assert used.completion_tokens == 50


async def test_an_answer_that_is_left_in_the_middle_is_not_given_to_its_end(server: Llama, model: OpenAIModel):
    async with aclosing(model.stream(ask("Tell me a story."))) as events:
        await anext(events)
        assert await server.busy() == 1
    await server.until_idle()
    assert end_of(await collect(model.stream(replace(ask("Hello"), parameters=Parameters(max_tokens=4)))))
