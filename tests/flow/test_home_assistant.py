"""A whole house is joined to a Home Assistant by its admin, and somebody asks for the light."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message, TextPart, ToolCallPart
from tests.homeassistant import TOKEN, FakeHomeAssistant, furnished, home_assistant
from tests.served import Client, Served, Serving
from tests.storage import Storage


@dataclass
class JoinedHouse:
    """A served house, and what it is joined to."""

    served: Served
    fake: FakeHomeAssistant
    key: str

    async def asks(self, method: str, path: str, body: Any = None) -> Any:
        status, text = await self.served.asks(method, f"/api/v1{path}", self.key, body)
        assert status < 300, text
        return json.loads(text)

    async def until(self, state: str) -> dict[str, Any]:
        """Wait until the connection stands so."""
        async with asyncio.timeout(30):
            while True:
                (shown,) = (await self.asks("GET", "/connections"))["connections"]
                if shown["state"] == state:
                    return shown
                await asyncio.sleep(0.1)


@pytest.fixture
def models() -> tuple[ScriptedModel, ...]:
    """Who answers, instead of the built-in model."""
    return ()


@pytest.fixture
async def joined(storage: Storage, tmp_path: Path, models: tuple[ScriptedModel, ...]) -> AsyncIterator[JoinedHouse]:
    async with home_assistant(furnished()) as fake, Serving(storage, tmp_path)(*models) as served:
        house = JoinedHouse(served, fake, await served.key())
        await house.asks("POST", "/connections", {"base_url": fake.url, "token": TOKEN, "name": "Our house"})
        await house.until("connected")
        yield house


async def answered(client: Client, content: str, conversation_id: str | None = None) -> tuple[Message, str]:
    """Say something; the answer, and the topic of the conversation."""
    ids = await client.says(content, conversation_id)
    topic = await client.follows(ids["conversation_id"])
    return await client.until_answered(topic), topic


def words_of(answer: Message) -> str:
    return "".join(part.text for part in answer.parts if isinstance(part, TextPart))


async def test_turn_on_the_hall_light(joined: JoinedHouse) -> None:
    async with joined.served.connected() as client:
        answer, _ = await answered(client, "turn on the hall light")
        (call,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
        assert (call.name, call.status, call.undo) == ("control_devices", "completed", "offered")
        assert "is on" in words_of(answer)
        assert joined.fake.calls == [("light", "turn_on", {"entity_id": "light.hall"})]
        assert joined.fake.states["light.hall"]["state"] == "on"


async def test_the_front_door_is_unlocked_once_somebody_said_yes(joined: JoinedHouse) -> None:
    async with joined.served.connected() as client:
        ids = await client.says("unlock the front door")
        topic = await client.follows(ids["conversation_id"])
        await client.until_asked(topic)
        (approval,) = (await joined.asks("GET", "/approvals"))["approvals"]
        assert (approval["effect"], approval["remember"]) == ("destructive", None)
        assert approval["preview"]["changes"] == [{"what": "Front Door", "before": "locked", "after": "unlocked"}]
        assert joined.fake.calls == []
        await joined.asks("POST", f"/approvals/{approval['id']}/decision", {"decision": "approve"})
        answer = await client.until_answered(topic)
        assert words_of(answer) == "The **Front Door** is unlocked now."
        (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
        assert part.undo is None
        assert joined.fake.calls == [("lock", "unlock", {"entity_id": "lock.front"})]


async def test_what_has_become_grave_is_not_taken_back_by_a_press(joined: JoinedHouse) -> None:
    async with joined.served.connected() as client:
        answer, _ = await answered(client, "close the bay blind")
        (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
        assert part.undo == "offered"
        joined.fake.states["cover.blind"]["attributes"]["device_class"] = "gate"
        path = f"/api/v1/chat/messages/{answer.id}/tool-calls/{part.tool_call_id}/undo"
        status, told = await joined.served.asks("POST", path, joined.key, {})
        assert (status, json.loads(told)["error"]["message"]) == (
            409,
            "Taking this back would be asked about, as every time: Open the Bay Blind; Set the Bay Blind to "
            "70 %. So nothing was done. Say so in the conversation; you are shown what would change, and asked.",
        )
        assert [service for _, service, _ in joined.fake.calls] == ["close_cover"]


DISGUISED = {
    "a note": call("create_entity", entity_type="note", name="Milk", content={"text": "buy some"}),
    "a shade": call(
        "create_entity",
        entity_type="device",
        name="Window Shade",
        content={"device_class": "cover", "driver": "home_assistant", "entity_id": "cover.garage"},
    ),
    "a lamp": call("update_entity", entity="Front Door", content={"device_class": "lamp", "services": None}),
    "open it": call("control_devices", devices=["Garage"], action="open"),
    "unlock it": call("control_devices", devices=["Front Door"], action="unlock"),
}


@pytest.mark.parametrize(
    "models", [(ScriptedModel({asked: Script.of(each, says("Done.")) for asked, each in DISGUISED.items()}),)]
)
async def test_no_rule_that_is_remembered_lets_a_door_be_opened_under_another_name(joined: JoinedHouse) -> None:
    async with joined.served.connected() as client:

        async def asked(words: str) -> str:
            topic = await client.follows((await client.says(words))["conversation_id"])
            await client.until_asked(topic)
            return topic

        topic = await asked("a note")
        ((approval, *_), path) = (await joined.asks("GET", "/approvals"))["approvals"], "/approvals/{}/decision"
        await joined.asks("POST", path.format(approval["id"]), {"decision": "approve", "remember": True})
        await client.until_answered(topic)
        for words in ("a shade", "a lamp"):
            answer, _ = await answered(client, words)
            (refused,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
            assert refused.error is not None
            assert (refused.status, refused.error.code) == ("failed", "invalid_arguments")
        for words in ("open it", "unlock it"):
            await asked(words)
        shown = (await joined.asks("GET", "/approvals"))["approvals"]
        assert {(each["effect"], each["remember"]) for each in shown} == {("destructive", None)}
        assert joined.fake.calls == []


async def test_what_it_is_joined_to_is_told_with_how_it_stands(joined: JoinedHouse) -> None:
    shown = await joined.until("connected")
    assert shown["server"] == "Home Assistant 2026.10.1"
    assert shown["imported"] | {"at": ""} == {"zones": 1, "rooms": 2, "devices": 8, "routines": 1, "at": ""}
    assert shown["words"].endswith("2 rooms and 8 devices are kept in step.")
    parts = (await joined.asks("GET", "/system"))["parts"]
    assert {
        key: value for part in parts if part["kind"] == "connection" for key, value in part.items() if key != "words"
    } == {"kind": "connection", "name": "Our house", "state": "connected"}
    await joined.asks("PATCH", f"/connections/{shown['id']}", {"is_on": False})
    parts = (await joined.asks("GET", "/system"))["parts"]
    assert [part["state"] for part in parts if part["kind"] == "connection"] == ["off"]
