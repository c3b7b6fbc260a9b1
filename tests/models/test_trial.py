"""Trying a provider out says in plain words whether it works, and what to do when it does not."""

import asyncio
from pathlib import Path

import orjson
import pytest
import structlog

from parlour.clock import SystemClock
from parlour.models.offers import offer_of
from parlour.models.trial import Tried, tried
from tests.models.requests import CALLER
from tests.models.stepped_clock import SteppedClock
from tests.ports import free_port
from tests.providers import DONE, Answer, Provider, Received, answer_of, delta, end
from tests.untrusted import behind_tls

KEY = "sk-very-secret-key"
JSON = {"Content-Type": "application/json"}
INSIDE = "internal-detail-of-the-provider"


def listing(*names: str) -> Answer:
    """A list of models as providers send it."""
    return Answer((orjson.dumps({"object": "list", "data": [{"id": name} for name in names]}),), headers=JSON)


def refusal(status: int, **headers: str) -> Answer:
    """A refusal that repeats the key and tells what is nobody's business."""
    body = orjson.dumps({"error": {"message": f"{INSIDE}: {KEY}", "code": INSIDE, "param": KEY}})
    return Answer((body,), status, JSON | headers)


def with_answers(loopback: Provider, models: Answer, word: Answer) -> None:
    """Have the list and the word answered so."""

    def choose(request: Received) -> Answer:
        return models if request.path.endswith("/models") else word

    loopback.choose = choose


WORD = Answer(answer_of("Word."))


async def trial(base_url: str, model: str | None = "small", key: str = KEY) -> Tried:
    return await tried(offer_of("new", model or "", base_url, key), model, CALLER, clock=SystemClock())


def sentence(found: Tried) -> str:
    assert found.problem is not None
    return found.problem.message


async def test_a_provider_that_works_says_what_it_has_and_gives_a_word(loopback: Provider) -> None:
    with_answers(loopback, listing("small", "large"), WORD)
    assert await trial(loopback.base_url) == Tried(None, ["small", "large"])
    asked, word = loopback.received
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("GET", "/v1/models", f"Bearer {KEY}")
    assert (word.json["model"], word.json["max_tokens"], word.headers["authorization"]) == (
        "small",
        64,
        f"Bearer {KEY}",
    )
    await loopback.until_all_are_gone()


async def test_without_a_model_only_the_list_is_read(loopback: Provider) -> None:
    with_answers(loopback, listing("small"), WORD)
    assert await trial(loopback.base_url, None, "") == Tried(None, ["small"])
    assert [request.path for request in loopback.received] == ["/v1/models"]
    assert "authorization" not in loopback.received[0].headers


@pytest.mark.parametrize("models", [refusal(404), refusal(403), refusal(500), Answer((b"<html>",), headers=JSON)])
async def test_a_model_that_answers_works_whatever_comes_of_the_list(loopback: Provider, models: Answer) -> None:
    with_answers(loopback, models, WORD)
    assert await trial(loopback.base_url) == Tried(None, [])


async def test_a_model_that_thinks_until_its_tokens_are_gone_works(loopback: Provider) -> None:
    with_answers(loopback, listing("small"), Answer((delta(reasoning_content="Hm"), end("length"), DONE)))
    assert (await trial(loopback.base_url)).problem is None


