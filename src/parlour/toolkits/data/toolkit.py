"""The toolset over the datasources of the caller's project: each kind brings its own tools."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from parlour.clock import Clock
from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource, chosen
from parlour.toolkits.data.desk import DatasourceDesk
from parlour.toolkits.data.errands import Errands
from parlour.toolkits.data.kinds import Kind, Personal
from parlour.toolkits.data.pools import Pools
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool
from parlour.tools.toolset import Toolset

REMEMBERED_S = 1.0
"""So long is it known which datasources a project has, for offering tools. Each call looks anew."""


def toolset_name(kind: str) -> str:
    """What the toolset of a kind that is apart is called."""
    return f"{kind} datasources"


@dataclass(slots=True)
class _Known:
    there: list[Datasource]
    until: float


class DataToolkit:
    """A toolset with the tools for whatever the caller's project has; nothing for a project without datasources."""

    def __init__(self, desk: DatasourceDesk, kinds: Mapping[str, Kind], clock: Clock, idle_s: float) -> None:
        self.desk = desk
        self.pools = Pools(desk.connect, clock, idle_s)
        self._errands = Errands()
        self._kinds = kinds
        self._apart: set[str] = set()
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}
        """By project and person."""
        self._forgotten = 0
        """How often something that was known has turned out to be old."""

    @property
    def name(self) -> str:
        """Names the toolset."""
        return "data"

    async def open(self) -> None:
        """Nothing to get ready: sources are opened when they are used."""

    async def close(self) -> None:
        """Close every source."""
        await self._errands.close()
        await self.pools.close()

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The tools of every kind that the caller's project has a datasource of, but for those that are apart."""
        there = await self._offered(caller)
        kinds = [name for name in self._kinds if name not in self._apart]
        return [tool for name in kinds for tool in await self._brought(name, there, caller)]

    async def tools_of(self, kind: str, caller: Caller) -> Sequence[Tool]:
        """The tools of one kind, where the caller's project has a datasource of it."""
        return await self._brought(kind, await self._offered(caller), caller)

    def apart(self, kind: str) -> Toolset:
        """Have the tools of a kind offered by a toolset of its own, so that what is wrong with it costs only those."""
        self._apart.add(kind)
        return _OneKind(toolset_name(kind), kind, self)

    async def choose(self, caller: Caller, kind: str, named: str | None, what: str) -> Datasource:
        """The datasource of the caller's project that is meant. Raises NotThere and BadArguments."""
        there = await self.desk.kept(caller.project_id, caller.user_id)
        return chosen([each for each in there if each.kind == kind], named, what)

    def lend(self, datasource: Datasource) -> AbstractAsyncContextManager[Any]:
        """The open source, the same for all who use it at once."""
        return self.pools.lend(datasource)

    async def remember(self, datasource: Datasource, known: Json) -> None:
        """Keep what was learned of a datasource, unless it has been changed since."""
        await self.desk.remember(datasource, known)
        self._forget(datasource.project_id)

    def errand(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have something done that nobody waits for, unless the same is being done."""
        self._errands.run(name, work)

    def changed(self, who: Caller, datasource_id: str) -> None:
        """A datasource was changed, or taken away, by `who` from here."""
        self._forget(who.project_id)
        self.pools.retire(datasource_id)
        self.errand(f"look at {who.project_id} for {who.user_id}", lambda: self._look(who))

    async def _look(self, who: Caller) -> None:
        """Have each kind look at what there is now, so that it knows of it before somebody asks."""
        there = await self._offered(who)
        for name in self._kinds:
            await self._brought(name, there, who)

    async def _brought(self, kind: str, there: Sequence[Datasource], caller: Caller) -> Sequence[Tool]:
        mine = [each for each in there if each.kind == kind]
        if not mine:
            return ()
        found = self._kinds[kind]
        if isinstance(found, Personal):
            return await found.tools_for(caller.user_id, self, mine)
        return found.tools(self, mine)

    async def _offered(self, caller: Caller) -> list[Datasource]:
        now = self._clock.monotonic()
        known = self._known.get((caller.project_id, caller.user_id))
        if known is None or known.until <= now:
            if len(self._known) > 1_000:
                self._known.clear()
            forgotten = self._forgotten
            known = _Known(await self.desk.kept(caller.project_id, caller.user_id), now + REMEMBERED_S)
            # What was changed while it was read may be missing in it.
            if forgotten == self._forgotten:
                self._known[caller.project_id, caller.user_id] = known
        return known.there

    def _forget(self, project_id: str) -> None:
        self._known = {key: known for key, known in self._known.items() if key[0] != project_id}
        self._forgotten += 1


@dataclass(frozen=True, slots=True)
class _OneKind:
    """The tools of one kind. The toolkit opens and closes its sources."""

    name: str
    kind: str
    toolkit: DataToolkit

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        return await self.toolkit.tools_of(self.kind, caller)
