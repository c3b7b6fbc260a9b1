"""The connections that read. Nobody writes through them: SQLite's refuse it, PostgreSQL's are read-only."""

import sqlite3
from asyncio import Task, create_task, gather, shield
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from parlour.errors import BadSetting
from parlour.store.line import WATCHED, watch

READ_FAULTS = (SQLAlchemyError, sqlite3.Error, OSError)
"""What reading fails with while the database is away. Whoever goes on for ever logs it and tries again."""


class Reads(Protocol):
    """Anything that lends a connection to read with."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection whose statements all see the same moment; nothing can be written through it."""
        ...


def database_url(text: str) -> URL:
    """The async URL of a database named as `sqlite:///path` or `postgresql://…`. Raises BadSetting for another."""
    url = make_url(text)
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return url.set(drivername="postgresql+asyncpg")
        case other:
            raise BadSetting(f"DATABASE_URL names {other}; Parlour keeps its data in sqlite or postgresql.")


class Database:
    """A pool of read-only connections to one database."""

    def __init__(self, url: URL, **options: Any) -> None:
        """At most four connections, unless `options` for the engine say otherwise."""
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        options = options or {"pool_size": 4, "max_overflow": 0}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "connect_args": WATCHED}
        self._returning: set[Task[None]] = set()
        self._engine: AsyncEngine = create_async_engine(url, hide_parameters=True, **options)
        if self.is_sqlite:
            close_in_order(self._engine)
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
        else:
            event.listen(self._engine.sync_engine, "checkout", _refuse_lost)
            watch(self._engine)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection whose statements all see the same moment; nothing can be written through it."""
        connection = await self._engine.connect()
        try:
            if not self.is_sqlite:
                await connection.execution_options(postgresql_readonly=True)
            yield connection
        finally:
            await self._given_back(connection)

    async def _given_back(self, connection: AsyncConnection) -> None:
        """Wait for a connection to be given back, which goes on when whoever waits is cancelled."""
        returning = create_task(connection.close(), name="connection")
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)
        await shield(returning)

    async def check(self) -> None:
        """Raise BadSetting, naming the setting and the reason, when the database cannot be used at all."""
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA schema_version" if self.is_sqlite else "SELECT 1")
        except READ_FAULTS as error:
            where = self.url.database if self.is_sqlite else f"{self.url.host}:{self.url.port or 5432}"
            reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
            raise BadSetting(f"The database that DATABASE_URL names ({where}) cannot be used: {reason}") from error
        finally:
            await self._engine.dispose()

    async def close(self) -> None:
        """Close every connection, once those that are on their way back are here."""
        await gather(*self._returning, return_exceptions=True)
        await self._engine.dispose()


def close_in_order(engine: AsyncEngine) -> None:
    """Have connections to SQLite closed in order, always.

    What would be done instead to one whose reader leaves ends the thread behind it while somebody waits for that
    thread, who then waits for ever, and the end of the server with them.
    """
    engine.dialect.do_terminate = engine.dialect.do_close


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA cache_size = -16000")
    cursor.close()


def _refuse_lost(connection: Any, *_: object) -> None:
    """Have the pool open another connection in the place of one that was lost while nobody used it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _begin_sqlite(connection: Connection) -> None:
    if not isinstance(connection.connection.dbapi_connection, sqlite3.Connection):
        connection.exec_driver_sql("BEGIN")
