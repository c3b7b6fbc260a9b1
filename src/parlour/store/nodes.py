"""The servers of a house, as others see them: for whatever must not happen while one of them runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, inspect, not_, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Unavailable
from parlour.store.database_time import database_time
from parlour.store.line import line_to
from parlour.store.tables import nodes

_LOCK_IS_FREE = func.pg_try_advisory_xact_lock_shared(func.hashtextextended(nodes.c.id, 0))
_LIVE = (
    select(nodes.c.id, nodes.c.version, nodes.c.started_at)
    .where(and_(nodes.c.lease_until > database_time(), not_(_LOCK_IS_FREE)))
    .order_by(nodes.c.started_at)
)


@dataclass(frozen=True, slots=True)
class LiveNode:
    """A server that runs on a database just now."""

    id: str
    version: str
    started_at: str


async def live_nodes(url: URL) -> list[LiveNode]:
    """The servers that run on the database at `url`: their lease holds, and so does their lock.

    None on SQLite: there the lock of the data directory tells. What the database throws is the caller's.
    """
    if url.get_backend_name() == "sqlite":
        return []
    engine = line_to(url)
    try:
        async with engine.connect() as connection:
            if not await connection.run_sync(_has_nodes):
                return []
            return await live_among(connection)
    finally:
        await engine.dispose()


async def live_among(connection: AsyncConnection) -> list[LiveNode]:
    """The same, as a connection to PostgreSQL sees it."""
    return [LiveNode(row.id, row.version, row.started_at) for row in await connection.execute(_LIVE)]


def refuse_beside(live: Sequence[LiveNode], what: str) -> None:
    """Raise Unavailable, which says what to do, if anybody is live. `what` is not to happen beside them."""
    if live:
        versions = ", ".join(sorted({node.version for node in live}))
        servers = "A server" if len(live) == 1 else f"{len(live)} servers"
        raise Unavailable(f"{servers} (version {versions}) still uses this database. Stop it first, then {what}.")


def _has_nodes(connection: Connection) -> bool:
    return inspect(connection).has_table(nodes.name)
