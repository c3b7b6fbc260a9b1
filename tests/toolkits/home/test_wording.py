"""The sentences that people read, complete in themselves."""

import pytest

from parlour.toolkits.home.wording import WORDINGS
from tests.toolkits.home.conftest import Ask

pytestmark = pytest.mark.usefixtures("maple")


async def said(ask: Ask, tool: str, **arguments: object) -> str:
    return WORDINGS[tool].sentence({}, await ask(tool, **arguments))


async def test_devices_are_counted_listed_and_described(ask: Ask) -> None:
    text = await said(ask, "get_devices_in_room", room="kitchen")
    assert text.startswith("Found 12 devices in the **Kitchen**:\n\n- **Coffee Machine**: standby\n")
    assert "- **Oven**: on, 180 °C" in text


async def test_nothing_is_said_plainly(ask: Ask) -> None:
    assert await said(ask, "get_devices_in_room", room="kitchen", device_class="lock") == (
        "There are no locks in the **Kitchen**."
    )
    assert await said(ask, "get_devices_in_room", room="study", device_class="lights", state="off") == (
        "No light in the **Study** is off."
    )
    assert await said(ask, "search_entities", query="zeppelin") == "Nothing in this home fits “zeppelin”."
    assert await said(ask, "get_procedures_for_device", device="kettle") == (
        "There are no procedures, manuals or notes for **Kettle**."
    )
    assert "by itself" in await said(ask, "get_automations_in_room", room="guest room")


async def test_floors_are_stood_on_and_names_of_people_take_no_article(ask: Ask) -> None:
    assert "on the **Ground Floor**" in await said(ask, "get_devices_in_room", room="downstairs", device_class="light")
    assert "in **Juno's Room**" in await said(ask, "get_devices_in_room", room="nursery")


async def test_a_path_reads_as_sentences(ask: Ask) -> None:
    text = await said(ask, "find_path", from_entity="home hub", to_entity="printer")
    assert text == (
        "**Home Hub** and **Printer** are 2 steps apart:\n\n"
        "1. **Home Hub** connects to **Router**\n2. **Router** is connected from **Printer**"
    )


async def test_every_tool_has_a_label_a_summary_and_a_sentence(ask: Ask) -> None:
    calls: dict[str, dict[str, object]] = {
        "get_devices_in_room": {"room": "hall"},
        "find_device_controls": {"device": "oven"},
        "get_room_connections": {"room": "first floor"},
        "search_entities": {"query": "water valve"},
        "find_path": {"from_entity": "kettle", "to_entity": "grow light"},
        "get_entity_details": {"entity": "boiler manual"},
        "find_similar_entities": {"entity": "oven"},
        "get_procedures_for_device": {"device": "boiler"},
        "get_automations_in_room": {"room": "kitchen"},
    }
    assert set(calls) == set(WORDINGS)
    for tool, arguments in calls.items():
        result = await ask(tool, **arguments)
        wording = WORDINGS[tool]
        assert wording.label(dict(arguments)).startswith(("Looking", "Searching", "Finding"))  # pyright: ignore[reportArgumentType]
        assert 0 < len(wording.summary({}, result)) < 60
        assert len(wording.sentence({}, result)) > 20
