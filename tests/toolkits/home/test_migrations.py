"""The migrations make exactly the tables that the code knows, and take them away again."""

from collections.abc import Mapping
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

BY_HAND = {"found_by", "ix_home_texts_found_by"}
"""What only one kind of database has, made by the migration and unknown to the tables."""


def ours(name: str | None, kind: str, parents: Mapping[str, str | None]) -> bool:
    """Whether something in the database is of the home and described by its tables."""
    table = str(name if kind == "table" else parents.get("table_name"))
    if kind in ("schema", "table") or table.startswith("home_"):
        return not table.startswith("home_texts_index") and name not in BY_HAND
    return False


def differences(connection: Connection) -> list[Any]:
    known = MetaData(naming_convention=house.metadata.naming_convention)
    for table in (*house.metadata.sorted_tables, *home.metadata.sorted_tables):
        table.to_metadata(known)
    options: dict[str, Any] = {"compare_type": True, "include_name": ours}
    context = MigrationContext.configure(connection, opts=options)
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
