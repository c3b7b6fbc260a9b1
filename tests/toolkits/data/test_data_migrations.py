"""The migrations make exactly the table of datasources that the code knows, and take it away again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store import tables as house
from parlour.store.migrate import downgrade, upgrade
from parlour.toolkits.data import MIGRATIONS
from parlour.toolkits.data import tables as data
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Storage]:
    """A fresh database of either kind."""
    if request.param == "postgres" and not postgres_is_there():
        missing("PostgreSQL")
    with templates.fresh(request.param) as made:
        yield made


def differences(connection: Connection) -> list[object]:
    known = MetaData(naming_convention=house.metadata.naming_convention)
    for table in (*house.metadata.sorted_tables, *data.metadata.sorted_tables):
        if table.name not in known.tables:
            table.to_metadata(known)
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [change for change in compare_metadata(context, known) if "datasources" in str(change)]


async def test_tables_and_migrations_are_the_same(storage: Storage) -> None:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_branch_goes_down_to_nothing_and_up_again(storage: Storage) -> None:
    async def is_there() -> bool:
        engine = create_async_engine(storage.url, poolclass=NullPool)
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda c: inspect(c).has_table("datasources"))
        await engine.dispose()
        return found

    await downgrade(storage.url, (MIGRATIONS,), "data@base")
    assert not await is_there()
    await upgrade(storage.url, (MIGRATIONS,))
    assert await is_there()
