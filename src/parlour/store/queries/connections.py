"""The systems that a house is joined to, as they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.connections import ConnectionKind, ConnectionState
from parlour.store.tables import connections, projects


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """Another system, as it is kept: its token sealed."""

    id: str
    tenant_id: str
    project_id: str
    project_name: str
    kind: ConnectionKind
    name: str
    base_url: str
    sealed_token: str | None
    """None once the key that it was sealed under is lost."""
    is_on: bool
    created_at: str
    version: int
    state: ConnectionState
    problem: str | None
    server: str | None
    since: str | None
    imported: Mapping[str, Any] | None


_ALL = (
    select(connections, projects.c.name.label("project_name"))
    .join(projects, projects.c.id == connections.c.project_id)
    .order_by(connections.c.id)
)


async def stored_connections(connection: AsyncConnection, tenant_id: str | None = None) -> list[StoredConnection]:
    """The connections of a tenant, or of everybody, in the order in which they were made."""
    statement = _ALL if tenant_id is None else _ALL.where(connections.c.tenant_id == tenant_id)
    return [_stored(row) for row in await connection.execute(statement)]


def _stored(row: Row[Any]) -> StoredConnection:
    return StoredConnection(
        id=row.id,
        tenant_id=row.tenant_id,
        project_id=row.project_id,
        project_name=row.project_name,
        kind=row.kind,
        name=row.name,
        base_url=row.base_url,
        sealed_token=row.sealed_token,
        is_on=row.is_on,
        created_at=row.created_at,
        version=row.version,
        state=row.state,
        problem=row.problem,
        server=row.server,
        since=row.since,
        imported=row.imported,
    )
