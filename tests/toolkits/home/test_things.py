"""Devices, procedures, details and likeness, asked of the demo house."""

import pytest

from parlour.tools.outcomes import BadArguments
from tests.toolkits.home.conftest import Ask

pytestmark = pytest.mark.usefixtures("maple")


def names(items: list[dict[str, object]]) -> list[object]:
    return [item["name"] for item in items]


async def test_a_device_tells_what_it_can_do_and_what_it_controls(ask: Ask) -> None:
    answer = await ask("find_device_controls", device="thermostatt")
    assert answer["device"]["name"] == "Thermostat"
    assert "target_temperature" in answer["capabilities"]
    assert "set_temperature" in answer["services"]
    assert names(answer["controls"]) == ["Bedroom Radiator", "Boiler", "Living Room Radiator", "Study Radiator"]
    assert names(answer["controlled_by"]) == ["Night Setback"]
    assert names(answer["apps"]) == ["Aurel app"]


async def test_a_device_is_found_by_its_room_and_its_name(ask: Ask) -> None:
    answer = await ask("find_device_controls", device="conservatory radio")
    assert answer["device"]["name"] == "Radio"


async def test_procedures_come_with_their_steps_and_manuals(ask: Ask) -> None:
    answer = await ask("get_procedures_for_device", device="coffee machine")
    assert names(answer["procedures"]) == ["Clean the brew group", "Descale the coffee machine"]
    assert len(answer["procedures"][1]["content"]["steps"]) == 6
    assert names(answer["manuals"]) == ["Coffee machine manual"]


async def test_a_procedure_can_be_asked_for_by_its_own_name(ask: Ask) -> None:
    answer = await ask("get_procedures_for_device", device="reset the thermostat")
    assert names(answer["procedures"]) == ["Reset the thermostat"]
    assert answer["device"]["name"] == "Thermostat"
    assert answer["manuals"] == []


async def test_a_device_without_papers_answers_with_none(ask: Ask) -> None:
    assert (await ask("get_procedures_for_device", device="kettle"))["count"] == 0


async def test_details_tell_place_properties_edges_and_history(ask: Ask) -> None:
    answer = await ask("get_entity_details", entity="Gina")
    assert answer["entity"]["name"] == "Coffee Machine"
    assert answer["entity"]["content"]["cups_since_descaling"] == 184
    assert answer["place"]["name"] == "Kitchen"
    assert {"relationship": "located_in", "to": answer["place"]} in answer["relationships"]["outgoing"]
    assert answer["relationships"]["count"] == 5
    assert [v["version"] for v in answer["history"]] == [1]


async def test_likeness_is_ordered_and_its_threshold_kept(ask: Ask) -> None:
    answer = await ask("find_similar_entities", entity="left bedside lamp", threshold=0.7)
    assert answer["similar"][0]["name"] == "Right Bedside Lamp"
    scores = [one["similarity"] for one in answer["similar"]]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0.7
    assert "Left Bedside Lamp" not in names(answer["similar"])
    strict = await ask("find_similar_entities", entity="left bedside lamp", threshold=0.99)
    assert strict["similar"] == []
    assert len((await ask("find_similar_entities", entity="floor lamp", limit=3))["similar"]) == 3


async def test_an_empty_name_is_asked_back(ask: Ask) -> None:
    with pytest.raises(BadArguments):
        await ask("get_entity_details", entity="  ")
