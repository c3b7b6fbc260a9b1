"""The names of a home, as an index of them is kept up to date."""

import pytest

from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.toolkits.home.changes import HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.demo import load_demo
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.lookup import Lookup
from parlour.toolkits.home.names import HomeNames
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import Ask, caller_in, new_home


async def test_the_first_answer_is_the_whole_home(database: Database, maple: Home) -> None:
    changes = await HomeNames(database).changes(caller_in(maple), None)
    assert changes.whole
    assert len(changes.put) == 180
    by_name = {named.names[0]: named for named in changes.put}
    lamp = by_name["Floor Lamp"]
    assert lamp.kind == "device"
    assert lamp.classes == ("lamp", "light")
    assert lamp.names == ("Floor Lamp", "reading lamp", "standing lamp")
    assert lamp.place == by_name["Living Room"].id
    assert by_name["Movie Time"].classes == ("scene",)
    assert by_name["Sunset"].classes == ("automation",)
    assert by_name["Kitchen"].place == by_name["Ground Floor"].id


async def test_later_answers_hold_only_what_changed(
    database: Database, writer: Writer, maple: Home, changes: HomeChanges
) -> None:
    source, caller = HomeNames(database), caller_in(maple)
    first = await source.changes(caller, None)
    by_name = {named.names[0]: named for named in first.put}
    nothing = await source.changes(caller, first.version)
    assert (nothing.version, list(nothing.put), list(nothing.gone), nothing.whole) == (first.version, [], [], False)
    async with database.read() as connection:
        await writer.commit(await changes.change(connection, by_name["Study"].id, name="Library"))
        await writer.commit(await changes.remove(connection, by_name["Kettle"].id))
        await writer.commit(
            await changes.relate(connection, NewEdge(by_name["Projector"].id, "located_in", by_name["Guest Room"].id))
        )
    later = await source.changes(caller, first.version)
    assert not later.whole
    assert {named.names[0] for named in later.put} == {"Library", "Projector"}
    assert list(later.gone) == [by_name["Kettle"].id]
    assert later.version == first.version + 3


async def test_a_version_from_the_future_gets_the_whole_home(database: Database, maple: Home) -> None:
    source, caller = HomeNames(database), caller_in(maple)
    now = await source.changes(caller, None)
    assert (await source.changes(caller, now.version + 1000)).whole


async def test_an_empty_home_has_no_names(database: Database, home: Home) -> None:
    changes = await HomeNames(database).changes(caller_in(home), None)
    assert (changes.version, list(changes.put), changes.whole) == (0, [], True)


async def test_a_renamed_room_answers_to_its_new_name_at_once(
    database: Database, writer: Writer, maple: Home, changes: HomeChanges, ask: Ask
) -> None:
    kitchen = (await ask("get_devices_in_room", room="kitchen"))["room"]
    async with database.read() as connection:
        await writer.commit(await changes.change(connection, kitchen["id"], name="Galley"))
    renamed = await ask("get_devices_in_room", room="galley")
    assert renamed["room"] == {"id": kitchen["id"], "name": "Galley", "type": "room"}
    assert (await ask("search_entities", query="galley oven"))["results"][0]["name"] == "Oven"


@pytest.mark.parametrize("most_names", [100, 10_000])
async def test_memory_is_bounded_and_a_home_let_go_is_read_again(
    database: Database, writer: Writer, clock: ManualClock, most_names: int
) -> None:
    lookup = Lookup(most_names)
    homes = [await new_home(writer) for _ in range(3)]
    for home in homes:
        await load_demo(writer, database, home.tenant_id, home.project_id, clock)
    for home in [*homes, *homes]:
        async with database.read() as connection:
            assert (await lookup.find(connection, home, "Kettle")).name == "Kettle"
    assert lookup.kept() == (180 if most_names == 100 else 540)


async def test_a_new_thing_is_found_by_name_at_once(
    database: Database, writer: Writer, maple: Home, changes: HomeChanges, ask: Ask
) -> None:
    async with database.read() as connection:
        await writer.commit(await changes.create(connection, NewEntity("device", "Theremin", ("ether wave",))))
    assert maple
    assert (await ask("get_entity_details", entity="ether wave"))["entity"]["name"] == "Theremin"
