"""What a call would change is said before, and how grave that is."""

from dataclasses import replace

import pytest

from parlour.tools.outcomes import BadArguments, Failed
from tests.toolkits.devices.conftest import Build, House


async def test_it_says_how_each_device_is_and_would_be(house: House) -> None:
    found = await house.foresee(["hall light", "landing light"], "turn_on")
    assert [(c.what, c.before, c.after) for c in found.preview.changes] == [
        ("Hall Light", "off", "on, 100 % bright"),
        ("Landing Light", "on, 20 % bright", "on, 20 % bright"),
    ]
    assert (found.effect, found.subject) == (None, "lights")
    assert found.label == "Turn on the Hall Light and the Landing Light"


async def test_foreseeing_changes_nothing(house: House) -> None:
    await house.foresee("hall light", "turn_on")
    assert (await house.thing("hall light")).state == "off"


async def test_what_is_relative_is_foreseen_as_what_it_comes_to(house: House) -> None:
    found = await house.foresee("floor lamp", "set_brightness", -20, relative=True)
    assert found.preview.changes[0].after == "on, 40 % bright"


@pytest.mark.parametrize(
    ("device", "action", "value"),
    [
        ("front door lock", "unlock", None),
        ("garage opener", "open", None),
        ("alarm panel", "set_mode", "disarmed"),
        ("thermostat", "set_temperature", 22),
        ("kettle", "turn_on", None),
        ("oven", "turn_off", None),
        ("dishwasher", "stop", None),
        ("car charger", "start", None),
        ("sunset", "activate", None),
        ("sunset", "turn_off", None),
        ("good night", "activate", None),  # it locks the front door
        ("painting light", "activate", None),  # it turns on a heater
    ],
)
async def test_what_is_not_listed_as_harmless_asks_every_time(
    house: House, device: str, action: str, value: float | str | None
) -> None:
    found = await house.foresee(device, action, value)
    assert (found.effect, found.subject) == ("destructive", "")


@pytest.mark.parametrize(
    ("device", "action", "subject"),
    [
        ("hall light", "turn_on", "lights"),
        ("hi-fi plug", "turn_on", "switches"),
        ("ceiling fan", "turn_on", "fans"),
        ("television", "turn_on", "media players"),
        ("living room blinds", "close", "blinds"),
        ("robot vacuum", "start", "vacuums"),
        ("movie time", "activate", "scenes"),
    ],
)
async def test_what_is_harmless_goes_by_its_family(house: House, device: str, action: str, subject: str) -> None:
    found = await house.foresee(device, action)
    assert (found.effect, found.subject) == (None, subject)


async def test_a_lock_that_is_locked_already_is_not_asked_about_and_not_told(house: House) -> None:
    found = await house.foresee("front door lock", "lock")
    assert (found.effect, found.subject) == (None, "")
    allowed = replace(house, allowed_as="control")
    assert await allowed.says("front door lock", "lock") == "The **Front Door Lock** was locked already."


async def test_what_is_grave_by_now_is_not_done_as_what_was_not(house: House) -> None:
    allowed = replace(house, allowed_as="control")
    with pytest.raises(Failed) as failed:
        await allowed.control("front door lock", "unlock")
    assert failed.value.message == "That changed just now, so nothing was done."
    assert (await house.thing("front door lock")).state == "locked"


async def test_one_grave_device_makes_the_call_grave(house: House) -> None:
    found = await house.foresee(["hall light", "kettle"], "turn_on")
    assert (found.effect, found.subject) == ("destructive", "")


async def test_harmless_devices_of_two_families_have_no_rule_in_common(house: House) -> None:
    found = await house.foresee(["hall light", "hi-fi plug"], "turn_on")
    assert (found.effect, found.subject) == (None, "")


async def test_a_plug_is_as_grave_as_what_hangs_on_it(build: Build) -> None:
    house = await build()
    heater = await house.add("Heater", "heater", state="off")
    await house.add("Heater Plug", "plug", ("controls", heater), state="off")
    assert (await house.foresee("heater plug", "turn_on")).effect == "destructive"


async def test_what_cannot_be_done_cannot_be_foreseen(house: House) -> None:
    with pytest.raises(BadArguments):
        await house.foresee("floor lamp", "set_brightness", 140)
