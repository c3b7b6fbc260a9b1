"""The fake provider of the benchmarks does what it says, seen through the adapter."""

import time

import aiohttp
import pytest

from bench.plan import Plan, steered
from bench.provider import SENT_AT, Provider, running
from parlour.models.base import AssistantMessage, Called, Finished, ModelProblem, RequestedCall, TextDelta, ToolMessage
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.retry import Backoff
from tests.models.requests import ask, closable, collect, text_of


def model_at(provider: Provider) -> OpenAIModel:
    return OpenAIModel(name="openai/bench", base_url=provider.base_url, limits=Limits(backoff=Backoff(tries=1)))


async def test_every_chunk_arrives_with_its_send_time_and_the_count_is_right():
    async with running(Plan(spacing=0)) as provider:
        model = model_at(provider)
        before = time.time()
        events = await collect(model.stream(ask("chunks=500 size=40")))
        sent = [float(moment) for moment in SENT_AT.findall(text_of(events))]
        assert len(sent) == 500
        assert sent == sorted(sent)
        assert before - 1 < sent[0] <= sent[-1] < time.time() + 1
        assert len(text_of(events)) == 500 * 40
        last = events[-1]
        assert isinstance(last, Finished)
        assert last.usage is not None
        assert last.usage.completion_tokens == 500
        await model.close()


async def test_an_answer_is_cut_into_paragraphs_of_so_many_pieces():
    async with running(Plan(spacing=0)) as provider:
        model = model_at(provider)
        text = text_of(await collect(model.stream(ask("chunks=10 size=40 paragraph=4"))))
        assert [len(SENT_AT.findall(paragraph)) for paragraph in text.split("\n\n")] == [4, 4, 2]
        assert len(text) == 10 * 40
        await model.close()


async def test_pieces_with_time_between_them_come_as_one_delta_each():
    async with running(Plan(chunks=5, spacing=2, first=1, jitter=1), seed=1) as provider:
        model = model_at(provider)
        deltas = [e for e in await collect(model.stream(ask())) if isinstance(e, TextDelta)]
        assert sum(len(SENT_AT.findall(e.text)) for e in deltas) == 5
        await model.close()


async def test_a_tool_is_asked_for_first_and_the_answer_follows_its_result():
    async with running(Plan(chunks=2, spacing=0)) as provider:
        model = model_at(provider)
        question = 'tool=look args={"room":"kitchen"} calls=2'
        events = await collect(model.stream(ask(question)))
        calls = [event.call for event in events if isinstance(event, Called)]
        assert [call.arguments for call in calls] == [{"room": "kitchen"}] * 2
        answered = AssistantMessage("", tuple(calls))
        results = tuple(ToolMessage(call.id, call.name, "{}", "Done.") for call in calls)
        second = await collect(model.stream(ask(question, answered, *results)))
        assert len(SENT_AT.findall(text_of(second))) == 2
        again = ask(question, AssistantMessage("", (RequestedCall("a", "look", {}),)), AssistantMessage("Done."), "Hi")
        assert len(SENT_AT.findall(text_of(await collect(model.stream(again))))) == 2
        await model.close()


@pytest.mark.parametrize(
    ("question", "code"),
    [("status=401", "provider_unauthorized"), ("status=503", "provider_unavailable"), ("cut=3", "provider_cut")],
)
async def test_it_fails_as_asked(question: str, code: str):
    async with running(Plan(spacing=1)) as provider:
        model = model_at(provider)
        with pytest.raises(ModelProblem, match=code):
            await collect(model.stream(ask(question)))
        await model.close()


async def test_what_it_did_can_be_read():
    async with running(Plan(spacing=0)) as provider, aiohttp.ClientSession() as session:
        model = model_at(provider)
        assert await model.health()
        await collect(model.stream(ask("chunks=7")))
        stream = closable(model.stream(ask("chunks=50 hang=1")))
        await anext(stream)
        async with session.get(provider.base_url.removesuffix("/v1") + "/stats") as response:
            stats = await response.json()
        assert (stats["streams_done"], stats["streams_open"], stats["chunks"]) == (1, 1, 8)
        await stream.aclose()
        await model.close()


async def test_a_slow_reader_gets_everything_all_the_same():
    async with running(Plan(chunks=20_000, spacing=0, size=200)) as provider:
        model = model_at(provider)
        assert len(text_of(await collect(model.stream(ask())))) == 20_000 * 200
        await model.close()


def test_words_that_name_no_field_mean_nothing():
    plan = Plan()
    assert steered(plan, "What is 1=1 and chunks=many and spacing= ?") == plan
    assert steered(plan, "chunks=3 spacing=0.5 tool=look") == Plan(chunks=3, spacing=0.5, tool="look")
