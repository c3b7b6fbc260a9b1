"""A provider with a format of its own is tried, set up and asked like any other, and by changing one setting."""

import sys
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.protocol.content import Message, ReasoningPart, TextPart, ToolCallPart
from tests import anthropic as said
from tests.providers import Answer, Provider, Received, answer_of, provider
from tests.served import Client, Served, Serving
from tests.storage import Storage, Templates

# Loaded here, so that no answer waits for it: it takes seconds on a busy machine.
for name in ("parlour.models.pydantic_ai_connection", "pydantic_ai.models.anthropic"):
    import_module(name)

THOUGHT = said.thinking(0, "Let me ", "see.", signature="c2lnbmVk")


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """One kind of store: what is kept of such a provider is tested on both elsewhere."""
    with templates.fresh("sqlite") as made:
        yield made


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    """A provider that speaks two formats, and uses a tool that is not there when asked to look."""
    async with provider() as it:
        it.choose = answers
        yield it


def answers(request: Received) -> Answer:
    """What the provider makes of a request, in the format in which it was asked."""
    if request.method == "GET":
        return said.models("claude-fake-1")
    if not request.path.startswith("/v1/messages"):
        return Answer(answer_of("I speak Chat Completions."))
    if said.KEY not in request.headers.get("authorization", "") + request.headers.get("x-api-key", ""):
        return Answer((orjson.dumps(said.error("authentication_error", "invalid x-api-key")),), 401, JSON)
    last = request.json["messages"][-1]["content"][-1]
    if last["type"] == "text" and "look" in last["text"]:
        call = said.tool_use(1, "t1", "spyglass", '{"at":"sea"}')
        return Answer(said.answer_of(THOUGHT, call, reason="tool_use"))
    return Answer(said.answer_of(THOUGHT, said.text(1, "I speak ", "Messages.")))


JSON = {"Content-Type": "application/json"}


