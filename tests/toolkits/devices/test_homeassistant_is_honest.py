"""The Home Assistant of the tests, driven by a client that others wrote for the real one."""

import asyncio
from typing import Any

import pytest
from hass_client import HomeAssistantClient
from hass_client.exceptions import AuthenticationFailed, FailedCommand

from tests.homeassistant import TOKEN, VERSION, furnished, home_assistant


def address(url: str) -> str:
    return f"{url.replace('http', 'ws')}/api/websocket"


async def test_a_published_client_signs_in_reads_and_acts() -> None:
    async with home_assistant(furnished()) as fake, HomeAssistantClient(address(fake.url), TOKEN) as client:
        assert client.version == VERSION
        assert [area["name"] for area in await client.get_area_registry()] == ["Hall", "Lounge"]
        assert "light.hall" in [entry["entity_id"] for entry in await client.get_entity_registry()]
        assert (await client.get_entity_registry_entry("light.hall")).get("aliases") == ["entry lamp"]
        assert await client.get_device_registry() == []
        assert (await client.get_config())["version"] == VERSION  # pyright: ignore[reportArgumentType, reportCallIssue]
        states = {state["entity_id"]: state for state in await client.get_states()}
        assert states["light.hall"]["state"] == "off"

        heard: asyncio.Queue[Any] = asyncio.Queue()
        await client.subscribe_events(heard.put_nowait, "state_changed")
        await client.call_service("light", "turn_on", {"brightness_pct": 40}, {"entity_id": "light.hall"})
        event = await asyncio.wait_for(heard.get(), 30)
        assert event["data"]["new_state"]["state"] == "on"
        assert event["data"]["new_state"]["attributes"]["brightness"] == 102
        assert fake.calls == [("light", "turn_on", {"brightness_pct": 40, "entity_id": "light.hall"})]
        with pytest.raises(FailedCommand):
            await client.send_command("no/such/command")


async def test_a_published_client_is_refused_with_a_wrong_token() -> None:
    async with home_assistant() as fake:
        client = HomeAssistantClient(address(fake.url), "wrong")
        with pytest.raises(AuthenticationFailed):
            await client.connect()
        await client.disconnect()
