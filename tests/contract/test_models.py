"""What holds for everybody who answers. A new model is one more entry in MODELS."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from parlour.clock import SystemClock
from parlour.models.base import Called, Finished, Model, ModelEvent, ModelRequest, ReasoningDelta, TextDelta
from parlour.models.intents.model import IntentsModel
from parlour.models.openai import OpenAIModel
from parlour.models.scripted import Pause, Script, ScriptedModel, call, says
from parlour.models.stop_words import Stopping
from tests import anthropic as said
from tests.models.intents.asking import tools_of
from tests.models.intents.house import HouseNames
from tests.models.others import claude
from tests.models.requests import ask, closable, collect
from tests.providers import DONE, Answer, Received, call_delta, delta, end, provider, usage


@dataclass(frozen=True)
class Subject:
    """A model, and questions that bring it to what the contract speaks of."""

    model: Model
    answers: ModelRequest
    """Something that it answers in words."""
    calls: ModelRequest
    """Something that makes it call a tool."""
    lasts: ModelRequest | None
    """Something that it would answer for ever; None when it cannot."""
    until_idle: Callable[[], AbstractAsyncContextManager[None]]
    """Leaving it waits until the model has no work left."""


@asynccontextmanager
async def no_task_is_left() -> AsyncGenerator[None]:
    """For a model that works in the task of who listens."""
    before = asyncio.all_tasks()
    yield
    assert asyncio.all_tasks() <= before


@asynccontextmanager
async def scripted() -> AsyncGenerator[Subject]:
    """The model that plays a script."""
    forever = Script.of((TextDelta("And "), Pause(3_600), TextDelta("so on.")))
    model = ScriptedModel(
        {"Hello": Script.of(says("Hello, 🌻 you.")), "Look": Script.of(call("look")), "Go on": forever}
    )
    yield Subject(model, ask("Hello"), ask("Look"), ask("Go on"), no_task_is_left)


@asynccontextmanager
async def openai() -> AsyncGenerator[Subject]:
    """A model behind the Chat Completions wire."""
    async with provider() as loopback:
        half = b'data: {"choices":[{"delta":{"content":"Hello, \\ud83c"}}]}\n\n'
        other = b'data: {"choices":[{"delta":{"content":"\\udf3b you."}}]}\n\n'
        hello = (delta(role="assistant", content=""), half, other, delta(content=""), end(), usage(5, 4), DONE)
        look = (call_delta(0, id="c1", name="look"), call_delta(0, arguments="{}"), end("tool_calls"), DONE)
        answers = {
            "Hello": Answer(hello),
            "Look": Answer(look),
            "Go on": Answer((delta(content="And "),), end="hang"),
        }

        def choose(request: Received) -> Answer:
            return Answer() if request.method == "GET" else answers[request.json["messages"][-1]["content"]]

        loopback.choose = choose
        model = OpenAIModel(name="openai/fake-1", base_url=loopback.base_url)

        @asynccontextmanager
        async def idle() -> AsyncGenerator[None]:
            yield
            await loopback.until_all_are_gone()

        yield Subject(model, ask("Hello"), ask("Look"), ask("Go on"), idle)
        await model.close()


@asynccontextmanager
async def anthropic() -> AsyncGenerator[Subject]:
    """A model behind a format of its provider's own."""
    async with provider() as loopback:
        begun, *_ = said.text(0)
        forever = (said.message_start(), begun, *said.text(0, "And ")[1:2])
        answers = {
            "Hello": Answer(said.answer_of(said.thinking(0, "Who?", signature="a"), said.text(1, "Hello 🌻 ", "you."))),
            "Look": Answer(said.answer_of(said.tool_use(0, "t1", "look", "{}"), reason="tool_use")),
            "Go on": Answer(forever, end="hang"),
        }

        def choose(request: Received) -> Answer:
            if request.method == "GET":
                return said.models("claude-fake-1")
            return answers[request.json["messages"][-1]["content"][-1]["text"]]

        loopback.choose = choose
        model = claude(loopback, SystemClock())

        @asynccontextmanager
        async def idle() -> AsyncGenerator[None]:
            yield
            await loopback.until_all_are_gone()

        yield Subject(model, ask("Hello"), ask("Look"), ask("Go on"), idle)
        await model.close()


