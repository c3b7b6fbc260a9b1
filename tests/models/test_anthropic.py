"""The loopback that speaks Anthropic's format is honest: the official client reads from it what it says."""

from collections.abc import AsyncIterator

import pytest
from anthropic import APIStatusError, AsyncAnthropic, BadRequestError, RateLimitError
from anthropic.types import Message

from tests import anthropic as said
from tests.providers import Answer, Provider


@pytest.fixture
async def client(loopback: Provider) -> AsyncIterator[AsyncAnthropic]:
    base_url = loopback.base_url.removesuffix("/v1")
    async with AsyncAnthropic(api_key=said.KEY, base_url=base_url, max_retries=0) as it:
        yield it


async def asked(client: AsyncAnthropic) -> Message:
    question = {"role": "user", "content": "Hi"}
    async with client.messages.stream(model="claude-fake-1", max_tokens=100, messages=[question]) as stream:  # pyright: ignore[reportArgumentType]
        return await stream.get_final_message()


async def test_words_thoughts_and_calls_are_read_as_they_were_meant(loopback: Provider, client: AsyncAnthropic):
    loopback.answer(
        *said.answer_of(
            said.thinking(0, "Which ", "room?", signature="c2lnbmVk"),
            said.redacted(1, "only for me"),
            said.text(2, "I ", "look."),
            said.tool_use(3, "t1", "look", '{"room":', '"hall"}'),
            reason="tool_use",
        )
    )
    message = await asked(client)
    thought, redacted, words, call = message.content
    assert thought.type == "thinking"
    assert (thought.thinking, thought.signature) == ("Which room?", "c2lnbmVk")
    assert redacted.type == "redacted_thinking"
    assert redacted.data == "only for me"
    assert words.type == "text"
    assert words.text == "I look."
    assert call.type == "tool_use"
    assert (call.id, call.name, call.input) == ("t1", "look", {"room": "hall"})
    assert (message.stop_reason, message.model, message.role) == ("tool_use", "claude-fake-1", "assistant")


async def test_usage_is_read_with_what_the_cache_gave(loopback: Provider, client: AsyncAnthropic):
    start = said.message_start(prompt=7, read=1_000, written=30)
    loopback.answer(start, *said.text(0, "ok"), *said.message_end(written=5, thought=4))
    usage = (await asked(client)).usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (7, 1_000, 30)
    assert usage.output_tokens == 5


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence", "max_tokens", "refusal", "pause_turn", "tool_use"])
async def test_every_reason_to_stop_is_one_that_it_knows(loopback: Provider, client: AsyncAnthropic, reason: str):
    loopback.answer(*said.answer_of(said.text(0, "ok"), reason=reason))
    message = await asked(client)
    assert Message.model_validate(message.model_dump()).stop_reason == reason


async def test_an_answer_keeps_to_the_types_of_the_format(loopback: Provider, client: AsyncAnthropic):
    loopback.answer(*said.answer_of(said.thinking(0, "m", signature="a"), said.tool_use(1, "t1", "look", "{}")))
    message = await asked(client)
    assert Message.model_validate_json(message.model_dump_json(), strict=True).content


async def test_refusals_and_errors_in_the_stream_are_its_own(loopback: Provider, client: AsyncAnthropic):
    loopback.refuse(429, said.error("rate_limit_error"), Retry_After="3")
    loopback.refuse(400, said.error("invalid_request_error", said.TOO_LONG))
    loopback.answer(said.message_start(), *said.text(0, "So"), said.error_event("overloaded_error", "Overloaded"))
    with pytest.raises(RateLimitError) as limited:
        await asked(client)
    assert limited.value.response.headers["Retry-After"] == "3"
    with pytest.raises(BadRequestError, match="prompt is too long"):
        await asked(client)
    with pytest.raises(APIStatusError, match="Overloaded"):
        await asked(client)


async def test_the_list_of_models_is_read(loopback: Provider, client: AsyncAnthropic):
    loopback.choose = lambda _: said.models("claude-a", "claude-b")
    assert [model.id async for model in client.models.list()] == ["claude-a", "claude-b"]
    assert isinstance(said.models(), Answer)
