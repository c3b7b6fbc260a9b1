"""A connection on which a node tells the others something."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "parlour"
LOST = (SQLAlchemyError, OSError)
"""What is raised when the database is away."""

_TELL = text("SELECT pg_notify(:channel, note) FROM unnest(CAST(:notes AS text[])) AS note")

log = structlog.get_logger(__name__)


class Mouth:
    """Opened when there is something to tell, and anew when it was lost."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self.pid = 0
        """Who tells, to the database."""

    async def tell(self, notes: Sequence[str]) -> None:
        """Tell `notes`; they are dropped when the database is away, since the others look by themselves."""
        if not notes:
            return
        try:
            connection = await self._connected()
            await connection.execute(_TELL, {"channel": CHANNEL, "notes": notes})
        except LOST as lost:
            log.warning("the other nodes could not be told", reason=str(lost))
            await self.close()

    async def _connected(self) -> AsyncConnection:
        if self._connection is not None and (await driver_of(self._connection)).is_closed():
            await self.close()
        if self._connection is None:
            self._connection = await self._engine.connect()
            self.pid = await self._connection.scalar(text("SELECT pg_backend_pid()")) or 0
        return self._connection

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                await connection.close()
            except LOST:
                log.debug("a lost connection could not be closed", exc_info=True)


async def driver_of(connection: AsyncConnection) -> Any:
    """The connection as the driver has it."""
    return (await connection.get_raw_connection()).driver_connection