@asynccontextmanager
async def intents() -> AsyncGenerator[Subject]:
    """The built-in model, which needs no provider."""
    tools = tools_of(HouseNames())
    declined, understood = ask("Sing me a song", tools=tools), ask("What is in the kitchen?", tools=tools)
    yield Subject(IntentsModel(), declined, understood, None, no_task_is_left)


MODELS: list[Callable[[], AbstractAsyncContextManager[Subject]]] = [scripted, openai, anthropic, intents]
LASTING = [scripted, openai, anthropic]
"""Those who can be made to speak for ever."""


@pytest.fixture(params=MODELS, ids=lambda make: make.__name__)
async def subject(request: pytest.FixtureRequest) -> AsyncGenerator[Subject]:
    async with request.param() as made:
        yield made


async def test_an_answer_ends_with_finished_and_has_nothing_behind_it(subject: Subject):
    events = await collect(subject.model.stream(subject.answers))
    assert [type(event) for event in events].count(Finished) == 1
    assert isinstance(events[-1], Finished)


async def test_no_delta_is_empty_or_holds_half_a_character(subject: Subject):
    deltas = [e.text for e in await collect(subject.model.stream(subject.answers)) if isinstance(e, TextDelta)]
    assert deltas
    for text in deltas:
        assert text
        text.encode()


async def test_the_same_request_is_answered_in_the_same_words(subject: Subject):
    first = await collect(subject.model.stream(subject.answers))
    second = await collect(subject.model.stream(subject.answers))
    assert words_of(first) == words_of(second)


async def test_an_answer_ends_before_a_word_that_it_is_to_end_at(subject: Subject):
    words, _ = words_of(await collect(subject.model.stream(subject.answers)))
    stop = words[len(words) // 2 :][:3]
    events = await collect(Stopping(subject.model).stream(replace(subject.answers, stop=("\x00", stop))))
    assert words_of(events)[0] == words[: words.index(stop)]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "stop"


async def test_the_end_says_calls_exactly_when_there_were_any(subject: Subject):
    for request in (subject.answers, subject.calls):
        events = await collect(subject.model.stream(request))
        called = [event for event in events if isinstance(event, Called)]
        last = events[-1]
        assert isinstance(last, Finished)
        assert (last.reason == "tool_calls") == bool(called)


async def test_every_call_has_an_id_of_its_own_and_a_name(subject: Subject):
    events = await collect(subject.model.stream(subject.calls))
    calls = [event.call for event in events if isinstance(event, Called)]
    assert calls
    assert all(call.id and call.name for call in calls)
    assert len({call.id for call in calls}) == len(calls)


async def test_closing_early_ends_the_work(subject: Subject):
    async with subject.until_idle():
        stream = closable(subject.model.stream(subject.lasts or subject.answers))
        await anext(stream)
        await stream.aclose()


@pytest.mark.parametrize("make", LASTING, ids=lambda make: make.__name__)
async def test_cancelling_the_listener_ends_the_work(make: Callable[[], AbstractAsyncContextManager[Subject]]):
    begun = asyncio.Event()

    async def listen(subject: Subject) -> None:
        assert subject.lasts is not None
        async for _ in subject.model.stream(subject.lasts):
            begun.set()

    async with make() as subject, subject.until_idle():
        listening = asyncio.create_task(listen(subject))
        await asyncio.wait_for(begun.wait(), 30)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening


async def test_streams_beside_each_other_do_not_mix(subject: Subject):
    one, two = await asyncio.gather(*(collect(subject.model.stream(subject.answers)) for _ in range(2)))
    assert words_of(one) == words_of(two)


async def test_usage_adds_up_where_it_is_told(subject: Subject):
    last = (await collect(subject.model.stream(subject.answers)))[-1]
    assert isinstance(last, Finished)
    if last.usage is not None:
        assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens


async def test_counting_tokens_begins_at_nothing_and_grows(subject: Subject):
    count = subject.model.count_tokens
    assert count("") == 0
    assert 0 < count("word") <= count("word " * 100)


async def test_it_has_a_name_and_room_and_says_that_it_is_well(subject: Subject):
    assert subject.model.name
    assert subject.model.window > 0
    assert await subject.model.health()


async def test_it_can_be_closed_twice(subject: Subject):
    await collect(subject.model.stream(subject.answers))
    await subject.model.close()
    await subject.model.close()


def words_of(events: list[ModelEvent]) -> tuple[str, str]:
    """The words and the reasoning among the events."""
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    return text, "".join(event.text for event in events if isinstance(event, ReasoningDelta))
