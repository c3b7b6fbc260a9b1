"""The migrations make exactly the tables of devices that the code knows, and take them away again."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store import tables as house
from parlour.store.migrate import downgrade, upgrade
from parlour.toolkits.devices import MIGRATIONS
from parlour.toolkits.devices import tables as devices
from parlour.toolkits.home import MIGRATIONS as HOME
from parlour.toolkits.home import tables as home
from tests.storage import Storage


def differences(connection: Connection) -> list[object]:
    known = MetaData(naming_convention=house.metadata.naming_convention)
    for table in (*house.metadata.sorted_tables, *home.metadata.sorted_tables, *devices.metadata.sorted_tables):
        if table.name not in known.tables:
            table.to_metadata(known)
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [change for change in compare_metadata(context, known) if "device_" in str(change)]


async def tables(storage: Storage) -> set[str]:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    await engine.dispose()
    return {name for name in names if name.startswith("device_")}


async def test_tables_and_migrations_are_the_same(storage: Storage) -> None:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_branch_goes_down_to_nothing_and_up_again(storage: Storage) -> None:
    folders = (HOME, MIGRATIONS)
    await downgrade(storage.url, folders, "devices@base")
    assert await tables(storage) == set()
    await upgrade(storage.url, folders)
    assert await tables(storage) == {"device_simulated", "device_imports"}
