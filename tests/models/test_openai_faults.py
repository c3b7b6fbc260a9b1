"""Everything a provider can do wrong, and what is made of it."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import orjson
import pytest

from parlour.models.base import ModelProblem, TextDelta
from parlour.models.openai import OpenAIModel
from parlour.models.openai_calls import CallLimits
from parlour.models.openai_faults import Faults
from parlour.models.openai_limits import Limits
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end, event

RETRIED = (408, 409, 429, 500, 502, 503, 504, 529)


async def problem_of(model: OpenAIModel) -> ModelProblem:
    with pytest.raises(ModelProblem) as caught:
        await collect(model.stream(ask()))
    return caught.value


async def after_rests(stepped: SteppedClock, rests: list[float], model: OpenAIModel) -> str:
    """The text of an answer that comes after these rests between tries."""
    asking = asyncio.create_task(collect(model.stream(ask())))
    for rest in rests:
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    return text_of(await asking)


# --- before the first event ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", RETRIED)
async def test_a_passing_fault_is_tried_again(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock, status: int
):
    loopback.refuse(status)
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [0.5], model) == "fine"


async def test_three_tries_are_made_with_growing_rests_and_then_no_more(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.refuse(503)
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    assert (await asking).code == "provider_unavailable"
    assert len(loopback.received) == 3


async def test_a_lost_connection_is_tried_again(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.answer(end="cut")
    loopback.answer(delta(role="assistant", content=""), end="cut")
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [0.5, 1.0], model) == "fine"


async def test_an_empty_stream_is_tried_again(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.answer()
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [0.5], model) == "fine"


async def test_nobody_at_the_address_is_unavailable(stepped: SteppedClock):
    model = OpenAIModel(name="openai/x", base_url="http://127.0.0.1:1/v1", clock=stepped, chance=lambda: 0.0)
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    assert (await asking).code == "provider_unavailable"
    assert not await model.health()
    await model.close()


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 70}.test"])
async def test_a_host_that_cannot_be_is_unavailable_and_asked_for_once(stepped: SteppedClock, host: str):
    model = OpenAIModel(name="x/y", base_url=f"http://{host}/v1", clock=stepped)
    problem = await problem_of(model)
    assert (problem.code, problem.cause) == ("provider_unavailable", "unreachable")
    with pytest.raises(ModelProblem, match="provider_unavailable"):
        await model.models()
    assert not await model.health()
    await model.close()


async def test_retry_after_in_seconds_is_waited(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.refuse(429, Retry_After="7")
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [7.0], model) == "fine"


async def test_retry_after_as_a_date_is_waited(loopback: Provider, model: OpenAIModel, stepped: SteppedClock):
    loopback.refuse(503, Retry_After=format_datetime(stepped.now() + timedelta(seconds=9), usegmt=True))
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [9.0], model) == "fine"


async def test_a_retry_after_beyond_the_cap_is_not_waited_for(loopback: Provider, model: OpenAIModel):
    loopback.refuse(429, Retry_After="3600")
    assert (await problem_of(model)).code == "provider_rate_limited"
    assert len(loopback.received) == 1


@pytest.mark.parametrize(("status", "headers"), [(429, {}), (429, {"Retry_After": "3"}), (503, {"Retry_After": "3"})])
async def test_who_has_a_stand_in_is_not_waited_for(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock, status: int, headers: dict[str, str]
):
    loopback.refuse(status, **headers)
    with pytest.raises(ModelProblem):
        await collect(model.stream(replace(ask(), has_stand_in=True)))
    assert len(loopback.received) == 1


async def test_a_short_rest_is_taken_although_there_is_a_stand_in(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.refuse(503)
    loopback.answer(*answer_of("fine"))
    asking = asyncio.create_task(collect(model.stream(replace(ask(), has_stand_in=True))))
    await stepped.until_asleep(0.5)
    stepped.advance(0.5)
    assert text_of(await asking) == "fine"


async def test_a_rest_that_outlasts_the_total_is_not_begun(loopback: Provider, stepped: SteppedClock):
    limits = Limits(total_s=5)
    model = OpenAIModel(name="openai/x", base_url=loopback.base_url, clock=stepped, limits=limits)
    loopback.refuse(503, Retry_After="6")
    assert (await problem_of(model)).code == "provider_unavailable"
    await model.close()


async def test_an_empty_purse_is_not_tried_again(loopback: Provider, model: OpenAIModel):
    loopback.refuse(429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}})
    assert (await problem_of(model)).code == "provider_rate_limited"
    assert len(loopback.received) == 1


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": {"message": "Incorrect API key"}}, "provider_unauthorized"),
        (403, {"error": "no"}, "provider_unauthorized"),
        (403, {"error": {"message": "Your input was flagged by moderation"}}, "provider_refused"),
        (404, {"error": {"code": "model_not_found"}}, "provider_refused"),
        (400, {"error": {"message": "bad temperature"}}, "provider_refused"),
        (400, {"error": {"code": "context_length_exceeded", "message": "…"}}, "context_too_long"),
        (400, {"error": {"message": "This model's maximum context length is 4096 tokens"}}, "context_too_long"),
        (413, {"object": "error", "message": "prompt is too long"}, "context_too_long"),
        (418, [1, 2], "provider_refused"),
        (501, None, "provider_unavailable"),
        (307, None, "provider_refused"),
    ],
)
async def test_a_refusal_has_its_code_and_is_not_tried_again(
    loopback: Provider, model: OpenAIModel, status: int, body: object, code: str
):
    loopback.refuse(status, body)
    assert (await problem_of(model)).code == code
    assert len(loopback.received) == 1


@pytest.mark.parametrize(
    "error",
    [
        "Model Not Exist",
        {"message": "gpt-99 is not a valid model ID", "code": 400},
        {"message": 'model "x" not found, try pulling it first'},
        {"message": "no", "code": "model_not_found"},
    ],
)
async def test_a_model_that_is_not_there_is_known_in_any_words(loopback: Provider, model: OpenAIModel, error: object):
    loopback.refuse(400, {"error": error})
    assert (await problem_of(model)).cause == "unknown"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "image input is not supported - hint: you may need to provide the mmproj"),
        (404, "No endpoints found that support image input"),
        (400, "this model does not support image inputs"),
        (400, "This model doesn't support images."),
    ],
)
async def test_a_model_that_cannot_see_says_so_and_is_not_asked_again(
    loopback: Provider, model: OpenAIModel, status: int, words: str
):
    loopback.refuse(status, {"error": {"message": words}})
    problem = await problem_of(model)
    assert (problem.code, problem.cause) == ("provider_refused", "picture")
    assert "pictures" in problem.safe
    assert len(loopback.received) == 1


async def test_a_redirect_is_not_followed(loopback: Provider, model: OpenAIModel):
    loopback.refuse(302, Location=f"{loopback.base_url}/elsewhere")
    assert (await problem_of(model)).code == "provider_refused"
    assert [request.path for request in loopback.received] == ["/v1/chat/completions"]


async def test_a_web_page_instead_of_an_answer_cannot_be_read(loopback: Provider, model: OpenAIModel):
    loopback.answers.append(Answer((b"<html>Welcome</html>",), headers={"Content-Type": "text/html"}))
    assert (await problem_of(model)).code == "provider_malformed"


# --- inside the stream ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        b'data: {"choices": [{"del\n\n',
        b"data: [1]\n\n",
        b'data: {"choices": {"0": 1}}\n\n',
        b'data: {"choices": [7]}\n\n',
        b"data: \xff\xfe\n\n",
        delta(tool_calls="look"),
        delta(tool_calls=[7]),
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)
async def test_what_is_no_chunk_cannot_be_read_and_is_not_asked_for_again(
    loopback: Provider, model: OpenAIModel, bad: bytes
):
    loopback.answer(bad, end(), DONE)
    assert (await problem_of(model)).code == "provider_malformed"
    assert len(loopback.received) == 1


async def test_words_before_a_fault_are_given_out_first_even_from_the_same_read(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="half an ") + delta(content="answer") + b"data: {\n\n")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("half an answer")
    with pytest.raises(ModelProblem, match="provider_malformed"):
        await anext(stream)


@pytest.mark.parametrize("how", ["whole", "cut"])
async def test_a_stream_that_ends_without_an_end_is_cut_and_not_asked_for_again(
    loopback: Provider, model: OpenAIModel, how: str
):
    loopback.answer(delta(content="half"), end="whole" if how == "whole" else "cut")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("half")
    with pytest.raises(ModelProblem, match="provider_cut"):
        await anext(stream)
    assert len(loopback.received) == 1


async def test_a_stream_cut_in_the_middle_of_a_chunk_is_cut(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="half"), delta(content="never")[:20], end="cut")
    assert (await problem_of(model)).code == "provider_cut"


async def test_a_connection_lost_behind_the_end_does_no_harm(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="all of it"), end(), end="cut")
    assert text_of(await collect(model.stream(ask()))) == "all of it"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "overloaded", "code": 503}, "provider_unavailable"),
        ({"message": "slow down", "type": "rate_limit_error"}, "provider_rate_limited"),
        ({"message": "too long", "code": "context_length_exceeded"}, "context_too_long"),
        ("it broke", "provider_unavailable"),
    ],
)
async def test_an_error_inside_the_stream_is_the_error_it_is(
    loopback: Provider, model: OpenAIModel, error: object, code: str
):
    loopback.answer(delta(content="half"), event({"error": error}))
    assert (await problem_of(model)).code == code
    assert len(loopback.received) == 1


async def test_an_error_that_stands_alone_in_the_stream_is_one(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="half"), event({"object": "error", "message": "out of memory", "code": 500}))
    assert (await problem_of(model)).code == "provider_unavailable"


async def test_a_passing_error_before_the_first_word_is_tried_again(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.answer(event({"error": {"message": "overloaded", "code": 503}}))
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [0.5], model) == "fine"


async def test_an_end_that_is_an_error_is_one(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="half"), end("error"))
    assert (await problem_of(model)).code == "provider_unavailable"


async def test_an_end_for_want_of_room_is_tried_again_before_the_first_word_and_not_after(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.answer(end("insufficient_system_resource"))
    loopback.answer(*answer_of("fine"))
    assert await after_rests(stepped, [0.5], model) == "fine"
    loopback.answers.clear()
    loopback.answer(delta(content="half"), end("insufficient_system_resource"), DONE)
    assert (await problem_of(model)).code == "provider_unavailable"


# --- too much ------------------------------------------------------------------------------------------------------


async def test_a_line_without_an_end_is_given_up_on(loopback: Provider, stepped: SteppedClock):
    model = OpenAIModel(name="openai/x", base_url=loopback.base_url, clock=stepped, limits=Limits(event_bytes=10_000))
    loopback.answer(*([b"x" * 1_000] * 50), end="hang")
    assert (await problem_of(model)).code == "provider_malformed"
    await loopback.until_all_are_gone()
    await model.close()


async def test_arguments_without_an_end_are_given_up_on(loopback: Provider, stepped: SteppedClock):
    limits = Limits(calls=CallLimits(argument_characters=1_000, calls=3))
    model = OpenAIModel(name="openai/x", base_url=loopback.base_url, clock=stepped, limits=limits)
    loopback.answer(call_delta(0, id="c1", name="look"), *([call_delta(0, arguments="x" * 100)] * 20), end="hang")
    assert (await problem_of(model)).code == "provider_malformed"
    loopback.answers.clear()
    loopback.answer(*[call_delta(n, id=f"c{n}", name="look") for n in range(4)], end="hang")
    assert (await problem_of(model)).code == "provider_malformed"
    await model.close()


# --- the key -------------------------------------------------------------------------------------------------------


async def test_the_key_is_sent_and_shown_nowhere(
    loopback: Provider, model: OpenAIModel, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    loopback.refuse(401, {"error": {"message": "Incorrect API key provided: sk-very-secret or sk-very-****cret"}})
    problem = await problem_of(model)
    assert loopback.received[0].headers["authorization"] == "Bearer sk-very-secret"
    shown = f"{problem} {problem.safe} {problem.detail} {problem!r} {model!r} {caplog.text}"
    assert "secret" not in shown
    assert "cret" not in shown


@pytest.mark.parametrize("key", ["a'b\"c\\d", "plain-but-not-like-a-key"])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_key_of_any_form_is_cut_out_of_what_a_provider_says(key: str, as_json: bool):
    faults = Faults("openai/x", key)
    said = {"error": {"message": f"Not {key}.", "param": [key]}}
    body = orjson.dumps(said) if as_json else b"<p>" + orjson.dumps(said)
    detail = faults.refusal(401, body).detail
    assert "Not [key]." in detail
    assert key[-4:] not in detail
    assert faults.shows_key(f"<{key}>")
    assert not Faults("openai/x", "").shows_key("anything")


def test_a_key_that_cannot_be_sent_is_refused_without_repeating_it():
    with pytest.raises(ValueError, match="printable") as caught:
        OpenAIModel(name="openai/x", base_url="http://127.0.0.1/v1", api_key="sk-secret\r\nX-Evil: 1")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["ftp://host/v1", "localhost:11434", "http://", ""])
def test_an_address_that_is_none_is_refused(address: str):
    with pytest.raises(ValueError, match="base URL"):
        OpenAIModel(name="openai/x", base_url=address)
