"""What a home says it holds."""

from parlour.ids import new_id
from parlour.journal.unit import Writer
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.changes import HomeChanges, NewEntity
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.inventory import Inventory
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import caller_in, new_home


async def test_an_empty_home_holds_nothing(kit: HomeToolkit, home: Home) -> None:
    assert await kit.inventory(caller_in(home)) == Inventory(None, False, {})


async def test_the_demo_house_says_that_it_is_one(kit: HomeToolkit, maple: Home) -> None:
    found = await kit.inventory(caller_in(maple))
    assert (found.name, found.is_demo) == ("Maple House", True)
    assert found.counts["room"] > 5
    assert found.total == sum(found.counts.values()) >= 60


async def test_a_home_of_ones_own_is_counted_by_itself(
    kit: HomeToolkit, maple: Home, writer: Writer, clock: ManualClock
) -> None:
    other = await new_home(writer)
    mine = HomeChanges(other, clock)
    things = [NewEntity("home", "Harbour Flat"), NewEntity("room", "Galley")]
    await writer.commit(mine.at_once(things, [], new_id()))
    found = await kit.inventory(caller_in(other))
    assert found == Inventory("Harbour Flat", False, {"home": 1, "room": 1})
    assert (await kit.inventory(caller_in(maple))).total > 60


def test_figures_become_words_one_and_many() -> None:
    routines = {"automation": 1, "schedule": 1}
    assert Inventory("A", False, {"room": 1, "device": 2, **routines}).in_words() == (
        "1 room, 2 devices and 2 automations"
    )
    assert Inventory("A", False, {"note": 3}).in_words() == "3 things"
