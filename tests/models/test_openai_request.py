"""What a request looks like on the wire."""

import dataclasses

import orjson
import pytest
from pydantic import JsonValue

from parlour.models.base import AssistantMessage, Finished, RequestedCall, ToolMessage, UserMessage
from parlour.models.openai import OpenAIModel
from parlour.models.openai_request import Dialect, request_body
from parlour.protocol.content import Parameters
from parlour.tools.tool import ToolContext, make_tool
from tests.models.requests import ask, collect
from tests.providers import Provider, answer_of


async def look(context: ToolContext, room: str) -> str:
    """Look at a room."""
    return f"{context.turn_id}: {room}"


LOOK = make_tool(look, effect="read")
CALL = RequestedCall("c1", "look", {"room": "Küche"}, '{"room": "Küche"}')
BROKEN = RequestedCall("c2", "look", None, '{"room": ')


def body_of(*messages: UserMessage | AssistantMessage | ToolMessage, **changes: object) -> dict[str, JsonValue]:
    request = dataclasses.replace(ask(*messages, tools=(LOOK,), system="Be kind."), **changes)  # pyright: ignore[reportArgumentType]
    return orjson.loads(request_body(request, model="fake-1", dialect=Dialect()))


def test_a_talk_with_tools_is_told_in_order():
    body = body_of(
        UserMessage("What is in the kitchen?"),
        AssistantMessage("Let me look.", (CALL, BROKEN), reasoning="never sent back"),
        ToolMessage("c1", "look", '{"devices": 9}', "Nine devices."),
        ToolMessage("c2", "look", '{"error": "bad arguments"}', "That failed.", failed=True),
        AssistantMessage("Nine devices."),
        UserMessage("Thanks"),
    )
    assert body["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "What is in the kitchen?"},
        {
            "role": "assistant",
            "content": "Let me look.",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"room":"Küche"}'}},
                {"id": "c2", "type": "function", "function": {"name": "look", "arguments": '{"room": '}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"devices": 9}'},
        {"role": "tool", "tool_call_id": "c2", "content": '{"error": "bad arguments"}'},
        {"role": "assistant", "content": "Nine devices."},
        {"role": "user", "content": "Thanks"},
    ]


def test_a_step_of_calls_alone_has_no_content():
    body = body_of(AssistantMessage("", (CALL,)))
    messages = body["messages"]
    assert isinstance(messages, list)
    last = messages[-1]
    assert isinstance(last, dict)
    assert last["content"] is None


def test_a_stream_with_its_usage_is_asked_for():
    body = body_of(UserMessage("Hi"))
    assert body["model"] == "fake-1"
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_a_tool_is_a_function_with_its_schema():
    assert body_of(UserMessage("Hi"))["tools"] == [
        {
            "type": "function",
            "function": {"name": "look", "description": "Look at a room.", "parameters": LOOK.parameters},
        }
    ]


def test_what_was_not_set_is_not_sent():
    body = body_of(UserMessage("Hi"), tools=(), system="")
    assert not {"tools", "temperature", "max_tokens"} & set(body)
    assert body["messages"] == [{"role": "user", "content": "Hi"}]


def test_the_length_has_the_name_that_the_provider_knows():
    request = dataclasses.replace(ask("Hi"), parameters=Parameters(temperature=0.2, max_tokens=99))
    body = orjson.loads(request_body(request, model="m", dialect=Dialect("max_completion_tokens")))
    assert (body["temperature"], body["max_completion_tokens"]) == (0.2, 99)
    assert "max_tokens" not in body


def test_a_temperature_is_not_sent_where_it_would_be_refused():
    request = dataclasses.replace(ask("Hi"), parameters=Parameters(temperature=0.2))
    assert b"temperature" not in request_body(request, model="m", dialect=Dialect(takes_temperature=False))


def test_values_that_the_fast_encoder_refuses_are_sent_all_the_same():
    call = RequestedCall("c1", "look", {"number": 2**70, "text": "\ud83d\ude00 \ud83d"}, "")
    sent = request_body(ask(UserMessage("half \ud83d"), AssistantMessage("", (call,))), model="m", dialect=Dialect())
    body = sent.decode()
    assert "half \ufffd" in body
    assert str(2**70) in body
    assert "😀 \ufffd" in body


async def test_the_request_arrives_as_json_at_the_right_door(loopback: Provider, model: OpenAIModel):
    loopback.answer(*answer_of("Hi"))
    await collect(model.stream(ask("Hello")))
    (request,) = loopback.received
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.json["model"] == "fake-1"


async def test_a_model_on_this_machine_is_not_asked_through_a_proxy(
    loopback: Provider, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    loopback.answer(*answer_of("Hi"))
    assert isinstance((await collect(model.stream(ask("Hello"))))[-1], Finished)
