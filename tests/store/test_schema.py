"""The tables in code and those that migrations make are the same, on both databases, there and back."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store.migrate import downgrade, upgrade
from parlour.store.tables import metadata
from tests.storage import Storage


def differences(connection: Connection) -> list[object]:
    """What a migration would still have to change."""
    reads_defaults = connection.dialect.name == "postgresql"  # SQLite's come back in other words
    options = {"compare_server_default": reads_defaults, "include_object": compared}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def compared(_: Any, name: str | None, *__: object) -> bool:
    """Whether the code knows of it: it does not of the full-text indexes, which are each database's own."""
    return not str(name).startswith(("search_words_index", "ix_search_words_words"))


def names(connection: Connection) -> set[str]:
    return {name for name in inspect(connection).get_table_names() if compared(None, name)} - {"alembic_version"}


async def test_migrations_make_the_tables_that_the_code_knows(storage: Storage) -> None:
    await upgrade(storage.url)
    engine = create_async_engine(storage.url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(names) == set(metadata.tables)
    await engine.dispose()


async def test_every_migration_can_be_undone_and_done_again(storage: Storage) -> None:
    engine = create_async_engine(storage.url, poolclass=NullPool)
    await upgrade(storage.url)
    await downgrade(storage.url)
    async with engine.connect() as connection:
        assert await connection.run_sync(names) == set()
    await upgrade(storage.url)
    await upgrade(storage.url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_whatever_belongs_to_somebody_has_its_tenant() -> None:
    nobodys = {"tenants", "nodes", "jobs", "sign_ins", "topics", "events", "deltas", "commits"}
    parts_of_a_row = {"attempts", "turn_steps", "commands", "search_words", "message_edits"}
    for table in metadata.tables.values():
        assert "tenant_id" in table.c or table.name in nobodys | parts_of_a_row, table.name
