"""A driver that can lie, hang, be late, and be gone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from parlour.clock import Clock
from parlour.toolkits.devices.driver import Changed, Command, Driver, Gone, Health, Known, Lost, Reading, Rejected
from parlour.toolkits.devices.simulated import Simulation
from parlour.toolkits.home.graph import Entity, Home


@dataclass
class Faults:
    """What a driver does wrong."""

    lies: bool = False
    """It acknowledges and does nothing."""
    hangs_acting: bool = False
    hangs_reading: bool = False
    gone: bool = False
    rejects: str = ""
    dies_after: bool = False
    """It does what it is told, and goes away before it says so."""
    late_s: float = 0.0
    """How long after its word it does it."""
    unavailable: bool = False
    """It answers, and the device does not."""
    commands: list[Command] = field(default_factory=list[Command])


@dataclass
class Faulty:
    """The simulated driver behind its faults."""

    inner: Driver
    faults: Faults
    clock: Clock
    _waiting: list[tuple[float, Command]] = field(default_factory=list[tuple[float, Command]])

    @property
    def name(self) -> str:
        return "The bridge"

    async def devices(self) -> Sequence[Known]:
        return await self.inner.devices()

    async def state(self, device: str) -> Reading:
        if self.faults.gone:
            raise Gone("The bridge cannot be reached.")
        if self.faults.hangs_reading:
            await asyncio.Event().wait()
        for at, command in [*self._waiting]:
            if at <= self.clock.monotonic():
                self._waiting.remove((at, command))
                await self.inner.act(command)
        reading = await self.inner.state(device)
        return Reading(reading.state, reading.values, is_there=not self.faults.unavailable)

    async def act(self, command: Command) -> None:
        if self.faults.gone:
            raise Gone("The bridge cannot be reached.")
        if self.faults.rejects:
            raise Rejected(self.faults.rejects)
        self.faults.commands.append(command)
        if self.faults.hangs_acting:
            await asyncio.Event().wait()
        if self.faults.lies:
            return
        if self.faults.late_s:
            self._waiting.append((self.clock.monotonic() + self.faults.late_s, command))
            return
        await self.inner.act(command)
        if self.faults.dies_after:
            self.faults.gone = True
            raise Lost("The bridge went away.")

    def changes(self) -> AsyncIterator[Changed]:
        return self.inner.changes()

    async def health(self) -> Health:
        return Health("away", "It is gone.") if self.faults.gone else await self.inner.health()


@dataclass
class FaultySource:
    """Has every simulated device, behind the faults of its driver."""

    simulation: Simulation
    faults: Faults
    drivers: dict[Home, Faulty] = field(default_factory=dict[Home, Faulty])

    def serving(self, home: Home, thing: Entity) -> tuple[Driver, str] | None:
        served = self.simulation.serving(home, thing)
        if served is None:
            return None
        driver = self.drivers.setdefault(home, Faulty(served[0], self.faults, self.simulation.clock))
        return driver, served[1]


def with_faults(faults: Faults) -> Callable[[Simulation], FaultySource]:
    """For the building of a house."""
    return lambda simulation: FaultySource(simulation, faults)
