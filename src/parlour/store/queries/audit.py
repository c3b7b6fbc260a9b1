"""What was done, read back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.people import AuditEntry, AuditPage, AuditQuery
from parlour.store.tables import audit, users


async def audit_page(connection: AsyncConnection, tenant_id: str, wanted: AuditQuery) -> AuditPage:
    """A page of a tenant's audit, the newest first."""
    query = (
        select(audit, users.c.username)
        .outerjoin(users, users.c.id == audit.c.user_id)
        .where(audit.c.tenant_id == tenant_id)
        .order_by(audit.c.at.desc(), audit.c.id.desc())
        .limit(wanted.limit + 1)
    )
    for name in ("user_id", "action", "resource_type", "resource_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(audit.c[name] == value)
    if wanted.since is not None:
        query = query.where(audit.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.at < wanted.until)
    if wanted.before is not None:
        at = select(audit.c.at).where(audit.c.id == wanted.before, audit.c.tenant_id == tenant_id).scalar_subquery()
        query = query.where((audit.c.at < at) | ((audit.c.at == at) & (audit.c.id < wanted.before)))
    found = (await connection.execute(query)).mappings().all()
    entries = [AuditEntry(**{name: row[name] for name in AuditEntry.model_fields}) for row in found[: wanted.limit]]
    return AuditPage(entries=entries, has_more=len(found) > wanted.limit)
