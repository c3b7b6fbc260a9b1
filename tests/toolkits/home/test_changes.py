"""Changing a home: versions, edges that outlive them, what is said about it, and what is refused."""

import orjson
import pytest
from sqlalchemy import func, select

from parlour.errors import InvalidRequest, Moved, NotFound
from parlour.journal.unit import Committed, Writer
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.changes import LARGEST_UNIT, HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.demo import load_demo
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.tables import entities, versions
from parlour.tools.outcomes import NotThere
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import Ask, asker, caller_in, new_home


async def small_home(writer: Writer, database: Database, changes: HomeChanges) -> tuple[NewEntity, NewEntity]:
    """A room with a lamp in it."""
    room = NewEntity("room", "Attic")
    lamp = NewEntity("device", "Desk Lamp", ("work light",), {"device_class": "lamp", "state": "On", "watts": 8})
    async with database.read() as connection:
        await writer.commit(await changes.create(connection, room))
        await writer.commit(await changes.create(connection, lamp))
    async with database.read() as connection:
        await writer.commit(await changes.relate(connection, NewEdge(lamp.id, "located_in", room.id)))
    return room, lamp


async def test_a_change_makes_a_version_and_keeps_the_edges(
    writer: Writer, database: Database, changes: HomeChanges, ask: Ask
) -> None:
    _, lamp = await small_home(writer, database, changes)
    async with database.read() as connection:
        unit = await changes.change(
            connection, lamp.id, name="Reading Lamp", content={"state": "off", "color": "red", "watts": None}
        )
    await writer.commit(unit)
    details = await ask("get_entity_details", entity="reading lamp")
    assert details["entity"]["content"] == {"device_class": "lamp", "state": "off", "color": "red"}
    assert details["entity"]["version"] == 2
    assert [v["version"] for v in details["history"]] == [2, 1]
    assert details["place"]["name"] == "Attic"
    assert (await ask("get_devices_in_room", room="attic", state="off"))["count"] == 1


async def test_an_old_version_stays_as_it_was(
    writer: Writer, database: Database, changes: HomeChanges, home: Home
) -> None:
    _, lamp = await small_home(writer, database, changes)
    async with database.read() as connection:
        await writer.commit(await changes.change(connection, lamp.id, content={"state": "off"}))
    async with database.read() as connection:
        rows = await connection.execute(
            select(versions.c.version, versions.c.content)
            .where(home.owns(versions), versions.c.entity_id == lamp.id)
            .order_by(versions.c.version)
        )
        assert [(n, c["state"]) for n, c in rows] == [(1, "On"), (2, "off")]


async def test_of_two_changes_made_from_one_reading_the_second_is_told(
    writer: Writer, database: Database, changes: HomeChanges, ask: Ask
) -> None:
    _, lamp = await small_home(writer, database, changes)
    async with database.read() as connection:
        first = await changes.change(connection, lamp.id, content={"state": "off"})
        second = await changes.change(connection, lamp.id, content={"state": "dim"})
    await writer.commit(first)
    with pytest.raises(Moved):
        await writer.commit(second)
    assert (await ask("get_entity_details", entity=lamp.id))["entity"]["state"] == "off"


async def test_what_is_removed_is_gone_with_its_edges_and_can_come_back(
    writer: Writer, database: Database, changes: HomeChanges, ask: Ask
) -> None:
    _, lamp = await small_home(writer, database, changes)
    assert (await ask("search_entities", query="work light"))["count"] == 1
    async with database.read() as connection:
        await writer.commit(await changes.remove(connection, lamp.id))
    assert (await ask("get_devices_in_room", room="attic"))["count"] == 0
    assert (await ask("search_entities", query="work light"))["count"] == 0
    with pytest.raises(NotThere):
        await ask("get_entity_details", entity=lamp.id)
    async with database.read() as connection:
        await writer.commit(await changes.create(connection, lamp))
    assert (await ask("get_entity_details", entity="desk lamp"))["entity"]["version"] == 2


async def test_an_edge_can_be_taken_away_once(
    writer: Writer, database: Database, changes: HomeChanges, ask: Ask
) -> None:
    room, lamp = await small_home(writer, database, changes)
    async with database.read() as connection:
        first = await changes.part(connection, lamp.id, "located_in", room.id)
        second = await changes.part(connection, lamp.id, "located_in", room.id)
    await writer.commit(first)
    assert (await ask("get_devices_in_room", room="attic"))["count"] == 0
    with pytest.raises(Moved):
        await writer.commit(second)


async def test_every_change_is_said_to_the_project(
    writer: Writer, database: Database, changes: HomeChanges, home: Home, published: list[Committed]
) -> None:
    _, lamp = await small_home(writer, database, changes)
    async with database.read() as connection:
        await writer.commit(await changes.change(connection, lamp.id, name="Lamp"))
    async with database.read() as connection:
        await writer.commit(await changes.remove(connection, lamp.id))
    said = [orjson.loads(c.payload) for c in published if c.topic == f"project:{home.project_id}"]
    assert [(s["change"], s["name"], s["version"]) for s in said] == [
        ("created", "Attic", 1),
        ("created", "Desk Lamp", 1),
        ("related", "Desk Lamp", 1),
        ("updated", "Lamp", 2),
        ("deleted", "Lamp", 2),
    ]
    assert all(s["type"] == "entity_changed" for s in said)


