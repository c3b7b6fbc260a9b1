"""The migrations make exactly the tables that the code knows, and take them away again."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store import tables as house
from parlour.store.migrate import downgrade, upgrade
from parlour.toolkits.home import MIGRATIONS
from parlour.toolkits.home import tables as home
from tests.storage import Storage


def ours(name: str | None, kind: str) -> bool:
    """Whether something belongs to the home and is described by its tables, which the full-text indexes are not."""
    return kind != "table" or (str(name).startswith("home_") and not str(name).startswith("home_texts_index"))


def compared(item: Any, name: str | None, kind: str, *_: object) -> bool:
    """Whether Alembic shall compare something: all of ours but the column that only PostgreSQL searches."""
    if kind not in ("table", "column", "index"):
        return True
    table = item.table.name if kind in ("column", "index") else name
    return name not in ("found_by", "ix_home_texts_found_by") and ours(table, "table")


def differences(connection: Connection) -> list[object]:
    known = MetaData(naming_convention=house.metadata.naming_convention)
    for table in (*house.metadata.sorted_tables, *home.metadata.sorted_tables):
        table.to_metadata(known)
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": compared})
    return [change for change in compare_metadata(context, known) if "home_" in str(change)]


async def test_tables_and_migrations_are_the_same(storage: Storage) -> None:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_branch_goes_down_to_nothing_and_up_again(storage: Storage) -> None:
    folders: tuple[Path, ...] = (MIGRATIONS,)
    await downgrade(storage.url, folders, "home@base")
    assert await home_tables(storage) == set()
    await upgrade(storage.url, folders)
    assert {"home_entities", "home_versions", "home_relationships", "home_removed", "home_texts"} <= await home_tables(
        storage
    )


async def home_tables(storage: Storage) -> set[str]:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    await engine.dispose()
    return {name for name in names if name.startswith("home_")}
