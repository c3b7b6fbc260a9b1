"""A home is kept in step with its Home Assistant: what is there comes, follows, and goes."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, insert

from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.store.tables import connections
from parlour.toolkits.home.changes import HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.phrases import condition
from parlour.toolkits.home.views import listed
from tests.homeassistant import FakeHomeAssistant, furnished, home_assistant
from tests.toolkits.devices.conftest import Build, House
from tests.toolkits.devices.following import Following, following

NOW = "2026-11-20T12:00:00.000Z"


@pytest.fixture
async def fake() -> AsyncIterator[FakeHomeAssistant]:
    async with home_assistant(furnished()) as made:
        yield made


@pytest.fixture
async def house(build: Build) -> House:
    return await build()


async def connection_of(house: House) -> str:
    """The row of a connection."""
    connection_id = new_id()
    row = {
        "id": connection_id,
        "tenant_id": house.home.tenant_id,
        "project_id": house.home.project_id,
        "kind": "home_assistant",
        "name": "Home Assistant",
        "base_url": f"http://ha.example/{connection_id}",
        "is_on": True,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        "state": "connecting",
    }
    await house.writer.commit(Unit(changes=[insert(connections).values(row)]))
    return connection_id


@pytest.fixture
async def followed(house: House, fake: FakeHomeAssistant) -> AsyncIterator[Following]:
    async with following(house, fake, await connection_of(house)) as made:
        await made.stands("connected")
        yield made


async def by_hand(house: House, said: str, **changes: object) -> None:
    """Have somebody change a thing."""
    thing = await house.thing(said)
    made = HomeChanges(house.home, house.clock, user_id=new_id())
    async with house.database.read() as connection:
        await house.commit(await made.change(connection, thing.id, **changes))  # pyright: ignore[reportArgumentType]


# --- coming --------------------------------------------------------------------------------------------------------


async def test_floors_areas_and_entities_become_zones_rooms_and_devices(followed: Following) -> None:
    assert await followed.names("zone") == ["Ground Level"]
    assert await followed.names("room") == ["Hall", "Lounge"]
    assert await followed.names("device") == [
        "Ann's \"big\" plug", "Bay Blind", "Front Door", "Garage", "Hall Light", "Lounge Heating",
        "Lounge Temperature", "Radio",
    ]  # fmt: skip
    assert await followed.names("automation") == ["Cosy"]
    assert followed.said[-1].server == "Home Assistant 2026.10.1"
    assert dict(followed.said[-1].imported or {}) == {
        "zones": 1, "rooms": 2, "devices": 8, "routines": 1, "at": "2026-11-20T12:00:00.000Z",
    }  # fmt: skip


async def test_each_is_where_it_is_there_and_says_what_it_is(followed: Following) -> None:
    assert await followed.joins("Hall") == [("located_in", "Ground Level")]
    assert await followed.joins("Hall Light") == [("located_in", "Hall")]
    assert await followed.joins("Cosy") == [("controls", "Bay Blind"), ("controls", "Hall Light")]
    light = await followed.house.thing("entry lamp")
    assert (light.name, light.device_class, light.state) == ("Hall Light", "light", "off")
    assert light.content["labels"] == ["Evening"]
    assert light.content["services"] == ["turn_on", "turn_off", "set_brightness", "set_color"]
    heating = await followed.house.thing("Lounge Heating")
    assert (heating.state, heating.content["value"], heating.content["target"]) == ("heating", 18.5, 20)
    assert (heating.content["min"], heating.content["max"], heating.content["unit"]) == (7, 30, "°C")
    assert (await followed.house.thing("Garage")).device_class == "opener"
    sensor = await followed.house.thing("Lounge Temperature")
    assert (sensor.device_class, sensor.state, sensor.content["value"]) == ("temperature sensor", "ok", 18.5)


async def test_coming_again_brings_nothing_new(house: House, fake: FakeHomeAssistant) -> None:
    connection_id = await connection_of(house)
    async with following(house, fake, connection_id) as once:
        await once.stands("connected")
        names, made = await once.names("room", "zone", "device", "automation"), await once.count_versions()
    async with following(house, fake, connection_id) as again:
        await again.stands("connected")
        assert await again.names("room", "zone", "device", "automation") == names
        assert await again.count_versions() == made


async def test_a_room_that_was_here_before_is_taken_for_the_area(house: House, fake: FakeHomeAssistant) -> None:
    changes = HomeChanges(house.home, house.clock, user_id=new_id())
    async with house.database.read() as connection:
        await house.commit(await changes.create(connection, NewEntity("room", "hall", content={"area_m2": 11})))
    async with following(house, fake, await connection_of(house)) as followed:
        await followed.stands("connected")
        assert await followed.names("room") == ["Lounge", "hall"]
        assert await followed.joins("Hall Light") == [("located_in", "hall")]


async def test_a_home_that_was_joined_before_is_taken_up_again(house: House, fake: FakeHomeAssistant) -> None:
    first = await connection_of(house)
    async with following(house, fake, first) as once:
        await once.stands("connected")
        names = await once.names("room", "zone", "device", "automation")
    await house.writer.commit(Unit(changes=[delete(connections).where(connections.c.id == first)]))
    second = await connection_of(house)
    async with following(house, fake, second) as again:
        await again.stands("connected")
        assert await again.names("room", "zone", "device", "automation") == names
        assert (await house.thing("Hall Light")).content["connection"] == second


async def test_a_server_without_floors_is_read_all_the_same(house: House, fake: FakeHomeAssistant) -> None:
    fake.lacks_floors = True
    async with following(house, fake, await connection_of(house)) as followed:
        await followed.stands("connected")
        assert await followed.names("zone", "room") == ["Hall", "Lounge"]


# --- following -----------------------------------------------------------------------------------------------------


async def test_what_changes_there_changes_here_and_makes_no_version(followed: Following) -> None:
    made = await followed.count_versions()
    await followed.fake.set_state("light.hall", "on", brightness=128)
    light = await followed.until_state("Hall Light", "on")
    assert light.content["brightness"] == 50
    assert await followed.count_versions() == made


async def test_a_chatty_home_is_kept_in_few_units(followed: Following, published: list[object]) -> None:
    said = len(published)
    before = await followed.house.thing("Lounge Temperature")
    for tenth in range(200):
        await followed.fake.set_state("sensor.lounge", f"{tenth / 10}")

    async def arrived() -> bool:
        return (await followed.house.thing("Lounge Temperature")).content["value"] == 19.9

    await followed.until(arrived)
    after = await followed.house.thing("Lounge Temperature")
    assert after.version == before.version
    assert after.observed - before.observed < 100
    assert len(published) == said


async def test_what_is_renamed_there_is_renamed_here(followed: Following) -> None:
    followed.fake.areas[0]["name"] = "Entrance Hall"
    await followed.fake.updated("area", {"action": "update", "area_id": "hall"})
    await followed.stands("connected", 2)
    assert await followed.names("room") == ["Entrance Hall", "Lounge"]


async def test_what_was_changed_here_by_hand_stays(followed: Following) -> None:
    await by_hand(followed.house, "Hall Light", name="Big Lamp", aliases=["entry lamp", "Lumi"], content={"brand": "A"})
    followed.fake.entities["light.hall"]["aliases"] = ["porch lamp"]
    await followed.fake.set_state("light.hall", "off", friendly_name="Hall Ceiling")
    await followed.fake.updated("entity", {"action": "update", "entity_id": "light.hall"})
    await followed.stands("connected", 2)
    lamp = await followed.house.thing("Big Lamp")
    assert lamp.aliases == ("porch lamp", "Lumi")
    assert lamp.content["brand"] == "A"


async def test_what_is_moved_there_moves_here_unless_it_was_moved_here(followed: Following) -> None:
    house = followed.house
    changes = HomeChanges(house.home, house.clock, user_id=new_id())
    radio, lounge, hall = [await house.thing(name) for name in ("Radio", "Lounge", "Hall")]
    async with house.database.read() as connection:
        await house.commit(await changes.part(connection, radio.id, "located_in", lounge.id))
    async with house.database.read() as connection:
        await house.commit(await changes.relate(connection, NewEdge(radio.id, "located_in", hall.id)))
    for name in ("media_player.radio", "light.hall"):
        followed.fake.entities[name]["area_id"] = "lounge"
    await followed.fake.updated("entity", {"action": "update", "entity_id": "light.hall"})
    await followed.stands("connected", 2)
    assert await followed.joins("Hall Light") == [("located_in", "Lounge")]
    assert await followed.joins("Radio") == [("located_in", "Hall")]


async def test_an_entity_that_is_called_otherwise_there_stays_the_same_thing(followed: Following) -> None:
    before = await followed.house.thing("Hall Light")
    entry = followed.fake.entities.pop("light.hall")
    state = followed.fake.states.pop("light.hall")
    followed.fake.entities["light.entrance"] = entry | {"entity_id": "light.entrance"}
    followed.fake.states["light.entrance"] = state | {"entity_id": "light.entrance"}
    await followed.fake.updated("entity", {"action": "update", "entity_id": "light.entrance"})
    await followed.stands("connected", 2)
    after = await followed.house.thing("Hall Light")
    assert (after.id, after.content["entity_id"]) == (before.id, "light.entrance")


# --- going ---------------------------------------------------------------------------------------------------------


async def test_what_is_gone_there_goes_here(followed: Following) -> None:
    await followed.fake.forget("media_player.radio")
    await followed.stands("connected", 2)
    assert "Radio" not in await followed.names("device")


async def test_what_somebody_had_a_hand_in_stays_and_says_that_it_is_gone(followed: Following) -> None:
    await by_hand(followed.house, "Radio", aliases=["the old one"])
    await followed.fake.forget("media_player.radio")
    await followed.stands("connected", 2)
    radio = await followed.house.thing("the old one")
    assert "removed_there" in radio.content
    assert "driver" not in radio.content
    assert radio.state is None


async def test_nothing_goes_while_it_is_starting(followed: Following) -> None:
    followed.fake.running = "STARTING"
    state = followed.fake.states.pop("media_player.radio")
    await followed.fake.updated("device", {"action": "update", "device_id": "x"})
    await followed.stands("connected", 2)
    assert "Radio" in await followed.names("device")
    followed.fake.running = "RUNNING"
    followed.fake.states["media_player.radio"] = state


async def test_what_was_taken_away_here_does_not_come_back(followed: Following) -> None:
    house = followed.house
    radio = await house.thing("Radio")
    changes = HomeChanges(house.home, house.clock, user_id=new_id())
    async with house.database.read() as connection:
        await house.commit(await changes.remove(connection, radio.id))
    await followed.fake.updated("area", {"action": "update", "area_id": "hall"})
    await followed.stands("connected", 2)
    assert "Radio" not in await followed.names("device")


# --- being away ----------------------------------------------------------------------------------------------------


async def test_a_wrong_token_is_said_and_not_tried_again(house: House, fake: FakeHomeAssistant) -> None:
    async with following(house, fake, await connection_of(house), token="wrong") as followed:
        standing = await followed.stands("refused")
        assert standing.problem == ("Home Assistant refuses the token. An admin can enter a new one under Connections.")
        assert await followed.names("device") == []


async def test_a_broken_connection_is_made_again_and_what_was_missed_is_caught_up_with(followed: Following) -> None:
    await followed.fake.cut()
    await followed.stands("away")
    followed.fake.states["light.hall"]["state"] = "on"
    await followed.stands("connected", 2)
    assert (await followed.house.thing("Hall Light")).state == "on"


async def test_while_it_is_away_its_things_say_since_when(house: House) -> None:
    connection_id = await connection_of(house)
    async with home_assistant(furnished()) as fake, following(house, fake, connection_id) as followed:
        await followed.stands("connected")
        fake.redirects_to = "http://elsewhere.example"
        await fake.cut()
        assert "sends everybody on to elsewhere.example" in (await followed.stands("away", 2)).problem
        light = await house.thing("Hall Light")
        assert condition(listed(light)) == "off, not heard of since 2026-11-20 12:00 UTC"
        fake.redirects_to = ""
        await followed.stands("connected", 2)
        assert condition(listed(await house.thing("Hall Light"))) == "off"
