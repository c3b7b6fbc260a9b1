"""From what people call their devices to the devices, who has them, and how they are now."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.database import Reads
from parlour.toolkits.devices.driver import DriverProblem, Reading, Tells
from parlour.toolkits.devices.imported import as_they_came
from parlour.toolkits.devices.performing import Performer
from parlour.toolkits.devices.planning import is_harmless, kind_of
from parlour.toolkits.home.graph import Entity, Home, edges
from parlour.toolkits.home.hearsay import Names
from parlour.toolkits.home.rooms import places_of
from parlour.tools.outcomes import BadArguments

_KINDS = ("device", "automation")
_WORKS_ON = ("controls", "automates", "manages")


class Finds(Names, Protocol):
    """Finds things by what people call them."""

    async def find(
        self, connection: AsyncConnection, home: Home, said: str, kinds: Collection[str] = (), *, what: str = "thing"
    ) -> Entity:
        """The one thing that is meant. Raises NotThere and BadArguments, which say what may have been meant."""
        ...


class Source(Protocol):
    """Where drivers come from."""

    def serving(self, home: Home, thing: Entity) -> tuple[Tells, str] | None:
        """The driver that has this thing, given as it came, and what it calls it; None where it has it not."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """A device that is meant, who has it, and how it is."""

    thing: Entity
    """As it came from whoever has it."""
    place: Entity | None
    driver: Tells
    device: str
    """What the driver calls it."""
    reading: Reading
    """How it is now; where its driver does not say, how it was seen last."""
    problem: str = ""
    """Why it cannot be reached; "" when it can."""
    is_harmless: bool = True
    """Whether it may be told what to do without asking anybody."""


class Targets:
    """Finds devices in homes, and reads how they are."""

    def __init__(self, finds: Finds, database: Reads, sources: Sequence[Source], performer: Performer) -> None:
        self._finds = finds
        self._database = database
        self._sources = sources
        self._performer = performer

    async def named(self, home: Home, devices: Sequence[str]) -> list[Target]:
        """The devices that are meant, each once. Raises BadArguments and NotThere."""
        async with self._database.read() as connection:
            found = [await self._finds.find(connection, home, said, _KINDS, what="device") for said in devices]
            ids = list(dict.fromkeys(thing.id for thing in found))
            places = await places_of(connection, home, found)
            works_on = await edges(connection, home, ids, outgoing=_WORKS_ON, far_types=_KINDS)
            came = await as_they_came(connection, home, [*found, *(edge.far for edge in works_on)])
        touched = {each: [came[edge.far.id] for edge in works_on if edge.near_id == each] for each in ids}
        served = [(came[each], *self._served(home, came[each])) for each in ids]
        return await asyncio.gather(
            *(
                self._target(thing, places.get(thing.id), driver, device, touched[thing.id])
                for thing, driver, device in served
            )
        )

    def _served(self, home: Home, thing: Entity) -> tuple[Tells, str]:
        if kind_of(thing) is None:
            raise BadArguments(
                f"{thing.name} cannot be told to do anything.", suggestion="Ask how it is instead; that can be read."
            )
        for source in self._sources:
            served = source.serving(home, thing)
            if served is not None:
                return served
        raise BadArguments(
            f"{thing.name} is described here and not connected to anything, so it cannot be controlled from here.",
            suggestion="An admin can connect the system that has it, in the settings under Connections.",
        )

    async def _target(
        self, thing: Entity, place: Entity | None, driver: Tells, device: str, touches: Sequence[Entity]
    ) -> Target:
        try:
            reading = await self._performer.reading(driver, device)
            problem = "" if reading.is_there else f"{driver.name} says that it does not answer."
        except DriverProblem as away:
            reading, problem = Reading(thing.state, thing.content), away.message
        return Target(thing, place, driver, device, reading, problem, is_harmless(thing, touches, reading))
