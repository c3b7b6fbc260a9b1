"""What holds in every format of a provider's own, on the wire."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module

import pytest

from parlour.models.base import (
    AssistantMessage,
    Called,
    Finished,
    Image,
    ModelEvent,
    ModelProblem,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.forms import JsonForm
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.protocol.content import Parameters
from tests.formats import ARGUMENTS, FORMATS, KEY, Format
from tests.models.others import LOOK
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Answer, Provider, provider

# Loaded here, so that no test waits for it: it takes seconds on a busy machine.
for name in ("anthropic", "google", "mistral", "bedrock"):
    import_module(f"pydantic_ai.models.{name}")


@pytest.fixture(params=FORMATS, ids=lambda spoken: spoken.kind)
def spoken(request: pytest.FixtureRequest) -> Format:
    return request.param


@pytest.fixture
async def model(loopback: Provider, stepped: SteppedClock, spoken: Format) -> AsyncIterator[PydanticAIModel]:
    it = PydanticAIModel(
        name=f"{spoken.kind}/{spoken.model}",
        access=Access(OTHER_KINDS[spoken.kind], loopback.base_url.removesuffix("/v1"), spoken.key),
        limits=Limits(total_s=100, first_event_s=20, silence_s=30),
        clock=stepped,
        chance=lambda: 0.0,
    )
    yield it
    await it.close()


def finished(events: list[ModelEvent]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    return last


async def problem_of(model: PydanticAIModel) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await collect(model.stream(ask()))
    assert KEY not in caught.value.detail + caught.value.safe
    return caught.value


async def test_words_usage_and_the_end_are_read(loopback: Provider, model: PydanticAIModel, spoken: Format):
    loopback.answers.append(spoken.answer(spoken.words))
    events = await collect(model.stream(ask("Hi", system="Be kind.")))
    assert events[:-1] == [TextDelta("Hel"), TextDelta("lo 🌻")]
    last = finished(events)
    assert last.reason == "stop"
    assert last.usage is not None
    assert (last.usage.prompt_tokens, last.usage.completion_tokens, last.usage.total_tokens) == (7, 3, 10)
    assert (last.usage.cached_tokens, last.usage.reasoning_tokens) == (spoken.cached, spoken.thought)
    assert not last.usage.estimated
    [asked] = loopback.received
    assert b"Be kind." in asked.body
    assert spoken.key.partition(":")[0] in "".join(asked.headers.values())
    assert KEY not in asked.path


@pytest.mark.parametrize("size", [1, 5])
async def test_the_answer_is_the_same_however_its_bytes_are_cut(
    loopback: Provider, model: PydanticAIModel, spoken: Format, size: int
):
    whole = b"".join(spoken.words)
    loopback.answers.append(spoken.answer([whole[at : at + size] for at in range(0, len(whole), size)]))
    assert text_of(await collect(model.stream(ask()))) == "Hello 🌻"


async def test_a_call_comes_whole_and_its_result_goes_back(loopback: Provider, model: PydanticAIModel, spoken: Format):
    loopback.answers += [spoken.answer(spoken.call), spoken.answer(spoken.words)]
    events = await collect(model.stream(ask("Look", tools=(LOOK,))))
    [call] = [event.call for event in events if isinstance(event, Called)]
    assert (call.name, call.arguments) == ("look", ARGUMENTS)
    last = finished(events)
    assert last.reason == "tool_calls"
    answer = AssistantMessage("", (call,), "", last.keepsake)
    result = ToolMessage(call.id, "look", '{"dark":true}', "It is dark.")
    assert text_of(await collect(model.stream(ask("Look", answer, result, tools=(LOOK,))))) == "Hello 🌻"
    again = loopback.received[1].body
    assert b"dark" in again
    if spoken.kind == "google":
        assert b"c2lnbmVk" in again


async def test_an_answer_that_is_as_long_as_it_may_be_says_so(
    loopback: Provider, model: PydanticAIModel, spoken: Format
):
    loopback.answers.append(spoken.answer(spoken.too_long))
    request = replace(ask(), parameters=Parameters(temperature=0.1, top_p=0.5, max_tokens=10))
    assert finished(await collect(model.stream(request))).reason == "length"


async def test_words_to_stop_at_are_sent_where_every_model_takes_them(
    loopback: Provider, model: PydanticAIModel, spoken: Format
):
    loopback.answers += [spoken.answer(spoken.words), spoken.answer(spoken.words)]
    await collect(model.stream(replace(ask("Hi"), stop=("\n", "UNTIL"))))
    await collect(model.stream(replace(ask("Hi"), stop=("\n",))))
    both, blank = (asked.body for asked in loopback.received)
    assert (b'["UNTIL"]' in both.replace(b" ", b"")) is (spoken.kind != "bedrock")
    assert b'"\\n"' not in both + blank


async def test_the_schema_of_an_answer_is_read_beside_tools_and_without(
    loopback: Provider, model: PydanticAIModel, spoken: Format
):
    form = JsonForm({"type": "object", "properties": {"rooms": {"type": "integer"}}, "required": ["rooms"]})
    for tools in ((), (LOOK,)):
        loopback.answers.append(spoken.answer(spoken.words))
        await collect(model.stream(replace(ask("How many?", tools=tools), form=form)))
    for asked in loopback.received:
        assert b'\\"rooms\\"' in asked.body


async def test_pictures_are_sent(loopback: Provider, model: PydanticAIModel, spoken: Format):
    loopback.answers.append(spoken.answer(spoken.words))
    await collect(model.stream(ask(UserMessage("What is this?", (Image("image/png", b"\x89PNG1"),)))))
    assert b"iVBORzE=" in loopback.received[0].body


async def test_a_wrong_key_and_an_unknown_model_are_named_and_not_tried_again(
    loopback: Provider, model: PydanticAIModel, spoken: Format
):
    loopback.answers += [spoken.wrong_key, spoken.unknown]
    assert ((await problem_of(model)).code, len(loopback.received)) == ("provider_unauthorized", 1)
    problem = await problem_of(model)
    assert (problem.code, problem.cause, len(loopback.received)) == ("provider_refused", "unknown", 2)


OF_THE_MACHINE = "key-of-the-machine"
ENVIRONMENT = (
    *("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GOOGLE_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK"),
)


async def test_what_the_machine_itself_may_use_goes_to_nobody_who_was_set_up_without_a_key(
    loopback: Provider, stepped: SteppedClock, spoken: Format, monkeypatch: pytest.MonkeyPatch
):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, OF_THE_MACHINE)
    model = PydanticAIModel(
        name=f"{spoken.kind}/{spoken.model}",
        access=Access(OTHER_KINDS[spoken.kind], loopback.base_url.removesuffix("/v1"), ""),
        limits=Limits(total_s=100, first_event_s=20, silence_s=30),
        clock=stepped,
    )
    loopback.answers.append(spoken.wrong_key)
    with pytest.raises(ModelProblem) as caught:
        await collect(model.stream(ask()))
    assert caught.value.code == "provider_unauthorized"
    assert OF_THE_MACHINE not in "".join(value for asked in loopback.received for value in asked.headers.values())
    assert len(loopback.received) == (spoken.kind != "bedrock")
    await model.close()


async def test_what_the_machine_itself_may_use_never_goes_along_with_a_key_or_in_its_place(
    loopback: Provider, model: PydanticAIModel, spoken: Format, monkeypatch: pytest.MonkeyPatch
):
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, OF_THE_MACHINE)
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", f"X-Secret: {OF_THE_MACHINE}")
    loopback.answers.append(spoken.answer(spoken.words))
    await collect(model.stream(ask()))
    [asked] = loopback.received
    assert OF_THE_MACHINE not in "".join(asked.headers.values())
    assert spoken.key.partition(":")[0] in "".join(asked.headers.values())


async def test_a_full_provider_is_asked_again_by_us_alone(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock, spoken: Format
):
    loopback.answers.append(spoken.full)
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    assert (await asking).code == "provider_rate_limited"
    assert len(loopback.received) == 3


@pytest.mark.parametrize("end", ["cut", "whole"])
async def test_an_answer_without_its_end_was_cut(loopback: Provider, model: PydanticAIModel, spoken: Format, end: str):
    pieces = tuple(spoken.words[: spoken.begun])
    loopback.answers.append(Answer(pieces, headers=dict(spoken.headers), end="cut" if end == "cut" else "whole"))
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("Hel")
    with pytest.raises(ModelProblem, match="provider_cut"):
        await anext(stream)
    assert len(loopback.received) == 1


async def test_a_redirect_is_not_followed(loopback: Provider, model: PydanticAIModel, spoken: Format):
    async with provider() as elsewhere:
        loopback.answers.append(Answer((), 307, {"Location": elsewhere.base_url}))
        assert (await problem_of(model)).cause == "moved"
        assert elsewhere.received == []
        assert len(loopback.received) == 1


@pytest.mark.parametrize("begun", [False, True], ids=["before the first word", "after it"])
async def test_closing_or_cancelling_frees_the_connection(
    loopback: Provider, model: PydanticAIModel, spoken: Format, begun: bool
):
    pieces = tuple(spoken.words[: spoken.begun]) if begun else ()
    loopback.answers.append(Answer(pieces, headers=dict(spoken.headers), end="hang"))
    if begun:
        stream = closable(model.stream(ask()))
        await anext(stream)
        await stream.aclose()
    else:
        listening = asyncio.create_task(collect(model.stream(ask())))
        await loopback.until_asked(1)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
    await loopback.until_all_are_gone()


async def test_its_models_are_listed_where_it_has_a_list(loopback: Provider, model: PydanticAIModel, spoken: Format):
    if spoken.models is None:
        with pytest.raises(ModelProblem) as caught:
            await model.models()
        assert caught.value.cause == "unlisted"
        return
    loopback.answers.append(spoken.models)
    assert await model.models() == [spoken.model]
    assert KEY in "".join(loopback.received[0].headers.values())
