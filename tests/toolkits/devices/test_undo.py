"""What was changed can be brought back to how it was before."""

from dataclasses import replace

import pytest

from parlour.tools.outcomes import Failed
from tests.toolkits.devices.conftest import Build, House


@pytest.mark.parametrize(
    ("device_class", "before", "action", "value"),
    [
        ("light", {"state": "off", "brightness": 0}, "turn_on", None),
        ("light", {"state": "on", "brightness": 40}, "turn_off", None),
        ("light", {"state": "on", "brightness": 40}, "set_brightness", 90),
        ("light", {"state": "off", "brightness": 0}, "set_brightness", 90),
        ("lamp", {"state": "on", "brightness": 40, "color": "red"}, "set_color", "blue"),
        ("blind", {"state": "open", "value": 70, "unit": "% open"}, "close", None),
        ("blind", {"state": "closed", "value": 0, "unit": "% open"}, "set_position", 30),
        ("speaker", {"state": "playing", "value": 25}, "set_volume", 60),
        ("speaker", {"state": "playing", "value": 25}, "pause", None),
        ("thermostat", {"state": "heating", "value": 19, "target": 20.5}, "set_temperature", 17),
        ("thermostat", {"state": "heating", "value": 19, "target": 20.5}, "turn_off", None),
        ("lock", {"state": "locked"}, "unlock", None),
        ("alarm", {"state": "armed home"}, "set_mode", "disarmed"),
        ("fan", {"state": "off", "value": 0}, "set_position", 60),
    ],
)
async def test_it_is_as_it_was(
    build: Build, device_class: str, before: dict[str, object], action: str, value: float | str | None
) -> None:
    house = await build()
    await house.add("It", device_class, **before)  # pyright: ignore[reportArgumentType]
    result = await house.control("it", action, value)
    assert result["devices"][0]["outcome"] == "done"
    taken_back = await house.undo(result)
    thing = await house.thing("it")
    assert thing.state == before["state"]
    if thing.state != "off":
        assert {key: thing.content[key] for key in before} == before
    assert taken_back["devices"][0]["outcome"] == "done"


async def test_what_was_so_before_is_left_alone(house: House) -> None:
    result = await house.control(["hall light", "floor lamp"], "turn_on")
    taken_back = await house.undo(result)
    assert [row["name"] for row in taken_back["devices"]] == ["Hall Light"]
    assert (await house.thing("floor lamp")).state == "on"


@pytest.mark.parametrize(
    ("device_class", "state", "action", "value", "label"),
    [
        ("lock", "unlocked", "lock", None, "Unlock the It"),
        ("opener", "open", "close", None, "Open the It"),
        ("alarm", "disarmed", "set_mode", "home", "Set the It to disarmed"),
    ],
)
async def test_the_way_back_is_foreseen_as_the_act_that_it_is(
    build: Build, device_class: str, state: str, action: str, value: str | None, label: str
) -> None:
    house = await build()
    await house.add("It", device_class, state=state)
    result = await house.control("it", action, value)
    foreseen = await house.foresee_undo(result)
    assert (foreseen.effect, foreseen.label) == ("destructive", label)
    assert foreseen.preview.changes[0].after == state
    with pytest.raises(Failed, match="changed just now"):
        await replace(house, allowed_as="control").undo(result)
    assert (await house.thing("it")).state != state


async def test_the_way_back_of_a_lamp_asks_nobody(house: House) -> None:
    result = await house.control(["hall light", "floor lamp"], "turn_on")
    foreseen = await house.foresee_undo(result)
    assert (foreseen.effect, foreseen.label) == (None, "Turn off the Hall Light")


async def test_a_scene_cannot_be_taken_back_and_says_so(house: House) -> None:
    result = await house.control("movie time", "activate")
    with pytest.raises(Failed) as failed:
        await house.undo(result)
    assert "nothing to take back" in failed.value.message
