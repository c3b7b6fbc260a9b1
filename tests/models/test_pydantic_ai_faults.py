"""Everything that a provider with a format of its own can do wrong, and what is made of it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from parlour.models.base import ModelProblem, TextDelta
from parlour.models.openai_calls import CallLimits
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.models.retry import Backoff
from tests import anthropic as said
from tests.models.others import LOOK, claude
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Answer, Provider, provider

WORDS = said.answer_of(said.text(0, "So ", "far"))
BEGUN = WORDS[:4]
"""An answer up to its first word."""
FINE = said.answer_of(said.text(0, "fine"))


@pytest.fixture
async def model(loopback: Provider, stepped: SteppedClock) -> AsyncIterator[PydanticAIModel]:
    it = claude(loopback, stepped)
    yield it
    await it.close()


async def problem_of(model: PydanticAIModel) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await collect(model.stream(ask()))
    return caught.value


async def after_rests(stepped: SteppedClock, rests: list[float], model: PydanticAIModel) -> str:
    """The text of an answer that comes after these rests between tries."""
    asking = asyncio.create_task(collect(model.stream(ask())))
    for rest in rests:
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    return text_of(await asking)


@pytest.mark.parametrize("host", ["a..b", "xn--a\u0301.test"])
@pytest.mark.parametrize("kind", OTHER_KINDS)
async def test_a_host_that_cannot_be_is_unavailable(stepped: SteppedClock, kind: str, host: str):
    access = Access(OTHER_KINDS[kind], f"http://{host}", "id:key")
    model = PydanticAIModel(name=f"{kind}/x", access=access, limits=Limits(backoff=Backoff(tries=1)), clock=stepped)
    problem = await problem_of(model)
    assert (problem.code, problem.cause) == ("provider_unavailable", "unreachable")
    assert not await model.health()
    await model.close()


# --- before the first word -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_a_passing_fault_is_tried_again(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock, status: int
):
    loopback.refuse(status, said.error("api_error"))
    loopback.answer(*FINE)
    assert await after_rests(stepped, [0.5], model) == "fine"


async def test_three_tries_are_made_with_growing_rests_and_then_no_more(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.refuse(529, said.error("overloaded_error", "Overloaded"))
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    problem = await asking
    assert (problem.code, problem.cause) == ("provider_unavailable", "fault")
    assert len(loopback.received) == 3


async def test_the_time_that_the_provider_asks_for_is_waited(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.refuse(429, said.error("rate_limit_error"), Retry_After="7")
    loopback.answer(*FINE)
    assert await after_rests(stepped, [7], model) == "fine"


async def test_a_provider_that_asks_for_too_long_is_not_asked_again(loopback: Provider, model: PydanticAIModel):
    loopback.refuse(429, said.error("rate_limit_error"), Retry_After="3600")
    problem = await problem_of(model)
    assert (problem.code, problem.cause) == ("provider_rate_limited", "rate")
    assert len(loopback.received) == 1


async def test_a_lost_connection_is_tried_again(loopback: Provider, model: PydanticAIModel, stepped: SteppedClock):
    loopback.answer(end="cut")
    loopback.answer(said.message_start(), end="cut")
    loopback.answer(*FINE)
    assert await after_rests(stepped, [0.5, 1.0], model) == "fine"


async def test_a_call_that_is_cut_before_anything_was_given_out_is_asked_for_again(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    start, *_ = said.tool_use(0, "t1", "look", '{"room":')
    loopback.answer(said.message_start(), start, end="cut")
    loopback.answer(said.message_start(), start)
    loopback.answer(*FINE)
    assert await after_rests(stepped, [0.5, 1.0], model) == "fine"


async def test_an_overload_in_the_stream_before_a_word_is_tried_again(
    loopback: Provider, model: PydanticAIModel, stepped: SteppedClock
):
    loopback.answer(said.message_start(), said.error_event("overloaded_error"))
    loopback.answer(*FINE)
    assert await after_rests(stepped, [0.5], model) == "fine"


async def test_nobody_at_the_address_is_unreachable(stepped: SteppedClock):
    model = PydanticAIModel(
        name="anthropic/x",
        access=Access(OTHER_KINDS["anthropic"], "http://127.0.0.1:1", said.KEY),
        clock=stepped,
        chance=lambda: 0.0,
    )
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    problem = await asking
    assert (problem.code, problem.cause) == ("provider_unavailable", "unreachable")
    await model.close()


REFUSALS = [
    (401, "authentication_error", "invalid x-api-key", "provider_unauthorized", "key"),
    (403, "permission_error", "not yours", "provider_unauthorized", "key"),
    (404, "not_found_error", "model: claude-fake-1", "provider_refused", "unknown"),
    (400, "invalid_request_error", said.TOO_LONG, "context_too_long", "length"),
    (400, "invalid_request_error", "Your credit balance is too low", "provider_rate_limited", "credit"),
    (402, "billing_error", "no money", "provider_rate_limited", "credit"),
    (400, "invalid_request_error", "temperature: not so", "provider_refused", "request"),
    (400, "invalid_request_error", "This model does not support image input", "provider_refused", "picture"),
    (422, "invalid_request_error", "not so", "provider_refused", "request"),
]


@pytest.mark.parametrize(("status", "kind", "words", "code", "cause"), REFUSALS)
async def test_a_refusal_is_named_and_not_tried_again(
    loopback: Provider, model: PydanticAIModel, status: int, kind: str, words: str, code: str, cause: str
):
    loopback.refuse(status, said.error(kind, f"{words} {said.KEY}"))
    problem = await problem_of(model)
    assert (problem.code, problem.cause) == (code, cause)
    assert len(loopback.received) == 1
    assert words not in problem.safe
    assert words in problem.detail
    assert said.KEY not in problem.detail + problem.safe + repr(problem)


async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere(loopback: Provider, model: PydanticAIModel):
    async with provider() as elsewhere:
        loopback.answers.append(Answer((), 307, {"Location": f"{elsewhere.base_url}/messages"}))
        problem = await problem_of(model)
        assert (problem.code, problem.cause) == ("provider_refused", "moved")
        assert elsewhere.received == []
        assert len(loopback.received) == 1


async def test_a_web_page_is_not_read(loopback: Provider, model: PydanticAIModel):
    loopback.answers.append(Answer((b"<html>",), headers={"Content-Type": "text/html"}))
    assert (await problem_of(model)).code == "provider_malformed"


async def test_the_body_of_a_refusal_is_not_read_without_end(loopback: Provider, model: PydanticAIModel):
    endless = tuple(b"x" * 8_192 for _ in range(3))
    loopback.answers.append(Answer(endless, 400, {"Content-Type": "text/plain"}, end="hang"))
    problem = await problem_of(model)
    assert problem.code == "provider_refused"
    assert len(problem.detail) <= 2_000
    await loopback.until_all_are_gone()


# --- after the first word ------------------------------------------------------------------------------------------


async def test_an_answer_that_is_cut_says_so_and_is_not_asked_for_again(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*BEGUN, end="cut")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("So ")
    with pytest.raises(ModelProblem, match="provider_cut"):
        await anext(stream)
    assert len(loopback.received) == 1


async def test_an_answer_that_stops_without_an_end_was_cut(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*BEGUN)
    assert (await problem_of(model)).code == "provider_cut"
    assert len(loopback.received) == 1


async def test_an_answer_that_is_cut_within_an_event_was_cut(loopback: Provider, model: PydanticAIModel):
    loopback.answer(*BEGUN, WORDS[4][:40], end="cut")
    assert (await problem_of(model)).code == "provider_cut"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("overloaded_error", "provider_unavailable"),
        ("api_error", "provider_unavailable"),
        ("rate_limit_error", "provider_rate_limited"),
        ("invalid_request_error", "provider_refused"),
    ],
)
async def test_an_error_after_the_first_word_ends_the_answer(
    loopback: Provider, model: PydanticAIModel, kind: str, code: str
):
    loopback.answer(*BEGUN, said.error_event(kind, f"no {said.KEY}"))
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("So ")
    with pytest.raises(ModelProblem, match=code) as caught:
        await anext(stream)
    assert said.KEY not in caught.value.detail
    assert len(loopback.received) == 1


NOT_THE_FORMAT = {
    "no JSON": b"event: content_block_delta\ndata: {nope\n\n",
    "no UTF-8": b"event: content_block_delta\ndata: \xff\xfe\n\n",
    "words that are a number": said.event("content_block_delta", index=0, delta={"type": "text_delta", "text": 5}),
    "words that are nothing": said.event("content_block_delta", index=0, delta={"type": "text_delta", "text": None}),
    "an end without usage": said.event("message_delta", delta=7),
    "a list": b"event: content_block_delta\ndata: []\n\n",
    "a line without end": b"x" * 5_000,
}


@pytest.mark.parametrize("what", NOT_THE_FORMAT)
async def test_what_is_not_the_format_ends_the_answer_with_a_word(loopback: Provider, stepped: SteppedClock, what: str):
    model = PydanticAIModel(
        name="anthropic/claude-fake-1",
        access=Access(OTHER_KINDS["anthropic"], loopback.base_url, said.KEY),
        limits=Limits(event_bytes=4_096),
        clock=stepped,
    )
    loopback.answer(*BEGUN, NOT_THE_FORMAT[what])
    problem = await problem_of(model)
    assert problem.code in ("provider_malformed", "provider_cut")
    assert len(loopback.received) == 1
    await model.close()


async def test_calls_without_end_are_too_many(loopback: Provider, stepped: SteppedClock):
    model = claude(loopback, stepped)
    calls = [said.tool_use(index, f"t{index}", "look", "{}") for index in range(CallLimits().calls + 1)]
    loopback.answer(*said.answer_of(*calls))
    with pytest.raises(ModelProblem, match="provider_malformed"):
        await collect(model.stream(ask("Look", tools=(LOOK,))))
    await model.close()


async def test_arguments_without_end_are_too_long(loopback: Provider, model: PydanticAIModel):
    piece = "x" * 65_536
    loopback.answer(*said.answer_of(said.tool_use(0, "t1", "look", '{"room":"', piece, piece, piece, piece)))
    with pytest.raises(ModelProblem, match="provider_malformed"):
        await collect(model.stream(ask("Look", tools=(LOOK,))))
