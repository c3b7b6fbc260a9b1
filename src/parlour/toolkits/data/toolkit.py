"""The toolset over the datasources of the caller's project: each kind brings its own tools."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from parlour.clock import Clock
from parlour.toolkits.data.datasource import Datasource, chosen
from parlour.toolkits.data.desk import DatasourceDesk
from parlour.toolkits.data.kinds import Kind
from parlour.toolkits.data.pools import Pools
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

REMEMBERED_S = 1.0
"""So long is it known which datasources a project has, for offering tools. Each call looks anew."""


@dataclass(slots=True)
class _Known:
    there: list[Datasource]
    until: float


class DataToolkit:
    """A toolset with the tools for whatever the caller's project has; nothing for a project without datasources."""

    def __init__(self, desk: DatasourceDesk, kinds: Mapping[str, Kind], clock: Clock, idle_s: float) -> None:
        self.desk = desk
        self.pools = Pools(desk.connect, clock, idle_s)
        self._kinds = kinds
        self._clock = clock
        self._known: dict[str, _Known] = {}

    @property
    def name(self) -> str:
        """Names the toolset."""
        return "data"

    async def open(self) -> None:
        """Nothing to get ready: sources are opened when they are used."""

    async def close(self) -> None:
        """Close every source."""
        await self.pools.close()

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The tools of every kind that the caller's project has a datasource of."""
        there = await self._offered(caller.project_id)
        by_kind = {name: [each for each in there if each.kind == name] for name in self._kinds}
        return [tool for name, mine in by_kind.items() if mine for tool in self._kinds[name].tools(self, mine)]

    async def choose(self, caller: Caller, kind: str, named: str | None, what: str) -> Datasource:
        """The datasource of the caller's project that is meant. Raises NotThere and BadArguments."""
        there = await self.desk.kept(caller.project_id)
        return chosen([each for each in there if each.kind == kind], named, what)

    def lend(self, datasource: Datasource) -> AbstractAsyncContextManager[Any]:
        """The open source, the same for all who use it at once."""
        return self.pools.lend(datasource)

    def changed(self, project_id: str, datasource_id: str) -> None:
        """A datasource was changed, or taken away, from here."""
        self._known.pop(project_id, None)
        self.pools.retire(datasource_id)

    async def _offered(self, project_id: str) -> list[Datasource]:
        now = self._clock.monotonic()
        known = self._known.get(project_id)
        if known is None or known.until <= now:
            if len(self._known) > 1_000:
                self._known.clear()
            known = _Known(await self.desk.kept(project_id), now + REMEMBERED_S)
            self._known[project_id] = known
        return known.there