async def asks(served: Served, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """What a door answers the admin."""
    status, text = await served.asks(method, f"/api/v1{path}", await served.key(), body)
    return status, orjson.loads(text)


def claude(loopback: Provider, **fields: Any) -> dict[str, Any]:
    """What is entered for the provider."""
    access = {"name": "claude", "kind": "anthropic", "base_url": loopback.base_url, "api_key": said.KEY}
    return access | {"models": ["claude-fake-1"], "options": {"thinking": "low"}} | fields


async def answer(client: Client, question: str, conversation_id: str | None = None, answers: int = 1) -> Message:
    """The answer to a question, in a conversation of its own unless one is named."""
    ids = await client.says(question, conversation_id)
    return await client.until_answered(await client.follows(ids["conversation_id"]), answers=answers)


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


def thoughts(message: Message) -> list[str]:
    return [part.text for part in message.parts if isinstance(part, ReasoningPart)]


async def test_it_is_tried_set_up_and_asked_and_answers_in_another_format_by_one_change(
    serving: Serving, loopback: Provider
):
    async with serving() as served, served.connected() as client:
        trial = claude(loopback, model="claude-fake-1") | {"name": None, "models": None}
        trial = {name: value for name, value in trial.items() if value is not None}
        _, tried = await asks(served, "POST", "/providers/try", trial)
        assert (tried["works"], tried["problem"], tried["models"]) == (True, None, ["claude-fake-1"])
        _, wrong = await asks(served, "POST", "/providers/try", trial | {"api_key": "sk-wrong"})
        assert (wrong["works"], wrong["problem"]["code"]) == (False, "provider_unauthorized")
        status, added = await asks(served, "POST", "/providers", claude(loopback))
        assert status == 201, added
        [view] = added["providers"]
        assert (view["kind"], view["options"], view["has_key"]) == ("anthropic", {"thinking": "low"}, True)
        told = await answer(client, "Who are you?")
        assert (words(told), thoughts(told)) == ("I speak Messages.", ["Let me see."])
        assert (told.model, told.usage and told.usage.prompt_tokens) == ("claude-fake-1", 7)
        changed, after = await asks(served, "PATCH", "/providers/claude", {"kind": "openai", "options": {}})
        assert (changed, after["providers"][0]["kind"]) == (200, "openai")
        assert words(await answer(client, "And now?")) == "I speak Chat Completions."


async def test_what_it_thought_goes_back_signed_with_what_came_of_its_call(serving: Serving, loopback: Provider):
    async with serving() as served, served.connected() as client:
        await asks(served, "POST", "/providers", claude(loopback))
        told = await answer(client, "Please look")
        assert [type(part) for part in told.parts] == [ReasoningPart, ToolCallPart, ReasoningPart, TextPart]
        assert words(told) == "I speak Messages."
        second = loopback.received[-1].json["messages"]
        [thought, call] = second[1]["content"]
        assert thought == {"type": "thinking", "thinking": "Let me see.", "signature": "c2lnbmVk"}
        [result] = second[2]["content"]
        assert (result["tool_use_id"], result["is_error"]) == (call["id"], True)


async def test_a_model_of_the_settings_is_asked_once_it_is_allowed(serving: Serving, loopback: Provider):
    chosen: dict[str, Any] = {
        "anthropic_api_key": said.KEY,
        "anthropic_model": "claude-fake-1",
        "anthropic_base_url": loopback.base_url,
    }
    async with serving(**chosen) as served, served.connected() as client:
        _, found = await asks(served, "GET", "/providers")
        assert [(one["name"], one["kind"], one["source"]) for one in found["providers"]] == [
            ("anthropic", "anthropic", "environment")
        ]
        assert words(await answer(client, "Who are you?")) != "I speak Messages."
        assert loopback.received == []
        await asks(served, "POST", "/models/allowed", {"provider": "anthropic"})
        assert words(await answer(client, "Who are you?")) == "I speak Messages."


async def test_a_key_of_the_settings_alone_brings_tiers_once_its_provider_is_allowed(
    serving: Serving, loopback: Provider
):
    chosen: dict[str, Any] = {"anthropic_api_key": said.KEY, "anthropic_base_url": loopback.base_url}
    async with serving(**chosen) as served:
        _, routing = await asks(served, "GET", "/models/routing")
        assert (routing["source"], routing["routing"]["strong"]) == ("environment", ["anthropic/claude-opus-5-5"])
        status, _ = await asks(served, "POST", "/chat/messages", {"content": "Who are you?"})
        assert (status, loopback.received) == (200, [])
        _, after = await asks(served, "POST", "/models/allowed", {"provider": "anthropic"})
        assert [one["id"] for one in after["models"] if one["is_default"]] == ["auto"]
        for tier, model in (("fast", "haiku"), ("balanced", "sonnet"), ("strong", "opus"), (None, "sonnet")):
            _, told = await asks(served, "POST", "/chat/messages", {"content": "Who are you?", "model": tier})
            assert told["ai_message"]["status"] == "completed"
            assert loopback.received[-1].json["model"] == f"claude-{model}-5-5"
        await asks(served, "PUT", "/models/routing", {"strong": ["anthropic/claude-haiku-5-5"]})
        await asks(served, "POST", "/chat/messages", {"content": "Who are you?", "model": "strong"})
        assert loopback.received[-1].json["model"] == "claude-haiku-5-5"


async def test_with_both_keys_openais_model_answers_and_claude_in_its_place(serving: Serving, loopback: Provider):
    chosen: dict[str, Any] = {
        "openai_api_key": "sk-open",
        "openai_base_url": loopback.base_url,
        "anthropic_api_key": said.KEY,
        "anthropic_base_url": loopback.base_url,
    }
    async with serving(**chosen) as served, served.connected() as client:
        await asks(served, "POST", "/models/allowed", {"provider": "openai"})
        await asks(served, "POST", "/models/allowed", {"provider": "anthropic"})
        assert words(await answer(client, "Who are you?")) == "I speak Chat Completions."
        loopback.choose = lambda request: (
            Answer((b"{}",), 500, JSON) if request.path.endswith("/chat/completions") else answers(request)
        )
        told = await answer(client, "And now?")
        assert (words(told), told.models) == (
            "I speak Messages.",
            ["openai/gpt-4o-mini", "anthropic/claude-haiku-5-5"],
        )


async def test_options_that_its_kind_does_not_have_are_refused(serving: Serving, loopback: Provider):
    async with serving() as served:
        for options in ({"region": "eu-central-1"}, {"thinking": "wildly"}):
            status, told = await asks(served, "POST", "/providers", claude(loopback, options=options))
            assert (status, told["error"]["code"]) == (422, "invalid_message")
        status, _ = await asks(served, "POST", "/providers", claude(loopback, kind="carrier-pigeon"))
        assert status == 422


async def test_a_kind_whose_extra_is_missing_says_how_to_install_it(
    serving: Serving, loopback: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "anthropic", None)
    async with serving(anthropic_api_key=said.KEY) as served, served.connected() as client:
        status, told = await asks(served, "POST", "/providers", claude(loopback))
        assert (status, told["error"]["code"]) == (501, "not_available")
        assert "pip install 'parlour[anthropic]'" in told["detail"]
        await asks(served, "POST", "/models/allowed", {"provider": "anthropic"})
        ids = await client.says("Who are you?")
        failed = await client.until_answered(await client.follows(ids["conversation_id"]), "failed")
        assert failed.error is not None
        assert "pip install 'parlour[anthropic]'" in failed.error.message
    assert loopback.received == []
