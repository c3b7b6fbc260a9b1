"""A server that wants to know more before it goes on asks by a form, over either transport, and gets what was told."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import mcp_types as types
import pytest
from mcp.shared.message import SessionMessage

from parlour.ids import new_id
from parlour.protocol.content import Json
from parlour.toolkits.data.mcp.declaring import honest_with
from parlour.tools.asking import Input
from parlour.tools.outcomes import Failed, NeedsInput, Refused
from tests.toolkits.data.mcp.conftest import Serving, Use, Using

TRUSTED = {"trusted": True}
WHERE: Json = {"to": "Ann", "count": 2, "speed": "fast"}


async def call(using: Using, tool: str, told: Input | None = None, **arguments: Any) -> Any:
    """Make a call as the executor does after a yes, with what was told."""
    found = (await using.project.tools())[f"test_desk__{tool}"]
    effect = None if found.effect == "read" else found.effect
    context = replace(using.project.context, effect=effect, idempotency_key=new_id(), input=told)
    values = found.validated(arguments)
    return await found.function(context, **{name: getattr(values, name) for name in type(values).model_fields})


async def asked(using: Using, tool: str, told: Input | None = None, **arguments: Any) -> NeedsInput:
    """Make a call that wants to know something."""
    with pytest.raises(NeedsInput) as needs:
        await call(using, tool, told, **arguments)
    return needs.value


async def test_what_a_server_wants_to_know_is_a_form_and_the_call_goes_on_with_the_answers(
    serving: Serving, use: Use
) -> None:
    using = await use(serving.settings | TRUSTED)
    need = await asked(using, "parcel", what="tea")
    assert (need.form["asker"], need.form["message"]) == ("“Test Desk”, an MCP server", "Where to? <b>Now</b>")
    assert need.form["schema"] == {
        "type": "object",
        "properties": {
            "to": {
                "title": "To whom",
                "description": "As it stands at the door.",
                "type": "string",
                "minLength": 0,
                "maxLength": 20,
            },
            "count": {"title": "How many", "type": "integer", "minimum": 1, "maximum": 9},
            "speed": {
                "title": "Speed",
                "default": "slow",
                "type": "string",
                "oneOf": [{"const": "slow", "title": "slow"}, {"const": "fast", "title": "fast"}],
            },
            "is_gift": {"title": "Is Gift", "default": False, "type": "boolean"},
        },
        "required": ["to", "count"],
    }
    assert serving.notes() == []
    done = await call(using, "parcel", Input(WHERE, need.state), what="tea")
    assert done["data"] == {"result": "noted"}
    assert serving.notes() == ["2 tea to Ann, fast"]


async def test_what_is_asked_at_once_is_asked_one_after_the_other(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    first = await asked(using, "price", what="tea")
    second = await asked(using, "price", Input(WHERE, first.state), what="tea")
    assert [first.form["message"], second.form["message"]] == ["Where to? <b>Now</b>", "Are you sure?"]
    told = await call(using, "price", Input({"sure": True}, second.state), what="tea")
    assert told["data"] == {"result": "tea to Ann: 14, True"}


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("url", "wants somebody to open an address, which is not offered here. Nothing was done."),
        ("model", "wants to ask a language model, which it may not. Nothing was done."),
        ("folders", "wants to know folders of this server, which it is not told. Nothing was done."),
        ("nested", "asks by a form that cannot be shown: “in” cannot be asked for: it is none of text"),
    ],
)
async def test_what_is_no_form_is_refused(serving: Serving, use: Use, what: str, says: str) -> None:
    using = await use(serving.settings | TRUSTED)
    with pytest.raises(Failed) as told:
        await call(using, "wants", what=what)
    assert says in told.value.message
    assert not isinstance(told.value, NeedsInput)


async def test_a_server_that_wants_nothing_but_to_be_called_again_is_called_again(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    assert (await call(using, "later"))["data"] == {"result": "there"}


async def test_a_server_is_promised_forms_and_no_more(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    promised = json.loads((await call(using, "promises"))["data"]["result"])
    assert promised == {"elicitation": {"form": {}}}


async def test_what_was_told_to_one_server_is_told_to_no_other(serving: Serving, use: Use) -> None:
    using = await use(serving.settings | TRUSTED)
    need = await asked(using, "parcel", what="tea")
    state = json.loads(need.state or "")
    stranger = json.dumps(["another", *state[1:]])
    with pytest.raises(Refused, match="is another than it was when it asked"):
        await call(using, "parcel", Input(WHERE, stranger), what="tea")
    assert serving.notes() == []


async def test_a_state_that_the_server_does_not_know_is_refused_by_it_and_nothing_is_done(
    serving: Serving, use: Use
) -> None:
    using = await use(serving.settings | TRUSTED)
    need = await asked(using, "parcel", what="tea")
    name, _, given, left = json.loads(need.state or "")
    with pytest.raises(Failed, match="“Test Desk” refused"):
        await call(using, "parcel", Input(WHERE, json.dumps([name, "forged", given, left])), what="tea")
    assert serving.notes() == []


class Kept:
    """A stream that keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    async def send(self, message: Any) -> None:
        self.written.append(message.message.params)


async def test_a_server_of_an_older_protocol_is_promised_no_form() -> None:
    kept = Kept()

    @asynccontextmanager
    async def streams() -> AsyncGenerator[Any]:
        yield None, kept

    promised: Any = {"elicitation": {"form": {}, "url": {}}, "roots": {}}
    async with honest_with(streams()) as (_, outgoing):
        hello = types.JSONRPCRequest(jsonrpc="2.0", id=1, method="initialize", params={"capabilities": promised})
        await outgoing.send(SessionMessage(hello))
    assert kept.written == [{"capabilities": {"roots": {}}}]
