"""A home whose devices can be told what to do, on either kind of database."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import JsonValue

from parlour.ids import new_id
from parlour.journal.unit import Unit, Writer
from parlour.protocol.content import Effect
from parlour.store.database import Database
from parlour.toolkits.devices import MIGRATIONS, DevicesToolkit
from parlour.toolkits.devices.performing import Patience
from parlour.toolkits.devices.simulated import Simulation
from parlour.toolkits.devices.targets import Source
from parlour.toolkits.home import MIGRATIONS as HOME
from parlour.toolkits.home.changes import HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.demo import load_demo
from parlour.toolkits.home.graph import Entity, Home, entity
from parlour.toolkits.home.lookup import Lookup
from parlour.tools.acting import Foreseen, Found
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext
from tests.conftest import ManualClock
from tests.storage import Templates
from tests.toolkits.home.conftest import new_home

PATIENT = Patience(state=60, act=60, settle=2)
"""For drivers that answer, however busy the machine is. Settling goes by the clock of the test."""


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("devices"), toolkits=(HOME, MIGRATIONS))
    yield made
    made.close()


@dataclass
class House:
    """A home, and somebody in it who tells its devices what to do."""

    home: Home
    database: Database
    writer: Writer
    clock: ManualClock
    kit: DevicesToolkit
    simulation: Simulation
    allowed_as: Effect | None = None
    """As what the calls were foreseen."""

    @property
    def context(self) -> ToolContext:
        """Of a call of its own."""
        permissions = frozenset({"tools:read", "tools:control", "tools:destructive"})
        caller = Caller(self.home.tenant_id, new_id(), self.home.project_id, permissions)
        return ToolContext(caller, "conversation", "turn", "call", new_id(), self.allowed_as)

    async def tool(self) -> Tool:
        return (await self.kit.tools(self.context.caller))[0]

    async def control(
        self, devices: list[str] | str, action: str, value: float | str | None = None, *, relative: bool = False
    ) -> dict[str, Any]:
        """Call the tool as the executor does."""
        arguments = await self._arguments(devices, action, value, relative)
        return await (await self.tool()).function(self.context, **arguments)

    async def says(
        self, devices: list[str] | str, action: str, value: float | str | None = None, *, relative: bool = False
    ) -> str:
        """Call the tool, and have the answer in words."""
        result = await self.control(devices, action, value, relative=relative)
        return (await self.tool()).wording.sentence({}, result)

    async def foresee(
        self, devices: list[str] | str, action: str, value: float | str | None = None, *, relative: bool = False
    ) -> Foreseen:
        """What a call would change."""
        arguments = await self._arguments(devices, action, value, relative)
        foresee = (await self.tool()).acting.foresee
        assert foresee is not None
        return await foresee(self.context, **arguments)

    async def read_back(self, devices: str, action: str, value: float | str | None = None) -> Found:
        """What can be seen of a call."""
        arguments = await self._arguments(devices, action, value, False)
        read_back = (await self.tool()).acting.read_back
        assert read_back is not None
        return await read_back(self.context, **arguments)

    async def undo(self, result: dict[str, Any]) -> dict[str, Any]:
        """Take a call back."""
        undo = (await self.tool()).acting.undo
        assert undo is not None
        return await undo(self.context, {}, result)

    async def foresee_undo(self, result: dict[str, Any]) -> Foreseen:
        """What taking a call back would change."""
        foresee = (await self.tool()).acting.foresee_undo
        assert foresee is not None
        return await foresee(self.context, {}, result)

    async def add(self, name: str, device_class: str, *edges: tuple[str, str], **content: JsonValue) -> str:
        """A device more, simulated unless it says otherwise; its id."""
        body = {"driver": "simulated", "device_class": device_class, **content}
        body = {key: value for key, value in body.items() if value is not None}
        thing = NewEntity("device", name, content=body)
        changes = HomeChanges(self.home, self.clock)
        async with self.database.read() as connection:
            await self.writer.commit(await changes.create(connection, thing))
        for relationship, end in edges:
            async with self.database.read() as connection:
                await self.writer.commit(await changes.relate(connection, NewEdge(thing.id, relationship, end)))
        return thing.id

    async def thing(self, name: str) -> Entity:
        """How the home has a thing now."""
        async with self.database.read() as connection:
            return await Lookup().find(connection, self.home, name)

    async def by_id(self, entity_id: str) -> Entity | None:
        async with self.database.read() as connection:
            return await entity(connection, self.home, entity_id)

    async def commit(self, unit: Unit | None) -> None:
        assert unit is not None
        await self.writer.commit(unit)

    async def _arguments(
        self, devices: list[str] | str, action: str, value: float | str | None, relative: bool
    ) -> dict[str, Any]:
        named = [devices] if isinstance(devices, str) else devices
        raw: dict[str, JsonValue] = {"devices": [*named], "action": action, "value": value, "relative": relative}
        valid = (await self.tool()).validated(raw)
        return {key: getattr(valid, key) for key in type(valid).model_fields}


Build = Callable[..., Awaitable[House]]


@pytest.fixture
def build(database: Database, writer: Writer, clock: ManualClock) -> Build:
    """Makes a house whose devices are had by some sources, or by the simulation."""

    async def made(
        wrapped: Callable[[Simulation], Source] | None = None, *, demo: bool = False, patience: Patience = PATIENT
    ) -> House:
        home = await new_home(writer)
        if demo:
            await load_demo(writer, database, home.tenant_id, home.project_id, clock)
        simulation = Simulation(database, writer, clock)
        source = wrapped(simulation) if wrapped else simulation
        kit = DevicesToolkit(Lookup(), database, writer, clock, [source], patience)
        return House(home, database, writer, clock, kit, simulation)

    return made


@pytest.fixture
async def house(build: Build) -> House:
    """The demo house."""
    return await build(demo=True)
