"""Which nodes are dead, seen at once: each holds a lock that dies with its process, or loses its lease when it hangs.

On SQLite the data directory's lock file is that lock, and only one server runs: every other node is dead. On
PostgreSQL each node holds a session advisory lock under its id, on a connection of its own.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

import structlog
from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock
from parlour.store.database import Reads
from parlour.store.database_time import database_time
from parlour.store.line import line_to
from parlour.store.tables import nodes

GRACE_S = 2.0
"""For so long after it lost its own connection a node takes nobody for dead: the database may have lost them all."""
ANSWER_S = 4.0
"""A database that says nothing for so long has lost the connection."""


def _key(node_id: str | ColumnElement[str]) -> ColumnElement[int]:
    """A node's id as the 64-bit number that advisory locks want."""
    return func.hashtextextended(node_id, 0)


# A shared lock that is given back at the end of the statement: two who look at once do not see each other.
_IS_DEAD = or_(nodes.c.lease_until < database_time(), func.pg_try_advisory_xact_lock_shared(_key(nodes.c.id)))
_OTHERS = select(nodes.c.id, _IS_DEAD.label("is_dead")).where(nodes.c.id != bindparam("me"))

log = structlog.get_logger(__name__)


class Presence(Protocol):
    """Holds this node's lock, and tells which others have lost theirs or their lease."""

    is_alone: bool
    """Whether the lock itself says that nobody else can be there, so that no lease runs out."""

    async def open(self, node_id: str) -> None:
        """Take the lock of this node, and give back the one before."""
        ...

    async def others(self) -> dict[str, bool]:
        """Every other node in the table, and whether it is dead: it does nothing any more."""
        ...

    async def close(self) -> None:
        """Give the lock back."""
        ...


class OnlyNode:
    """The one server of a data directory, which holds its lock file: everybody else is dead."""

    is_alone = True

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._node_id = ""

    async def open(self, node_id: str) -> None:
        self._node_id = node_id

    async def others(self) -> dict[str, bool]:
        async with self._reads.read() as connection:
            found = await connection.scalars(select(nodes.c.id).where(nodes.c.id != self._node_id))
        return dict.fromkeys(found, True)

    async def close(self) -> None:
        return None


class PostgresPresence:
    """A node among others on PostgreSQL."""

    is_alone = False

    def __init__(self, url: URL, clock: Clock) -> None:
        self._engine = line_to(url)
        self._clock = clock
        self._node_id = ""
        self._connection: AsyncConnection | None = None
        self._is_held = False
        self._judges_from = 0.0

    async def open(self, node_id: str) -> None:
        await self._hang_up()
        self._node_id = node_id
        async with self._session() as connection, asyncio.timeout(ANSWER_S):
            await self._hold(connection)

    async def others(self) -> dict[str, bool]:
        async with self._session() as connection, asyncio.timeout(ANSWER_S):
            await self._hold(connection)
            found = await connection.execute(_OTHERS, {"me": self._node_id})
            may_judge = self._clock.monotonic() >= self._judges_from
            return {row.id: row.is_dead and may_judge for row in found}

    @asynccontextmanager
    async def _session(self) -> AsyncGenerator[AsyncConnection]:
        """The connection that holds this node's lock; after a failure the next is a new one."""
        if self._connection is None:
            self._connection, self._is_held = await self._engine.connect(), False
        try:
            yield self._connection
        except (SQLAlchemyError, OSError):
            log.warning("the connection that says this node lives was lost")
            await self._hang_up()
            self._judges_from = self._clock.monotonic() + GRACE_S
            raise

    async def _hold(self, connection: AsyncConnection) -> None:
        """Take the lock if it is not held: what is left of an earlier connection may hold it for a little while."""
        if not self._is_held:
            lock = select(func.pg_try_advisory_lock(_key(self._node_id)))
            self._is_held = bool(await connection.scalar(lock))

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.invalidate()
                await connection.close()
            except (SQLAlchemyError, OSError):
                log.debug("a lost connection could not be closed", exc_info=True)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()
