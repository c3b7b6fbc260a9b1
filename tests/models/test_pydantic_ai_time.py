"""Waiting that ends, and work that ends when nobody wants it any more, with formats of their own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest

from parlour.models.base import Finished, ModelEvent, ModelProblem, TextDelta
from parlour.models.pydantic_ai import PydanticAIModel
from tests import anthropic as said
from tests.models.others import LOOK, claude
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Provider

BEGUN = said.answer_of(said.text(0, "So ", "far"))[:4]


@pytest.fixture
async def model(loopback: Provider, stepped: SteppedClock) -> AsyncIterator[PydanticAIModel]:
    it = claude(loopback, stepped)
    yield it
    await it.close()


async def problem_after(events: "asyncio.Task[list[ModelEvent]]") -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await events
    return caught.value


async def test_a_provider_that_does_not_answer_is_given_up_on(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(asyncio.Event())
    asking = asyncio.create_task(collect(model.stream(ask())))
    await loopback.until_asked(1)
    await stepped.until_asleep(20)
    stepped.advance(20)
    assert (await problem_after(asking)).code == "provider_timeout"
    await loopback.until_all_are_gone()


async def test_a_beginning_without_words_is_no_first_event(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(said.message_start(), said.event("ping"), end="hang")
    asking = asyncio.create_task(collect(model.stream(ask())))
    await loopback.until_asked(1)
    await stepped.until_asleep(20)
    stepped.advance(20)
    assert (await problem_after(asking)).code == "provider_timeout"
    assert len(loopback.received) == 1
    await loopback.until_all_are_gone()


async def test_a_stream_that_falls_silent_is_given_up_on(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(*BEGUN, end="hang")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("So ")
    stepped.advance(20)
    rest = asyncio.create_task(collect(stream))
    await stepped.until_asleep(30)
    stepped.advance(30)
    problem = await problem_after(rest)
    assert problem.code == "provider_timeout"
    assert "silent" in problem.detail
    await loopback.until_all_are_gone()


class Reached(asyncio.Event):
    """Tells when the provider has come to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.reached.set()
        return await super().wait()


async def test_a_call_that_is_still_being_written_is_no_silence(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    more = Reached()
    start, *rest = said.tool_use(0, "t1", "look", '{"room":"hall"}')
    loopback.answer(said.message_start(), start, more, *rest, *said.message_end("tool_use"))
    asking = asyncio.create_task(collect(model.stream(ask("Look", tools=(LOOK,)))))
    await more.reached.wait()
    # Client and server share the loop: this lets the client read what was sent.
    for _ in range(50):
        await asyncio.sleep(0)
    stepped.advance(20)
    await stepped.until_asleep(10)
    more.set()
    last = (await asking)[-1]
    assert isinstance(last, Finished)
    assert last.reason == "tool_calls"


async def test_an_endless_stream_ends_with_the_total_time(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    steps = [asyncio.Event() for _ in range(12)]
    start, more, *_ = said.text(0, "more ")
    loopback.answer(said.message_start(), start, *(act for step in steps for act in (more, step)), end="hang")
    stream = closable(model.stream(ask()))
    for step in steps:
        assert await anext(stream) == TextDelta("more ")
        stepped.advance(9)
        step.set()
    with pytest.raises(ModelProblem, match="provider_timeout") as caught:
        await anext(stream)
    assert "whole answer" in caught.value.detail
    await loopback.until_all_are_gone()


async def test_a_listener_who_takes_their_time_is_no_silence_of_the_provider(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(*said.answer_of(said.text(0, "one ", "two")))
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("one ")
    stepped.advance(60)
    assert text_of(await collect(stream)) == "two"


async def test_closing_the_stream_frees_the_connection_at_once(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*BEGUN, end="hang")
    stream = closable(model.stream(ask()))
    await anext(stream)
    await stream.aclose()
    await loopback.until_all_are_gone()


@pytest.mark.parametrize("begun", [(), BEGUN], ids=["before the first word", "after it"])
async def test_cancelling_who_listens_frees_the_connection(
    loopback: Provider, model: PydanticAIModel, begun: tuple[bytes, ...]
):
    loopback.answer(*begun, end="hang")
    listening = asyncio.create_task(collect(model.stream(ask())))
    await loopback.until_asked(1)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await loopback.until_all_are_gone()


async def test_a_connection_is_used_again_after_a_whole_answer(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    for _ in range(3):
        await collect(model.stream(ask()))
    assert loopback.connections == 1


async def test_closing_the_model_ends_whoever_still_listens(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(*BEGUN, end="hang")
    stream = closable(model.stream(ask()))
    await anext(stream)
    stepped.advance(20)
    rest = asyncio.create_task(collect(stream))
    await stepped.until_asleep(30)
    await model.close()
    assert (await problem_after(rest)).code == "provider_cut"
    await loopback.until_all_are_gone()


async def test_a_retired_model_lets_go_after_the_last_answer(loopback: Provider, model: PydanticAIModel):
    more = asyncio.Event()
    whole = said.answer_of(said.text(0, "So ", "far"))
    loopback.answer(*whole[:4], more, *whole[4:])
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("So ")
    await model.retire()
    more.set()
    assert text_of(await collect(stream)) == "far"
    await loopback.until_all_are_gone()


async def test_no_clock_is_left_running_after_an_answer(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(*said.answer_of(said.text(0, "ok")))
    await collect(model.stream(ask()))
    await stepped.until_nobody_sleeps()
