"""Connections to PostgreSQL that stay open, each lent to one at a time, whose driver may be spoken to."""

from asyncio import Semaphore
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from parlour.store.prepared import STRAIGHT, driver_of


class Connections:
    """At most so many connections to a database. They begin no transaction by themselves."""

    def __init__(self, url: URL, most: int) -> None:
        self._engine = create_async_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            execution_options=STRAIGHT,
            hide_parameters=True,
        )
        self._idle: list[AsyncConnection] = []
        self._free = Semaphore(most)

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[AsyncConnection]:
        """A connection outside of any transaction. One that comes back inside of one, or broken, is given up."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._engine.connect()
            try:
                yield connection
            finally:
                await self._take_back(connection)

    async def _take_back(self, connection: AsyncConnection) -> None:
        driver: Any = driver_of(connection)
        if driver.is_closed():
            # A server that went away took the others with it.
            while self._idle:
                await _give_up(self._idle.pop())
        if driver.is_closed() or driver.is_in_transaction():
            await _give_up(connection)
        else:
            self._idle.append(connection)

    async def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            await self._idle.pop().close()
        await self._engine.dispose()


async def _give_up(connection: AsyncConnection) -> None:
    with suppress(Exception):
        await connection.invalidate()
    with suppress(Exception):
        await connection.close()
