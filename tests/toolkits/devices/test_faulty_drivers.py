"""A driver may lie, hang, be late and be gone: what was not seen is never claimed."""

from dataclasses import replace

import pytest

from parlour.tools.outcomes import Failed
from tests.toolkits.devices.conftest import PATIENT, Build
from tests.toolkits.devices.faulty import Faults, with_faults


async def test_a_driver_that_lies_is_found_out(build: Build) -> None:
    house = await build(with_faults(Faults(lies=True)))
    await house.add("Hall Light", "light", state="off")
    assert await house.says("hall light", "turn_on") == "I asked the **Hall Light** to turn on, but it still says off."
    assert (await house.thing("hall light")).state == "off"


async def test_a_device_that_takes_its_time_is_waited_for(build: Build) -> None:
    house = await build(with_faults(Faults(late_s=1.5)))
    await house.add("Hall Light", "light", state="off")
    assert await house.says("hall light", "turn_on") == "The **Hall Light** is on now."


async def test_a_device_that_takes_too_long_is_said_to_be_as_it_was_seen(build: Build) -> None:
    house = await build(with_faults(Faults(late_s=60)))
    await house.add("Hall Light", "light", state="off")
    assert "but it still says off" in await house.says("hall light", "turn_on")
    house.clock.advance(60)
    found = await house.read_back("hall light", "turn_on")
    assert found.done is True


async def test_a_driver_that_hangs_is_not_waited_for_for_ever(build: Build) -> None:
    house = await build(with_faults(Faults(hangs_acting=True)), patience=replace(PATIENT, act=0.2))
    await house.add("Hall Light", "light", state="off")
    said = await house.says("hall light", "turn_on")
    assert said == (
        "I asked the **Hall Light** to turn on, but it still says off. The bridge did not answer within 0.2 seconds."
    )


async def test_what_a_hanging_driver_did_all_the_same_is_seen(build: Build) -> None:
    faults = Faults(dies_after=True)
    house = await build(with_faults(faults))
    await house.add("Hall Light", "light", state="off")
    result = await house.control("hall light", "turn_on")
    assert result["devices"][0]["outcome"] == "unconfirmed"
    assert (await house.tool()).wording.sentence({}, result) == (
        "I asked the **Hall Light** to turn on, and do not know whether it did: the bridge went away."
    )
    faults.gone = False
    assert (await house.read_back("hall light", "turn_on")).done is True


async def test_a_driver_that_does_not_say_how_a_device_is_is_asked_for_nothing(build: Build) -> None:
    faults = Faults(hangs_reading=True)
    house = await build(with_faults(faults), patience=replace(PATIENT, state=0.2))
    await house.add("Hall Light", "light", state="off")
    with pytest.raises(Failed) as failed:
        await house.control("hall light", "turn_on")
    assert "Nothing was changed." in failed.value.message
    assert not faults.commands


async def test_a_driver_that_is_gone_is_said_to_be_gone(build: Build) -> None:
    house = await build(with_faults(Faults(gone=True)))
    await house.add("Hall Light", "light", state="off")
    with pytest.raises(Failed) as failed:
        await house.control("hall light", "turn_on")
    assert failed.value.message == (
        "The **Hall Light** was not told to turn on: the bridge cannot be reached. Nothing was changed."
    )
    preview = (await house.foresee("hall light", "turn_on")).preview
    assert preview.note == "Hall Light: The bridge cannot be reached."
    assert preview.changes[0].before == "off"
    assert (await house.read_back("hall light", "turn_on")).done is None


async def test_a_driver_that_refuses_is_quoted(build: Build) -> None:
    house = await build(with_faults(Faults(rejects="It is jammed.")))
    await house.add("Front Lock", "lock", state="unlocked")
    with pytest.raises(Failed) as failed:
        await house.control("front lock", "lock")
    assert failed.value.message == "The **Front Lock** was not told to lock: it is jammed. Nothing was changed."
    assert failed.value.is_tainted


async def test_a_device_that_is_not_there_is_said_to_be_so(build: Build) -> None:
    faults = Faults(unavailable=True)
    house = await build(with_faults(faults))
    await house.add("Hall Light", "light", state="off")
    with pytest.raises(Failed) as failed:
        await house.control("hall light", "turn_on")
    assert "The bridge says that it does not answer." in failed.value.message.replace("the bridge", "The bridge")
    assert not faults.commands


async def test_of_several_each_has_an_outcome_of_its_own(build: Build) -> None:
    house = await build(with_faults(Faults(lies=True)))
    await house.add("Hall Light", "light", state="off")
    await house.add("Desk Lamp", "lamp", state="on")
    result = await house.control(["hall light", "desk lamp"], "turn_on")
    assert [row["outcome"] for row in result["devices"]] == ["unconfirmed", "already"]
    assert (await house.tool()).wording.sentence({}, result) == (
        "Done for 1 of 2 devices, not for 1:\n\n"
        "- **Hall Light**: asked, but it still says off\n- **Desk Lamp**: on, as before"
    )


async def test_the_same_effect_has_the_same_key_at_the_driver(build: Build) -> None:
    faults = Faults()
    house = await build(with_faults(faults))
    await house.add("Hall Light", "light", state="off")
    tool = await house.tool()
    context = house.context
    values = {"devices": ["hall light"], "action": "toggle", "value": None, "relative": False}
    await tool.function(context, **values)
    await tool.function(context, **values)
    assert len({command.idempotency_key for command in faults.commands}) == 1
    assert (await house.thing("hall light")).state == "on"


async def test_whether_a_lock_was_locked_by_us_cannot_be_told_while_it_is_open(build: Build) -> None:
    house = await build()
    await house.add("Front Lock", "lock", state="unlocked")
    await house.add("Hall Light", "light", state="off")
    assert (await house.read_back("front lock", "lock")).done is None
    assert (await house.read_back("hall light", "turn_on")).done is False
    assert (await house.read_back("hall light", "toggle")).done is None
