"""What a request looks like on the wire."""

import dataclasses
from typing import Any

import orjson
import pytest
from pydantic import JsonValue

from parlour.models.base import (
    AssistantMessage,
    Finished,
    HouseMessage,
    Image,
    Keepsake,
    ModelRequest,
    RequestedCall,
    ToolMessage,
    UserMessage,
)
from parlour.models.dialect import Dialect, Thoughts
from parlour.models.forms import JsonForm
from parlour.models.openai import OpenAIModel
from parlour.models.openai_request import request_body
from parlour.protocol.content import Parameters
from parlour.tools.tool import ToolContext, make_tool
from tests.models.requests import CALLER, ask, collect
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


def sent(request: ModelRequest, dialect: Dialect | None = None) -> dict[str, Any]:
    return orjson.loads(request_body(request, model="m", dialect=dialect or Dialect()))


EVERYTHING = Parameters(temperature=0.2, top_p=0.9, presence_penalty=-1, frequency_penalty=1.5, max_tokens=99)


def test_every_parameter_is_sent_and_the_length_has_the_name_that_the_provider_knows():
    body = sent(dataclasses.replace(ask("Hi"), parameters=EVERYTHING), Dialect("max_completion_tokens"))
    assert (body["temperature"], body["top_p"]) == (0.2, 0.9)
    assert (body["presence_penalty"], body["frequency_penalty"]) == (-1, 1.5)
    assert body["max_completion_tokens"] == 99
    assert "max_tokens" not in body
    assert "prefer" not in body


def test_a_model_that_thinks_has_room_for_that_besides_its_longest_answer():
    limited = dataclasses.replace(ask("Hi"), parameters=Parameters(max_tokens=99))
    assert sent(limited, Dialect(thinking_tokens=1_000))["max_tokens"] == 1_099
    assert "max_tokens" not in sent(ask("Hi"), Dialect(thinking_tokens=1_000))


def test_a_model_that_thinks_does_so_within_what_is_paid_for():
    limited = dataclasses.replace(ask("Hi"), parameters=Parameters(max_tokens=99), most_tokens=500)
    assert sent(limited, Dialect(thinking_tokens=1_000))["max_tokens"] == 500
    assert sent(limited)["max_tokens"] == 99


def test_a_parameter_is_not_sent_where_it_would_be_refused():
    body = sent(dataclasses.replace(ask("Hi"), parameters=EVERYTHING), Dialect(refuses=frozenset({"top_p"})))
    assert "top_p" not in body
    assert body["temperature"] == 0.2


def test_pictures_stand_behind_the_words_that_they_were_shown_with():
    shown = UserMessage("What is this?", (Image("image/png", b"\x89PNG"), Image("image/jpeg", b"\xff\xd8")))
    (message,) = sent(ask(shown))["messages"]
    assert message["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9g="}},
    ]
    (bare,) = sent(ask(UserMessage("", (Image("image/png", b"\x89PNG"),))))["messages"]
    assert [part["type"] for part in bare["content"]] == ["image_url"]


def test_who_is_asked_for_json_reads_the_word():
    body = sent(dataclasses.replace(ask("How many rooms?", system="Be kind."), form=JsonForm()))
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"] == "Be kind.\n\nAnswer with one JSON object and nothing else."
    told = sent(dataclasses.replace(ask("Give me JSON."), form=JsonForm()))
    assert [message["role"] for message in told["messages"]] == ["user"]


ROOMS = JsonForm({"type": "object", "title": "Räume"}, "rooms", "How many there are.", is_strict=True)
TAKES_SCHEMA = Dialect(takes_schema=True)