PAGE = Answer((b"<html>",), headers={"Content-Type": "text/html"})
MOVED = refusal(308, Location="https://thief.example/")
LIST = listing("small")
WRONG = {
    "the key": (refusal(401), refusal(401), "provider_unauthorized", "did not accept the key"),
    "the model": (listing("large"), refusal(404), "provider_refused", "does not know the model small"),
    "the path": (refusal(404), refusal(404), "provider_malformed", "often it is /v1"),
    "a web page": (PAGE, PAGE, "provider_malformed", "does not speak Chat Completions"),
    "no money": (LIST, refusal(402), "provider_rate_limited", "no credit"),
    "no room": (LIST, refusal(429, **{"Retry-After": "600"}), "provider_rate_limited", "no room"),
    "its own fault": (LIST, refusal(500), "provider_unavailable", "a problem of its own"),
    "the request": (LIST, refusal(400), "provider_refused", "refused the request"),
    "elsewhere": (MOVED, MOVED, "provider_malformed", "sends the request elsewhere"),
    "cut": (LIST, Answer((delta(content="Wo"),), end="cut"), "provider_cut", "broke off"),
}
"""By what is wrong: the answer to the question for the list and to that for a word, the code, and some of the words."""


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_said_without_the_providers_words_or_the_key(loopback: Provider, wrong: str) -> None:
    models, word, code, said = WRONG[wrong]
    with_answers(loopback, models, word)
    with structlog.testing.capture_logs() as lines:
        found = await trial(loopback.base_url)
    assert found.problem is not None
    assert found.problem.code == code
    assert said in sentence(found)
    assert sentence(found).endswith(".")
    assert INSIDE not in repr(found)
    assert KEY not in repr(found) + str(lines)
    assert [line["host"] for line in lines] == [loopback.base_url.removeprefix("http://").removesuffix("/v1")]


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (refusal(404), "has no list of models there"),
        (refusal(401), "did not accept the key"),
        (Answer((b"[1, 2",), headers=JSON), "does not speak"),
        (Answer((b'{"models": []}',), headers=JSON), "does not speak"),
        (Answer((b'"hello"',), headers=JSON), "does not speak"),
        (Answer((b"{}",), end="cut"), "Nothing answers"),
    ],
)
async def test_where_only_the_list_is_asked_for_that_is_what_counts(
    loopback: Provider, models: Answer, said: str
) -> None:
    with_answers(loopback, models, WORD)
    assert said in sentence(await trial(loopback.base_url, None))


async def test_a_missing_key_is_asked_for(loopback: Provider) -> None:
    with_answers(loopback, refusal(401), refusal(401))
    assert "wants a key" in sentence(await trial(loopback.base_url, key=""))


async def test_nobody_at_the_address_is_said_and_not_asked_twice() -> None:
    port = free_port()
    found = await trial(f"http://127.0.0.1:{port}/v1")
    assert sentence(found).startswith(f"Nothing answers at 127.0.0.1:{port}. Check the address")
    assert "Nothing answers at nowhere.invalid." in sentence(await trial("http://nowhere.invalid/v1"))


async def test_a_name_in_a_list_that_holds_the_key_or_is_none_is_left_out(loopback: Provider) -> None:
    body = [{"id": "small"}, {"id": f"x-{KEY}"}, {"id": 7}, "large", {"id": ""}, {"id": "x" * 201}, {"id": "a\nb"}, {}]
    with_answers(loopback, Answer((orjson.dumps({"data": body}),), headers=JSON), WORD)
    assert (await trial(loopback.base_url, None)).models == ["small"]


async def test_a_list_without_an_end_is_given_up_on(loopback: Provider) -> None:
    with_answers(loopback, Answer((b'{"data": [', *[b'{"id": "x"},' * 100_000] * 8), headers=JSON, end="hang"), WORD)
    assert "does not speak" in sentence(await trial(loopback.base_url, None))
    await loopback.until_all_are_gone()


async def test_silence_ends_the_trial_in_time(loopback: Provider, stepped: SteppedClock) -> None:
    silence = Answer(end="hang")
    with_answers(loopback, silence, silence)
    trying = asyncio.create_task(
        tried(offer_of("new", "small", loopback.base_url, KEY), "small", CALLER, clock=stepped)
    )
    for wait in (10.0, 30.0):
        await stepped.until_asleep(wait)
        stepped.advance(wait)
    assert "took too long" in sentence(await trying)
    await loopback.until_all_are_gone()


# --- certificates --------------------------------------------------------------------------------------------------


async def test_a_certificate_that_is_not_trusted_is_said_and_no_key_is_sent(tmp_path: Path) -> None:
    it = Provider()
    async with behind_tls(tmp_path, it.serve) as base_url:
        assert "certificate is not trusted" in sentence(await trial(base_url))
    assert it.received == []


async def test_https_where_only_http_is_spoken_is_said() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        address = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        assert "speaks no HTTPS" in sentence(await trial(address))
