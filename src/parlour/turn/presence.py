"""Whether a node is alive, seen at once: a lock that dies with its process.

On SQLite the data directory's lock file is that lock, and only one server runs: every other owner is dead. On
PostgreSQL each node holds a session advisory lock under its name; whoever can take it knows that the node died.
"""

import hashlib
from collections.abc import Iterable
from typing import Protocol

import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

log = structlog.get_logger(__name__)


class Presence(Protocol):
    """Keeps this node's lock, and tells which others have lost theirs."""

    async def open(self) -> None:
        """Take this node's lock."""
        ...

    async def dead(self, owners: Iterable[str]) -> set[str]:
        """Those of `owners`, other than this node, that are certainly not running any more."""
        ...

    async def close(self) -> None:
        """Give the lock back."""
        ...


class OnlyNode:
    """The one server of a data directory, which holds its lock file: everybody else is dead."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id

    async def open(self) -> None:
        return None

    async def dead(self, owners: Iterable[str]) -> set[str]:
        return {owner for owner in owners if owner != self._node_id}

    async def close(self) -> None:
        return None


class PostgresPresence:
    """A node among others on PostgreSQL."""

    def __init__(self, url: URL, node_id: str) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
        self._node_id = node_id
        self._connection: AsyncConnection | None = None

    async def open(self) -> None:
        self._connection = await self._engine.connect()
        await self._connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(self._node_id)})

    async def dead(self, owners: Iterable[str]) -> set[str]:
        connection = await self._holding()
        found: set[str] = set()
        for owner in owners:
            key = {"key": _key(owner)}
            if owner != self._node_id and await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
                found.add(owner)
        return found

    async def _holding(self) -> AsyncConnection:
        """The connection that holds this node's lock; a new one with the lock taken anew where that was lost."""
        assert self._connection is not None
        try:
            await self._connection.scalar(text("SELECT 1"))
        except SQLAlchemyError:
            log.warning("the connection that says this node lives was lost; taking its lock again")
            await self._connection.close()
            await self.open()
        return self._connection

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()


def _key(node_id: str) -> int:
    """A node's name as the 64-bit number that advisory locks want."""
    return int.from_bytes(hashlib.sha256(node_id.encode()).digest()[:8], signed=True)
