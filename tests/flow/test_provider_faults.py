"""Whatever a provider does, the turn comes to an end that says so, and can be tried again."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import orjson
import pytest

from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.retry import Backoff
from parlour.protocol.content import TextPart, ToolCallPart
from tests.ports import free_port
from tests.providers import DONE, Provider, answer_of, call_delta, delta, end, event, provider
from tests.served import Client, Served, Serving
from tests.storage import Storage

KEY = "sk-very-secret-key"
INSIDE = "internal-detail-of-the-provider"


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    async with provider() as it:
        yield it


@pytest.fixture
async def remote(loopback: Provider, request: pytest.FixtureRequest) -> AsyncIterator[OpenAIModel]:
    """A model behind the loopback provider: patient, unless silence is what it is about."""
    patience = 1.0 if "silence" in request.node.name else 10.0
    backoff = Backoff(tries=2, first_s=0.01, longest_s=0.01)
    limits = Limits(total_s=30.0, first_event_s=patience, silence_s=patience, end_s=patience, backoff=backoff)
    it = OpenAIModel(name="openai/fake-1", base_url=loopback.base_url, api_key=KEY, limits=limits)
    yield it
    await it.close()


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


def refused(status: int, **headers: str) -> Callable[[Provider], None]:
    body = {"error": {"message": f"{INSIDE} {KEY}", "type": INSIDE}}
    return lambda it: it.refuse(status, body, **headers)


def half_a_json(it: Provider) -> None:
    it.answer(delta(content="Half "), b'data: {"choices": [{"delta": {"content": "' + INSIDE.encode() + b"\n\n")


def no_json(it: Provider) -> None:
    it.answer(f"<html>{INSIDE}</html>".encode())


def an_error_in_the_stream(it: Provider) -> None:
    it.answer(delta(content="Half "), event({"error": {"message": f"{INSIDE} {KEY}", "code": 500}}))


def stops(it: Provider) -> None:
    it.answer(delta(content="Half "), end="cut")


def ends_without_an_end(it: Provider) -> None:
    it.answer(delta(content="Half "))


def falls_silent(it: Provider) -> None:
    it.answer(delta(content="Half "), end="hang")


def says_nothing(it: Provider) -> None:
    it.answer(end="hang")


def calls_half_a_tool(it: Provider) -> None:
    it.answer(call_delta(0, id="c1", name="search_entities"), call_delta(0, arguments='{"query": "'), end="cut")


FAULTS = {
    "401": (refused(401), "provider_unauthorized"),
    "403": (refused(403), "provider_unauthorized"),
    "404": (refused(404), "provider_refused"),
    "a redirect": (refused(307, Location="http://127.0.0.1:1/elsewhere"), "provider_refused"),
    "429": (refused(429, Retry_After="600"), "provider_rate_limited"),
    "500": (refused(500), "provider_unavailable"),
    "503": (refused(503), "provider_unavailable"),
    "529": (refused(529), "provider_unavailable"),
    "half a JSON": (half_a_json, "provider_malformed"),
    "no JSON": (no_json, "provider_cut"),
    "an error in the stream": (an_error_in_the_stream, "provider_unavailable"),
    "a stream that stops": (stops, "provider_cut"),
    "no end": (ends_without_an_end, "provider_cut"),
    "silence in the middle": (falls_silent, "provider_timeout"),
    "silence": (says_nothing, "provider_timeout"),
    "half a call": (calls_half_a_tool, "provider_unavailable"),
}


async def nothing_leaks(served: Served, client: Client, conversation_id: str) -> None:
    key = await served.key()
    bodies = [
        (await served.asks("GET", f"/api/v1/chat/conversations/{conversation_id}", key))[1],
        (await served.asks("GET", f"/api/v1/chat/conversations/{conversation_id}/messages", key))[1],
    ]
    for message in client.state(f"conversation:{conversation_id}").messages:
        for path in ("", "/attempts", "/tools"):
            bodies.append((await served.asks("GET", f"/api/v1/chat/messages/{message.id}{path}", key))[1])
    everything = orjson.dumps(client.frames).decode() + "".join(bodies)
    assert KEY not in everything
    assert INSIDE not in everything


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_ends_the_turn_says_why_and_the_retry_works(
    serving: Serving, loopback: Provider, remote: OpenAIModel, fault: str
) -> None:
    does, code = FAULTS[fault]
    does(loopback)
    async with serving(remote) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        answer = await client.until_answered(topic, "failed")
        assert answer.error is not None
        assert answer.error.code == code
        assert answer.error.message.endswith(".")
        await client.agrees(topic)
        assert client.state(topic).turns == []
        loopback.answers.clear()
        loopback.answer(*answer_of("Here ", "I am."))
        again = await client.asks("regenerate", message_id=answer.id, command_id="again")
        assert again["type"] == "ack"
        better = await client.until_answered(topic, answers=2)
        assert isinstance(better.parts[0], TextPart)
        assert (better.parts[0].text, better.replaces) == ("Here I am.", answer.id)
        await client.agrees(topic)
        await nothing_leaks(served, client, ids["conversation_id"])


async def test_nobody_listening_where_the_provider_should_be_ends_the_turn(serving: Serving) -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    limits = Limits(total_s=30.0, backoff=Backoff(tries=2, first_s=0.01))
    nobody = OpenAIModel(name="openai/fake-1", base_url=address, api_key=KEY, limits=limits)
    async with serving(nobody) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        answer = await client.until_answered(topic, "failed")
        assert answer.error is not None
        assert answer.error.code == "provider_unavailable"
        assert address not in orjson.dumps(client.frames).decode()


async def test_whoever_asks_to_wait_a_moment_is_asked_again_after_it(
    serving: Serving, loopback: Provider, remote: OpenAIModel
) -> None:
    loopback.refuse(429, Retry_After="0.05")
    loopback.answer(*answer_of("Now."))
    async with serving(remote) as served, served.connected() as client:
        ids = await client.says("Hello")
        answer = await client.until_answered(await client.follows(ids["conversation_id"]))
        assert isinstance(answer.parts[0], TextPart)
        assert answer.parts[0].text == "Now."
        assert answer.attempt == 1
        assert len(loopback.received) == 2


async def test_an_emoji_split_over_chunks_arrives_whole(
    serving: Serving, loopback: Provider, remote: OpenAIModel
) -> None:
    whole = delta(content="A 🏠 b")
    middle = whole.index("🏠".encode()) + 2
    pair = b'data: {"choices": [{"index": 0, "delta": {"content": "%b"}}]}\n\n'
    loopback.answer(whole[:middle], whole[middle:], pair % b"\\ud83c", pair % b"\\udfe0", end(), DONE)
    async with serving(remote) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        answer = await client.until_answered(topic)
        assert isinstance(answer.parts[0], TextPart)
        assert (answer.parts[0].text, answer.parts[0].length) == ("A 🏠 b🏠", 8)
        await client.agrees(topic)


async def test_an_endless_stream_is_ended_at_the_output_limit_and_kept(
    serving: Serving, loopback: Provider, remote: OpenAIModel
) -> None:
    loopback.answer(*[delta(content="on and on ")] * 500, end="hang")
    async with serving(remote, turn_max_output_chars=1_000) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        answer = await client.until_answered(topic, "failed")
        assert answer.error is not None
        assert answer.error.code == "output_limit"
        assert isinstance(answer.parts[0], TextPart)
        assert answer.parts[0].text.startswith("on and on on and on")
        await loopback.until_all_are_gone()
        await client.agrees(topic)


async def test_what_no_database_can_hold_is_no_reason_for_a_turn_not_to_end(
    serving: Serving, loopback: Provider, remote: OpenAIModel
) -> None:
    loopback.answer(
        delta(content="A\x00b"),
        call_delta(0, id="c\x001", name="open\x00gates"),
        call_delta(0, arguments='{"which\\u0000": "a\\u0000"}'),
        end("tool_calls"),
        DONE,
    )
    loopback.answer(*answer_of("No."))
    async with serving(remote) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        answer = await client.until_answered(topic)
        words, call, _ = answer.parts
        assert isinstance(words, TextPart)
        assert isinstance(call, ToolCallPart)
        assert (words.text, call.name, call.status) == ("A\ufffdb", "open\ufffdgates", "failed")
        await client.agrees(topic)
