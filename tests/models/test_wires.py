"""The same talk with every provider that is known by name, each in its own way, by changing nothing but the preset."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import JsonValue

from parlour.clock import SystemClock
from parlour.models.base import (
    AssistantMessage,
    Called,
    Finished,
    Keepsake,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    ToolMessage,
    UserMessage,
)
from parlour.models.dialect import Dialect
from parlour.models.forms import JsonForm
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.presets import PRESETS
from parlour.models.retry import Backoff
from parlour.protocol.content import Parameters, Usage
from parlour.tools.tool import ToolContext, make_tool
from tests.models.requests import ask, collect, text_of
from tests.providers import Provider
from tests.wires import DEEPSEEK, KEY, LM_STUDIO, OLLAMA, OPENROUTER, REASONING, WIRES, Said, Wire


async def look(context: ToolContext, room: str) -> str:
    """Look at a room."""
    return f"{context.turn_id}: {room}"


LOOK = make_tool(look, effect="read")
KITCHEN = RequestedCall("call_a", "look", {"room": "kitchen"}, '{"room":"kitchen"}')
HALL = RequestedCall("call_b", "look", {"room": "hall"}, '{"room":"hall"}')
ASKS = Said(thought=("I should ", "look."), calls=(KITCHEN, HALL), cached_tokens=8, reasoning_tokens=4)
TELLS = Said(thought=("Two ", "rooms."), text=("Nine in ", "the kitchen 🌻, ", "two in the hall."), prompt_tokens=40)
QUESTION = UserMessage("What is there?")
LOW = Parameters(temperature=0.2, top_p=0.9, presence_penalty=0.1, frequency_penalty=0.1, max_tokens=99)


def model_at(base_url: str, wire: Wire, *, key: str = KEY, dialect: Dialect | None = None) -> OpenAIModel:
    preset = next(preset for preset in PRESETS if preset.name == wire.name)
    return OpenAIModel(
        name=f"{wire.name}/{wire.model}",
        base_url=base_url,
        api_key=key if wire.wants_key else "",
        dialect=dialect or preset.dialect_of(wire.model),
        limits=Limits(backoff=Backoff(tries=1)),
        clock=SystemClock(),
    )


@pytest.fixture(params=WIRES, ids=lambda wire: f"{wire.name}-{wire.model}")
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param


@pytest.fixture
async def model(loopback: Provider, wire: Wire) -> AsyncIterator[OpenAIModel]:
    it = model_at(loopback.base_url, wire)
    yield it
    await it.close()


def step_of(events: list[ModelEvent]) -> AssistantMessage:
    """What the turn keeps of one step."""
    last = events[-1]
    assert isinstance(last, Finished)
    calls = tuple(event.call for event in events if isinstance(event, Called))
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return AssistantMessage(text_of(events), calls, thought, last.keepsake)


def results_of(step: AssistantMessage) -> list[ToolMessage]:
    return [ToolMessage(call.id, call.name, '{"result": 9}', "Nine.") for call in step.calls]


async def cause_of(model: OpenAIModel) -> str:
    """Why a model does not answer; "" when it does."""
    try:
        await collect(model.stream(ask()))
    except ModelProblem as problem:
        return problem.cause
    finally:
        await model.close()
    return ""


async def both_steps(model: OpenAIModel, request: ModelRequest) -> list[ModelEvent]:
    """What is said once the calls have their results."""
    step = step_of(await collect(model.stream(request)))
    return await collect(model.stream(replace(request, messages=(*request.messages, step, *results_of(step)))))


# --- every provider ------------------------------------------------------------------------------------------------


async def test_a_talk_with_thoughts_and_two_calls_at_once_comes_out_the_same(
    loopback: Provider, wire: Wire, model: OpenAIModel
):
    loopback.choose = wire.served(ASKS, TELLS)
    request = replace(ask(QUESTION, tools=(LOOK,), system="Be kind."), parameters=LOW)
    asking = await collect(model.stream(request))
    step = step_of(asking)
    assert step.calls == (KITCHEN, HALL)
    assert step.reasoning == ("I should look." if wire.thought_field else "")
    assert isinstance(asking[-1], Finished)
    assert (asking[-1].reason, asking[-1].model) == ("tool_calls", wire.model)

    telling = await collect(model.stream(replace(request, messages=(QUESTION, step, *results_of(step)))))
    assert text_of(telling) == "Nine in the kitchen 🌻, two in the hall."
    assert isinstance(telling[-1], Finished)
    assert telling[-1].reason == "stop"


async def test_the_usage_is_read_wherever_it_stands(loopback: Provider, wire: Wire, model: OpenAIModel):
    loopback.choose = wire.served(ASKS)
    last = (await collect(model.stream(ask(QUESTION, tools=(LOOK,)))))[-1]
    assert isinstance(last, Finished)
    plain = Usage(prompt_tokens=11, completion_tokens=7, total_tokens=18)
    details = plain.model_copy(update={"cached_tokens": 8, "reasoning_tokens": 4})
    assert last.usage == (plain if wire is OLLAMA else details)


async def test_an_answer_in_json_is_asked_for_as_it_is_understood(loopback: Provider, wire: Wire, model: OpenAIModel):
    loopback.choose = wire.served(Said(text=('{"rooms": 2}',)))
    events = await collect(model.stream(replace(ask("How many rooms?"), form=JsonForm())))
    assert text_of(events) == '{"rooms": 2}'
    assert "response_format" in loopback.received[0].json


async def test_a_call_that_another_provider_made_can_be_gone_on_with(
    loopback: Provider, wire: Wire, model: OpenAIModel
):
    if wire is OPENROUTER:
        wire = replace(wire, checks=())  # What it cannot have, it does not miss.
    loopback.choose = wire.served(ASKS, TELLS)
    broken = RequestedCall("call_x", "look", None, '{"room": ')
    step = AssistantMessage("", (KITCHEN, broken), "Somebody else thought so.", Keepsake("elsewhere", [{"a": 1}]))
    events = await collect(model.stream(ask(QUESTION, step, *results_of(step), tools=(LOOK,))))
    assert text_of(events).startswith("Nine in")
    sent = loopback.received[0].json["messages"][1]
    assert "Somebody else" not in str(sent)
    assert "reasoning_details" not in sent


async def test_a_wrong_key_and_an_unknown_model_say_so(loopback: Provider, wire: Wire):
    loopback.choose = wire.served(TELLS)
    wrong = model_at(loopback.base_url, replace(wire, wants_key=True), key="sk-wrong")
    unknown = model_at(loopback.base_url, replace(wire, model="nonesuch"))
    assert await cause_of(wrong) == ("key" if wire.wants_key else "")
    assert await cause_of(unknown) == "unknown"


# --- one provider --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "asks_json"), [(REASONING, False), (DEEPSEEK, False), (OPENROUTER, False), (LM_STUDIO, True)]
)
async def test_without_its_preset_it_would_have_refused(loopback: Provider, wire: Wire, asks_json: bool):
    loopback.choose = wire.served(ASKS, TELLS)
    it = model_at(loopback.base_url, wire, dialect=Dialect(forms_beside_tools=True))
    request = replace(ask(QUESTION, tools=(LOOK,)), parameters=LOW, form=JsonForm() if asks_json else None)
    with pytest.raises(ModelProblem) as caught:
        await both_steps(it, request)
    assert caught.value.code == "provider_refused"
    await it.close()


async def test_what_was_signed_goes_back_as_it_came_and_to_nobody_else(loopback: Provider):
    loopback.choose = OPENROUTER.served(ASKS, TELLS)
    it = model_at(loopback.base_url, OPENROUTER)
    step = step_of(await collect(it.stream(ask(QUESTION, tools=(LOOK,)))))
    details: JsonValue = [
        {
            "type": "reasoning.text",
            "format": "anthropic-claude-v1",
            "index": 0,
            "text": "I should look.",
            "signature": "EqQBCkYIBxgCKkA",
        }
    ]
    assert step.keepsake == Keepsake("openrouter", details)
    await collect(it.stream(ask(QUESTION, step, *results_of(step), tools=(LOOK,))))
    assert loopback.received[-1].json["messages"][1]["reasoning_details"] == details
    await it.close()


async def test_what_was_thought_in_words_is_kept_once(loopback: Provider):
    loopback.choose = DEEPSEEK.served(ASKS, TELLS)
    it = model_at(loopback.base_url, DEEPSEEK)
    step = step_of(await collect(it.stream(ask(QUESTION, tools=(LOOK,)))))
    assert step.keepsake == Keepsake("deepseek", None)
    await collect(it.stream(ask(QUESTION, step, *results_of(step), tools=(LOOK,))))
    assert loopback.received[-1].json["messages"][1]["reasoning_content"] == "I should look."
    await it.close()
