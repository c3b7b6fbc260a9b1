"""Engines over each dialect: how it is reached, kept to reading, and held to a time."""

import importlib
import ssl
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolResetState

from parlour.store.database import close_in_order
from parlour.toolkits.data.sql import mysql_rows, postgresql_messages
from parlour.toolkits.data.sql.ending import THREAD, Thread
from parlour.toolkits.data.sql.guarded import Guarded
from parlour.toolkits.data.sql.settings import Dialect, SqlLimits, SqlSettings, file_within
from parlour.tools.outcomes import Failed

_DRIVERS: Mapping[Dialect, tuple[str, str, str]] = {
    "sqlite": ("aiosqlite", "sqlite+aiosqlite", ""),
    "postgresql": ("asyncpg", "postgresql+asyncpg", "postgres"),
    "mysql": ("aiomysql", "mysql+aiomysql", "mysql"),
}
"""The module, its name for SQLAlchemy, and the extra that brings it."""
_MYSQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Set for every session: how words are read must not depend on the server."""


def engine_for(settings: SqlSettings, limits: SqlLimits, root: Path, *, may_change: bool) -> AsyncEngine:
    """An engine over a database, without a connection so far. Raises Failed without its driver, Refused for a file
    that is not there."""
    module, driver, extra = _DRIVERS[settings.dialect]
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise Failed(
            f"This server cannot ask {settings.title}: {module} is not installed.",
            suggestion=f"Install it with the extra “{extra}”: pip install 'parlour[{extra}]'.",
        ) from error
    options: dict[str, Any] = {"pool_size": limits.connections, "max_overflow": 0, "pool_recycle": 1_800}
    if settings.dialect == "sqlite":
        return _sqlite(driver, file_within(root, settings.database), limits, options, may_change=may_change)
    url = _url(driver, settings)
    if settings.dialect == "postgresql":
        return _postgresql(url, settings, limits, options, may_change=may_change)
    return _mysql(url, settings, limits, options, may_change=may_change)


def engine_to_end(settings: SqlSettings, limits: SqlLimits) -> AsyncEngine:
    """An engine over a MySQL server that other connections are ended through: it keeps none of its own."""
    url = _url(_DRIVERS["mysql"][1], settings)
    return create_async_engine(url, hide_parameters=True, connect_args=_reached(settings, limits), poolclass=NullPool)


def _url(driver: str, settings: SqlSettings) -> URL:
    return URL.create(
        driver,
        username=settings.user or None,
        password=settings.password.get_secret_value() if settings.password else None,
        host=settings.host,
        port=settings.port or None,
        database=settings.database,
    )


def _sqlite(driver: str, path: Path, limits: SqlLimits, options: dict[str, Any], *, may_change: bool) -> AsyncEngine:
    mode = "rw" if may_change else "ro"
    url = URL.create(driver, database=f"file:{quote(str(path))}", query={"mode": mode, "uri": "true"})
    guarded = partial(Guarded, seconds=limits.seconds, may_change=may_change)
    engine = create_async_engine(url, hide_parameters=True, connect_args={"factory": guarded}, **options)
    close_in_order(engine)
    event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
    event.listen(engine.sync_engine, "begin", partial(_begin, "BEGIN IMMEDIATE" if may_change else "BEGIN"))
    return engine


def _postgresql(
    url: URL, settings: SqlSettings, limits: SqlLimits, options: dict[str, Any], *, may_change: bool
) -> AsyncEngine:
    session = {
        "application_name": "parlour",
        "default_transaction_read_only": "off" if may_change else "on",
        "standard_conforming_strings": "on",
        "statement_timeout": str(round(limits.seconds * 1000)),
        "idle_in_transaction_session_timeout": str(round(limits.seconds * 3000)),
    }
    secured = ssl.create_default_context() if settings.tls else "prefer"
    reached: dict[str, Any] = {"server_settings": session, "timeout": limits.connect_s, "ssl": secured}
    reached["async_creator_fn"] = partial(postgresql_messages.connect, cell_chars=limits.cell_chars)
    execution = {"postgresql_readonly": not may_change}
    engine = create_async_engine(
        url, hide_parameters=True, connect_args=reached, execution_options=execution, **options
    )
    event.listen(engine.sync_engine, "reset", _leave_nothing)
    return engine


def _leave_nothing(connection: Any, _: object, state: PoolResetState) -> None:
    """Give a connection back as it was: without locks and settings that outlast a transaction."""
    connection.rollback()
    if not state.terminate_only:
        connection.run_async(_reset)


async def _reset(driver: Any) -> None:
    await driver.reset()


def _mysql(
    url: URL, settings: SqlSettings, limits: SqlLimits, options: dict[str, Any], *, may_change: bool
) -> AsyncEngine:
    reached = _reached(settings, limits)
    reached["async_creator_fn"] = partial(mysql_rows.connect, cell_chars=limits.cell_chars)
    engine = create_async_engine(url, hide_parameters=True, connect_args=reached, **options)
    event.listen(engine.sync_engine, "connect", partial(_prepare_mysql, limits.seconds, may_change))
    event.listen(engine.sync_engine, "begin", partial(_begin, f"START TRANSACTION READ {_ONLY[may_change]}"))
    return engine


def _reached(settings: SqlSettings, limits: SqlLimits) -> dict[str, Any]:
    reached: dict[str, Any] = {"connect_timeout": limits.connect_s, "charset": "utf8mb4", "local_infile": False}
    return reached | ({"ssl": ssl.create_default_context()} if settings.tls else {})


_ONLY = {True: "WRITE", False: "ONLY"}


def _prepare_mysql(seconds: float, may_change: bool, connection: Any, kept: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT VERSION(), CONNECTION_ID(), @@hostname, @@port")
    version, number, host, port = cursor.fetchone()
    kept.info[THREAD] = Thread(int(number), str(host), int(port))
    is_mariadb = "mariadb" in str(version).lower()
    limit = f"max_statement_time = {seconds:g}" if is_mariadb else f"max_execution_time = {seconds * 1000:.0f}"
    cursor.execute(f"SET SESSION sql_mode = '{_MYSQL_MODE}', SESSION {limit}")
    # What ends a transaction by itself, as changes of tables do, begins another: that one only reads too.
    cursor.execute(f"SET SESSION TRANSACTION READ {_ONLY[may_change]}")
    cursor.close()


def _leave_transactions_to_us(connection: Any, _: object) -> None:
    connection.isolation_level = None


def _begin(words: str, connection: Connection) -> None:
    connection.exec_driver_sql(words)
