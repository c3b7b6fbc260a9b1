"""An end to what a database is at, once nobody waits for it any more or its time is up.

PostgreSQL and MariaDB look at the time themselves. MySQL does so for SELECT alone (its reference manual on
max_execution_time): whatever else it is at is ended through another connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parlour.toolkits.data.sql.faults import faults, too_long
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings

log = structlog.get_logger(__name__)

T = TypeVar("T")
THREAD = "thread"
"""Under this a connection keeps its `Thread`."""
_AGAIN_S = 0.05
"""From one interruption of a statement to the next."""
_NO_SUCH_THREAD = 1094
_WHERE = "SELECT @@hostname, @@port"


@dataclass(frozen=True, slots=True)
class Thread:
    """What of a MySQL server works for a connection."""

    number: int
    host: str
    """As the server calls itself: others may stand behind the same address."""
    port: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends what connections to a MySQL server are at, with the connection: what was not committed is taken back."""

    another: AsyncEngine
    """Leads to the same server, by the same user: they may end what is theirs."""
    settings: SqlSettings
    limits: SqlLimits

    async def within(self, connection: AsyncConnection, asking: Coroutine[Any, Any, T]) -> T:
        """What asking brings. Raises TimedOut once the time is up: then the connection is gone, and nothing that it
        was at goes on."""
        thread: Thread = connection.info[THREAD]
        task = asyncio.create_task(asking)
        try:
            await asyncio.wait([task], timeout=self.limits.seconds)
        except asyncio.CancelledError:
            await self._end(connection, thread, task)
            raise
        if task.done():
            return task.result()
        is_ended = await self._end(connection, thread, task)
        raise too_long(self.settings, self.limits, is_ended=is_ended)

    async def _end(self, connection: AsyncConnection, thread: Thread, task: asyncio.Task[Any]) -> bool:
        """Whether the server has ended it. Either way its answer is not heard any more."""
        try:
            async with asyncio.timeout(self.limits.ending_s), self.another.connect() as there:
                is_told = await there.run_sync(_kill, thread)
        except faults("mysql") as error:
            is_told = getattr(getattr(error, "orig", None), "args", (0,))[0] == _NO_SUCH_THREAD
            if not is_told:
                log.warning("a statement could not be ended", where=self.settings.where, problem=str(error)[:500])
        if is_told:
            await asyncio.wait([task], timeout=self.limits.ending_s)
        is_ended = is_told and task.done()
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        await connection.invalidate()
        return is_ended


def _kill(connection: Connection, thread: Thread) -> bool:
    """Whether the server was told; not when another one stands behind the same address."""
    host, port = connection.exec_driver_sql(_WHERE).one()
    if (str(host), int(port)) != (thread.host, thread.port):
        return False
    connection.exec_driver_sql(f"KILL {thread.number}")
    return True


async def until_left(connection: AsyncConnection, asking: Coroutine[Any, Any, T]) -> T:
    """What asking brings. Whoever stops waiting for a file of SQLite's has it stop: its thread would go on."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    interrupt: Callable[[], Awaitable[None]] | None = getattr(driver, "interrupt", None)
    if interrupt is None:
        return await asking
    task = asyncio.create_task(asking)
    # Whatever comes of it then, nobody is there to be told.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        # Only a statement that is at work is interrupted, and the next may just be about to begin.
        while not task.done():
            await interrupt()
            await asyncio.wait([task], timeout=_AGAIN_S)
        raise
