"""Waiting that ends, and work that ends when nobody wants it any more."""

import asyncio

import pytest

from parlour.models.base import CallDelta, Called, Finished, ModelEvent, ModelProblem, TextDelta
from parlour.models.openai import OpenAIModel
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import DONE, Provider, call_delta, delta, end, usage


async def problem_after(events: "asyncio.Task[list[ModelEvent]]") -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await events
    return caught.value


async def test_a_provider_that_does_not_answer_is_given_up_on(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    never = asyncio.Event()
    loopback.answer(never)
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(20)
    stepped.advance(20)
    assert (await problem_after(asking)).code == "provider_timeout"
    await loopback.until_all_are_gone()


async def test_comments_and_empty_chunks_are_no_first_event(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    silence = asyncio.Event()
    loopback.answer(b": waiting\n\n", delta(role="assistant", content=""), silence, end="hang")
    asking = asyncio.create_task(collect(model.stream(ask())))
    await loopback.until_asked(1)
    await stepped.until_asleep(20)
    stepped.advance(20)
    problem = await problem_after(asking)
    assert problem.code == "provider_timeout"
    assert len(loopback.received) == 1


@pytest.mark.parametrize(
    "piece",
    [
        call_delta(0, id="c1", name="write_file", arguments='{"text": "'),
        delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "x", "index": 0}]),
    ],
)
async def test_a_call_or_a_hidden_thought_is_a_beginning(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock, piece: bytes
):
    more = asyncio.Event()
    loopback.answer(piece, more, delta(content="done"), end(), DONE)
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(30)
    stepped.advance(25)
    more.set()
    assert text_of(await asking) == "done"
    assert len(loopback.received) == 1


async def test_a_call_that_was_cut_is_asked_for_again_and_every_piece_is_told_of(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    piece = call_delta(0, id="c1", name="look", arguments='{"room": ')
    loopback.answer(piece, end="cut")
    loopback.answer(piece, call_delta(0, arguments='"hall"}'), end("tool_calls"), DONE)
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(0.5)
    stepped.advance(0.5)
    events = await asking
    assert [event.call.arguments for event in events if isinstance(event, Called)] == [{"room": "hall"}]
    written = "".join(event.text for event in events if isinstance(event, CallDelta))
    assert written == 'look{"room": look{"room": "hall"}'


async def test_a_stream_that_falls_silent_is_given_up_on(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.answer(delta(content="and then"), end="hang")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("and then")
    stepped.advance(20)
    rest = asyncio.create_task(collect(stream))
    await stepped.until_asleep(30)
    stepped.advance(30)
    problem = await problem_after(rest)
    assert problem.code == "provider_timeout"
    assert "silent" in problem.detail
    await loopback.until_all_are_gone()


async def test_an_endless_stream_ends_with_the_total_time(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    steps = [asyncio.Event() for _ in range(12)]
    loopback.answer(*(act for step in steps for act in (delta(content="more "), step)), end="hang")
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
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    more = asyncio.Event()
    loopback.answer(delta(content="one "), delta(content="two "), more, delta(content="three"), end(), DONE)
    stream = closable(model.stream(ask()))
    first = await anext(stream)
    assert isinstance(first, TextDelta)
    stepped.advance(15)
    second = await anext(stream)
    assert isinstance(second, TextDelta)
    stepped.advance(60)
    more.set()
    assert first.text + second.text + text_of(await collect(stream)) == "one two three"


async def test_usage_that_does_not_come_is_not_waited_for_long(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.answer(delta(content="all of it"), end(), end="hang")
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(5)
    stepped.advance(5)
    events = await asking
    assert text_of(events) == "all of it"
    assert isinstance(events[-1], Finished)


async def test_usage_that_comes_late_is_taken(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    late = asyncio.Event()
    loopback.answer(delta(content="a"), end(), late, usage(11, 4), DONE)
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(5)
    late.set()
    last = (await asking)[-1]
    assert isinstance(last, Finished)
    assert last.usage is not None
    assert last.usage.prompt_tokens == 11


async def test_closing_the_stream_ends_the_connection_at_once(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end="hang")
    stream = closable(model.stream(ask()))
    await anext(stream)
    await stream.aclose()
    await loopback.until_all_are_gone()


async def test_cancelling_who_waits_for_the_first_word_ends_the_connection(loopback: Provider, model: OpenAIModel):
    loopback.answer(end="hang")
    asking = asyncio.create_task(collect(model.stream(ask())))
    await loopback.until_asked(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await loopback.until_all_are_gone()


async def test_cancelling_who_waits_for_the_next_word_ends_the_connection(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end="hang")
    stream = closable(model.stream(ask()))
    await anext(stream)
    waiting = asyncio.create_task(collect(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await loopback.until_all_are_gone()


async def test_a_stream_that_was_never_begun_asks_nobody(loopback: Provider, model: OpenAIModel):
    await closable(model.stream(ask())).aclose()
    assert loopback.received == []


async def test_no_alarm_is_left_when_an_answer_is_over(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.answer(delta(content="a"), end(), DONE)
    await collect(model.stream(ask()))
    await stepped.until_nobody_sleeps()


async def test_health_is_whether_the_provider_takes_the_key(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.refuse(200, {"data": []})
    assert await model.health()
    assert loopback.received[0].path == "/v1/models"
    loopback.answers.clear()
    loopback.refuse(401)
    assert not await model.health()
    loopback.answers.clear()
    loopback.answer(asyncio.Event())
    checking = asyncio.create_task(model.health())
    await loopback.until_asked(3)
    await model.close()
    assert not await checking


async def test_many_streams_at_once_do_not_wait_for_each_other(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end="hang")
    streams = [closable(model.stream(ask())) for _ in range(120)]
    firsts = await asyncio.wait_for(asyncio.gather(*(anext(stream) for stream in streams)), 30)
    assert firsts == [TextDelta("a")] * 120
    for stream in streams:
        await stream.aclose()
    await loopback.until_all_are_gone()


async def test_a_model_that_is_closed_in_the_middle_ends_its_streams(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end="hang")
    stream = closable(model.stream(ask()))
    await anext(stream)
    waiting = asyncio.create_task(collect(stream))
    await asyncio.sleep(0)
    await model.close()
    assert (await problem_after(waiting)).code == "provider_cut"
    await loopback.until_all_are_gone()
