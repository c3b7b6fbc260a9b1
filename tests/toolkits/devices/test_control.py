"""Devices are told what to do, are looked at afterwards, and what is said is what was found."""

import pytest

from parlour.tools.outcomes import BadArguments, NotThere
from parlour.tools.tool import Arguments
from tests.toolkits.devices.conftest import Build, House


async def test_the_hall_light_goes_on_and_it_says_so(house: House) -> None:
    assert await house.says("hall light", "turn_on") == "The **Hall Light** is on, 100 % bright now."
    light = await house.thing("hall light")
    assert (light.state, light.content["brightness"]) == ("on", 100)


async def test_it_is_on_for_whoever_asks_the_driver_anew(house: House) -> None:
    await house.control("hall light", "turn_on")
    light = await house.thing("hall light")
    reading = await house.simulation.of(house.home).state(light.id)
    assert reading.state == "on"


async def test_a_lamp_that_is_on_already_is_said_to_be_on_already(house: House) -> None:
    assert await house.says("floor lamp", "turn_on") == "The **Floor Lamp** was on, 60 % bright already."


async def test_acting_makes_no_version_of_a_thing(house: House) -> None:
    before = await house.thing("hall light")
    await house.control("hall light", "turn_on")
    after = await house.thing("hall light")
    assert after.version == before.version
    assert after.observed == before.observed + 1


async def test_several_devices_are_told_at_once(house: House) -> None:
    said = await house.says(["hall light", "Landing Light", "floor lamp"], "turn_off")
    assert said == (
        "Done for all 3 devices:\n\n- **Hall Light**: off, as before\n- **Landing Light**: off\n- **Floor Lamp**: off"
    )


async def test_a_device_named_twice_is_told_once(house: House) -> None:
    result = await house.control(["hall light", "hallway light"], "toggle")
    assert [row["name"] for row in result["devices"]] == ["Hall Light"]
    assert (await house.thing("hall light")).state == "on"


@pytest.mark.parametrize(
    ("device", "action", "value", "state", "key", "found"),
    [
        ("floor lamp", "set_brightness", 30, "on", "brightness", 30),
        ("floor lamp", "set_brightness", "45 %", "on", "brightness", 45),
        ("floor lamp", "set_brightness", 0, "off", "brightness", 0),
        ("hall light", "set_brightness", 25, "on", "brightness", 25),
        ("floor lamp", "set_color", "Red", "on", "color", "red"),
        ("floor lamp", "set_color", "#FF8800", "on", "color", "#ff8800"),
        ("living room blinds", "close", None, "closed", "value", 0),
        ("living room blinds", "set_position", 40, "open", "value", 40),
        ("living room blinds", "toggle", None, "closed", "value", 0),
        ("kitchen speaker", "set_volume", 10, "playing", "value", 10),
        ("kitchen speaker", "pause", None, "paused", "value", 25),
        ("ceiling fan", "set_position", 50, "on", "value", 50),
        ("thermostat", "set_temperature", 18, "idle", "target", 18),
        ("thermostat", "set_temperature", 22.5, "heating", "target", 22.5),
        ("robot vacuum", "start", None, "cleaning", "battery", 76),
        ("robot vacuum", "return", None, "returning", "battery", 76),
        ("front door lock", "unlock", None, "unlocked", "battery", 57),
        ("alarm panel", "set_mode", "away", "armed away", "power_w", 4),
        ("garage opener", "open", None, "open", "power_w", 2),
        ("coffee machine", "start", None, "running", "power_w", 2),
    ],
)
async def test_each_family_does_what_it_is_told(
    house: House, device: str, action: str, value: float | str | None, state: str, key: str, found: object
) -> None:
    result = await house.control(device, action, value)
    assert result["devices"][0]["outcome"] in ("done", "already")
    thing = await house.thing(device)
    assert thing.state == state
    assert thing.content[key] == found


async def test_a_bit_brighter_starts_from_how_it_is(house: House) -> None:
    await house.control("floor lamp", "set_brightness", 15, relative=True)
    assert (await house.thing("floor lamp")).content["brightness"] == 75


async def test_what_is_relative_ends_where_the_range_ends(house: House) -> None:
    await house.control("floor lamp", "set_brightness", 90, relative=True)
    assert (await house.thing("floor lamp")).content["brightness"] == 100
    await house.control("thermostat", "set_temperature", -80, relative=True)
    assert (await house.thing("thermostat")).content["target"] == 5


