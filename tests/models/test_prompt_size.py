"""How large a request is, before anybody answers it."""

from parlour.models.base import (
    AssistantMessage,
    Image,
    ModelMessage,
    ModelRequest,
    RequestedCall,
    ToolMessage,
    UserMessage,
)
from parlour.models.forms import JsonForm
from parlour.models.prompt_size import IMAGE_TOKENS, prompt_tokens
from parlour.tools.caller import Caller
from parlour.tools.tool import ToolContext, make_tool

ANNA = Caller("tenant", "anna", "project", frozenset({"tools:read"}))


async def look(context: ToolContext, room: str) -> str:
    """Look into a room."""
    return f"{context.turn_id} {room}"


def asked(*messages: ModelMessage, system: str = "") -> ModelRequest:
    """A request with these messages and no tools."""
    return ModelRequest(system=system, messages=messages, tools=(), caller=ANNA)


def test_a_picture_does_not_count_by_its_bytes():
    words, picture = UserMessage("x" * 4_000), UserMessage("x" * 4_000, (Image("image/png", bytes(3_000_000)),))
    assert prompt_tokens(asked(words), len) == 4_000
    assert prompt_tokens(asked(picture), len) == 4_000 + IMAGE_TOKENS


def test_whatever_is_sent_counts():
    call = RequestedCall("1", "look", {"room": "Hall"}, '{"room":"Hall"}')
    seen = ToolMessage("1", "look", "Here", "Here it is.")
    talk = asked(UserMessage("Where?"), AssistantMessage("I look.", (call,)), seen, system="Be kind.")
    assert prompt_tokens(talk, len) == len("Where?I look.lookHereBe kind." + call.raw)


def test_tools_count_with_their_descriptions_and_schemas():
    tool = make_tool(look, effect="read")
    plain = asked(UserMessage("Hi"))
    with_it = ModelRequest(system="", messages=plain.messages, tools=(tool,), caller=ANNA)
    assert prompt_tokens(with_it, len) > prompt_tokens(plain, len) + len("Look into a room.")


def test_the_form_of_the_answer_counts():
    plain = asked(UserMessage("Hi"))
    formed = ModelRequest(system="", messages=plain.messages, tools=(), caller=ANNA, form=JsonForm({"title": "Rooms"}))
    assert prompt_tokens(formed, len) > prompt_tokens(plain, len) + len('{"title":"Rooms"}')


def test_an_empty_request_has_no_tokens():
    assert prompt_tokens(asked(UserMessage("")), len) == 0
