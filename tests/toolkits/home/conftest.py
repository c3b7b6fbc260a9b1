"""A home of one's own, on either kind of database, and a way to ask its tools."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from parlour.ids import new_id
from parlour.journal.unit import Unit, Writer
from parlour.store.database import Database
from parlour.store.tables import projects, tenants
from parlour.toolkits.home import MIGRATIONS, HomeToolkit
from parlour.toolkits.home.changes import HomeChanges
from parlour.toolkits.home.demo import load_demo
from parlour.toolkits.home.graph import Home
from parlour.tools.caller import Caller
from parlour.tools.tool import ToolContext
from tests.conftest import ManualClock
from tests.storage import Templates

NOW = "2026-11-20T12:00:00.000Z"

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("homes"), toolkits=(MIGRATIONS,))
    yield made
    made.close()


async def new_home(writer: Writer) -> Home:
    """An empty home: a project of a tenant of its own."""
    home = Home(new_id(), new_id())
    project = insert(projects).values(
        id=home.project_id, tenant_id=home.tenant_id, name="Home", is_home=True, created_at=NOW
    )
    tenant = insert(tenants).values(id=home.tenant_id, name="Tenant", created_at=NOW)
    await writer.commit(Unit(changes=[tenant, project]))
    return home


def caller_in(home: Home) -> Caller:
    """Somebody who may read in this home."""
    return Caller(home.tenant_id, new_id(), home.project_id, frozenset({"tools:read"}))


def asker(kit: HomeToolkit, caller: Caller) -> Ask:
    """Asks a tool of `kit` by name, with its arguments validated as a model's would be."""

    async def ask(name: str, **arguments: Any) -> dict[str, Any]:
        tool = next(t for t in await kit.tools(caller) if t.name == name)
        values = tool.validated(arguments)
        context = ToolContext(caller, "conversation", "turn", "call")
        return await tool.function(context, **{key: getattr(values, key) for key in type(values).model_fields})

    return ask


@pytest.fixture
async def home(writer: Writer) -> Home:
    return await new_home(writer)


@pytest.fixture
async def kit(database: Database, writer: Writer, clock: ManualClock) -> AsyncIterator[HomeToolkit]:
    made = HomeToolkit(database, writer, clock)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def maple(writer: Writer, database: Database, home: Home, clock: ManualClock) -> Home:
    """The demo house."""
    await load_demo(writer, database, home.tenant_id, home.project_id, clock)
    return home


@pytest.fixture
def ask(kit: HomeToolkit, home: Home) -> Ask:
    return asker(kit, caller_in(home))


@pytest.fixture
def changes(home: Home, clock: ManualClock) -> HomeChanges:
    return HomeChanges(home, clock, user_id=None)
