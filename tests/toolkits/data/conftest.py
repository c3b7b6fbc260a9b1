"""A project with datasources, and a way to ask its tools as the executor does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.datasources import NewDatasource
from parlour.store.database import Database
from parlour.store.tables import projects, tenants, users
from parlour.toolkits.data import MIGRATIONS, DataToolkit, SecretPlace, data_toolkit
from parlour.toolkits.data.sql.kind import SqlKind
from parlour.toolkits.data.sql.settings import SqlLimits
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext
from tests.conftest import ManualClock
from tests.databases import Shop, shop
from tests.storage import Storage, Templates

NOW = "2026-11-20T12:00:00.000Z"
IDLE_S = 300.0
LIMITS = SqlLimits(rows=100, seconds=30.0)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("data"), toolkits=(MIGRATIONS,))
    yield made
    made.close()


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """Where the house itself keeps things: SQLite; what is asked here are other databases."""
    with templates.fresh("sqlite") as made:
        yield made


class Envelope:
    """Seals of paper: they open for the place that they were made for, and for no other."""

    async def seal(self, secret: str, place: SecretPlace) -> tuple[str, Sequence[Guard]]:
        return f"{place.datasource_id} {place.address}\n{secret}", ()

    async def opened(self, sealed: str, place: SecretPlace) -> str:
        where, _, secret = sealed.partition("\n")
        assert where == f"{place.datasource_id} {place.address}"
        return secret


@dataclass
class Project:
    """A project, and somebody in it."""

    kit: DataToolkit
    caller: Caller

    async def add(self, name: str, settings: dict[str, Any], *, writable: bool = False, kind: str = "sql") -> str:
        """Give it a datasource; its id."""
        new = NewDatasource(name=name, kind=kind, settings=settings, writable=writable)
        made = await self.kit.desk.add(self.caller, new)
        self.kit.changed(self.caller, made)
        return made

    async def tools(self) -> dict[str, Tool]:
        """The tools that are offered there."""
        return {tool.name: tool for tool in await self.kit.tools(self.caller)}

    @property
    def context(self) -> ToolContext:
        """Of a call."""
        return ToolContext(self.caller, "conversation", "turn", "call", new_id())

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool, its arguments validated as a model's are."""
        found = (await self.tools())[tool]
        values = found.validated(arguments)
        return await found.function(self.context, **{name: getattr(values, name) for name in type(values).model_fields})

    async def query(self, query: str, **arguments: Any) -> dict[str, Any]:
        return await self.ask("database_query", query=query, **arguments)

    async def says(self, tool: str, **arguments: Any) -> str:
        """Call a tool, and have the answer in words."""
        result = await self.ask(tool, **arguments)
        return (await self.tools())[tool].wording.sentence({}, result)

    def stranger(self) -> "Project":
        """Somebody in another project."""
        return replace(self, caller=replace(self.caller, project_id=new_id()))


Furnish = Callable[..., Awaitable[Project]]


@pytest.fixture
async def furnish(database: Database, writer: Writer, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Furnish]:
    """Makes an empty project, with these limits and these kinds besides SQL."""
    kits: list[DataToolkit] = []

    async def made(limits: SqlLimits = LIMITS, kinds: Sequence[Any] = ()) -> Project:
        caller = Caller(new_id(), new_id(), new_id(), frozenset({"tools:read", "tools:write", "tools:destructive"}))
        tenant = insert(tenants).values(id=caller.tenant_id, name="Tenant", created_at=NOW)
        person = insert(users).values(
            id=caller.user_id, tenant_id=caller.tenant_id, username="u", role="admin", is_active=True, created_at=NOW
        )
        project = insert(projects).values(
            id=caller.project_id, tenant_id=caller.tenant_id, name="Shop", is_home=False, created_at=NOW
        )
        await writer.commit(Unit(changes=[tenant, person, project]))
        shipped = [SqlKind(tmp_path, clock, limits), *kinds]
        kits.append(data_toolkit(database, writer, clock, Envelope(), shipped, IDLE_S))
        return Project(kits[-1], caller)

    yield made
    for kit in kits:
        await kit.close()


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def shopped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """The shop; the test runs once on each dialect."""
    with shop(request.param, tmp_path) as made:
        yield made


@pytest.fixture
async def project(furnish: Furnish, shopped: Shop) -> Project:
    """A project with the shop as its only database."""
    made = await furnish()
    await made.add("shop", shopped.settings)
    return made