def test_a_schema_goes_to_who_takes_one_and_others_read_it():
    wanted = dataclasses.replace(ask("How many rooms?", system="Be kind."), form=ROOMS)
    held_to = sent(wanted, TAKES_SCHEMA)
    assert held_to["response_format"] == {
        "type": "json_schema",
        "json_schema": {
            "name": "rooms",
            "description": "How many there are.",
            "schema": {"type": "object", "title": "Räume"},
            "strict": True,
        },
    }
    assert held_to["messages"][0]["content"] == "Be kind."
    told = sent(wanted)
    assert told["response_format"] == {"type": "json_object"}
    assert told["messages"][0]["content"].startswith("Be kind.\n\nAnswer with JSON and nothing else")
    assert told["messages"][0]["content"].endswith('How many there are.\n{"type":"object","title":"Räume"}')
    any_object = sent(dataclasses.replace(wanted, form=JsonForm()), TAKES_SCHEMA)
    assert any_object["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize("form", [JsonForm(), ROOMS])
def test_who_could_call_no_tool_in_a_form_is_asked_for_it_in_words(form: JsonForm):
    dialect = Dialect(takes_schema=True)
    with_tools = sent(dataclasses.replace(ask("Give me JSON.", tools=(LOOK,)), form=form), dialect)
    assert "response_format" not in with_tools
    assert with_tools["messages"][0] == {"role": "system", "content": form.words}
    assert "response_format" in sent(dataclasses.replace(ask("Give me JSON."), form=form), dialect)
    beside = dataclasses.replace(dialect, forms_beside_tools=True)
    assert "response_format" in sent(dataclasses.replace(ask("Give me JSON.", tools=(LOOK,)), form=form), beside)


def test_words_to_stop_at_go_to_who_takes_them():
    wanted = dataclasses.replace(ask("Hi"), stop=("\n", "END"))
    assert sent(wanted)["stop"] == ["\n", "END"]
    assert sent(dataclasses.replace(wanted, tools=(LOOK,)))["stop"] == ["END"]
    assert "stop" not in sent(wanted, Dialect(refuses=frozenset({"stop"})))
    assert "stop" not in sent(ask("Hi"))


def test_usage_is_not_asked_for_where_nobody_understands_it():
    assert "stream_options" not in sent(ask("Hi"), Dialect(asks_for_usage=False))


def test_what_a_provider_adds_is_in_every_request():
    assert sent(ask("Hi"), Dialect(adds={"reasoning_format": "parsed"}))["reasoning_format"] == "parsed"


def test_requests_that_begin_alike_have_one_key_that_names_nobody():
    dialect = Dialect(takes_cache_key=True)
    one, two = sent(ask("Hi"), dialect), sent(ask("Hello", "there"), dialect)
    other = sent(dataclasses.replace(ask("Hi"), caller=dataclasses.replace(CALLER, user_id="another")), dialect)
    assert one["prompt_cache_key"] == two["prompt_cache_key"] != other["prompt_cache_key"]
    assert "user" not in one["prompt_cache_key"]
    assert "prompt_cache_key" not in sent(ask("Hi"))


def test_who_has_to_be_shown_where_a_prompt_stays_the_same_is_shown():
    talk = (UserMessage("First"), AssistantMessage("Yes?"), UserMessage("Then"), AssistantMessage("", (CALL,)))
    messages = sent(ask(*talk, system="Be kind."), Dialect(marks_cache=True))["messages"]
    marked = [number for number, message in enumerate(messages) if "cache_control" in str(message)]
    assert marked == [0, 3]
    assert messages[3]["content"] == [{"type": "text", "text": "Then", "cache_control": {"type": "ephemeral"}}]


THOUGHTS = Thoughts("acme", "reasoning_content")


@pytest.mark.parametrize(
    ("keepsake", "thoughts", "given_back"),
    [
        (Keepsake("acme", None), THOUGHTS, "I should look."),
        (Keepsake("acme", "as it came"), THOUGHTS, "as it came"),
        (Keepsake("else", "as it came"), THOUGHTS, None),
        (Keepsake("else", None), dataclasses.replace(THOUGHTS, missing=""), ""),
        (None, dataclasses.replace(THOUGHTS, missing=""), ""),
        (None, THOUGHTS, None),
        (Keepsake("acme", None), None, None),
    ],
)
def test_thoughts_go_back_with_calls_to_whom_they_belong(
    keepsake: Keepsake | None, thoughts: Thoughts | None, given_back: str | None
):
    thinking = AssistantMessage("", (CALL,), "I should look.", keepsake)
    done = AssistantMessage("Nine.", (), "That was it.", keepsake)
    called, said = sent(ask(thinking, done), Dialect(thoughts=thoughts))["messages"]
    assert called.get("reasoning_content") == given_back
    assert "reasoning_content" not in said


def test_arguments_that_are_no_json_are_left_out_where_they_would_be_refused():
    (message,) = sent(ask(AssistantMessage("", (BROKEN,))), Dialect(takes_broken_arguments=False))["messages"]
    assert message["tool_calls"][0]["function"]["arguments"] == "{}"


def test_what_stands_on_one_side_in_a_row_is_one_message_for_whom_both_sides_have_to_take_turns():
    shown = UserMessage("", (Image("image/png", b"\x89PNG"),))
    talk = (HouseMessage("A lamp went on."), shown, UserMessage("Why?"), AssistantMessage("Rain."))
    plain, joined = (
        sent(ask(*talk, UserMessage("Oh")), Dialect(takes_turns=takes))["messages"] for takes in (False, True)
    )
    assert [message["role"] for message in plain] == ["user", "user", "user", "assistant", "user"]
    assert [message["role"] for message in joined] == ["user", "assistant", "user"]
    assert [part.get("text") for part in joined[0]["content"]] == ["A lamp went on.\n\nWhy?", None]


def test_an_answer_that_was_stopped_behind_its_tools_is_said_to_be_unfinished_where_both_sides_take_turns():
    talk = (UserMessage("Look"), AssistantMessage("", (CALL,)), ToolMessage("c1", "look", "9", "Nine."))
    messages = sent(ask(*talk, UserMessage("Well?")), Dialect(takes_turns=True))["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert messages[3]["content"] == "(This answer was not finished.)"
    assert len(sent(ask(*talk), Dialect(takes_turns=True))["messages"]) == 3


def test_values_that_the_fast_encoder_refuses_are_sent_all_the_same():
    call = RequestedCall("c1", "look", {"number": 2**70, "text": "\ud83d\ude00 \ud83d"}, "")
    bytes_sent = request_body(
        ask(UserMessage("half \ud83d"), AssistantMessage("", (call,))), model="m", dialect=Dialect()
    )
    body = bytes_sent.decode()
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
