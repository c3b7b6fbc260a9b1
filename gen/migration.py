"""Prints a migration that would bring the migrations' schema to the tables: `python -m gen.migration`.

A starting point for the hand: read it, name it, and put it beside the others.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.store.database import database_url
from parlour.store.migrate import upgrade
from parlour.store.tables import metadata


def is_described(_: object, name: str | None, *__: object) -> bool:
    """Whether the tables in code tell of it: they do not of full-text indexes, which are each database's own."""
    return not str(name).startswith("search_words_index")


def difference(connection: Connection) -> tuple[str, str]:
    """The bodies of upgrade and downgrade that are missing on `connection`, as Python."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_described})
    script = produce_migrations(context, metadata)
    parts: list[Any] = [script.upgrade_ops, script.downgrade_ops]
    up, down = (render_python_code(part) for part in parts)
    return str(up), str(down)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = database_url(f"sqlite:///{Path(folder) / 'empty.db'}")
        await upgrade(url)
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            up, down = await connection.run_sync(difference)
        await engine.dispose()
    print(up, down, sep="\n\n# --- downgrade\n\n")


if __name__ == "__main__":
    asyncio.run(main())
