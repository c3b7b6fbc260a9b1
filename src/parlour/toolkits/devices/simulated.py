"""Devices that nobody has: they do what real ones of their family do, and remember it in the database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import Reads
from parlour.toolkits.devices.driver import Changed, Command, Driver, Health, Known, Lost, Reading, Rejected
from parlour.toolkits.devices.planning import actions_of, after, kind_of
from parlour.toolkits.devices.tables import simulated
from parlour.toolkits.home.graph import Entity, Home, entity, fetch, select_entities

DRIVER = "simulated"
"""What stands as `driver` in the content of a thing that is simulated."""
READINGS = ("brightness", "color", "mode", "program", "source", "target", "unit", "value", "activated_at")
"""What of a content is how a device is, and not what it is."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Kept:
    """How a simulated device is, as it is kept; `version` is None for one that was never told anything."""

    thing: Entity
    reading: Reading
    last_key: str | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Simulation:
    """All the simulated devices of all homes of this server."""

    reads: Reads
    writer: Writer
    clock: Clock
    _listening: dict[Home, set[asyncio.Queue[Changed]]] = field(default_factory=dict[Home, set[asyncio.Queue[Changed]]])

    def serving(self, home: Home, thing: Entity) -> tuple[Driver, str] | None:
        """The driver of a thing and what it calls it; None for a thing that is not simulated."""
        return (self.of(home), thing.id) if thing.content.get("driver") == DRIVER else None

    def of(self, home: Home) -> "SimulatedDriver":
        """The driver of the simulated devices of one home."""
        return SimulatedDriver(home, self.reads, self.writer, self.clock, self._listening.setdefault(home, set()))


@dataclass(frozen=True, slots=True)
class SimulatedDriver:
    """The `Driver` of the simulated devices of one home."""

    home: Home
    reads: Reads
    writer: Writer
    clock: Clock
    listening: set[asyncio.Queue[Changed]]

    @property
    def name(self) -> str:
        """What people call it."""
        return "The simulation"

    async def devices(self) -> Sequence[Known]:
        """Everything in the home that is simulated."""
        async with self.reads.read() as connection:
            found = await fetch(connection, select_entities(self.home))
        return [Known(one.id, one.name, actions_of(one)) for one in found if one.content.get("driver") == DRIVER]

    async def state(self, device: str) -> Reading:
        """How a device is now. Raises Rejected for one that is not there."""
        async with self.reads.read() as connection:
            return (await self._kept(connection, device)).reading

    async def act(self, command: Command) -> None:
        """Do it. A command whose key was the last one's is not carried out again. Raises Rejected, Lost."""
        for _ in range(_TRIES):
            async with self.reads.read() as connection:
                kept = await self._kept(connection, command.device)
            if command.idempotency_key and command.idempotency_key == kept.last_key:
                return
            reading = self._done(kept, command)
            try:
                await self.writer.commit(self._unit(kept, reading, command.idempotency_key or None))
            except Moved:
                continue
            for queue in self.listening:
                queue.put_nowait(Changed(command.device, reading))
            return
        raise Lost("The simulated device is told too many things at once.")

    async def changes(self) -> AsyncIterator[Changed]:
        """What is done to simulated devices by this server from now on."""
        queue: asyncio.Queue[Changed] = asyncio.Queue()
        self.listening.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self.listening.discard(queue)

    async def health(self) -> Health:
        """It is always there."""
        return Health("connected", "")

    async def _kept(self, connection: AsyncConnection, device: str) -> _Kept:
        thing = await entity(connection, self.home, device)
        if thing is None or thing.content.get("driver") != DRIVER:
            raise Rejected("There is no such simulated device.")
        statement = select(simulated).where(self.home.owns(simulated), simulated.c.entity_id == device)
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            readings = {key: value for key, value in thing.content.items() if key in READINGS}
            return _Kept(thing, Reading(thing.state, readings), None, None)
        return _Kept(thing, Reading(row.state, row.readings), row.last_key, row.version)

    def _done(self, kept: _Kept, command: Command) -> Reading:
        family = kind_of(kept.thing)
        if family is None or command.action not in family.doings:
            raise Rejected(f"{kept.thing.name} cannot do this.")
        reading = after(family, command.action, command.value, kept.reading)
        if command.action == "activate":
            return Reading(reading.state, {**reading.values, "activated_at": isoformat(self.clock.now())})
        return reading

    def _unit(self, kept: _Kept, reading: Reading, key: str | None) -> Unit:
        row = {"state": reading.state, "readings": dict(reading.values), "last_key": key}
        if kept.version is None:
            owner = {"project_id": self.home.project_id, "tenant_id": self.home.tenant_id, "entity_id": kept.thing.id}
            return Unit(guards=[Guard(insert(simulated).values({**owner, **row, "version": 1}), Moved())])
        same = (
            self.home.owns(simulated),
            simulated.c.entity_id == kept.thing.id,
            simulated.c.version == kept.version,
        )
        return Unit(
            guards=[Guard(update(simulated).where(*same).values({**row, "version": kept.version + 1}), Moved())]
        )
