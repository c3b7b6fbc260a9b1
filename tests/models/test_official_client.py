"""The official client of the format reads what the providers of our tests say, so that they are no easier than real."""

from collections.abc import AsyncIterator

import pytest
from openai import APIError, AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, RateLimitError
from openai.types.chat import ChatCompletionFunctionToolParam

from parlour.models.base import RequestedCall
from tests.providers import Provider, event
from tests.wires import DEEPSEEK, KEY, OPENAI, WIRES, Said, Wire

CALLS = (
    RequestedCall("call_a", "look", {"room": "kitchen"}, '{"room":"kitchen"}'),
    RequestedCall("call_b", "look", {"room": "hall"}, '{"room":"hall"}'),
)
ASKS = Said(thought=("I should ", "look."), calls=CALLS)
TELLS = Said(text=("Nine in ", "the kitchen 🌻."), prompt_tokens=40)
LOOK: ChatCompletionFunctionToolParam = {"type": "function", "function": {"name": "look", "parameters": {}}}


@pytest.fixture
async def client(loopback: Provider) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=loopback.base_url, api_key=KEY, max_retries=0) as it:
        yield it


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: f"{wire.name}-{wire.model}")
async def test_it_puts_the_same_calls_together(loopback: Provider, client: AsyncOpenAI, wire: Wire):
    loopback.choose = wire.served(ASKS)
    stream = await client.chat.completions.create(
        model=wire.model,
        messages=[{"role": "user", "content": "What is there?"}],
        tools=[LOOK],
        stream=True,
        stream_options={"include_usage": True},
    )
    names, arguments = ["", ""], ["", ""]
    reasons: list[str] = []
    totals: list[int] = []
    async for chunk in stream:
        totals += [chunk.usage.total_tokens] if chunk.usage else []
        for choice in chunk.choices:
            reasons += [choice.finish_reason] if choice.finish_reason else []
            for piece in choice.delta.tool_calls or ():
                assert piece.function is not None
                names[piece.index] += piece.function.name or ""
                arguments[piece.index] += piece.function.arguments or ""
    assert names == ["look", "look"]
    assert arguments == [call.raw for call in CALLS]
    assert reasons == ["tool_calls"]
    assert totals == ([18] if wire.usage_in != "x_groq" else [])
    assert [each.id async for each in client.models.list()] == [wire.model]


@pytest.mark.parametrize("wire", [OPENAI, DEEPSEEK], ids=lambda wire: wire.name)
async def test_it_reads_the_same_words(loopback: Provider, client: AsyncOpenAI, wire: Wire):
    loopback.choose = wire.served(TELLS)
    async with client.chat.completions.stream(model=wire.model, messages=[{"role": "user", "content": "Hi"}]) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.content == "Nine in the kitchen 🌻."
    assert final.choices[0].finish_reason == "stop"


async def test_it_knows_the_refusals_by_name(loopback: Provider, client: AsyncOpenAI):
    loopback.choose = OPENAI.served(TELLS)
    with pytest.raises(NotFoundError):
        await client.chat.completions.create(model="nonesuch", messages=[{"role": "user", "content": "Hi"}])
    with pytest.raises(AuthenticationError):
        await client.with_options(api_key="sk-wrong").models.list()
    with pytest.raises(BadRequestError, match="the word 'json'"):
        await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], response_format={"type": "json_object"}
        )
    loopback.choose = lambda _: OPENAI.refusal(429, "Slow down.", "rate_limit_exceeded", Retry_After="1")
    with pytest.raises(RateLimitError):
        await client.models.list()


async def test_it_takes_an_error_inside_a_stream_for_one(loopback: Provider, client: AsyncOpenAI):
    loopback.answer(event({"error": {"message": "The server had an error.", "type": "server_error"}}))
    stream = await client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    with pytest.raises(APIError, match="had an error"):
        await anext(aiter(stream))
