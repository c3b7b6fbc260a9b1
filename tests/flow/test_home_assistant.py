"""A whole house is joined to a Home Assistant by its admin, and somebody asks for the light."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
async def joined(storage: Storage, tmp_path: Path) -> AsyncIterator[JoinedHouse]:
    async with home_assistant(furnished()) as fake, Serving(storage, tmp_path)() as served:
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
        await client.seen(lambda frame: frame["type"] == "approval_requested")
        (approval,) = (await joined.asks("GET", "/approvals"))["approvals"]
        assert (approval["effect"], approval["remember"]) == ("destructive", None)
        assert approval["preview"]["changes"] == [{"what": "Front Door", "before": "locked", "after": "unlocked"}]
        assert joined.fake.calls == []
        await joined.asks("POST", f"/approvals/{approval['id']}/decision", {"decision": "approve"})
        answer = await client.until_answered(topic)
        assert words_of(answer) == "The **Front Door** is unlocked now."
        assert joined.fake.calls == [("lock", "unlock", {"entity_id": "lock.front"})]


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
