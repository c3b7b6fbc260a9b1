"""What every driver keeps to, whichever system it stands before."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.toolkits.devices import MIGRATIONS
from parlour.toolkits.devices.driver import Changed, Command, Driver, Rejected
from parlour.toolkits.devices.homeassistant.client import HomeAssistant
from parlour.toolkits.devices.homeassistant.driver import HomeAssistantDriver
from parlour.toolkits.devices.simulated import Simulation
from parlour.toolkits.home import MIGRATIONS as HOME
from parlour.toolkits.home.changes import HomeChanges, NewEntity
from tests.conftest import ManualClock
from tests.homeassistant import TOKEN, FakeHomeAssistant, home_assistant
from tests.storage import Storage, Templates
from tests.toolkits.home.conftest import new_home


@dataclass
class Lamp:
    """A driver, and what it calls its one lamp."""

    driver: Driver
    device: str


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("drivers"), toolkits=(HOME, MIGRATIONS))
    yield made
    made.close()


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """A fresh SQLite file: how a driver behaves does not depend on the database."""
    with templates.fresh("sqlite") as made:
        yield made


@pytest.fixture(params=["simulated", "home assistant"])
async def lamp(
    request: pytest.FixtureRequest, database: Database, writer: Writer, clock: ManualClock
) -> AsyncIterator[Lamp]:
    if request.param == "simulated":
        home = await new_home(writer)
        thing = NewEntity("device", "Lamp", content={"device_class": "lamp", "driver": "simulated", "state": "off"})
        async with database.read() as connection:
            await writer.commit(await HomeChanges(home, clock).create(connection, thing))
        yield Lamp(Simulation(database, writer, clock).of(home), thing.id)
        return
    fake = FakeHomeAssistant()
    fake.entity("light.lamp", "Lamp", "off", supported_color_modes=["brightness"])
    async with home_assistant(fake):
        client = HomeAssistant(fake.url, TOKEN)
        yield Lamp(HomeAssistantDriver("Home Assistant", client), "light.lamp")
        await client.close()


async def test_it_says_what_it_has_and_what_that_can_do(lamp: Lamp) -> None:
    (known,) = await lamp.driver.devices()
    assert (known.device, known.name) == (lamp.device, "Lamp")
    assert {"turn_on", "turn_off", "set_brightness"} <= set(known.capabilities)


async def test_what_it_acknowledged_is_so(lamp: Lamp) -> None:
    assert (await lamp.driver.state(lamp.device)).state == "off"
    await lamp.driver.act(Command(lamp.device, "set_brightness", 40))
    reading = await lamp.driver.state(lamp.device)
    assert (reading.state, reading.values["brightness"], reading.is_there) == ("on", 40, True)


async def test_what_it_does_not_have_or_cannot_do_is_rejected(lamp: Lamp) -> None:
    with pytest.raises(Rejected):
        await lamp.driver.state("light.none")
    with pytest.raises(Rejected):
        await lamp.driver.act(Command(lamp.device, "unlock"))
    assert (await lamp.driver.state(lamp.device)).state == "off"


async def test_a_change_is_told_to_whoever_listens(lamp: Lamp) -> None:
    changes = lamp.driver.changes()

    async def first() -> Changed:
        return await anext(changes)

    async with asyncio.timeout(60):
        hearing = asyncio.create_task(first())
        while not hearing.done():
            await lamp.driver.act(Command(lamp.device, "turn_on"))
            await asyncio.wait([hearing], timeout=0.05)
    changed = hearing.result()
    assert (changed.device, changed.reading.state) == (lamp.device, "on")


async def test_it_says_how_it_is(lamp: Lamp) -> None:
    assert (await lamp.driver.health()).state == "connected"


async def test_a_home_assistant_that_is_away_or_refuses_says_so() -> None:
    fake = FakeHomeAssistant()
    async with home_assistant(fake):
        refused = HomeAssistant(fake.url, "wrong")
        assert (await HomeAssistantDriver("Home Assistant", refused).health()).state == "refused"
        await refused.close()
    away = HomeAssistant(fake.url, TOKEN)
    assert (await HomeAssistantDriver("Home Assistant", away).health()).state == "away"
    await away.close()
