"""What is in a room, where it leads, and what happens in it by itself, asked of the demo house."""

import pytest

from parlour.toolkits.home.graph import Home
from parlour.tools.outcomes import BadArguments, NotThere
from tests.toolkits.home.conftest import Ask

pytestmark = pytest.mark.usefixtures("maple")


def names(items: list[dict[str, object]]) -> set[object]:
    return {item["name"] for item in items}


async def test_a_room_answers_with_its_devices_and_their_states(ask: Ask) -> None:
    answer = await ask("get_devices_in_room", room="the kitchen")
    assert answer["room"]["name"] == "Kitchen"
    assert answer["count"] == len(answer["devices"]) == 12
    oven = next(d for d in answer["devices"] if d["name"] == "Oven")
    assert (oven["state"], oven["value"], oven["unit"], oven["device_class"]) == ("on", 180, "°C", "oven")
    assert oven["room"]["name"] == "Kitchen"


@pytest.mark.parametrize("said", ["Kitchen", "kitchen", "the kichen", "KITCHEN", "kitchn"])
async def test_a_room_is_known_by_any_spelling(ask: Ask, said: str) -> None:
    assert (await ask("get_devices_in_room", room=said))["room"]["name"] == "Kitchen"


async def test_a_room_is_known_by_alias_and_by_id(ask: Ask) -> None:
    by_alias = await ask("get_devices_in_room", room="lounge")
    by_id = await ask("get_devices_in_room", room=by_alias["room"]["id"])
    assert by_alias == by_id
    assert by_id["room"]["name"] == "Living Room"


async def test_a_zone_holds_the_devices_of_its_rooms_and_its_own(ask: Ask) -> None:
    found = names((await ask("get_devices_in_room", room="outside"))["devices"])
    assert {"Sprinkler", "Grow Light", "Car Charger"} <= found
    assert "Oven" not in found


async def test_what_only_watches_a_room_is_in_its_answer_and_says_so(ask: Ask) -> None:
    hall = {d["name"]: d for d in (await ask("get_devices_in_room", room="hall"))["devices"]}
    assert hall["Video Doorbell"]["only_watches"] is True
    assert "only_watches" not in hall["Hall Light"]


async def test_devices_are_narrowed_by_class_and_state(ask: Ask) -> None:
    answer = await ask("get_devices_in_room", room="downstairs", device_class="lights", state="on")
    assert names(answer["devices"]) == {
        "Aquarium Light",
        "Floor Lamp",
        "Kitchen Ceiling Light",
        "String Lights",
        "Worktop Lights",
    }


async def test_something_that_runs_or_plays_counts_as_on(ask: Ask) -> None:
    found = names((await ask("get_devices_in_room", room="kitchen", state="on"))["devices"])
    assert {"Dishwasher", "Kitchen Speaker", "Oven"} <= found
    assert "Kettle" not in found


async def test_the_whole_home_is_asked_when_no_room_is_named(ask: Ask) -> None:
    everything = await ask("get_devices_in_room")
    assert everything["room"] is None
    assert everything["count"] == 80
    by_name = await ask("get_devices_in_room", room="the house")
    assert by_name["count"] == 80
    windows = await ask("get_devices_in_room", device_class="windows", state="open")
    assert names(windows["devices"]) == {"Bedroom Window", "Greenhouse Vent", "Kitchen Window"}


async def test_windows_and_doors_of_a_room_are_listed_when_asked_for(ask: Ask) -> None:
    windows = await ask("get_devices_in_room", room="bedroom", device_class="window")
    assert names(windows["devices"]) == {"Bedroom Window"}
    doors = await ask("get_devices_in_room", room="kitchen", device_class="doors")
    assert names(doors["devices"]) == {"Kitchen Door", "Dining Arch", "Utility Door"}


async def test_a_class_that_nothing_is_of_is_refused_with_what_there_is(ask: Ask) -> None:
    with pytest.raises(BadArguments, match="unicorn") as refused:
        await ask("get_devices_in_room", room="kitchen", device_class="unicorns")
    assert "kettle" in (refused.value.suggestion or "")


async def test_a_class_that_exists_elsewhere_is_an_empty_answer(ask: Ask) -> None:
    assert (await ask("get_devices_in_room", room="kitchen", device_class="lock"))["count"] == 0


async def test_an_unknown_room_is_not_there_and_a_near_one_is_suggested(ask: Ask) -> None:
    with pytest.raises(NotThere, match="ballroom"):
        await ask("get_devices_in_room", room="ballroom")
    with pytest.raises(NotThere, match="dungeon") as unknown:
        await ask("get_devices_in_room", room="dungeon")
    assert "Did you mean" not in (unknown.value.suggestion or "")


async def test_a_device_is_not_a_room(ask: Ask) -> None:
    with pytest.raises(BadArguments, match="Oven is a device"):
        await ask("get_devices_in_room", room="Oven")


async def test_several_things_of_one_name_are_named_and_asked_back(ask: Ask) -> None:
    with pytest.raises(BadArguments, match="can mean") as several:
        await ask("find_device_controls", device="bedside lamp")
    assert "Left Bedside Lamp" in several.value.message
    assert "Right Bedside Lamp" in several.value.message


async def test_ways_are_found_whichever_way_they_were_drawn(ask: Ask) -> None:
    dining = await ask("get_room_connections", room="dining room")
    assert {(c["name"], c["through"]["name"]) for c in dining["connections"]} == {
        ("Kitchen", "Dining Arch"),
        ("Living Room", "Sliding Doors"),
    }
    landing = await ask("get_room_connections", room="landing")
    ways = {c["name"]: c["via"] for c in landing["connections"]}
    assert ways["Hall"] == "stairs"
    assert ways["Studio"] == "attic stairs"
    assert ways["Bathroom"] is None


async def test_windows_are_told_with_the_ways(ask: Ask) -> None:
    kitchen = await ask("get_room_connections", room="kitchen")
    assert names(kitchen["openings"]) == {"Kitchen Window"}
    assert names(kitchen["connections"]) == {"Hall", "Dining Room", "Utility Room"}


async def test_a_zone_tells_only_the_ways_out_of_it(ask: Ask) -> None:
    upstairs = await ask("get_room_connections", room="upstairs")
    assert names(upstairs["connections"]) == {"Ground Floor", "Top Floor", "Hall", "Studio"}


async def test_scenes_and_everything_that_acts_in_a_room_are_its_automations(ask: Ask) -> None:
    living = await ask("get_automations_in_room", room="living room")
    assert names(living["automations"]) == {"Everybody Left", "Good Night", "Movie Time", "Reading Hour", "Sunset"}
    movie = next(a for a in living["automations"] if a["name"] == "Movie Time")
    assert movie["type"] == "scene"
    assert {"Television", "Floor Lamp"} <= names(movie["affects"])


async def test_what_is_set_off_in_a_room_is_told_even_if_it_acts_elsewhere(ask: Ask) -> None:
    cellar = await ask("get_automations_in_room", room="cellar")
    (guard,) = cellar["automations"]
    assert guard["name"] == "Leak Guard"
    assert guard["affects"] == []
    assert names(guard["set_off_by"]) == {"Cellar Leak Sensor"}


async def test_a_room_without_automations_answers_with_none(ask: Ask) -> None:
    assert (await ask("get_automations_in_room", room="guest room"))["count"] == 0


async def test_an_id_of_another_home_answers_as_an_unknown_one(ask: Ask, maple: Home) -> None:
    with pytest.raises(NotThere) as unknown:
        await ask("get_devices_in_room", room=maple.project_id)
    assert "this id" in unknown.value.message
