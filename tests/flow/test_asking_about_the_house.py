"""Somebody asks what can be done here, or how the house does, and is told what is so."""

from pathlib import Path
from typing import Any

import pytest

from parlour.models.base import RequestedCall
from parlour.protocol.content import Message, TextPart, ToolCallPart
from tests.flow.test_wires import behind
from tests.models.stepped_clock import SteppedClock
from tests.served import Served, Serving
from tests.storage import Storage
from tests.wires import OPENAI, Said

TELLS = Said(text=("There ", "you are."))
pytestmark = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


def calls(name: str) -> Said:
    return Said(calls=(RequestedCall("call_a", name, {}, "{}"),))


async def answered(served: Served, question: str, username: str = "", role: str = "user") -> Message:
    person = await served.newcomer(username) if username else None
    if person is not None:
        await served.asks("PATCH", f"/api/v1/users/{person.id}", await served.key(), {"role": role})
    async with served.connected(person) as client:
        ids = await client.says(question)
        return await client.until_answered(await client.follows(ids["conversation_id"]))


def call_of(answer: Message) -> ToolCallPart:
    return next(part for part in answer.parts if isinstance(part, ToolCallPart))


def result_of(answer: Message) -> dict[str, Any]:
    result = call_of(answer).result
    assert isinstance(result, dict)
    return result


async def test_what_can_be_done_is_told_with_what_comes_of_it_and_who_else_may(serving: Serving) -> None:
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("get_available_commands"), TELLS)
        async with serving(model) as served:
            told = await answered(served, "What can you do?", "ann")
            guest = await answered(served, "What can you do?", "ines", "guest")
    there = {each["name"]: each for each in result_of(told)["commands"]}
    assert there["control_devices"]["effect"] == "control"
    assert there["control_devices"]["who"] == ["admin", "moderator", "user"]
    assert there["search_entities"]["who"] == ["admin", "moderator", "user", "guest"]
    assert "get_system_status" not in there
    assert call_of(told).summary == f"{len(there)} things"
    assert {each["effect"] for each in result_of(guest)["commands"]} == {"read"}


async def test_an_admin_is_told_how_the_house_does_and_nobody_else_is(serving: Serving) -> None:
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(calls("get_system_status"), TELLS)
        # On a clock that stands still nothing is slow, however busy the machine is.
        async with serving(model, clock=SteppedClock()) as served:
            told = await answered(served, "Is everything all right?")
            ann = await answered(served, "Is everything all right?", "ann")
    assert result_of(told)["status"] == "ok"
    assert {each["name"] for each in result_of(told)["components"]} >= {"SQLite", "Disk", "This server", "built-in"}
    assert (call_of(told).status, call_of(told).summary) == ("completed", "ok")
    refused = call_of(ann)
    assert refused.error is not None
    assert (refused.status, refused.error.code) == ("failed", "permission_denied")


async def test_the_built_in_model_says_what_can_be_asked_of_it(serving: Serving) -> None:
    async with serving() as served:
        answer = await answered(served, "What can you do?")
    (words,) = [part.text for part in answer.parts if isinstance(part, TextPart)]
    assert words.startswith("I look things up in your home and tell its devices what to do, without any AI.")
