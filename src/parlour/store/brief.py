"""How a server reads: briefly, by key and often, or for as long as it takes.

The two never wait for each other: what may take long is read from SQLite in a thread, and from PostgreSQL by
connections of its own.
"""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from parlour.store import inline_sqlite
from parlour.store.database import Database
from parlour.store.prepared import STRAIGHT, driver_of


class InlineDatabase(Database):
    """SQLite, read right on the event loop, by connections that stay open: as many as are used at once."""

    def __init__(self, url: URL) -> None:
        super().__init__(url.set(drivername=inline_sqlite.DRIVER), poolclass=NullPool, execution_options=STRAIGHT)
        self._idle: list[AsyncConnection] = []

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        connection = self._idle.pop() if self._idle else await self._engine.connect()
        driver: sqlite3.Connection = driver_of(connection)
        try:
            # Straight at the driver: by SQLAlchemy's way it would cost several times as much as the reads between.
            driver.execute("BEGIN")
            yield connection
        finally:
            if connection.in_transaction():
                await connection.rollback()
            driver.rollback()
            self._idle.append(connection)

    async def close(self) -> None:
        for connection in self._idle:
            await connection.close()
        await super().close()


def brief_database(url: URL) -> Database:
    """The database at `url`, for short reads."""
    if url.get_backend_name() == "sqlite":
        return InlineDatabase(url)
    return _kept(url)


def patient_database(url: URL) -> Database:
    """The database at `url`, for reads that may take long."""
    return Database(url) if url.get_backend_name() == "sqlite" else _kept(url)


def _kept(url: URL) -> Database:
    # SQLAlchemy's own pool loses a connection for good whenever one who reads is cancelled while the line is cut.
    from parlour.store.kept import KeptDatabase

    return KeptDatabase(url)
