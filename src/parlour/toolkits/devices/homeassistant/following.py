"""Keeps a home in step with its Home Assistant: everything when the connection is made, then what changes."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import ParlourError
from parlour.journal.retrying import read_and_commit
from parlour.journal.unit import Unit, Writer
from parlour.store.database import READ_FAULTS, Reads
from parlour.toolkits.devices.driver import DriverProblem
from parlour.toolkits.devices.homeassistant.client import HomeAssistant, Unauthorised
from parlour.toolkits.devices.homeassistant.importing import Importer
from parlour.toolkits.devices.homeassistant.reading import snapshot
from parlour.toolkits.devices.homeassistant.registry import counts, wanted
from parlour.toolkits.devices.homeassistant.socket import Socket
from parlour.toolkits.devices.homeassistant.states import reading_of
from parlour.toolkits.devices.homeassistant.wire import REGISTRIES, State, changed_state, is_coming_or_going
from parlour.toolkits.devices.standing import Standing
from parlour.toolkits.home.changes import LARGEST_UNIT
from parlour.toolkits.home.observing import Observed, observe

UPDATES = frozenset({*(f"{name}_registry_updated" for name in REGISTRIES), "homeassistant_started"})
"""The events after which everything is read anew."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things happen, in seconds."""

    batch: float = 1.0
    """What changes within it is kept together."""
    settle: float = 2.0
    """How long it has to be quiet before everything is read anew."""
    first_pause: float = 1.0
    longest_pause: float = 60.0
    """Between two tries to connect."""
    every: float = 3600.0
    """How long until everything is read anew, whatever was said meanwhile."""


@dataclass(slots=True)
class Follower:
    """Follows one Home Assistant for as long as it is let. `say` is told whenever it stands otherwise."""

    client: HomeAssistant
    importer: Importer
    reads: Reads
    writer: Writer
    clock: Clock
    say: Callable[[Standing], Awaitable[None]]
    pace: Pace = field(default_factory=Pace)
    _ids: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the home calls each entity."""
    _pause: float = 0.0

    async def follow(self) -> None:
        """Connect, keep in step, and connect again after a pause; ends when the token is refused."""
        while True:
            self._pause = min(max(self._pause * 2, self.pace.first_pause), self.pace.longest_pause)
            try:
                await self._session()
            except Unauthorised as refused:
                await self._fallen(Standing("refused", refused.message))
                return
            except DriverProblem as problem:
                await self._fallen(Standing("away", problem.message))
            except (*READ_FAULTS, ParlourError):
                log.exception("a home could not be kept in step; trying again")
            await self.clock.sleep(self._pause * random.uniform(0.8, 1.2))

    async def rest(self) -> None:
        """Have the home say that nothing is heard of its things any more."""
        since = isoformat(self.clock.now())
        ids = self._ids or await self.importer.known()
        await self._observe({thing: {"unheard_since": since} for thing in ids.values()}, is_first=True)

    async def _session(self) -> None:
        """From one connecting to its end. Raises DriverProblem."""
        async with self.client.socket() as socket:
            for kind in ("state_changed", *sorted(UPDATES)):
                await socket.command("subscribe_events", event_type=kind)
            while True:
                await self._read_all(socket)
                self._pause = 0.0
                await self._hear(socket)

    async def _read_all(self, socket: Socket) -> None:
        found = await snapshot(socket)
        things = wanted(found, self.importer.connection_id)
        self._ids = await self.importer.bring(things, is_whole=found.is_whole)
        await self._keep(found.states)
        imported = {**counts(things), "at": isoformat(self.clock.now())}
        await self.say(Standing("connected", "", found.server, imported))

    async def _hear(self, socket: Socket) -> None:
        """Keep what changes, until everything has to be read anew."""
        until = self.clock.monotonic() + self.pace.every
        is_stale = False
        while self.clock.monotonic() < until:
            events = await self._batch(socket)
            states = [state for each in events if (state := changed_state(each)) is not None]
            await self._keep({state.entity_id: state for state in states})
            updated = any(each.get("event_type") in UPDATES or is_coming_or_going(each) for each in events)
            if is_stale and not updated:
                return
            is_stale = is_stale or updated

    async def _batch(self, socket: Socket) -> Sequence[Mapping[str, Any]]:
        """What comes within a moment of the first; nothing when it is quiet."""
        loop = asyncio.get_running_loop()
        event = await socket.event(self.pace.settle)
        until = loop.time() + self.pace.batch
        events: list[Mapping[str, Any]] = []
        while event is not None:
            events.append(event)
            event = await socket.event(max(until - loop.time(), 0)) if len(events) < LARGEST_UNIT else None
        return events

    async def _keep(self, states: Mapping[str, State]) -> None:
        """Have the home say how things are."""
        seen = {self._ids[name]: _observed(state) for name, state in states.items() if name in self._ids}
        await self._observe(seen)

    async def _fallen(self, standing: Standing) -> None:
        try:
            await self.rest()
            await self.say(standing)
        except (*READ_FAULTS, ParlourError):
            log.exception("it could not be kept that a connection is away")
        self._ids = {}

    async def _observe(self, seen: Mapping[str, Observed], *, is_first: bool = False) -> None:
        """`is_first` leaves alone what is known to be unheard of already."""
        ids = [*seen]
        for start in range(0, len(ids), LARGEST_UNIT):
            part = {thing: seen[thing] for thing in ids[start : start + LARGEST_UNIT]}

            async def build(
                connection: AsyncConnection, part: Mapping[str, Observed] = part
            ) -> tuple[None, Unit | None]:
                unless = "unheard_since" if is_first else None
                return None, await observe(connection, self.importer.home, self.clock, part, unless=unless)

            await read_and_commit(self.reads, self.writer, build)


def _observed(state: State) -> Observed:
    reading = reading_of(state)
    return {**reading.values, "state": reading.state, "unheard_since": None}
