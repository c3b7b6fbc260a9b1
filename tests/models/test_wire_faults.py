"""What goes wrong at OpenAI and at Ollama, each failing in its own words: a clear end, and never a second answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from parlour.models.base import Finished, ModelEvent, ModelProblem, TextDelta
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.presets import PRESETS
from tests.models.requests import ask, closable, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Answer, Provider, event, provider
from tests.untrusted import behind_tls
from tests.wires import KEY, OLLAMA, OPENAI, Said, Wire

HELLO = Said(text=("Hel", "lo 🌻 ", "there"))


@pytest.fixture(params=[OPENAI, OLLAMA], ids=lambda wire: wire.name)
def wire(request: pytest.FixtureRequest) -> Wire:
    return request.param


def made(wire: Wire, base_url: str, clock: SteppedClock) -> OpenAIModel:
    preset = next(preset for preset in PRESETS if preset.name == wire.name)
    return OpenAIModel(
        name=f"{wire.name}/{wire.model}",
        base_url=base_url,
        api_key=KEY if wire.wants_key else "",
        dialect=preset.dialect_of(wire.model),
        limits=Limits(total_s=100, first_event_s=20, silence_s=30, end_s=5),
        clock=clock,
        chance=lambda: 0.0,
    )


@pytest.fixture
async def model(loopback: Provider, wire: Wire, stepped: SteppedClock) -> AsyncIterator[OpenAIModel]:
    it = made(wire, loopback.base_url, stepped)
    yield it
    await it.close()


async def problem_of(model: OpenAIModel, said: list[ModelEvent] | None = None) -> ModelProblem:
    """What ends the answer; `said` takes up what comes before."""
    try:
        async for each in model.stream(ask()):
            if said is not None:
                said.append(each)
    except ModelProblem as problem:
        return problem
    pytest.fail("It was answered to the end.")


async def after_rest(stepped: SteppedClock, rest: float, model: OpenAIModel) -> str:
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(rest)
    stepped.advance(rest)
    return text_of(await asking)


# --- before the first word -----------------------------------------------------------------------------------------


async def test_a_first_byte_that_comes_late_is_waited_for(
    loopback: Provider, wire: Wire, model: OpenAIModel, stepped: SteppedClock
):
    late = asyncio.Event()
    loopback.answer(late, *wire.answer(HELLO))
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(20)
    stepped.advance(19)
    late.set()
    assert text_of(await asking) == "Hello 🌻 there"


async def test_a_first_byte_that_never_comes_is_given_up_on(
    loopback: Provider, model: OpenAIModel, stepped: SteppedClock
):
    loopback.answer(asyncio.Event())
    asking = asyncio.create_task(problem_of(model))
    await stepped.until_asleep(20)
    stepped.advance(20)
    assert (await asking).code == "provider_timeout"
    await loopback.until_all_are_gone()


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_who_is_busy_is_asked_again(
    loopback: Provider, wire: Wire, model: OpenAIModel, stepped: SteppedClock, status: int
):
    loopback.answers.append(wire.refusal(status, "server busy, please try again"))
    loopback.answer(*wire.answer(HELLO))
    assert await after_rest(stepped, 0.5, model) == "Hello 🌻 there"


@pytest.mark.parametrize("as_date", [False, True])
async def test_who_says_when_to_come_back_is_asked_again_then(
    loopback: Provider, wire: Wire, model: OpenAIModel, stepped: SteppedClock, as_date: bool
):
    date = format_datetime(stepped.now() + timedelta(seconds=9), usegmt=True)
    loopback.answers.append(wire.refusal(429, "slow down", Retry_After=date if as_date else "9"))
    loopback.answer(*wire.answer(HELLO))
    assert await after_rest(stepped, 9.0, model) == "Hello 🌻 there"


async def test_a_redirect_to_another_host_is_refused_and_the_key_stays_here(
    loopback: Provider, wire: Wire, model: OpenAIModel
):
    async with provider() as elsewhere:
        elsewhere.choose = wire.served(HELLO)
        loopback.answers.append(Answer((), 308, {"Location": f"{elsewhere.base_url}/chat/completions"}))
        problem = await problem_of(model)
        assert (problem.code, problem.cause) == ("provider_refused", "moved")
        assert elsewhere.received == []
        assert len(loopback.received) == 1


async def test_a_certificate_that_is_not_trusted_is_refused_at_once(wire: Wire, stepped: SteppedClock, tmp_path: Path):
    it = Provider()
    async with behind_tls(tmp_path, it.serve) as base_url:
        model = made(wire, base_url, stepped)
        problem = await problem_of(model)
        await model.close()
    assert (problem.code, problem.cause) == ("provider_unavailable", "certificate")
    assert it.received == []
    assert stepped.sleeping == []


async def test_nobody_there_is_said_after_the_last_try(wire: Wire, stepped: SteppedClock):
    async with provider() as gone:
        address = gone.base_url
    model = made(wire, address, stepped)
    asking = asyncio.create_task(problem_of(model))
    for rest in (0.5, 1.0):
        await stepped.until_asleep(rest)
        stepped.advance(rest)
    assert (await asking).cause == "unreachable"
    await model.close()


# --- in the middle -------------------------------------------------------------------------------------------------


async def test_an_answer_cut_anywhere_is_a_cut_one(loopback: Provider, wire: Wire, model: OpenAIModel):
    whole = wire.answer(HELLO)
    word = next(piece for piece in whole if b"Hel" in piece)
    before = whole[: whole.index(word) + 1]
    loopback.answer(*before, whole[len(before)][:-9], end="cut")
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("Hel")
    with pytest.raises(ModelProblem, match="provider_cut"):
        await anext(stream)
    assert len(loopback.received) == 1


async def test_every_byte_by_itself_makes_the_same_answer(loopback: Provider, wire: Wire, model: OpenAIModel):
    loopback.answer(*(bytes([byte]) for byte in b"".join(wire.answer(HELLO))))
    events = await collect(model.stream(ask()))
    assert text_of(events) == "Hello 🌻 there"
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("bad", [b"data: {'choices': []}\n\n", b"data: {\n\n", b"data: null\n\n", b'data: "Hel"\n\n'])
async def test_an_event_that_is_none_ends_the_answer(loopback: Provider, wire: Wire, model: OpenAIModel, bad: bytes):
    whole = wire.answer(HELLO)
    loopback.answer(*whole[:2], bad, *whole[2:])
    assert (await problem_of(model)).code == "provider_malformed"
    assert len(loopback.received) == 1


async def test_lines_that_are_no_events_are_passed_over(loopback: Provider, wire: Wire, model: OpenAIModel):
    noise = b"event: ping\r\n: still here\nretry: 3000\nid: 7\nnonsense\n\n"
    loopback.answer(*(noise + piece for piece in wire.answer(HELLO)))
    assert text_of(await collect(model.stream(ask()))) == "Hello 🌻 there"


async def test_usage_that_was_not_told_is_left_to_whoever_asked(loopback: Provider, wire: Wire, model: OpenAIModel):
    loopback.answer(*wire.answer(HELLO, usage=False))
    last = (await collect(model.stream(ask("x" * 400))))[-1]
    assert isinstance(last, Finished)
    assert last.usage is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("load", "stop"),
        ("eos", "stop"),
        ("max_tokens", "length"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("function_call", "stop"),
    ],
)
async def test_every_way_to_stop_is_understood(
    loopback: Provider, wire: Wire, model: OpenAIModel, said: str, reason: str
):
    loopback.answer(*wire.answer(Said(text=("a",), reason=said)))
    last = (await collect(model.stream(ask())))[-1]
    assert isinstance(last, Finished)
    assert last.reason == reason


async def test_a_fault_in_the_middle_ends_the_answer(loopback: Provider, wire: Wire, model: OpenAIModel):
    broken = event({"error": {"message": "The server had an error.", "type": "server_error", "code": None}})
    if wire is OLLAMA:
        # It has no words for that: one more chunk, with nothing in it, and the end of the body.
        broken = wire.answer(Said(text=("",)), usage=False)[0]
    loopback.answer(*wire.answer(HELLO)[:2], broken)
    said: list[ModelEvent] = []
    problem = await problem_of(model, said)
    assert text_of(said).startswith("Hel")
    assert problem.code == ("provider_cut" if wire is OLLAMA else "provider_unavailable")
    assert len(loopback.received) == 1


async def test_one_that_never_stops_is_left_when_nobody_listens(loopback: Provider, wire: Wire, model: OpenAIModel):
    more = wire.answer(HELLO)[:-3]
    loopback.answer(*more * 200, end="hang")
    stream = closable(model.stream(ask()))
    heard = 0
    with suppress(StopAsyncIteration):
        while heard < 500:
            heard += len(getattr(await anext(stream), "text", ""))
    await stream.aclose()
    await loopback.until_all_are_gone()
