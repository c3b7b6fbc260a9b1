"""Connections to PostgreSQL that stay open, each lent to one at a time, whose driver may be spoken to."""

from asyncio import Semaphore, Task, create_task, gather, shield
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.database import Database
from parlour.store.line import line_to
from parlour.store.prepared import STRAIGHT, driver_of

# asyncpg tells no types; what it throws comes bare from its own calls, and wrapped by SQLAlchemy.
LOST: tuple[Any, ...] = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
BARE: tuple[Any, ...] = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver throws by itself, which whoever reads does not know of."""
BROKEN_KEY: tuple[Any, ...] = (asyncpg.IntegrityConstraintViolationError, IntegrityError)
FAULTS: tuple[Any, ...] = (asyncpg.PostgresError, SQLAlchemyError, *LOST)
"""What any use of the database may throw."""

log = structlog.get_logger(__name__)


class Connections:
    """At most so many connections to a database. They begin no transaction by themselves."""

    def __init__(self, url: URL, most: int) -> None:
        self._engine = line_to(url, execution_options=STRAIGHT)
        self._idle: list[AsyncConnection] = []
        self._free = Semaphore(most)
        self._at_work: set[Task[None]] = set()
        """What comes to its end though nobody may wait for it any more: a connection half made or half given back
        would be nobody's."""

    @asynccontextmanager
    async def lend(self) -> AsyncGenerator[AsyncConnection]:
        """A connection outside of any transaction, and so it is to come back; after a failure it is rolled back."""
        async with self._free:
            connection = await self._alive()
            try:
                yield connection
            except BaseException:
                await self._to_its_end(self._take_back(connection))
                raise
            self._idle.append(connection)

    async def _alive(self) -> AsyncConnection:
        """One that is idle, unless all of those have been lost: then a new one."""
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not driver_of(connection).is_closed():
                    return connection
                await self._to_its_end(self._give_up(connection))
            await self._to_its_end(self._make())

    async def _make(self) -> None:
        self._idle.append(await self._engine.connect())

    async def _take_back(self, connection: AsyncConnection) -> None:
        if await _rolled_back(connection):
            self._idle.append(connection)
        else:
            await self._give_up(connection)

    async def _to_its_end(self, work: Coroutine[None, None, None]) -> None:
        """Wait for something that goes on when whoever waits is cancelled. Raises what it raises."""
        task = create_task(work, name="connection")
        self._at_work.add(task)
        task.add_done_callback(self._ended)
        await shield(task)

    def _ended(self, task: Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever waited; where nobody does, whoever is next finds out anew

    async def _give_up(self, connection: AsyncConnection) -> None:
        """Drop a connection that was lost, and all others: a server that went away took them with it."""
        lost, self._idle = [connection, *self._idle], []
        for each in lost:
            with suppress(SQLAlchemyError, OSError):
                await each.invalidate()
                await each.close()

    async def close(self) -> None:
        """Close those that nobody uses."""
        await gather(*self._at_work, return_exceptions=True)
        while self._idle:
            await self._idle.pop().close()
        await self._engine.dispose()


async def _rolled_back(connection: AsyncConnection) -> bool:
    """Whether it could be brought out of its transaction, if it was in one, and so still lives."""
    if connection.invalidated:
        return False
    try:
        await driver_of(connection).execute("ROLLBACK")
    except FAULTS as lost:
        log.warning("a connection to the database was lost", reason=str(lost))
        return False
    return True


class KeptDatabase(Database):
    """A database that is read by four connections that stay open."""

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self._connections = Connections(url, most=4)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        try:
            async with self._connections.lend() as connection:
                driver = driver_of(connection)
                await driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield connection
                await driver.execute("ROLLBACK")
        except BARE as fault:
            raise ConnectionError("the database could not be read") from fault

    async def close(self) -> None:
        await self._connections.close()
        await super().close()