async def test_a_lamp_that_is_off_gets_brighter_from_dark(house: House) -> None:
    await house.control("hall light", "set_brightness", 20, relative=True)
    assert (await house.thing("hall light")).content["brightness"] == 20


@pytest.mark.parametrize(
    ("device", "action", "value", "problem", "suggestion"),
    [
        ("floor lamp", "set_brightness", 140, "140 % is not possible for Floor Lamp.", "It takes 0 to 100 %."),
        ("thermostat", "set_temperature", 60, "60 °C is not possible for Thermostat.", "It takes 5 to 35 °C."),
        ("floor lamp", "set_brightness", None, "takes a number", "0 to 100 %"),
        ("floor lamp", "set_brightness", "warm", "takes a number", "0 to 100 %"),
        ("floor lamp", "set_color", "loud", "“loud” is no colour", "#ff8800"),
        ("floor lamp", "lock", None, "Floor Lamp cannot lock.", "turn on, turn off, set brightness, set color"),
        ("induction hob", "turn_on", None, "Induction Hob cannot turn on.", "turn off"),
        ("alarm panel", "set_mode", "loud", "has no mode “loud”", "disarmed, home, away, night or vacation"),
        ("alarm panel", "toggle", None, "cannot toggle", "set mode"),
        ("kitchen smoke detector", "turn_off", None, "cannot be told to do anything", "Ask how it is"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_can(
    house: House, device: str, action: str, value: float | str | None, problem: str, suggestion: str
) -> None:
    with pytest.raises(BadArguments) as refused:
        await house.control(device, action, value)
    assert problem in refused.value.message
    assert suggestion in (refused.value.suggestion or "")


async def test_an_unknown_name_is_refused_and_nothing_at_all_is_done(house: House) -> None:
    with pytest.raises(NotThere):
        await house.control(["hall light", "submarine"], "turn_on")
    assert (await house.thing("hall light")).state == "off"


async def test_a_name_that_means_several_asks_which(house: House) -> None:
    with pytest.raises(BadArguments) as asked:
        await house.control("bedside lamp", "turn_on")
    assert "Left Bedside Lamp" in asked.value.message
    assert "Right Bedside Lamp" in asked.value.message


async def test_what_is_only_described_cannot_be_controlled(build: Build) -> None:
    house = await build()
    await house.add("Attic Lamp", "lamp", driver=None, state="off")
    with pytest.raises(BadArguments) as refused:
        await house.control("attic lamp", "turn_on")
    assert "not connected to anything" in refused.value.message
    assert "Connections" in (refused.value.suggestion or "")


async def test_a_scene_is_started(house: House) -> None:
    assert await house.says("movie time", "activate") == "**Movie Time** was started."
    assert (await house.control("movie time", "turn_on"))["devices"][0]["action"] == "activate"


async def test_a_name_with_quotes_and_marks_stays_as_it_is_written(build: Build) -> None:
    house = await build()
    await house.add('Robin\'s "big" *lamp*', "lamp", state="off")
    assert await house.says('Robin\'s "big" *lamp*', "turn_on") == '**Robin\'s "big" \\*lamp\\*** is on now.'


async def test_a_stranger_finds_no_device(house: House, build: Build) -> None:
    other = await build()
    light = await house.thing("hall light")
    with pytest.raises(NotThere):
        await other.control(light.id, "turn_on")


async def test_the_call_is_named_by_what_it_does(house: House) -> None:
    wording = (await house.tool()).wording
    arguments: Arguments = {"devices": ["Hall Light"], "action": "turn_on", "value": None, "relative": False}
    assert wording.label(arguments) == "Turn on the Hall Light"
    result = await house.control("hall light", "turn_on")
    assert wording.summary(arguments, result) == "on, 100 % bright"
    assert wording.done is not None
    assert wording.done(arguments, result) == "Turned on the Hall Light"
    dimmed: Arguments = {
        "devices": ["Hall Light", "Floor Lamp"],
        "action": "set_brightness",
        "value": 30,
        "relative": False,
    }
    assert wording.label(dimmed) == "Set the Hall Light and the Floor Lamp to 30 %"
