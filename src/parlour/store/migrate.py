"""Brings a database to the schema that this version knows, or back.

Toolkits that keep data bring their own migrations: a folder of versions beside their tables, on a branch of their
own that depends on the house's.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store import heads
from parlour.store.nodes import live_nodes, refuse_beside

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 0x7061726C6F7572
"""The lock under which tables are made on PostgreSQL, so that two servers that start at once do not both make them."""


async def upgrade(
    url: URL,
    toolkits: Sequence[Path] = (),
    revision: str = "heads",
    *,
    before: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Apply every migration up to `revision`, all in one transaction. `toolkits` are further folders of versions.

    `before` is awaited first where there are tables that will change. Raises Unavailable when there is something to
    apply and a server still runs on the database.
    """
    engine = engine_to(url)
    try:
        stored = await _stored(engine)
        if revision == "heads" and stored == heads.newest([MIGRATIONS / "versions", *toolkits]):
            return
        refuse_beside(await live_nodes(url), "start this version: it brings the tables up to date")
        if stored and before is not None:
            await before()
        await apply(engine, toolkits, revision)
    finally:
        await engine.dispose()


async def apply(engine: AsyncEngine, toolkits: Sequence[Path], revision: str) -> None:
    """The same on a database that nobody else has."""
    from alembic import command

    await _run(engine, [MIGRATIONS / "versions", *toolkits], lambda config: command.upgrade(config, revision))


async def downgrade(url: URL, toolkits: Sequence[Path] = (), revision: str = "base") -> None:
    """Undo every migration down to `revision`, all in one transaction."""
    from alembic import command

    engine = engine_to(url)
    try:
        await _run(engine, [MIGRATIONS / "versions", *toolkits], lambda config: command.downgrade(config, revision))
    finally:
        await engine.dispose()


def engine_to(url: URL, **options: Any) -> AsyncEngine:
    """Connections that may change tables."""
    engine = create_async_engine(url, poolclass=NullPool, hide_parameters=True, **options)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


async def _stored(engine: AsyncEngine) -> frozenset[str]:
    async with engine.connect() as connection:
        return await connection.run_sync(heads.stored)


async def _run(engine: AsyncEngine, folders: Sequence[Path], step: "Callable[[Config], None]") -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, folders)))

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        step(config)

    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
        await connection.run_sync(run)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
