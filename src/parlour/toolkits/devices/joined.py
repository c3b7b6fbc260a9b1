"""Keeps every connection of the house that an admin wants: its driver on every node, and one node that follows it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import update

from parlour.clock import Clock, isoformat
from parlour.errors import ParlourError
from parlour.journal.jobs import Job
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import READ_FAULTS, Reads
from parlour.store.queries.connections import StoredConnection, stored_connections
from parlour.store.tables import connections
from parlour.toolkits.devices.driver import Command, Gone, Reading, Tells
from parlour.toolkits.devices.homeassistant.client import HomeAssistant
from parlour.toolkits.devices.homeassistant.driver import DRIVER, HomeAssistantDriver
from parlour.toolkits.devices.homeassistant.following import Follower, Pace
from parlour.toolkits.devices.homeassistant.importing import Importer
from parlour.toolkits.devices.homeassistant.trial import Tried, tried
from parlour.toolkits.devices.standing import Standing
from parlour.toolkits.home.graph import Entity, Home

LOOK_S = 2.0
"""How often it is looked whether an admin changed something."""
LEADS_S = 20.0
"""How long a node that was told that it follows the connections does so, without being told again."""

Opened = Callable[[StoredConnection], str]
"""The token of a connection. Reads a file. Raises NotAvailable when it does not open."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Join:
    """One connection as this node has it."""

    row: StoredConnection
    client: HomeAssistant
    follower: Follower | None = None
    task: "asyncio.Task[None] | None" = None


@dataclass(slots=True)
class Joined:
    """The connections of this house. `serving` gives their drivers; `go_on` keeps them."""

    reads: Reads
    writer: Writer
    clock: Clock
    opened: Opened
    pace: Pace = field(default_factory=Pace)
    _joins: dict[str, Join] = field(default_factory=dict[str, Join])
    _leads_until: float = float("inf")
    _nudged: asyncio.Event = field(default_factory=asyncio.Event)

    def serving(self, home: Home, thing: Entity) -> tuple[Tells, str] | None:
        """The driver that has a thing, given as it came; None for one that no connection ever had."""
        if thing.content.get("driver") != DRIVER:
            return None
        device = str(thing.content.get("entity_id"))
        join = self._joins.get(str(thing.content.get("connection")))
        if join is None or join.row.project_id != home.project_id:
            return None
        if not join.row.is_on:
            return _Off(join.row.name), device
        return HomeAssistantDriver(join.row.name, join.client), device

    async def tried(self, base_url: str, token: str) -> Tried:
        """Try an address and a token out. Nothing is kept. Never raises."""
        return await tried(base_url, token)

    def job(self) -> Job:
        """The following of the connections, as a job of one node. From now on they are followed by whoever has it."""
        self._leads_until = float("-inf")
        return Job("connections", LOOK_S, self._lead)

    async def _lead(self, still_mine: Guard) -> bool:
        """Follow from here, for a while. Who hangs longer than that stops following before it does anything else."""
        del still_mine
        self._leads_until = self.clock.monotonic() + LEADS_S
        return False

    def nudge(self) -> None:
        """Look at once: an admin has changed something."""
        self._nudged.set()

    async def go_on(self) -> None:
        """Keep to what admins want until cancelled, and then leave everything."""
        try:
            while True:
                self._nudged.clear()
                await self._try_to_look()
                await self._wait()
        finally:
            await self.close()

    async def look(self) -> None:
        """Join what is wanted, and leave what is not wanted any more."""
        async with self.reads.read() as connection:
            rows = {row.id: row for row in await stored_connections(connection)}
        for join in [join for join in self._joins.values() if _is_other(join.row, rows.get(join.row.id))]:
            await self._leave(join)
        leads = self.clock.monotonic() < self._leads_until
        for row in rows.values():
            join = self._joins.get(row.id) or await self._join(row)
            if join is None:
                continue
            join.row = row
            if row.is_on and leads and join.task is None and row.sealed_token is not None:
                join.follower = self._follower(row, join.client)
                join.task = asyncio.create_task(join.follower.follow(), name=f"connection {row.id}")
            elif join.task is not None and not leads:
                await self._stop(join)

    async def close(self) -> None:
        """Leave everything."""
        for join in [*self._joins.values()]:
            await self._stop(join)
            await join.client.close()
        self._joins.clear()

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except (*READ_FAULTS, ParlourError):
            log.exception("the connections could not be looked at; trying again")

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._nudged.wait()
        except TimeoutError:
            return

    async def _join(self, row: StoredConnection) -> Join | None:
        try:
            token = await asyncio.to_thread(self.opened, row)
        except ParlourError as closed:
            if row.is_on and row.problem != closed.safe:
                await self._say(row, Standing("refused", closed.safe))
            return None
        join = self._joins[row.id] = Join(row, HomeAssistant(row.base_url, token))
        if row.is_on and row.state == "off":
            await self._say(row, Standing("connecting"))
        return join

    async def _leave(self, join: Join) -> None:
        was_followed = join.follower if join.task is not None else None
        await self._stop(join)
        await join.client.close()
        del self._joins[join.row.id]
        if was_followed is not None:
            await was_followed.rest()

    async def _stop(self, join: Join) -> None:
        if join.task is not None:
            join.task.cancel()
            await asyncio.gather(join.task, return_exceptions=True)
            join.task = None

    def _follower(self, row: StoredConnection, client: HomeAssistant) -> Follower:
        home = Home(row.tenant_id, row.project_id)
        importer = Importer(row.id, home, self.reads, self.writer, self.clock)

        async def say(standing: Standing) -> None:
            await self._say(row, standing)

        return Follower(client, importer, self.reads, self.writer, self.clock, say, self.pace)

    async def _say(self, row: StoredConnection, standing: Standing) -> None:
        """Keep how a connection stands, unless an admin has changed it meanwhile."""
        values: dict[str, object] = {"state": standing.state, "problem": standing.problem[:500] or None}
        values |= {"server": standing.server[:200]} if standing.server else {}
        values |= {"imported": dict(standing.imported)} if standing.imported else {}
        same = (connections.c.id == row.id, connections.c.version == row.version)
        since = isoformat(self.clock.now())
        other = connections.c.state != standing.state
        await self.writer.commit(
            Unit(
                changes=[
                    update(connections).where(*same, other).values(since=since),
                    update(connections).where(*same).values(values),
                ]
            )
        )


def _is_other(now: StoredConnection, row: StoredConnection | None) -> bool:
    """Whether a connection is not what it was: another address or token, off, or gone."""
    return row is None or row.version != now.version


@dataclass(frozen=True, slots=True)
class _Off:
    """The driver of a connection that an admin switched off."""

    name: str

    async def state(self, device: str) -> Reading:
        del device
        raise Gone(f"The connection to {self.name} is switched off.")

    async def act(self, command: Command) -> None:
        del command
        raise Gone(f"The connection to {self.name} is switched off.")