async def test_what_cannot_be_is_refused_before_anything_is_written(
    writer: Writer, database: Database, changes: HomeChanges
) -> None:
    room, lamp = await small_home(writer, database, changes)
    stranger = NewEntity("room", "Elsewhere")
    async with database.read() as connection:
        with pytest.raises(InvalidRequest, match="A room cannot have the relationship “located_in” to a device"):
            await changes.relate(connection, NewEdge(room.id, "located_in", lamp.id))
        with pytest.raises(InvalidRequest):
            await changes.create(connection, NewEntity("spaceship", "Enterprise"))
        with pytest.raises(InvalidRequest):
            await changes.create(connection, NewEntity("room", "  "))
        with pytest.raises(InvalidRequest):
            await changes.create(connection, NewEntity("device", "Lamp", content={"state": 3}))
        with pytest.raises(NotFound):
            await changes.relate(connection, NewEdge(lamp.id, "located_in", stranger.id))
        with pytest.raises(NotFound):
            await changes.change(connection, stranger.id, name="Here")
    with pytest.raises(InvalidRequest):
        list(changes.in_parts([room], [NewEdge(room.id, "located_in", stranger.id)]))


async def test_a_home_of_a_thousand_things_comes_in_bounded_units(
    writer: Writer, database: Database, changes: HomeChanges, ask: Ask, home: Home
) -> None:
    rooms = [NewEntity("room", f"Room {n}") for n in range(20)]
    lamps = [NewEntity("device", f"Lamp {n}", content={"device_class": "lamp", "state": "on"}) for n in range(980)]
    edges = [NewEdge(lamp.id, "located_in", rooms[n % 20].id) for n, lamp in enumerate(lamps)]
    units = list(changes.in_parts([*rooms, *lamps], edges))
    assert all(len(unit.events) <= LARGEST_UNIT for unit in units)
    for unit in units:
        await writer.commit(unit)
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(entities).where(home.owns(entities))) == 1000
    assert (await ask("get_devices_in_room", room="room 7"))["count"] == 49
    everything = await ask("get_devices_in_room", device_class="light")
    assert (everything["count"], len(everything["devices"]), everything["truncated"]) == (980, 200, True)
    assert (await ask("find_device_controls", device="lamp 512"))["device"]["name"] == "Lamp 512"
    details = await ask("get_entity_details", entity="Room 7")
    assert details["relationships"]["count"] == 49


async def test_homes_do_not_see_each_other(
    writer: Writer, database: Database, clock: ManualClock, kit: HomeToolkit, maple: Home
) -> None:
    other = await new_home(writer)
    mine, theirs = asker(kit, caller_in(maple)), asker(kit, caller_in(other))
    kitchen = (await mine("get_devices_in_room", room="kitchen"))["room"]
    for said in (kitchen["id"], "kitchen"):
        with pytest.raises(NotThere):
            await theirs("get_devices_in_room", room=said)
    assert (await theirs("search_entities", query="kitchen"))["count"] == 0
    assert (await theirs("get_devices_in_room"))["count"] == 0
    strange = Home(other.tenant_id, maple.project_id)
    with pytest.raises(NotThere):
        await asker(kit, caller_in(strange))("get_entity_details", entity=kitchen["id"])
    with pytest.raises(NotFound):
        async with database.read() as connection:
            await HomeChanges(other, clock).change(connection, kitchen["id"], name="Mine")


async def test_two_homes_may_hold_things_of_the_same_id(
    writer: Writer, database: Database, clock: ManualClock, home: Home, kit: HomeToolkit
) -> None:
    other = await new_home(writer)
    room = NewEntity("room", "Attic")
    for owner in (home, other):
        async with database.read() as connection:
            await writer.commit(await HomeChanges(owner, clock).create(connection, room))
    async with database.read() as connection:
        await writer.commit(await HomeChanges(other, clock).change(connection, room.id, name="Loft"))
    assert (await asker(kit, caller_in(home))("get_entity_details", entity=room.id))["entity"]["name"] == "Attic"
    assert (await asker(kit, caller_in(other))("get_entity_details", entity=room.id))["entity"]["name"] == "Loft"


async def test_the_demo_house_is_loaded_once_and_only_into_an_empty_home(
    writer: Writer, database: Database, clock: ManualClock, home: Home, ask: Ask
) -> None:
    arguments = (writer, database, home.tenant_id, home.project_id, clock)
    assert await load_demo(*arguments) >= 60
    assert await load_demo(*arguments) == 0
    assert (await ask("get_devices_in_room"))["count"] == 80
