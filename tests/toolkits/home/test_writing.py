"""The three tools that change a home: foreseen, done, seen everywhere at once, and taken back."""

from dataclasses import dataclass
from typing import Any, cast

import orjson
import pytest
from pydantic import JsonValue

from parlour.errors import Moved
from parlour.journal.unit import Committed, Writer
from parlour.protocol.content import Preview
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.changes import HomeChanges
from parlour.toolkits.home.drafts import NewEdge, NewEntity
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.observing import observe
from parlour.tools.caller import Caller
from parlour.tools.kept import Kept
from parlour.tools.outcomes import BadArguments, Failed, NotThere
from parlour.tools.tool import Tool, ToolContext
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import Ask, caller_in, new_home

pytestmark = pytest.mark.usefixtures("maple")


@dataclass
class Hand:
    """Does what a tool says it does: has its units committed."""

    kit: HomeToolkit
    writer: Writer
    caller: Caller

    async def tool(self, name: str) -> Tool:
        return next(tool for tool in await self.kit.tools(self.caller) if tool.name == name)

    async def foresees(self, name: str, /, **arguments: Any) -> Preview:
        tool = await self.tool(name)
        assert tool.acting.foresee is not None
        return (await tool.acting.foresee(self._context(), **_values(tool, arguments))).preview

    async def plans(self, name: str, /, **arguments: Any) -> Kept:
        tool = await self.tool(name)
        return await tool.function(self._context(), **_values(tool, arguments))

    async def does(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        kept = await self.plans(name, **arguments)
        await self.writer.commit(kept.unit)
        return cast(dict[str, Any], kept.result)

    async def takes_back(self, name: str, result: dict[str, Any]) -> dict[str, Any]:
        tool = await self.tool(name)
        assert tool.acting.undo is not None
        kept = await tool.acting.undo(self._context(), {}, result)
        await self.writer.commit(kept.unit)
        return kept.result

    def _context(self) -> ToolContext:
        return ToolContext(self.caller, "conversation", "turn", "call")


def _values(tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
    valid = tool.validated(arguments)
    return {name: getattr(valid, name) for name in type(valid).model_fields}


def lines(preview: Preview) -> list[tuple[str, str | None, str | None]]:
    return [(change.what, change.before, change.after) for change in preview.changes]


@pytest.fixture
def hand(kit: HomeToolkit, writer: Writer, home: Home) -> Hand:
    return Hand(kit, writer, caller_in(home))


def names(result: dict[str, Any], key: str) -> list[str]:
    return [each["name"] for each in result[key]]


async def test_a_lamp_is_foreseen_added_and_there_for_every_tool(hand: Hand, ask: Ask) -> None:
    wanted = {"entity_type": "device", "name": "Arc Lamp", "place": "study", "aliases": ["tall light"]}
    seen = await hand.foresees("create_entity", **wanted)
    assert lines(seen) == [("Arc Lamp", None, "a lamp in the Study, also called “tall light”")]
    assert "Arc Lamp" not in names(await ask("get_devices_in_room", room="study"), "devices")

    made = await hand.does("create_entity", **wanted)
    for device_class in ("light", "lamps", None):
        there = await ask("get_devices_in_room", room="study", device_class=device_class)
        assert "Arc Lamp" in names(there, "devices")
    assert (await ask("get_entity_details", entity="the tall light"))["entity"]["id"] == made["entity"]["id"]
    assert names(await ask("search_entities", query="arc lampp"), "results")[0] == "Arc Lamp"
    assert (await ask("find_path", from_entity="Arc Lamp", to_entity="study"))["length"] == 1


async def test_what_was_added_can_be_taken_away_again(hand: Hand, ask: Ask) -> None:
    before = await ask("get_devices_in_room", room="study")
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    assert await hand.takes_back("create_entity", made) == {
        "removed": {"id": made["entity"]["id"], "name": "Arc Lamp", "type": "device"}
    }
    assert await ask("get_devices_in_room", room="study") == before
    with pytest.raises(NotThere):
        await ask("get_entity_details", entity="Arc Lamp")
    assert (await ask("search_entities", query="arc lamp", threshold=0.9))["count"] == 0
    with pytest.raises(Failed, match="changed again since"):
        await hand.takes_back("create_entity", made)


async def test_what_was_used_since_is_not_taken_away(hand: Hand, ask: Ask) -> None:
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    joined = await hand.does(
        "create_relationship", from_entity="home hub", relationship_type="controls", to_entity="Arc Lamp"
    )
    with pytest.raises(Failed, match="“Arc Lamp” was changed again since"):
        await hand.takes_back("create_entity", made)
    await hand.takes_back("create_relationship", joined)
    await hand.takes_back("create_entity", made)


async def test_a_relationship_made_meanwhile_stops_what_was_about_to_take_it_away(
    hand: Hand, writer: Writer, database: Database, changes: HomeChanges
) -> None:
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    note = NewEntity("note", "About the lamp")
    async with database.read() as connection:
        late = await changes.remove(connection, made["entity"]["id"], edges=1)
        await writer.commit(await changes.create(connection, note))
    async with database.read() as connection:
        await writer.commit(await changes.relate(connection, NewEdge(made["entity"]["id"], "documented_by", note.id)))
    with pytest.raises(Moved):
        await writer.commit(late)


async def test_of_two_who_add_the_same_lamp_the_second_is_told(hand: Hand, writer: Writer, ask: Ask) -> None:
    wanted = {"entity_type": "device", "name": "Arc Lamp", "place": "study"}
    first, second = await hand.plans("create_entity", **wanted), await hand.plans("create_entity", **wanted)
    await writer.commit(first.unit)
    with pytest.raises(Moved):
        await writer.commit(second.unit)
    with pytest.raises(BadArguments, match="There is a device called “Arc Lamp” in “Study” already"):
        await hand.plans("create_entity", **wanted)
    elsewhere = await hand.foresees("create_entity", **{**wanted, "place": "kitchen"})
    assert elsewhere.note == "Another “Arc Lamp” is in the Study."


async def test_a_thing_is_renamed_moved_and_described_and_all_of_it_taken_back(hand: Hand, ask: Ask) -> None:
    await hand.does("create_entity", entity_type="device", name="Work Lamp", place="study", content={"watts": 8})
    before = await ask("get_entity_details", entity="Work Lamp")
    wish = {
        "entity": "work lamp",
        "name": "Reading Lamp",
        "place": "guest room",
        "aliases": ["bed reader"],
        "content": {"watts": 5, "brand": "Solar", "device_class": "lights"},
    }
    assert lines(await hand.foresees("update_entity", **wish)) == [
        ("Work Lamp, name", "Work Lamp", "Reading Lamp"),
        ("Work Lamp, other names", None, "bed reader"),
        ("Work Lamp, place", "in the Study", "in the Guest Room"),
        ("Work Lamp, watts", "8", "5"),
        ("Work Lamp, device class", "lamp", "light"),
        ("Work Lamp, brand", None, "Solar"),
    ]
    changed = await hand.does("update_entity", **wish)
    there = await ask("get_devices_in_room", room="guest room", device_class="light")
    assert "Reading Lamp" in names(there, "devices")
    assert (await ask("get_entity_details", entity="bed reader"))["entity"]["version"] == 2
    with pytest.raises(NotThere):
        await ask("get_entity_details", entity="work lamp", about="state")

    await hand.takes_back("update_entity", changed)
    after = await ask("get_entity_details", entity="Work Lamp")
    for part in ("place", "relationships"):
        assert after[part] == before[part]
    for key in ("name", "aliases", "content", "device_class", "state"):
        assert after["entity"][key] == before["entity"][key]
    assert after["entity"]["version"] == 3
    with pytest.raises(Failed, match="changed again since"):
        await hand.takes_back("update_entity", changed)


async def test_a_thing_moves_with_everything_that_hangs_at_it(hand: Hand, ask: Ask) -> None:
    before = await ask("get_entity_details", entity="coffee machine")
    moved = await hand.does("update_entity", entity="coffee machine", place="study")
    after = await ask("get_entity_details", entity="coffee machine")
    assert after["place"]["name"] == "Study"
    assert after["relationships"]["count"] == before["relationships"]["count"]
    assert after["entity"]["version"] == before["entity"]["version"]
    await hand.takes_back("update_entity", moved)
    assert await ask("get_entity_details", entity="coffee machine") == before


async def test_what_moved_on_since_is_not_moved_back(hand: Hand) -> None:
    moved = await hand.does("update_entity", entity="coffee machine", place="study")
    await hand.does("update_entity", entity="coffee machine", place="hall")
    with pytest.raises(Failed, match="changed again since"):
        await hand.takes_back("update_entity", moved)


async def test_a_name_that_was_given_away_meanwhile_is_not_taken_back(hand: Hand) -> None:
    await hand.does("create_entity", entity_type="device", name="Work Lamp", place="study")
    renamed = await hand.does("update_entity", entity="work lamp", name="Reading Lamp")
    await hand.does("create_entity", entity_type="device", name="Work Lamp", place="study")
    with pytest.raises(Failed, match="called “Work Lamp” in “Study” already"):
        await hand.takes_back("update_entity", renamed)


async def test_two_things_are_joined_and_parted(hand: Hand, ask: Ask) -> None:
    wish = {"from_entity": "induction hob", "relationship_type": "depends_on", "to_entity": "home hub"}
    assert lines(await hand.foresees("create_relationship", **wish)) == [("Induction Hob", None, "depends on Home Hub")]
    before = await ask("get_entity_details", entity="induction hob")
    made = await hand.does("create_relationship", **wish)
    assert names(await ask("find_device_controls", device="induction hob"), "depends_on") == ["Home Hub"]
    with pytest.raises(BadArguments, match="“Induction Hob” depends on “Home Hub” already"):
        await hand.plans("create_relationship", **wish)
    await hand.takes_back("create_relationship", made)
    assert await ask("get_entity_details", entity="induction hob") == before
    with pytest.raises(Failed, match="not related so any more"):
        await hand.takes_back("create_relationship", made)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("create_entity", {"entity_type": "device", "name": " ", "place": "study"}, "The name is empty"),
    ("create_entity", {"entity_type": "device", "name": "x" * 256}, "at most 255 letters"),
    ("create_entity", {"entity_type": "device", "name": "La\x00mp"}, "can be seen"),
    ("create_entity", {"entity_type": "device", "name": "Lamp", "aliases": [""]}, "The name is empty"),
    ("create_entity", {"entity_type": "spaceship", "name": "Enterprise"}, "entity_type: Input should be"),
    ("create_entity", {"entity_type": "schedule", "name": "Night", "place": "study"}, "A schedule is not in a place"),
    ("create_entity", {"entity_type": "device", "name": "Lamp", "place": "oven"}, "Oven is a device; this takes"),
    ("create_entity", {"entity_type": "room", "name": "Kitchen"}, "There is a room called “Kitchen”"),
    ("create_entity", {"entity_type": "note", "name": "N", "content": {"text": "x" * 70_000}}, "larger than 64 KiB"),
    ("create_entity", {"entity_type": "note", "name": "N", "content": {"text": "a\x00b"}}, "holds what is no text"),
    ("create_entity", {"entity_type": "device", "name": "L", "content": {"device_class": 3}}, "has to be a text"),
    ("create_entity", {"entity_type": "device", "name": "L", "content": {"state": "x" * 61}}, "1 to 60 letters"),
    ("update_entity", {"entity": "oven"}, "Nothing would be different"),
    ("update_entity", {"entity": "oven", "name": "Oven", "place": "kitchen"}, "“Oven” is so already"),
    ("update_entity", {"entity": "oven", "name": "Kettle"}, "There is a device called “Kettle” in “Kitchen” already"),
    ("update_entity", {"entity": "oven", "content": {"state": "off"}}, "told by itself"),
    ("update_entity", {"entity": "ground floor", "place": "ground floor"}, "cannot be in"),
    (
        "create_relationship",
        {"from_entity": "kitchen", "relationship_type": "located_in", "to_entity": "oven"},
        "A room cannot have the relationship “located_in” to a device",
    ),
    (
        "create_relationship",
        {"from_entity": "oven", "relationship_type": "located_in", "to_entity": "study"},
        "“Oven” is in “Kitchen” already",
    ),
    (
        "create_relationship",
        {"from_entity": "oven", "relationship_type": "controls", "to_entity": "oven"},
        "cannot be related to itself",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "problem"), REFUSED, ids=[problem for _, _, problem in REFUSED])
async def test_what_cannot_be_is_said_and_nothing_is_made(
    hand: Hand, tool: str, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadArguments, match=problem):
        await hand.plans(tool, **arguments)
    if "Input should be" not in problem:
        with pytest.raises(BadArguments, match=problem):
            await hand.foresees(tool, **arguments)


async def test_a_room_that_is_unknown_or_may_be_several_is_asked_for_by_name(hand: Hand) -> None:
    with pytest.raises(NotThere) as unknown:
        await hand.plans("create_entity", entity_type="device", name="Lamp", place="stuudio 54")
    assert "There is no room or zone called" in unknown.value.message
    assert unknown.value.suggestion
    with pytest.raises(BadArguments, match="can mean"):
        await hand.plans("update_entity", entity="lamp", name="Other")


async def test_the_suggestion_says_which_way_a_relationship_goes(hand: Hand) -> None:
    with pytest.raises(BadArguments) as wrong:
        await hand.plans(
            "create_relationship", from_entity="oven", relationship_type="automates", to_entity="induction hob"
        )
    assert "controls" in str(wrong.value.suggestion)
    with pytest.raises(BadArguments) as reverse:
        await hand.plans(
            "create_relationship", from_entity="descale the coffee machine", relationship_type="documented_by",
            to_entity="coffee machine",
        )  # fmt: skip
    assert reverse.value.suggestion == "It goes the other way: from “Coffee Machine” to “Descale the coffee machine”."


async def test_a_room_is_in_the_home_and_a_zone_too(hand: Hand, ask: Ask) -> None:
    made = await hand.does("create_entity", entity_type="room", name="Fern House")
    assert made["place"]["type"] == "home"
    await hand.does("create_entity", entity_type="zone", name="Annexe")
    assert (await ask("get_entity_details", entity="annexe", about="place"))["place"]["type"] == "home"
    await hand.does("update_entity", entity="fern house", place="annexe")
    rooms = await ask("get_entity_details", entity="annexe", about="rooms")
    assert names(rooms, "rooms") == ["Fern House"]
    await hand.does("create_entity", entity_type="zone", name="Wing", place="annexe")
    with pytest.raises(BadArguments, match="that is itself in"):
        await hand.does("update_entity", entity="annexe", place="wing")


async def test_an_automation_belongs_to_the_room_it_acts_on(hand: Hand, ask: Ask) -> None:
    made = await hand.does(
        "create_entity", entity_type="automation", name="Evening calm", place="study", content={"trigger": "21:00"}
    )
    assert "Evening calm" in names(await ask("get_automations_in_room", room="study"), "automations")
    await hand.takes_back("create_entity", made)
    assert "Evening calm" not in names(await ask("get_automations_in_room", room="study"), "automations")


async def test_what_happened_is_said_to_the_project(hand: Hand, home: Home, published: list[Committed]) -> None:
    published.clear()
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    changed = await hand.does("update_entity", entity="arc lamp", name="Tall Lamp", place="hall")
    await hand.takes_back("update_entity", changed)
    await hand.does("update_entity", entity="arc lamp", place="hall")
    assert made["version"] == 1
    topic = f"project:{home.project_id}"
    told = [
        (said["change"], said["name"], said["version"])
        for each in published
        if each.topic == topic and (said := orjson.loads(each.payload))
    ]
    assert told == [
        ("created", "Arc Lamp", 1),
        ("updated", "Tall Lamp", 2),
        ("related", "Tall Lamp", 2),
        ("updated", "Arc Lamp", 3),
        ("related", "Arc Lamp", 3),
        ("related", "Arc Lamp", 3),
    ]


async def test_another_home_cannot_be_changed(
    hand: Hand, kit: HomeToolkit, writer: Writer, ask: Ask, clock: ManualClock
) -> None:
    stranger = Hand(kit, writer, caller_in(await new_home(writer)))
    kitchen = (await ask("get_devices_in_room", room="kitchen"))["room"]["id"]
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    for said in ("kitchen", kitchen):
        with pytest.raises(NotThere):
            await stranger.plans("create_entity", entity_type="device", name="Mine", place=said)
    with pytest.raises(NotThere):
        await stranger.plans("update_entity", entity=made["entity"]["id"], name="Mine")
    with pytest.raises(Failed):
        await stranger.takes_back("create_entity", made)


async def test_what_is_done_is_said_in_words(hand: Hand) -> None:
    create, update, relate = [
        await hand.tool(name) for name in ("create_entity", "update_entity", "create_relationship")
    ]
    call = {"entity_type": "device", "name": "Arc Lamp", "place": "the study"}
    made = await hand.does("create_entity", **call)
    assert create.wording.label(cast(Any, call)) == "Add “Arc Lamp” to the study"
    assert create.wording.done
    assert create.wording.done(cast(Any, call), made) == "Added “Arc Lamp” to the Study"
    assert create.wording.sentence(cast(Any, call), made) == "**Arc Lamp** is in the **Study** now."

    moving = {"entity": "Arc Lamp", "place": "hall"}
    moved = await hand.does("update_entity", **moving)
    assert update.wording.label(cast(Any, moving)) == "Move “Arc Lamp” to the hall"
    assert update.wording.sentence(cast(Any, moving), moved) == "**Arc Lamp** is in the **Hall** now."
    assert update.wording.done
    assert update.wording.done(cast(Any, moving), moved) == "Moved “Arc Lamp” to the hall"

    noting = {"entity": "Arc Lamp", "content": {"brand": "Solar", "device_class": None}}
    noted = await hand.does("update_entity", **noting)
    assert update.wording.sentence(cast(Any, noting), noted) == (
        "Device class of **Arc Lamp** is not noted any more. Brand of **Arc Lamp** is Solar now."
    )
    joining = {"from_entity": "home hub", "relationship_type": "controls", "to_entity": "Arc Lamp"}
    joined = await hand.does("create_relationship", **joining)
    assert relate.wording.label(cast(Any, joining)) == "Note that “home hub” controls “Arc Lamp”"
    assert relate.wording.sentence(cast(Any, joining), joined) == "**Home Hub** controls **Arc Lamp** now."


@pytest.mark.parametrize("tool", ["create_entity", "update_entity", "create_relationship"])
async def test_a_tool_that_writes_asks_says_what_it_would_do_and_can_take_it_back(hand: Hand, tool: str) -> None:
    made = await hand.tool(tool)
    assert (made.effect, made.permission, made.acting.keeps) == ("write", "tools:write", True)
    assert made.acting.foresee
    assert made.acting.undo


async def test_what_a_device_says_of_itself_is_no_change_and_is_not_taken_back(
    hand: Hand, ask: Ask, database: Database, home: Home, writer: Writer, clock: ManualClock
) -> None:
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")

    async def says(**seen: JsonValue) -> None:
        async with database.read() as connection:
            unit = await observe(connection, home, clock, {made["entity"]["id"]: seen})
        assert unit
        await writer.commit(unit)

    await says(state="on", brightness=10)
    noted = await hand.does("update_entity", entity="arc lamp", content={"brand": "Solar", "device_class": "light"})
    await says(brightness=60)
    await hand.takes_back("update_entity", noted)
    content = (await ask("get_entity_details", entity="arc lamp"))["entity"]["content"]
    assert content == {"device_class": "lamp", "state": "on", "brightness": 60}


async def test_a_lamp_that_was_only_switched_can_be_taken_away(
    hand: Hand, ask: Ask, database: Database, home: Home, writer: Writer, clock: ManualClock
) -> None:
    made = await hand.does("create_entity", entity_type="device", name="Arc Lamp", place="study")
    async with database.read() as connection:
        unit = await observe(connection, home, clock, {made["entity"]["id"]: {"state": "on"}})
    assert unit
    await writer.commit(unit)
    await hand.takes_back("create_entity", made)
    with pytest.raises(NotThere):
        await ask("get_entity_details", entity=made["entity"]["id"])


# --- what a thing is joined to is not written down -----------------------------------------------------------------


async def joined_lock(hand: Hand, database: Database, name: str = "Back Door Lock") -> None:
    """A lock that a driver has."""
    changes = HomeChanges(Home.of(hand.caller), ManualClock(), source="home_assistant")
    content = {"driver": "home_assistant", "connection": "c", "entity_id": "lock.back", "device_class": "lock"}
    async with database.read() as connection:
        await hand.writer.commit(await changes.create(connection, NewEntity("device", name, content=content)))


@pytest.mark.parametrize("key", ["driver", "connection", "entity_id"])
async def test_nothing_is_joined_to_a_system_by_writing_it_down(hand: Hand, key: str) -> None:
    with pytest.raises(BadArguments, match="is not written down"):
        await hand.plans("create_entity", entity_type="device", name="Shade", content={key: "cover.garage"})
    with pytest.raises(BadArguments, match="is not written down"):
        await hand.plans("update_entity", entity="Floor Lamp", content={key: "cover.garage"})


@pytest.mark.parametrize(
    "content",
    [
        {"device_class": "fan"},
        {"kind": "scene"},
        {"services": None, "device_class": "fan"},
        {"services": ["turn_on"]},
        {"driver": None},
        {"entity_id": "light.back"},
    ],
)
async def test_what_a_driver_has_stays_what_it_is(
    hand: Hand, database: Database, content: dict[str, JsonValue]
) -> None:
    await joined_lock(hand, database)
    with pytest.raises(BadArguments, match="is not written down"):
        await hand.plans("update_entity", entity="Back Door Lock", content=content)


async def test_the_rest_of_what_a_driver_has_may_be_written(hand: Hand, database: Database) -> None:
    await joined_lock(hand, database)
    content = {"device_class": "lock", "note": "The key is at the neighbour's."}
    result = await hand.does("update_entity", entity="Back Door Lock", name="Garden Lock", content=content)
    assert result["entity"]["name"] == "Garden Lock"
